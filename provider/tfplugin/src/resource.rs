//! Managed resources.

use crate::{Attributes, Cx, Diagnostic, Diagnostics, Path};
use serde_json::Value as Json;
use std::future::Future;

/// A managed resource: something that Terraform creates, changes and deletes.
///
/// The methods come in the order of a run: [`validate`](Self::validate), [`read`](Self::read), [`plan`](Self::plan) or
/// [`plan_destroy`](Self::plan_destroy), [`apply`](Self::apply). Terraform calls several of them, also of one resource
/// type, at the same time.
pub trait Resource: Send + Sync + 'static {
    /// Its attributes.
    type Model: Attributes;

    /// Its name without the provider's: `"tenant"` for `paas_tenant`.
    const NAME: &'static str;

    /// The version of the schema. Raise it when stored state needs [`upgrade`](Self::upgrade).
    const VERSION: i64 = 0;

    /// Checks the configuration. Called several times, with unknown values in it; asks nobody outside.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Refines the plan that the server has prepared by the rules of the attributes, for create and update.
    /// May look things up; changes nothing.
    fn plan(
        &self,
        cx: &Cx,
        plan: &mut Plan<Self::Model>,
        diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = ()> + Send {
        let _ = (cx, plan, diagnostics);
        async {}
    }

    /// Checks whether the resource may be destroyed. An error stops the plan.
    fn plan_destroy(
        &self,
        cx: &Cx,
        prior: &Self::Model,
        private: &[u8],
        diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = ()> + Send {
        let _ = (cx, prior, private, diagnostics);
        async {}
    }

    /// Creates, updates or destroys, and says what exists now, also when it failed half-way. When `cx.cancel` is
    /// cancelled, ends at the next safe point.
    fn apply(&self, cx: &Cx, apply: Apply<Self::Model>) -> impl Future<Output = Applied<Self::Model>> + Send;

    /// Says what the object looks like now.
    fn read(
        &self,
        cx: &Cx,
        state: Self::Model,
        private: Vec<u8>,
    ) -> impl Future<Output = ReadOutcome<Self::Model>> + Send;

    /// Finds an existing object by the id that a person gave. Terraform reads it afterwards, so the state only has to
    /// hold what [`read`](Self::read) needs.
    fn import(
        &self,
        cx: &Cx,
        id: &str,
    ) -> impl Future<Output = Result<Imported<Self::Model>, Diagnostics>> + Send {
        let _ = (cx, id);
        async {
            Err(Diagnostic::error("Import isn't supported", format!("A {} can't be imported.", Self::NAME))
                .into())
        }
    }

    /// Turns stored state of an older schema version into the current one. Attributes that the schema doesn't know are
    /// dropped afterwards, missing ones become null; so the default, which passes the state on, covers most changes.
    ///
    /// # Errors
    /// If the state can't be brought up to date.
    fn upgrade(&self, from_version: i64, state: Json) -> Result<Json, Diagnostic> {
        let _ = from_version;
        Ok(state)
    }

    /// Takes over the state of another resource type, for a `moved` block. None: not a source that this type knows.
    fn move_state(&self, from: MoveSource) -> Option<Result<Moved<Self::Model>, Diagnostic>> {
        let _ = from;
        None
    }
}

/// A plan to create or update, prepared by the rules of the attributes: see
/// [`Attributes`](macro@crate::Attributes).
#[derive(Clone, Debug)]
pub struct Plan<M> {
    /// The configuration, write-only values included. Parts may be unknown.
    pub config: M,
    /// What exists; none on create.
    pub prior: Option<M>,
    /// What will be. Where the configuration says a value, it has to stay.
    pub planned: M,
    /// The resource's own data, from the last apply or read; what stands here after planning is passed to apply.
    pub private: Vec<u8>,
    /// Changed attributes that call for a replacement.
    pub replace: Vec<Path>,
}

/// A planned change to carry out.
#[derive(Clone, Debug)]
pub struct Apply<M> {
    /// What exists; none on create.
    pub prior: Option<M>,
    /// What will be; none on destroy.
    pub planned: Option<M>,
    /// The configuration, write-only values included; none on destroy.
    pub config: Option<M>,
    /// What the plan left.
    pub private: Vec<u8>,
}

/// How far an apply came.
#[derive(Clone, Debug)]
pub struct Applied<M> {
    /// What exists; none: nothing. A value that was known in the plan must be the same here.
    /// Left-over unknown values become null on the way out.
    pub state: Option<M>,
    /// The resource's own data, kept with the state.
    pub private: Vec<u8>,
    /// An error on create taints the resource, one on update or destroy doesn't.
    pub diagnostics: Diagnostics,
}

/// What an object looks like now.
#[derive(Clone, Debug)]
pub struct ReadOutcome<M> {
    /// None: it is gone, and Terraform plans to create it again.
    pub state: Option<M>,
    /// The resource's own data, kept with the state.
    pub private: Vec<u8>,
    /// With an error in it, Terraform keeps the old state.
    pub diagnostics: Diagnostics,
}

/// An object found by its id.
#[derive(Clone, Debug)]
pub struct Imported<M> {
    /// At least what `read` needs.
    pub state: M,
    /// The resource's own data, kept with the state.
    pub private: Vec<u8>,
}

/// State of another resource type, as a `moved` block brings it.
#[derive(Clone, Debug)]
pub struct MoveSource {
    /// `registry.terraform.io/hashicorp/null`
    pub provider_address: String,
    /// `null_resource`
    pub type_name: String,
    /// Schema version of the state.
    pub schema_version: i64,
    /// As stored.
    pub state: Json,
    /// The other resource's own data.
    pub private: Vec<u8>,
}

/// State taken over from another resource type.
#[derive(Clone, Debug)]
pub struct Moved<M> {
    /// The state in this type's attributes.
    pub state: M,
    /// The resource's own data, kept with the state.
    pub private: Vec<u8>,
}

impl<M> Applied<M> {
    /// Done.
    pub fn done(state: impl Into<Option<M>>) -> Self {
        Self { state: state.into(), private: Vec::new(), diagnostics: Diagnostics::new() }
    }

    /// Failed; `state` is what exists all the same.
    pub fn failed(state: impl Into<Option<M>>, diagnostics: impl Into<Diagnostics>) -> Self {
        Self { state: state.into(), private: Vec::new(), diagnostics: diagnostics.into() }
    }

    /// The same with the resource's own data.
    #[must_use]
    pub fn private(self, private: Vec<u8>) -> Self {
        Self { private, ..self }
    }
}

impl<M> ReadOutcome<M> {
    /// What it looks like now; none: it is gone.
    pub fn found(state: impl Into<Option<M>>, private: Vec<u8>) -> Self {
        Self { state: state.into(), private, diagnostics: Diagnostics::new() }
    }
}
