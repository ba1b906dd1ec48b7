//! Resources on an emulated account, driven through the protocol client: an apply or a plan in a fraction of a second.
//!
//! Each step has a provider process of its own, as with Terraform: what one has cached, the next doesn't know.

use composite::Ledger;
use paas_tests::{Emulator, provider};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use tfplugin::Value;
use tfplugin::client::{Action, Client, Launch, Outcome, State};

/// A resource type.
pub const ENVIRONMENT: &str = "paas_environment";
/// Another one.
pub const TENANT: &str = "paas_tenant";

/// An account, and how the provider is configured for it.
pub struct Stage {
    pub aws: Emulator,
    /// The provider's own arguments.
    settings: Json,
}

/// One resource: what its configuration says, and what the state file holds.
#[derive(Clone)]
pub struct Resource {
    pub type_name: &'static str,
    pub config: Json,
    pub state: State,
}

impl Stage {
    /// An empty account, and a provider with these arguments.
    pub fn new(settings: Json) -> Self {
        Self { aws: Emulator::start(), settings }
    }

    /// A provider of its own for the next step.
    pub async fn provider(&self) -> Client {
        let binary = provider::binary().unwrap_or_else(|error| panic!("{error}"));
        let launch = Launch::new(binary);
        let launch = self.aws.environment().into_iter().fold(launch, |launch, (k, v)| launch.env(k, v));
        let client = Client::launch(launch).await.unwrap_or_else(|error| panic!("{error}"));
        let said = client.configure(&self.settings).await.unwrap();
        assert!(said.is_empty(), "{said:?}");
        client
    }

    /// Makes a resource, and expects nothing but success.
    pub async fn create(&self, type_name: &'static str, config: Json) -> Resource {
        let made = self.provider().await.converge(type_name, &config, None).await.unwrap();
        assert!(made.diagnostics.is_empty(), "{type_name}: {:?}", made.diagnostics);
        Resource { type_name, config, state: made.state.expect("it was made") }
    }

    /// `terraform plan`: refreshes, then plans.
    pub async fn plan(&self, resource: &Resource) -> Outcome {
        let Resource { type_name, config, state } = resource;
        let provider = self.provider().await;
        let refreshed = provider.refresh(type_name, state).await.unwrap();
        assert!(refreshed.diagnostics.is_empty(), "{:?}", refreshed.diagnostics);
        let plan = provider.plan(type_name, config, refreshed.state.as_ref()).await.unwrap();
        assert!(plan.diagnostics.is_empty(), "{:?}", plan.diagnostics);
        plan
    }

    /// Applies a plan of [`Stage::plan`].
    pub async fn apply(&self, resource: &mut Resource, plan: Outcome) {
        let provider = self.provider().await;
        let applied = provider.apply(resource.type_name, &resource.config, plan).await.unwrap();
        assert!(applied.diagnostics.is_empty(), "{:?}", applied.diagnostics);
        resource.state = applied.state.expect("it still exists");
    }

    /// Fails unless the next plan is empty; takes over the refreshed state.
    pub async fn expect_no_change(&self, resource: &mut Resource, after: &str) {
        let plan = self.plan(resource).await;
        let changes = changes(&plan);
        assert_eq!(plan.action, Action::NoOp, "after {after} the plan changes {changes:#?}");
        resource.state = plan.state.expect("it exists");
    }
}

impl Resource {
    /// What the provider remembers of the AWS objects.
    pub fn ledger(&self) -> Ledger {
        let private: Json = serde_json::from_slice(&self.state.private).expect("private state is JSON");
        serde_json::from_value(private["ledger"].clone()).expect("private state holds a ledger")
    }
}

/// The children that a plan changes: for each key what it shows, by field of the child's spec. A field of its own,
/// `(whole)`, is a child that comes, goes, or isn't known before the apply.
pub fn changes(plan: &Outcome) -> BTreeMap<String, BTreeSet<String>> {
    let none = Value::Null;
    let before = plan.state.as_ref().map_or(&none, |state| state.value.get("children"));
    let after = plan.planned.get("children");
    let (Value::Map(before), Value::Map(after)) = (before, after) else {
        return BTreeMap::from([("(all)".into(), BTreeSet::new())]);
    };
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differing = keys.into_iter().filter(|key| before.get(*key) != after.get(*key));
    differing.map(|key| (key.clone(), fields(before.get(key), after.get(key)))).collect()
}

/// The top-level fields in which two specs differ.
fn fields(before: Option<&Value>, after: Option<&Value>) -> BTreeSet<String> {
    let spec = |value: Option<&Value>| -> Option<serde_json::Map<String, Json>> {
        serde_json::from_str(value?.as_str()?).ok()
    };
    let (Some(before), Some(after)) = (spec(before), spec(after)) else {
        return BTreeSet::from(["(whole)".into()]);
    };
    let keys = before.keys().chain(after.keys());
    keys.filter(|key| before.get(*key) != after.get(*key)).cloned().collect()
}
