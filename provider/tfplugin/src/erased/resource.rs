use super::{Pending, Shape, optional, state, validate};
use crate::{
    Applied, Apply, Attributes, Cx, Diagnostic, Diagnostics, Imported, MoveSource, Moved, Path, Plan,
    ReadOutcome, Resource, Value, plan, write_only,
};
use serde_json::Value as Json;

pub(crate) trait DynResource: Send + Sync {
    fn shape(&self) -> &Shape;
    fn version(&self) -> i64;
    fn validate(&self, config: &Value) -> Diagnostics;
    fn plan<'a>(&'a self, cx: &'a Cx, plan: &'a PlanValue) -> Pending<'a, PlannedValue>;
    fn apply<'a>(&'a self, cx: &'a Cx, apply: &'a ApplyValue) -> Pending<'a, AppliedValue>;
    fn read<'a>(&'a self, cx: &'a Cx, state: &'a Value, private: Vec<u8>) -> Pending<'a, ReadValue>;
    fn import<'a>(&'a self, cx: &'a Cx, id: &'a str) -> Pending<'a, Result<Imported<Value>, Diagnostics>>;
    fn upgrade(&self, from_version: i64, state: Json) -> Result<Json, Diagnostic>;
    fn move_state(&self, from: MoveSource) -> Option<Result<Moved<Value>, Diagnostic>>;
}

/// What Terraform asks to plan. `config` is null on destroy, `prior` on create.
pub(crate) struct PlanValue {
    pub config: Value,
    pub prior: Value,
    pub private: Vec<u8>,
    pub destroy: bool,
}

pub(crate) struct PlannedValue {
    pub planned: Value,
    pub private: Vec<u8>,
    pub replace: Vec<Path>,
    pub diagnostics: Diagnostics,
}

/// What Terraform asks to apply. `planned` and `config` are null on destroy, `prior` on create.
#[derive(Clone)]
pub(crate) struct ApplyValue {
    pub prior: Value,
    pub planned: Value,
    pub config: Value,
    pub private: Vec<u8>,
}

pub(crate) type AppliedValue = Applied<Value>;
pub(crate) type ReadValue = ReadOutcome<Value>;

pub(crate) struct ErasedResource<R> {
    inner: R,
    shape: Shape,
}

impl<R: Resource> ErasedResource<R> {
    pub fn new(inner: R) -> Self {
        Self { inner, shape: Shape::of::<R::Model>() }
    }
}

impl<R: Resource> ErasedResource<R> {
    async fn plan_change(&self, cx: &Cx, request: &PlanValue) -> Result<PlannedValue, Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        if request.destroy {
            if let Some(prior) = optional::<R::Model>(&request.prior)? {
                self.inner.plan_destroy(cx, &prior, &request.private, &mut diagnostics).await;
            }
            let private = request.private.clone();
            return Ok(PlannedValue { planned: Value::Null, private, replace: Vec::new(), diagnostics });
        }
        let schema = &self.shape.schema;
        let prepared = plan::prepare(schema, &request.config, &request.prior);
        let mut plan = Plan {
            config: R::Model::from_value(&request.config)?,
            prior: optional(&request.prior)?,
            planned: R::Model::from_value(&prepared.planned)?,
            private: request.private.clone(),
            replace: prepared.replace,
        };
        self.inner.plan(cx, &mut plan, &mut diagnostics).await;
        let planned = plan::restore(plan.planned.to_value(), &prepared.planned);
        let planned = write_only::strip(schema, planned);
        Ok(PlannedValue { planned, private: plan.private, replace: plan.replace, diagnostics })
    }

    async fn apply_change(&self, cx: &Cx, request: &ApplyValue) -> Result<AppliedValue, Diagnostics> {
        let apply = Apply {
            prior: optional(&request.prior)?,
            planned: optional(&request.planned)?,
            config: optional(&request.config)?,
            private: request.private.clone(),
        };
        let Applied { state: model, private, diagnostics } = self.inner.apply(cx, apply).await;
        Ok(Applied { state: Some(state(&self.shape.schema, model)), private, diagnostics })
    }
}

impl<R: Resource> DynResource for ErasedResource<R> {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn version(&self) -> i64 {
        R::VERSION
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        validate(config, |config, diagnostics| self.inner.validate(config, diagnostics))
    }

    fn plan<'a>(&'a self, cx: &'a Cx, request: &'a PlanValue) -> Pending<'a, PlannedValue> {
        Box::pin(async move {
            self.plan_change(cx, request).await.unwrap_or_else(|diagnostics| PlannedValue {
                planned: request.prior.clone(),
                private: request.private.clone(),
                replace: Vec::new(),
                diagnostics,
            })
        })
    }

    fn apply<'a>(&'a self, cx: &'a Cx, request: &'a ApplyValue) -> Pending<'a, AppliedValue> {
        Box::pin(async move {
            // what doesn't decode was not tried: the prior state still holds
            self.apply_change(cx, request).await.unwrap_or_else(|diagnostics| Applied {
                state: Some(request.prior.clone()),
                private: request.private.clone(),
                diagnostics,
            })
        })
    }

    fn read<'a>(&'a self, cx: &'a Cx, current: &'a Value, private: Vec<u8>) -> Pending<'a, ReadValue> {
        Box::pin(async move {
            let model = match R::Model::from_value(current) {
                Ok(model) => model,
                Err(error) => {
                    return ReadOutcome { state: Some(current.clone()), private, diagnostics: error.into() };
                }
            };
            let ReadOutcome { state: model, private, diagnostics } =
                self.inner.read(cx, model, private).await;
            ReadOutcome { state: Some(state(&self.shape.schema, model)), private, diagnostics }
        })
    }

    fn import<'a>(&'a self, cx: &'a Cx, id: &'a str) -> Pending<'a, Result<Imported<Value>, Diagnostics>> {
        Box::pin(async move {
            let Imported { state: model, private } = self.inner.import(cx, id).await?;
            Ok(Imported { state: state(&self.shape.schema, Some(model)), private })
        })
    }

    fn upgrade(&self, from_version: i64, state: Json) -> Result<Json, Diagnostic> {
        self.inner.upgrade(from_version, state)
    }

    fn move_state(&self, from: MoveSource) -> Option<Result<Moved<Value>, Diagnostic>> {
        self.inner.move_state(from).map(|moved| {
            moved.map(|Moved { state: model, private }| Moved {
                state: state(&self.shape.schema, Some(model)),
                private,
            })
        })
    }
}
