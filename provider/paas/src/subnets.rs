//! The layout of a network: three tiers, each one contiguous block, so that a firewall rule names a tier by one CIDR.
//!
//! The range is cut into four quarters: public, natted, private, and one left free. Each quarter is cut into four
//! again, one subnet per availability zone: room for a fourth zone without moving anything.

use ipnet::Ipv4Net;

/// The widest range that a VPC may have (EC2).
pub const WIDEST: u8 = 16;
/// The narrowest range that still gives every subnet 256 addresses.
pub const NARROWEST: u8 = 20;
/// Subnets per tier.
pub const ZONES: usize = 4;

/// What a subnet is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Routed to the internet gateway: the load balancer and the NATs.
    Public,
    /// Routed to a NAT: the tenants' instances.
    Natted,
    /// No way out: databases.
    Private,
}

impl Tier {
    /// All of them, in the order of their addresses.
    pub const ALL: [Self; 3] = [Self::Public, Self::Natted, Self::Private];

    /// The tier's name in attributes and tags.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Natted => "natted",
            Self::Private => "private",
        }
    }
}

/// A network's range, checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout(Ipv4Net);

impl Layout {
    /// Reads a range such as `10.0.0.0/16`.
    ///
    /// # Errors
    /// A text for people: not a CIDR, not its first address, or not /16 to /20.
    pub fn parse(cidr: &str) -> Result<Self, String> {
        let range: Ipv4Net =
            cidr.parse().map_err(|_| format!("{cidr:?} is not an IPv4 range such as \"10.0.0.0/16\"."))?;
        if range.trunc() != range {
            return Err(format!("{cidr} is not the start of its range; that is {}.", range.trunc()));
        }
        if !(WIDEST..=NARROWEST).contains(&range.prefix_len()) {
            return Err(format!(
                "{cidr} must be a /{WIDEST} to a /{NARROWEST}: EC2 takes no wider range for a VPC, and a narrower one leaves no room for {ZONES} zones in three tiers."
            ));
        }
        Ok(Self(range))
    }

    /// The block of one tier.
    #[must_use]
    pub fn tier(self, tier: Tier) -> Ipv4Net {
        nth(self.0, tier as usize)
    }

    /// The subnet of one tier in the `zone`-th availability zone, `0..ZONES`.
    #[must_use]
    pub fn subnet(self, tier: Tier, zone: usize) -> Ipv4Net {
        nth(self.tier(tier), zone)
    }
}

/// The `n`-th quarter of a range.
fn nth(range: Ipv4Net, n: usize) -> Ipv4Net {
    range
        .subnets(range.prefix_len() + 2)
        .ok()
        .and_then(|mut quarters| quarters.nth(n))
        .expect("a range of /16 to /22 has four quarters")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_are_contiguous_and_disjoint() {
        for (cidr, tiers, last) in [
            ("10.0.0.0/16", ["10.0.0.0/18", "10.0.64.0/18", "10.0.128.0/18"], "10.0.176.0/20"),
            ("172.16.32.0/20", ["172.16.32.0/22", "172.16.36.0/22", "172.16.40.0/22"], "172.16.43.0/24"),
        ] {
            let layout = Layout::parse(cidr).unwrap();
            assert_eq!(Tier::ALL.map(|t| layout.tier(t).to_string()), tiers, "{cidr}");
            assert_eq!(layout.subnet(Tier::Private, 3).to_string(), last, "{cidr}");
            let all: Vec<Ipv4Net> =
                Tier::ALL.iter().flat_map(|t| (0..ZONES).map(|z| layout.subnet(*t, z))).collect();
            for (i, a) in all.iter().enumerate() {
                assert!(all[..i].iter().all(|b| !a.contains(b) && !b.contains(a)), "{a} overlaps");
            }
        }
    }

    #[test]
    fn ranges_that_do_not_fit_say_why() {
        for (cidr, says) in [
            ("10.0.0.0/15", "must be a /16 to a /20"),
            ("10.0.0.0/21", "must be a /16 to a /20"),
            ("10.0.0.1/16", "that is 10.0.0.0/16"),
            ("ten", "not an IPv4 range"),
            ("fd00::/48", "not an IPv4 range"),
        ] {
            let why = Layout::parse(cidr).unwrap_err();
            assert!(why.contains(says), "{cidr}: {why}");
        }
    }
}
