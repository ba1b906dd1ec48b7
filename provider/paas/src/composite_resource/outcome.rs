//! From the engine's outcome to a resource's attributes: `children`, and one attribute per export.

use composite::{Json, Ledger, Plan};
use indexmap::IndexMap;
use paas_aws::Session;
use paas_aws::shown::Frame;
use std::collections::BTreeMap;
use tfplugin::{Attr, Attributes, Diagnostic, Value};

use super::Model;

/// The attribute `children`.
type Children = BTreeMap<String, Attr<String>>;

/// Exports by attribute name; `None` is not known yet.
pub type Outcome = IndexMap<String, Option<Json>>;

/// The planned attributes: every child's wanted spec, and the outputs known so far.
pub fn of_plan<M: Model>(
    session: &Session,
    mut model: M,
    prior: Option<&M>,
    plan: &Plan,
) -> Result<M, Diagnostic> {
    *model.children() = if plan.keys_known {
        let before = prior.map_or(Attr::Null, |prior| prior.clone().children().clone());
        let tags = model.tags_all().clone();
        let texts = Texts { frame: Frame::of(session, tags.known()), before: before.known() };
        let text = |(key, spec): (String, Option<Json>)| {
            let text = spec.map_or(Attr::Unknown, |spec| texts.of(&key, &spec));
            (key, text)
        };
        Attr::Known(plan.children().into_iter().map(text).collect())
    } else {
        Attr::Unknown
    };
    export(model, &plan.exports)
}

/// The attributes after an apply. What isn't known after a failure is left to the server, which makes it null.
pub fn of_apply<M: Model>(
    session: &Session,
    mut model: M,
    ledger: &Ledger,
    exports: &IndexMap<String, Json>,
) -> Result<M, Diagnostic> {
    let planned = model.children().clone();
    *model.children() = Attr::Known(children(session, &mut model, planned.known(), ledger));
    export(model, &exports.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect())
}

/// The attributes after an apply that ended half-way without an error: what was known in the plan stands, the rest is
/// filled in as far as it is known now. What still isn't, is left to the server, which makes it null.
pub fn of_promise<M: Model>(
    session: &Session,
    mut planned: M,
    ledger: &Ledger,
    exports: &IndexMap<String, Json>,
) -> Result<M, Diagnostic> {
    let made = children(session, &mut planned, None, ledger);
    match planned.children() {
        Attr::Known(children) => {
            for (key, spec) in children.iter_mut().filter(|(_, spec)| spec.is_unknown()) {
                *spec = made.get(key).cloned().unwrap_or(Attr::Null);
            }
        }
        children => *children = Attr::Known(made),
    }
    let values = planned.to_value();
    let unknown = exports.iter().filter(|(name, _)| !values.get(name).is_wholly_known());
    export(planned, &unknown.map(|(name, value)| (name.clone(), Some(value.clone()))).collect())
}

/// The attributes after a refresh: only `children` can have changed. A state from before there was `ready` is whole.
pub fn of_ledger<M: Model>(session: &Session, mut model: M, ledger: &Ledger) -> M {
    *model.children() = Attr::Known(children(session, &mut model, None, ledger));
    if model.ready().is_null() {
        *model.ready() = Attr::Known(true);
    }
    model
}

fn children<M: Model>(
    session: &Session,
    model: &mut M,
    before: Option<&Children>,
    ledger: &Ledger,
) -> Children {
    let texts = Texts { frame: Frame::of(session, model.tags_all().known()), before };
    let text = |(key, spec): (String, Json)| {
        let text = texts.of(&key, &spec);
        (key, text)
    };
    ledger.children().into_iter().map(text).collect()
}

/// Specs as text: compact JSON, which Terraform renders as a structural difference.
struct Texts<'a> {
    frame: Frame<'a>,
    /// The texts that there were.
    before: Option<&'a Children>,
}

impl Texts<'_> {
    /// What shows the same stands as it stood: an earlier provider may have shown more, and that is no change.
    fn of(&self, key: &str, spec: &Json) -> Attr<String> {
        let shown = self.frame.shown(spec);
        let before = self.before.and_then(|before| before.get(key)?.known());
        let as_before = before.filter(|before| {
            serde_json::from_str::<Json>(before).is_ok_and(|before| self.frame.shown(&before) == shown)
        });
        Attr::Known(as_before.cloned().unwrap_or_else(|| shown.to_string()))
    }
}

/// Sets each export's attribute. Goes through the model's value, so that no composite maps its outputs by hand.
fn export<M: Attributes>(model: M, exports: &Outcome) -> Result<M, Diagnostic> {
    let schema = M::schema();
    let Value::Map(mut values) = model.to_value() else { return Ok(model) };
    for (name, value) in exports {
        let attribute = schema.attribute(name).expect("an export is named after an attribute");
        let value = match value {
            None => Value::Unknown,
            Some(json) => Value::from_json(json, &attribute.kind.ty()).map_err(|error| {
                Diagnostic::error(
                    "An output has the wrong type",
                    format!("{name}: {error}. This is a bug in the provider."),
                )
            })?,
        };
        values.insert(name.clone(), value);
    }
    M::from_value(&Value::Map(values))
}

/// Puts back what doesn't change while the composite lives, such as its id. An export may be unknown because a child
/// has to be made anew; an unknown id would have everything that refers to it replaced.
pub fn keep<M: Model>(model: M, prior: &M) -> M {
    let (Value::Map(mut values), prior) = (model.to_value(), prior.to_value()) else { return model };
    for attribute in M::schema().attributes.iter().filter(|attribute| attribute.keep) {
        let known = prior.get(&attribute.name);
        if values.get(&attribute.name).is_some_and(Value::is_unknown) && !known.is_null() {
            values.insert(attribute.name.clone(), known.clone());
        }
    }
    M::from_value(&Value::Map(values)).unwrap_or(model)
}
