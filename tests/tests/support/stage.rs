//! Resources on an emulated account, driven through the protocol client: an apply or a plan in a fraction of a second.
//!
//! Each step of a [`Stage`] has a provider process of its own, as with Terraform: what one has cached, the next doesn't
//! know. The steps of a [`Resource`] share the process that they are given, as the resources of one run do.

#![allow(dead_code, reason = "each suite uses a part")]

#[path = "roles.rs"]
mod roles;

use composite::Ledger;
use paas_aws::Tags;
use paas_aws::permissions::{Access, ResourceType};
use paas_aws::shown::Frame;
use paas_tests::emulator::REGION;
use paas_tests::{Emulator, provider};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use tfplugin::Value;
use tfplugin::client::{Action, Client, Launch, Outcome, State};

/// A resource type.
pub const ENVIRONMENT: &str = "paas_environment";
/// Another one.
pub const TENANT: &str = "paas_tenant";
/// Another one.
pub const DATABASE: &str = "paas_database";
/// Another one.
pub const INFRASTRUCTURE_PIPELINE: &str = "paas_infrastructure_pipeline";
/// Another one.
pub const GITLAB_WEBHOOK: &str = "paas_gitlab_webhook";

/// The form of private state that the provider writes: its first byte.
const FORM: u8 = 3;
/// The emulated account.
const ACCOUNT: &str = "123456789012";

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
        self.provider_with(&[]).await
    }

    /// The same in the role that may do what the published policy says, for resources of this type.
    pub async fn provider_for(&self, access: Access, type_name: &str) -> Client {
        let project = self.settings["project"].as_str().unwrap_or("paas");
        let key = roles::enact(&self.aws, project, access, resource_type(type_name));
        self.provider_with(&[("AWS_ACCESS_KEY_ID", &key)]).await
    }

    /// The same, with more environment variables.
    pub async fn provider_with(&self, variables: &[(&str, &str)]) -> Client {
        let binary = provider::binary().unwrap_or_else(|error| panic!("{error}"));
        let launch = Launch::new(binary);
        let launch = self.aws.environment().into_iter().fold(launch, |launch, (k, v)| launch.env(k, v));
        let launch = variables.iter().fold(launch, |launch, (k, v)| launch.env(k, v));
        let client = Client::launch(launch).await.unwrap_or_else(|error| panic!("{error}"));
        let said = client.configure(&self.settings).await.unwrap();
        assert!(said.is_empty(), "{said:?}");
        client
    }

    /// Makes a resource, and expects nothing but success.
    pub async fn create(&self, type_name: &'static str, config: Json) -> Resource {
        Resource::create(&self.provider_for(Access::Apply, type_name).await, type_name, config).await
    }

    /// `terraform plan`: refreshes, then plans.
    pub async fn plan(&self, resource: &Resource) -> Outcome {
        resource.plan(&self.provider_for(Access::Plan, resource.type_name).await).await
    }

    /// Applies a plan of [`Stage::plan`].
    pub async fn apply(&self, resource: &mut Resource, plan: Outcome) {
        let provider = self.provider_for(Access::Apply, resource.type_name).await;
        let applied = provider.apply(resource.type_name, &resource.config, plan).await.unwrap();
        assert!(!applied.diagnostics.has_errors(), "{:?}", applied.diagnostics);
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
    /// Plans and applies what isn't there yet, and expects nothing but success.
    pub async fn create(provider: &Client, type_name: &'static str, config: Json) -> Self {
        let made = provider.converge(type_name, &config, None).await.unwrap();
        assert!(made.diagnostics.is_empty(), "{type_name}: {:?}", made.diagnostics);
        Self { type_name, config, state: made.state.expect("it was made") }
    }

    /// Refreshes, then plans.
    pub async fn plan(&self, provider: &Client) -> Outcome {
        let Self { type_name, config, state } = self;
        let refreshed = provider.refresh(type_name, state).await.unwrap();
        assert!(refreshed.diagnostics.is_empty(), "{:?}", refreshed.diagnostics);
        let plan = provider.plan(type_name, config, refreshed.state.as_ref()).await.unwrap();
        // A plan may warn, as of what is new and has no release yet.
        assert!(!plan.diagnostics.has_errors(), "{:?}", plan.diagnostics);
        plan
    }

    /// `terraform plan -refresh=false`.
    pub async fn plan_alone(&self, provider: &Client) -> Outcome {
        let plan = provider.plan(self.type_name, &self.config, Some(&self.state)).await.unwrap();
        assert!(!plan.diagnostics.has_errors(), "{:?}", plan.diagnostics);
        plan
    }

    /// What the provider remembers of the AWS objects: the private state, with the specs that the attribute `children`
    /// shows instead.
    pub fn ledger(&self) -> Ledger {
        let (form, packed) = self.state.private.split_first().expect("there is private state");
        assert_eq!(*form, FORM, "the form of the private state");
        let attributes = &self.state.value;
        let Value::Map(shown) = attributes.get("children") else { panic!("the children are known") };
        let texts = shown.iter().filter_map(|(key, text)| Some([key, text.as_str()?].concat()));
        let texts: String = texts.filter(|text| text.is_ascii()).collect();
        let ledger = Ledger::unpacked(packed, texts.as_bytes()).expect("private state is a ledger");
        let mut ledger = ledger.expect("the private state belongs to these attributes");
        let tags_all: Option<Tags> = serde_json::from_value(attributes.get("tags_all").to_json()).ok();
        let tags_all = tags_all.as_ref();
        let frame = Frame { partition: "aws", region: REGION, account_id: ACCOUNT, tags_all };
        let keys: Vec<String> = ledger.children().into_keys().collect();
        for (record, key) in ledger.live.iter_mut().chain(&mut ledger.dead).zip(keys) {
            let told = match &record.saw {
                Json::Null => vec![],
                Json::Array(told) => told.iter().filter_map(Json::as_str).collect(),
                _ => continue,
            };
            let shown = attributes.get("children").get(&key).as_str().expect("it is shown");
            record.saw = frame.whole(&serde_json::from_str(shown).expect("children are JSON"), told);
        }
        ledger
    }

    /// Bytes in the state file: attributes, and private state as Terraform stores it.
    pub fn size(&self) -> (usize, usize) {
        (self.state.value.to_json().to_string().len(), self.state.private.len().div_ceil(3) * 4)
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

/// The resource type that Terraform calls so.
fn resource_type(name: &str) -> ResourceType {
    let found = ResourceType::ALL.iter().find(|kind| kind.name() == name);
    *found.unwrap_or_else(|| panic!("the policy knows no {name}"))
}
