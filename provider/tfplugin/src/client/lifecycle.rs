//! The life of one object: what Terraform does between a configuration and the state file.

use super::{
    Client, Error, check, config, decoded, diagnostics, encoded, launch::CAPABILITIES, proposed::proposed,
    proto, schema,
};
use crate::{Diagnostics, Path, Value};
use schema::Shape;
use serde_json::Value as Json;

/// An object in the state file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Its attributes.
    pub value: Value,
    /// The provider's own data.
    pub private: Vec<u8>,
    /// Its creation failed: the next plan replaces it.
    pub tainted: bool,
}

/// What a plan comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Action {
    /// Nothing to do.
    #[default]
    NoOp,
    /// `+`
    Create,
    /// `~`
    Update,
    /// `-/+`
    Replace,
    /// `-`
    Delete,
}

/// What came of a plan, or of a plan and its apply.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What is in the state file afterwards; after a plan alone, what was there before.
    pub state: Option<State>,
    /// The planned value.
    pub planned: Value,
    /// The provider's data for the apply.
    pub private: Vec<u8>,
    /// What was planned.
    pub action: Action,
    /// Why it has to be replaced.
    pub requires_replace: Vec<Path>,
    /// All that the provider said.
    pub diagnostics: Diagnostics,
}

impl Client {
    /// Validates the configuration of a resource.
    ///
    /// # Errors
    /// [`Error::Config`] if `config` doesn't fit the schema.
    pub async fn validate(&self, type_name: &str, config: &Json) -> Result<Diagnostics, Error> {
        let shape = self.schemas.resource(type_name)?;
        self.validate_value(type_name, &config::value(config, &shape.schema)?, shape).await
    }

    async fn validate_value(
        &self,
        type_name: &str,
        config: &Value,
        shape: &Shape,
    ) -> Result<Diagnostics, Error> {
        let request = proto::validate_resource_config::Request {
            type_name: type_name.into(),
            config: Some(encoded(config, shape)?),
            client_capabilities: Some(CAPABILITIES),
        };
        Ok(diagnostics(self.raw().validate_resource_config(request).await?.into_inner().diagnostics))
    }

    /// Validates and plans, as `terraform plan` without a refresh.
    ///
    /// # Errors
    /// [`Error::Protocol`] if the plan contradicts the configuration.
    pub async fn plan(
        &self,
        type_name: &str,
        config: &Json,
        prior: Option<&State>,
    ) -> Result<Outcome, Error> {
        let shape = self.schemas.resource(type_name)?;
        let config = config::value(config, &shape.schema)?;
        let found = self.validate_value(type_name, &config, shape).await?;
        if found.has_errors() {
            return Ok(Outcome { state: prior.cloned(), diagnostics: found, ..Default::default() });
        }
        let mut outcome = match prior {
            // a tainted object is planned like one that doesn't exist yet
            Some(prior) if !prior.tainted => self.plan_value(type_name, &config, Some(prior), shape).await?,
            _ => self.plan_value(type_name, &config, None, shape).await?,
        };
        if outcome.action == Action::Replace {
            let requires_replace = std::mem::take(&mut outcome.requires_replace);
            if !outcome.diagnostics.has_errors() {
                outcome = self.plan_value(type_name, &config, None, shape).await?;
            }
            outcome = Outcome { requires_replace, action: Action::Replace, ..outcome };
        } else if prior.is_some_and(|prior| prior.tainted) {
            outcome.action = Action::Replace;
        }
        let diagnostics = found.into_iter().chain(outcome.diagnostics).collect();
        Ok(Outcome { state: prior.cloned(), diagnostics, ..outcome })
    }

    async fn plan_value(
        &self,
        type_name: &str,
        config: &Value,
        prior: Option<&State>,
        shape: &Shape,
    ) -> Result<Outcome, Error> {
        let before = prior.map_or(Value::Null, |prior| prior.value.clone());
        let proposal = proposed(&shape.schema, &before, config);
        let private = prior.map(|prior| prior.private.clone()).unwrap_or_default();
        let mut outcome = self.call_plan(type_name, &before, &proposal, config, private, shape).await?;
        if outcome.diagnostics.has_errors() {
            return Ok(outcome);
        }
        check::plan(&shape.schema, &before, config, &outcome.planned)?;
        outcome.action = match prior {
            None => Action::Create,
            Some(_) if outcome.planned == before => Action::NoOp,
            Some(_) if outcome.requires_replace.is_empty() => Action::Update,
            Some(_) => Action::Replace,
        };
        Ok(outcome)
    }

