//! Terraform configuration out of JSON values, so that a test can change one argument and keep the rest.

use serde_json::Value;
use std::fmt::Write;

/// Where the provider comes from.
pub const PROVIDER_SOURCE: &str =
    "terraform {\n  required_providers {\n    paas = { source = \"paas/paas\" }\n  }\n}\n";

/// A block such as `resource "paas_tenant" "acme" {…}`, one argument a line: JSON's syntax is HCL's, too. A string may
/// hold a template such as `${paas_environment.dev.id}`.
///
/// # Panics
/// `arguments` is no object.
#[must_use]
pub fn block(head: &str, arguments: &Value) -> String {
    let arguments = arguments.as_object().expect("arguments are an object");
    let mut text = format!("{head} {{\n");
    for (name, value) in arguments {
        let _ = writeln!(text, "  {name} = {value}");
    }
    text + "}\n"
}

/// The block of a resource with this address in the root module.
///
/// # Panics
/// The address isn't `TYPE.NAME`, or `arguments` is no object.
#[must_use]
pub fn resource(address: &str, arguments: &Value) -> String {
    let (kind, name) = address.split_once('.').expect("an address is TYPE.NAME");
    block(&format!("resource {kind:?} {name:?}"), arguments)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_resource_has_one_argument_a_line() {
        assert_eq!(
            resource(
                "paas_tenant.acme",
                &json!({"hosts": ["a.example"], "nested": {"size": 8}, "unset": null})
            ),
            "resource \"paas_tenant\" \"acme\" {\n  hosts = [\"a.example\"]\n  nested = {\"size\":8}\n  unset = null\n}\n"
        );
    }
}
