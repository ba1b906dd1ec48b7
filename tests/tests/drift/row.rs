//! What one kind of drift looks like, and the test that is the same for all of them.

use crate::stage::{Resource, Stage, changes};
use composite::{Json, Record};
use paas_tests::Emulator;
use paas_tests::emulator::Object;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use tfplugin::Value;
use tfplugin::client::{Action, Outcome};

/// What somebody does; the answer of AWS's last call is of no interest.
type Act = fn(&Account<'_>) -> Json;
/// What AWS holds of an aspect.
type Look = fn(&Account<'_>) -> Json;

/// A change behind Terraform's back.
pub struct Row {
    /// The child's kind in the catalogue.
    pub kind: &'static str,
    /// The child's key in its composite.
    key: &'static str,
    /// What somebody did, for messages.
    what: &'static str,
    act: Act,
    /// What AWS holds, asked of AWS itself; it must change with `act` and be as before after the repair.
    look: Option<Look>,
    /// The children that the plan shows, with the fields of their specs.
    shows: Vec<Shown>,
}

/// A child's key, and the fields in which its spec differs.
type Shown = (&'static str, &'static [&'static str]);

/// A child that comes, or whose spec isn't known before the apply, because it names one that comes.
pub const WHOLE: &[&str] = &["(whole)"];

/// What a row works on: AWS itself, and the ids of the children.
pub struct Account<'a> {
    aws: &'a Emulator,
    /// The child that the row is about.
    pub child: Record,
    resource: &'a Resource,
}

impl Account<'_> {
    /// Calls AWS, in boto3's names.
    #[track_caller]
    #[allow(clippy::needless_pass_by_value, reason = "a `json!` reads best without a `&`")]
    pub fn call(&self, service: &str, operation: &str, params: Json) -> Json {
        let answer = self.aws.call(service, operation, &params);
        answer.unwrap_or_else(|error| panic!("{service} {operation} {params}: {error}"))
    }

    /// The same, where AWS may refuse.
    pub fn try_call(&self, service: &str, operation: &str, params: &Json) -> Option<Json> {
        self.aws.call(service, operation, params).ok()
    }

    /// The id of the row's child.
    pub fn id(&self) -> &str {
        &self.child.id
    }

    /// What the parameter says that is the child.
    pub fn published(&self) -> String {
        let found = self.call("ssm", "get_parameter", json!({"Name": self.id()}));
        found["Parameter"]["Value"].as_str().expect("a parameter has a value").to_owned()
    }

    /// The id of another child.
    pub fn id_of(&self, key: &str) -> String {
        child(self.resource, key).id
    }

    /// A text in the row's spec, such as `listener_arn`.
    #[track_caller]
    pub fn spec(&self, field: &str) -> &str {
        self.child.saw[field].as_str().unwrap_or_else(|| panic!("no text {field} in {}", self.child.saw))
    }
}

/// Somebody changes something: it shows in `fields` of the child's spec, and nowhere else.
pub fn changed(
    (kind, key): (&'static str, &'static str),
    what: &'static str,
    fields: &'static [&'static str],
    act: Act,
    look: Look,
) -> Row {
    Row { kind, key, what, act, look: Some(look), shows: vec![(key, fields)] }
}

/// Somebody deletes the child: it shows as new, and so do those that name its id.
pub fn deleted((kind, key): (&'static str, &'static str), namers: &[&'static str], act: Act) -> Row {
    let shows = std::iter::once(&key).chain(namers).map(|key| (*key, WHOLE)).collect();
    Row { kind, key, what: "deleted", act, look: None, shows }
}

impl Row {
    /// For what the inventory doesn't list: what AWS holds.
    pub fn seen_by(self, look: Look) -> Self {
        Self { look: Some(look), ..self }
    }

    /// The change can't be made without another one, on another child.
    pub fn and(mut self, key: &'static str, fields: &'static [&'static str]) -> Self {
        self.shows.push((key, fields));
        self
    }

    /// Whether the child is gone.
    pub fn is_deletion(&self) -> bool {
        self.shows[0].1 == WHOLE
    }

    /// Whether anything is made anew, so that ids change.
    fn recreates(&self) -> bool {
        self.shows.iter().any(|(_, fields)| *fields == WHOLE)
    }

    fn expected(&self) -> BTreeMap<String, BTreeSet<String>> {
        let set = |fields: &[&str]| fields.iter().map(|field| (*field).to_owned()).collect();
        self.shows.iter().map(|(key, fields)| ((*key).to_owned(), set(fields))).collect()
    }

    /// The change is seen, shown, and repaired.
    pub async fn run(&self, stage: &Stage, resource: &mut Resource) {
        let name = format!("{} {} {}", resource.type_name, self.key, self.what);
        eprintln!("{name}");
        let record = child(resource, self.key);
        assert_eq!(record.kind, self.kind, "{name}");
        let before = resource.clone();
        let account = Account { aws: &stage.aws, child: record, resource: &before };
        let held = Held::now(&account, self.look);
        (self.act)(&account);
        let spoiled = Held::now(&account, self.look);
        assert!(held.differs(&spoiled), "{name}: AWS holds the same as before: {:?}", spoiled.aspect);

        let plan = stage.plan(resource).await;
        assert_eq!(plan.action, Action::Update, "{name}");
        assert_eq!(
            changes(&plan),
            self.expected(),
            "{name}: {:?}",
            plan.planned.get("children").get(self.key)
        );
        if !self.recreates() {
            assert_eq!(changed_attributes(&plan), BTreeSet::new(), "{name}: outputs stay known");
        }
        stage.apply(resource, plan).await;
        stage.expect_no_change(resource, &name).await;

        let account = Account { child: child(resource, self.key), resource, ..account };
        let repaired = Held::now(&account, self.look);
        assert_eq!(repaired.aspect, held.aspect, "{name}");
        if self.recreates() {
            assert!(repaired.shape() == held.shape(), "{name}: {:#?}", repaired.strangers(&held));
        } else {
            assert!(repaired == held, "{name}: {:#?}", repaired.strangers(&held));
        }
    }
}

/// A list whose order means nothing.
pub fn sorted(list: Json) -> Json {
    let Json::Array(mut items) = list else { return list };
    items.sort_by_key(Json::to_string);
    Json::Array(items)
}

/// The attributes other than `children` that a plan changes.
fn changed_attributes(plan: &Outcome) -> BTreeSet<String> {
    let before = plan.state.as_ref().map(|state| &state.value);
    let (Some(Value::Map(before)), Value::Map(after)) = (before, &plan.planned) else {
        return BTreeSet::from(["(all)".into()]);
    };
    let differing = after.iter().filter(|(name, value)| before.get(*name) != Some(*value));
    differing.map(|(name, _)| name.clone()).filter(|name| name != "children").collect()
}

/// The remembered child of this key.
pub fn child(resource: &Resource, key: &str) -> Record {
    let found = resource.ledger().live.into_iter().find(|record| record.key == key);
    found.unwrap_or_else(|| panic!("{} has no child {key}", resource.type_name))
}

/// Service, kind, name and tags of an object.
type Shape = (String, String, Option<String>, BTreeMap<String, String>);

/// What the account holds.
#[derive(Debug, PartialEq)]
struct Held {
    /// All that exists.
    inventory: Vec<Object>,
    /// The aspect that the row is about, if it isn't the inventory.
    aspect: Option<Json>,
}

impl Held {
    fn now(account: &Account<'_>, look: Option<Look>) -> Self {
        let mut inventory = account.aws.inventory();
        // A group's instances come and go as the group sees fit.
        inventory.retain(|object| !object.tags.contains_key("aws:autoscaling:groupName"));
        inventory.sort_by(|a, b| (&a.kind, &a.id).cmp(&(&b.kind, &b.id)));
        Self { inventory, aspect: look.map(|look| look(account)) }
    }

    fn differs(&self, other: &Self) -> bool {
        if self.aspect.is_some() { self.aspect != other.aspect } else { self.inventory != other.inventory }
    }

    /// What only one of the two has.
    fn strangers<'a>(&'a self, other: &'a Self) -> Vec<&'a Object> {
        let mine = self.inventory.iter().filter(|object| !other.inventory.contains(object));
        mine.chain(other.inventory.iter().filter(|object| !self.inventory.contains(object))).collect()
    }

    /// The inventory without ids: what there is, under which names and tags.
    fn shape(&self) -> Vec<Shape> {
        let mut shape: Vec<_> = self
            .inventory
            .iter()
            .map(|object| {
                let Object { service, kind, name, tags, .. } = object.clone();
                (service, kind, name, tags)
            })
            .collect();
        shape.sort();
        shape
    }
}
