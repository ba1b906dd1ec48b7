//! An account, and a root module whose resources are changed argument by argument.

use crate::terraform::Output;
use crate::{Emulator, Workspace, hcl};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The environment of most tests.
pub const ENVIRONMENT: &str = "paas_environment.dev";
/// The tenant of most tests.
pub const TENANT: &str = "paas_tenant.acme";
/// The database of most tests that have one.
pub const DATABASE: &str = "paas_database.acme";
/// The webhook of most tests that have one.
pub const WEBHOOK: &str = "paas_gitlab_webhook.gitlab";
/// Whose repositories are, by their names, to the webhook of most tests.
pub const NAMING_RULE: &str = "shops/(?P<tenant>[a-z0-9-]+)-(?P<kind>software|infrastructure)";

/// A root module in an account that has a certificate and a machine image.
///
/// ```no_run
/// # use paas_tests::{Configuration, configuration::{ENVIRONMENT, TENANT}};
/// let mut dev = Configuration::with_tenant();
/// dev.apply();
/// dev.set(TENANT, "port", 8080);
/// assert_eq!(dev.planned(TENANT), ["~ …"]);
/// dev.apply();
/// dev.end();
/// ```
pub struct Configuration {
    /// The account.
    pub aws: Emulator,
    /// The root module.
    pub terraform: Workspace,
    /// ARN of an issued certificate.
    pub certificate: String,
    /// A machine image.
    pub image: String,
    provider: Value,
    resources: BTreeMap<String, Value>,
}

impl Configuration {
    /// An account, and an empty root module.
    #[must_use]
    pub fn empty() -> Self {
        let aws = Emulator::start();
        let terraform = Workspace::new(&aws);
        let certificate = aws.seed_certificate("*.dev.example.test");
        let image = aws.seed_image("web-1");
        Self { aws, terraform, certificate, image, provider: json!({}), resources: BTreeMap::new() }
    }

    /// With [`ENVIRONMENT`] in the configuration: what it must have, and a bucket that a destroy may empty.
    #[must_use]
    pub fn with_environment() -> Self {
        let mut configuration = Self::empty();
        let environment = json!({
            "name": "dev",
            "cidr_block": "10.0.0.0/16",
            "certificate_arn": configuration.certificate,
            "force_destroy": true,
        });
        configuration.declare(ENVIRONMENT, environment);
        configuration
    }

    /// With [`ENVIRONMENT`] and, in it, [`TENANT`].
    #[must_use]
    pub fn with_tenant() -> Self {
        let mut configuration = Self::with_environment();
        let tenant = configuration.tenant("acme");
        configuration.declare(TENANT, tenant);
        configuration
    }

    /// With [`ENVIRONMENT`], [`TENANT`] and, of that tenant, [`DATABASE`].
    #[must_use]
    pub fn with_database() -> Self {
        let mut configuration = Self::with_tenant();
        let database = configuration.database();
        configuration.declare(DATABASE, database);
        configuration
    }

    /// A webhook in an account that has nothing else, declared and not yet applied.
    #[must_use]
    pub fn with_webhook() -> Self {
        let mut configuration = Self::empty();
        configuration.declare(WEBHOOK, Self::webhook());
        configuration
    }

    /// What a webhook must have, and one way to tell whose a repository is.
    #[must_use]
    pub fn webhook() -> Value {
        json!({
            "gitlab_host": "gitlab.example.com",
            "allowed_repositories": ["shops/*"],
            "naming_rule": NAMING_RULE,
        })
    }

    /// What a database must have.
    #[must_use]
    pub fn database(&self) -> Value {
        json!({"environment": format!("${{{ENVIRONMENT}.id}}"), "tenant": format!("${{{TENANT}.name}}")})
    }

    /// What a tenant must have: its host is `NAME.dev.example.test`.
    #[must_use]
    pub fn tenant(&self, name: &str) -> Value {
        json!({
            "environment": format!("${{{ENVIRONMENT}.id}}"),
            "name": name,
            "hosts": [format!("{name}.dev.example.test")],
            "image_id": self.image,
        })
    }

    /// Sets the provider's arguments.
    pub fn provider(&mut self, arguments: Value) {
        self.provider = arguments;
        self.write();
    }

    /// Puts a resource into the configuration, in place of the one of that address.
    pub fn declare(&mut self, address: &str, arguments: Value) {
        self.resources.insert(address.to_owned(), arguments);
        self.write();
    }

    /// Takes a resource out of the configuration.
    pub fn remove(&mut self, address: &str) {
        self.resources.remove(address);
        self.write();
    }

