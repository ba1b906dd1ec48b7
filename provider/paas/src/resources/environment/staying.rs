//! Subnets of a zone that was taken away, and that somebody lies in: they stay until he has left.

use composite::Staying;
use paas_aws::Owner;
use tfplugin::Diagnostic;

/// Which subnets stay, who uses them, and when they go.
pub fn warning(owner: &Owner, staying: &[Staying]) -> Diagnostic {
    let subnet = |child: &Staying| format!("- {} ({}): {}", child.key, child.id, child.users);
    let subnets: Vec<String> = staying.iter().map(subnet).collect();
    let detail = format!(
        "AWS deletes no subnet that has network interfaces. These stay for now, with their routes and the NAT they use:\n{}\nTenants of this configuration move out of them in this same run, after the environment. Those of other configurations move with their next apply. The next apply of the environment removes what nobody uses any more; who sets the zone again keeps everything as it was.",
        subnets.join("\n")
    );
    Diagnostic::warning(format!("{owner}: subnets that are in use stay for now"), detail)
        .at("availability_zones")
}