    async fn call_plan(
        &self,
        type_name: &str,
        prior: &Value,
        proposal: &Value,
        config: &Value,
        private: Vec<u8>,
        shape: &Shape,
    ) -> Result<Outcome, Error> {
        let request = proto::plan_resource_change::Request {
            type_name: type_name.into(),
            prior_state: Some(encoded(prior, shape)?),
            proposed_new_state: Some(encoded(proposal, shape)?),
            config: Some(encoded(config, shape)?),
            prior_private: private,
            client_capabilities: Some(CAPABILITIES),
            ..Default::default()
        };
        let response = self.raw().plan_resource_change(request).await?.into_inner();
        let diagnostics = diagnostics(response.diagnostics);
        let failed = diagnostics.has_errors();
        Ok(Outcome {
            planned: if failed { Value::Null } else { decoded(response.planned_state.as_ref(), shape)? },
            private: response.planned_private,
            requires_replace: response.requires_replace.iter().map(schema::path).collect(),
            diagnostics,
            ..Default::default()
        })
    }

    /// Applies a plan of this configuration. A replacement destroys first.
    ///
    /// # Errors
    /// [`Error::Protocol`] if the new state contradicts the plan.
    pub async fn apply(&self, type_name: &str, config: &Json, plan: Outcome) -> Result<Outcome, Error> {
        let shape = self.schemas.resource(type_name)?;
        let config = config::value(config, &shape.schema)?;
        let mut prior = plan.state.clone();
        let mut said = plan.diagnostics.clone();
        if plan.action == Action::NoOp || said.has_errors() {
            return Ok(plan);
        }
        if let (Action::Replace, Some(old)) = (plan.action, &plan.state) {
            let destroyed = self.destroy(type_name, old).await?;
            said.extend(destroyed.diagnostics);
            if destroyed.state.is_some() {
                return Ok(Outcome { state: destroyed.state, diagnostics: said, ..plan });
            }
            prior = None;
        }
        let (state, found) =
            self.call_apply(type_name, prior, &plan.planned, &config, &plan.private, shape).await?;
        said.extend(found);
        Ok(Outcome { state, diagnostics: said, ..plan })
    }

    /// Validates, plans and applies, as `terraform apply` without a refresh.
    ///
    /// # Errors
    /// [`Error::Protocol`] if the provider contradicts the configuration or itself.
    pub async fn converge(
        &self,
        type_name: &str,
        config: &Json,
        prior: Option<&State>,
    ) -> Result<Outcome, Error> {
        let plan = self.plan(type_name, config, prior).await?;
        self.apply(type_name, config, plan).await
    }

    /// Plans the destruction and carries it out. What is left stays in `state`.
    ///
    /// # Errors
    /// [`Error::Call`] if the connection breaks.
    pub async fn destroy(&self, type_name: &str, state: &State) -> Result<Outcome, Error> {
        let plan = self.plan_destroy(type_name, state).await?;
        if plan.diagnostics.has_errors() {
            return Ok(plan);
        }
        let shape = self.schemas.resource(type_name)?;
        let (left, found) = self
            .call_apply(type_name, Some(state.clone()), &Value::Null, &Value::Null, &plan.private, shape)
            .await?;
        let diagnostics: Diagnostics = plan.diagnostics.into_iter().chain(found).collect();
        if left.is_some() && !diagnostics.has_errors() {
            return Err(Error::Protocol("a destroy without an error left something behind".into()));
        }
        Ok(Outcome { state: left, action: Action::Delete, diagnostics, ..Default::default() })
    }

    /// Plans the destruction.
    ///
    /// # Errors
    /// [`Error::Call`] if the connection breaks.
    pub async fn plan_destroy(&self, type_name: &str, state: &State) -> Result<Outcome, Error> {
        let shape = self.schemas.resource(type_name)?;
        let private = state.private.clone();
        let plan =
            self.call_plan(type_name, &state.value, &Value::Null, &Value::Null, private, shape).await?;
        if !plan.planned.is_null() {
            return Err(Error::Protocol("the plan of a destroy leaves something".into()));
        }
        Ok(Outcome { state: Some(state.clone()), action: Action::Delete, ..plan })
    }

