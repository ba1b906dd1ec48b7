//! `provider::paas::subnets`: the layout of an environment's network, before there is one.

use crate::subnets::{Layout, Tier, ZONES};
use tfplugin::{Function, FunctionError, Parameter, Signature, Type, Value};

/// The function.
pub struct Subnets;

impl Function for Subnets {
    const NAME: &'static str = "subnets";

    fn signature(&self) -> Signature {
        let tier = Type::object([("cidr_block", Type::String), ("subnets", Type::map(Type::String))]);
        Signature {
            summary: "The subnets of an environment's network".into(),
            description: "Lays out a network as `paas_environment` does: three contiguous tiers, one subnet per availability zone in each. Returns for `public`, `natted` and `private` the tier's one `cidr_block`, and its `subnets` by zone.".into(),
            parameters: vec![
                Parameter::new("cidr_block", Type::String, "The network's range, /16 to /20."),
                Parameter::new("zones", Type::list(Type::String), "One to four availability zones, in order."),
            ],
            variadic: None,
            returns: Type::object(Tier::ALL.map(|t| (t.name(), tier.clone()))),
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let [cidr, Value::List(zones)] = arguments.as_slice() else {
            return Err(FunctionError::new("Takes a range and a list of zones."));
        };
        let layout = Layout::parse(cidr.as_str().unwrap_or_default())
            .map_err(|why| FunctionError::argument(0, why))?;
        let zones: Vec<&str> = zones.iter().filter_map(Value::as_str).collect();
        if zones.is_empty() || zones.len() > ZONES {
            return Err(FunctionError::argument(
                1,
                format!("{} zones; a network has one to {ZONES}.", zones.len()),
            ));
        }
        if let Some(twice) = zones.iter().enumerate().find(|(i, zone)| zones[..*i].contains(zone)) {
            return Err(FunctionError::argument(1, format!("{} stands there twice.", twice.1)));
        }
        let text = |range: ipnet::Ipv4Net| Value::String(range.to_string());
        Ok(Value::object(Tier::ALL.map(|tier| {
            let subnets = zones.iter().enumerate().map(|(i, zone)| (*zone, text(layout.subnet(tier, i))));
            let block = [("cidr_block", text(layout.tier(tier))), ("subnets", Value::object(subnets))];
            (tier.name(), Value::object(block))
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(cidr: &str, zones: &[&str]) -> Result<Value, FunctionError> {
        let zones = zones.iter().map(|z| Value::String((*z).into())).collect();
        Subnets.call(vec![Value::String(cidr.into()), Value::List(zones)])
    }

    #[test]
    fn tiers_and_subnets_by_zone() {
        let layout = call("10.0.0.0/16", &["eu-west-1a", "eu-west-1b"]).unwrap();
        assert_eq!(layout.get("natted").get("cidr_block").as_str(), Some("10.0.64.0/18"));
        assert_eq!(layout.get("natted").get("subnets").get("eu-west-1b").as_str(), Some("10.0.80.0/20"));
    }

    #[test]
    fn errors_name_the_argument() {
        assert_eq!(call("10.0.0.0/8", &["a"]).unwrap_err().argument, Some(0));
        assert_eq!(call("10.0.0.0/16", &[]).unwrap_err().argument, Some(1));
        assert_eq!(call("10.0.0.0/16", &["a", "a"]).unwrap_err().argument, Some(1));
    }
}