    /// Sets an argument; null leaves it out.
    ///
    /// # Panics
    /// The configuration has no such resource.
    pub fn set(&mut self, address: &str, argument: &str, value: impl Into<Value>) {
        self.resources.get_mut(address).unwrap_or_else(|| panic!("no {address} is declared"))[argument] =
            value.into();
        self.write();
    }

    fn write(&self) {
        let mut text = hcl::PROVIDER_SOURCE.to_owned() + &hcl::block("provider \"paas\"", &self.provider);
        for (address, arguments) in &self.resources {
            text.push_str(&hcl::resource(address, arguments));
        }
        self.terraform.write("main.tf", &text);
    }

    /// Plans, and tells what would become of the children of `address`: `+ key`, `~ key`, `- key`, in this order.
    ///
    /// # Panics
    /// The plan fails, or means to replace the resource.
    #[must_use]
    #[track_caller]
    pub fn planned(&self, address: &str) -> Vec<String> {
        let changes = self.terraform.plan(&[]).expect_success().changes();
        let replaced = |(of, action): &(String, String)| of == address && action == "replace";
        assert!(!changes.iter().any(replaced), "{address} would be replaced");
        let plan = self.terraform.plan_json();
        let resources = plan["resource_changes"].as_array().into_iter().flatten();
        resources
            .filter(|resource| resource["address"] == address)
            .flat_map(|resource| children(&resource["change"]))
            .collect()
    }

    /// Applies the configuration.
    ///
    /// # Panics
    /// It fails.
    #[track_caller]
    pub fn apply(&self) -> Output {
        self.terraform.apply(&[]).expect_success()
    }

    /// Checks that another plan has nothing to do.
    ///
    /// # Panics
    /// It has.
    #[track_caller]
    pub fn assert_settled(&self) {
        let plan = self.terraform.plan(&[]).expect_success();
        assert!(plan.changes().is_empty(), "{:?}\n{}", plan.changes(), self.terraform.plan_text());
    }

    /// Destroys everything, and checks that nothing is left in the account.
    ///
    /// # Panics
    /// The destroy fails or leaves something.
    #[track_caller]
    pub fn end(&self) {
        self.terraform.destroy(&[]).expect_success();
        assert_eq!(self.aws.inventory(), []);
    }

    /// An attribute in the state.
    ///
    /// # Panics
    /// The state has no such resource.
    #[must_use]
    #[track_caller]
    pub fn attribute(&self, address: &str, name: &str) -> Value {
        let mut attributes =
            self.terraform.attributes(address).unwrap_or_else(|| panic!("the state has no {address}"));
        attributes[name].take()
    }

    /// What somebody does in the console, behind Terraform's back, in boto3's names; gives AWS's answer.
    ///
    /// # Panics
    /// AWS refuses.
    #[allow(clippy::must_use_candidate, reason = "it is called for what it does")]
    #[track_caller]
    pub fn by_hand(&self, service: &str, operation: &str, params: &Value) -> Value {
        self.look(service, operation, params)
    }

    /// What AWS answers to a reading call, in boto3's names.
    ///
    /// # Panics
    /// AWS refuses.
    #[must_use]
    #[track_caller]
    pub fn look(&self, service: &str, operation: &str, params: &Value) -> Value {
        self.aws.call(service, operation, params).unwrap_or_else(|error| panic!("{operation}: {error}"))
    }
}

/// The children that a change adds, changes and takes away.
fn children(change: &Value) -> Vec<String> {
    let of = |side: &str| change[side]["children"].as_object().cloned().unwrap_or_default();
    let (before, mut after) = (of("before"), of("after"));
    // Those not known yet stand beside the known ones.
    for (key, unknown) in change["after_unknown"]["children"].as_object().into_iter().flatten() {
        if unknown == true {
            after.insert(key.clone(), Value::Null);
        }
    }
    let mut found = Vec::new();
    found.extend(after.keys().filter(|key| !before.contains_key(*key)).map(|key| format!("+ {key}")));
    let is_changed = |(key, spec): &(&String, &Value)| before.get(*key).is_some_and(|was| was != *spec);
    found.extend(after.iter().filter(is_changed).map(|(key, _)| format!("~ {key}")));
    found.extend(before.keys().filter(|key| !after.contains_key(*key)).map(|key| format!("- {key}")));
    found.sort_by_key(|line| (["+", "~", "-"].iter().position(|sign| line.starts_with(sign)), line.clone()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_are_told_by_sign_and_key() {
        let change = json!({
            "before": {"children": {"same": "1", "new_spec": "1", "unsure": "1", "gone": "1"}},
            "after": {"children": {"same": "1", "new_spec": "2", "made": "1"}},
            "after_unknown": {"children": {"unsure": true, "made_of_it": true}},
        });
        assert_eq!(children(&change), ["+ made", "+ made_of_it", "~ new_spec", "~ unsure", "- gone"]);
    }
}