    async fn call_apply(
        &self,
        type_name: &str,
        prior: Option<State>,
        planned: &Value,
        config: &Value,
        private: &[u8],
        shape: &Shape,
    ) -> Result<(Option<State>, Diagnostics), Error> {
        let (create, was_tainted) = (prior.is_none(), prior.as_ref().is_some_and(|prior| prior.tainted));
        let before = prior.map_or(Value::Null, |prior| prior.value);
        let request = proto::apply_resource_change::Request {
            type_name: type_name.into(),
            prior_state: Some(encoded(&before, shape)?),
            planned_state: Some(encoded(planned, shape)?),
            config: Some(encoded(config, shape)?),
            planned_private: private.to_vec(),
            ..Default::default()
        };
        let response = self.raw().apply_resource_change(request).await?.into_inner();
        let found = diagnostics(response.diagnostics);
        let value = decoded(response.new_state.as_ref(), shape)?;
        check::state(&shape.schema, &value)?;
        if !found.has_errors() {
            check::applied(&shape.ty, planned, &value)?;
        }
        let tainted = if create { found.has_errors() } else { was_tainted };
        let state = (!value.is_null()).then_some(State { value, private: response.private, tainted });
        Ok((state, found))
    }

    /// Reads the object again. No state: it is gone.
    ///
    /// # Errors
    /// [`Error::Protocol`] if the answer has unknown values.
    pub async fn refresh(&self, type_name: &str, state: &State) -> Result<Outcome, Error> {
        let shape = self.schemas.resource(type_name)?;
        let request = proto::read_resource::Request {
            type_name: type_name.into(),
            current_state: Some(encoded(&state.value, shape)?),
            private: state.private.clone(),
            client_capabilities: Some(CAPABILITIES),
            ..Default::default()
        };
        let response = self.raw().read_resource(request).await?.into_inner();
        let found = diagnostics(response.diagnostics);
        if found.has_errors() {
            return Ok(Outcome { state: Some(state.clone()), diagnostics: found, ..Default::default() });
        }
        let value = decoded(response.new_state.as_ref(), shape)?;
        check::state(&shape.schema, &value)?;
        let read =
            (!value.is_null()).then_some(State { value, private: response.private, tainted: state.tainted });
        Ok(Outcome { state: read, diagnostics: found, ..Default::default() })
    }

    /// Imports the object of this id and reads it.
    ///
    /// # Errors
    /// [`Error::Protocol`] if the answer isn't one object of the type.
    pub async fn import(&self, type_name: &str, id: &str) -> Result<Outcome, Error> {
        let shape = self.schemas.resource(type_name)?;
        let request = proto::import_resource_state::Request {
            type_name: type_name.into(),
            id: id.into(),
            client_capabilities: Some(CAPABILITIES),
            identity: None,
        };
        let response = self.raw().import_resource_state(request).await?.into_inner();
        let found = diagnostics(response.diagnostics);
        if found.has_errors() {
            return Ok(Outcome { diagnostics: found, ..Default::default() });
        }
        let [imported] = &response.imported_resources[..] else {
            return Err(Error::Protocol(format!("{} objects imported", response.imported_resources.len())));
        };
        let value = decoded(imported.state.as_ref(), shape)?;
        check::state(&shape.schema, &value)?;
        let state = State { value, private: imported.private.clone(), tainted: false };
        self.refresh(type_name, &state).await
    }

    /// Brings stored state of this schema version up to date.
    ///
    /// # Errors
    /// [`Error::Protocol`] if the answer doesn't fit the schema.
    pub async fn upgrade(&self, type_name: &str, version: i64, stored: &Json) -> Result<Outcome, Error> {
        let shape = self.schemas.resource(type_name)?;
        let raw_state = proto::RawState { json: stored.to_string().into_bytes(), ..Default::default() };
        let request = proto::upgrade_resource_state::Request {
            type_name: type_name.into(),
            version,
            raw_state: Some(raw_state),
        };
        let response = self.raw().upgrade_resource_state(request).await?.into_inner();
        let found = diagnostics(response.diagnostics);
        if found.has_errors() {
            return Ok(Outcome { diagnostics: found, ..Default::default() });
        }
        let value = decoded(response.upgraded_state.as_ref(), shape)?;
        check::state(&shape.schema, &value)?;
        Ok(Outcome {
            state: Some(State { value, ..Default::default() }),
            diagnostics: found,
            ..Default::default()
        })
    }
}
