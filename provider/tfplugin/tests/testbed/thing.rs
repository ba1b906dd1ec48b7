//! A resource with an attribute of every kind. It exists in its state alone.

use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use tfplugin::{
    Applied, Apply, Attr, Attributes, Cx, Diagnostic, Diagnostics, Imported, MoveSource, Moved, Plan,
    ReadOutcome, Resource, Value,
};

/// A thing.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct Thing {
    /// A string that must be there.
    #[attr(required, replace)]
    name: Attr<String>,
    /// A string with a default.
    #[attr(optional, default = "blue")]
    color: Attr<String>,
    /// A list with a default.
    #[attr(optional, default = ["a", "b"])]
    list: Attr<Vec<String>>,
    /// A set.
    #[attr(optional)]
    set: Attr<BTreeSet<i64>>,
    /// A map whose elements may be unknown one by one.
    #[attr(optional)]
    map: Attr<BTreeMap<String, Attr<String>>>,
    /// Of any type.
    #[attr(optional)]
    any: Attr<Value>,
    /// A number that needs not be whole.
    #[attr(optional)]
    ratio: Attr<f64>,
    /// One nested object.
    #[attr(optional)]
    part: Attr<Part>,
    /// Many nested objects.
    #[attr(optional)]
    parts: Attr<Vec<Part>>,
    /// Nested objects by name.
    #[attr(optional)]
    named_parts: Attr<BTreeMap<String, Part>>,
    /// Chosen by the provider unless set.
    #[attr(optional, computed)]
    slot: Attr<i64>,
    /// Never kept.
    #[attr(optional, sensitive, write_only)]
    password: Attr<String>,
    /// Length of the password that came with the last change.
    #[attr(computed)]
    password_length: Attr<i64>,
    /// How often it was changed.
    #[attr(computed)]
    revision: Attr<i64>,
    /// Stays.
    #[attr(computed, keep)]
    id: Attr<String>,
}

/// A part of a thing.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct Part {
    /// What it is called.
    #[attr(required)]
    label: Attr<String>,
    /// How many there are.
    #[attr(optional, default = 1)]
    count_of: Attr<i64>,
    /// Never kept.
    #[attr(optional, write_only)]
    secret: Attr<String>,
    /// Given by the provider.
    #[attr(computed, keep)]
    serial: Attr<String>,
}

pub struct Things;

impl Resource for Things {
    type Model = Thing;
    const NAME: &'static str = "thing";
    const VERSION: i64 = 2;

    fn validate(&self, config: &Thing, diagnostics: &mut Diagnostics) {
        for (i, part) in config.parts.known().into_iter().flatten().enumerate() {
            if part.count_of.known().is_some_and(|count| *count < 1) {
                let path = tfplugin::Path::from("parts").index(i).attribute("count_of");
                diagnostics.error(path, "Too few", "A thing needs at least one of each part.");
            }
        }
    }

    async fn plan(&self, _: &Cx, plan: &mut Plan<Thing>, diagnostics: &mut Diagnostics) {
        if plan.config.name.known().is_some_and(|name| name == "warned") {
            diagnostics.warn("name", "A warning", "It doesn't stop anything.");
        }
        // what planning leaves here, apply and then every later call get
        plan.private = b"planned".to_vec();
    }

    async fn plan_destroy(&self, _: &Cx, prior: &Thing, _: &[u8], diagnostics: &mut Diagnostics) {
        if prior.color.known().is_some_and(|color| color == "protected") {
            diagnostics.error("color", "Protected", "Give it another color first.");
        }
    }

    async fn apply(&self, _: &Cx, apply: Apply<Thing>) -> Applied<Thing> {
        let Some(mut thing) = apply.planned else { return Applied::done(None) };
        let revision = apply.prior.and_then(|prior| prior.revision.into_known()).unwrap_or(0);
        let password = apply.config.and_then(|config| config.password.into_known());
        thing.revision = (revision + 1).into();
        thing.password_length = password.and_then(|password| i64::try_from(password.len()).ok()).into();
        if thing.slot.is_unknown() {
            thing.slot = 7.into();
        }
        if thing.id.is_unknown() {
            thing.id = thing.name.clone().map(|name| format!("thing-{name}"));
        }
        let single = if let Attr::Known(part) = &mut thing.part { Some(part) } else { None };
        let listed = if let Attr::Known(parts) = &mut thing.parts { parts.as_mut_slice() } else { &mut [] };
        let named =
            if let Attr::Known(parts) = &mut thing.named_parts { Some(parts.values_mut()) } else { None };
        for part in single.into_iter().chain(listed).chain(named.into_iter().flatten()) {
            if part.serial.is_unknown() {
                part.serial = part.label.clone().map(|label| format!("serial of {label}"));
            }
        }
        let private = [&apply.private[..], b", applied"].concat();
        Applied::done(thing).private(private)
    }

    async fn read(&self, _: &Cx, thing: Thing, private: Vec<u8>) -> ReadOutcome<Thing> {
        ReadOutcome::found(
            Some(thing).filter(|thing| thing.name.known().is_none_or(|name| name != "gone")),
            private,
        )
    }

    async fn import(&self, _: &Cx, id: &str) -> Result<Imported<Thing>, Diagnostics> {
        let name = id.strip_prefix("thing-").ok_or_else(|| Diagnostic::error("No such thing", id))?;
        let state =
            Thing { name: name.into(), id: id.into(), password: "leaks?".into(), ..Thing::defaults() };
        Ok(Imported { state, private: b"imported".to_vec() })
    }

    fn upgrade(&self, from_version: i64, mut state: Json) -> Result<Json, Diagnostic> {
        if from_version == 0 {
            return Err(Diagnostic::error("Too old", "Version 0 was never released."));
        }
        if let Some(colour) = state.get("colour").cloned() {
            state["color"] = colour;
        }
        Ok(state)
    }

    fn move_state(&self, from: MoveSource) -> Option<Result<Moved<Thing>, Diagnostic>> {
        (from.type_name == "old_thing").then(|| {
            let name = from.state["title"].as_str().ok_or_else(|| Diagnostic::error("No title", ""))?;
            let state = Thing { name: name.into(), revision: 1.into(), ..Thing::defaults() };
            Ok(Moved { state, private: from.private })
        })
    }
}
