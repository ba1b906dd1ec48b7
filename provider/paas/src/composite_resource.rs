//! The engine under Terraform's protocol, written once for all composites.
//!
//! A composite says what its arguments are, what it has to know of AWS before it can be wired, and how it is wired.
//! Everything else (plan, apply, refresh, destroy, import) follows from its graph.

mod claim;
mod contract;
mod failures;
mod memory;
mod outcome;

pub use contract::{Composite, Gather, Model};

use crate::provider::Connection;
use crate::shared::{merge_tags, validate_tags};
use crate::timeouts::Operation;
use composite::{Graph, Json, Ledger, Run};
use indexmap::IndexMap;
use memory::Memory;
use paas_aws::{CATALOGUE, Session, World};
use std::marker::PhantomData;
use std::sync::Arc;
use tfplugin::{Applied, Apply, Cx, Diagnostics, Imported, Plan, ReadOutcome, Resource};
use tokio::time::Instant;

/// A [`Composite`] as a Terraform resource.
pub struct CompositeResource<C> {
    connection: Connection,
    composite: PhantomData<C>,
}

impl<C: Composite> CompositeResource<C> {
    /// Uses the provider's connection, once there is one.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self { connection, composite: PhantomData }
    }

    fn world(session: &Arc<Session>, model: &C::Model, facts: Option<&C::Facts>) -> World {
        World::new(session.clone(), C::owner(model, &session.project)).steered(C::steering(model, facts))
    }
}

impl<C: Composite> Resource for CompositeResource<C> {
    type Model = C::Model;
    const NAME: &'static str = C::NAME;

    fn validate(&self, config: &C::Model, diagnostics: &mut Diagnostics) {
        config.timeouts().validate(diagnostics);
        validate_tags(&"tags".into(), config.tags(), diagnostics);
        C::validate(config, diagnostics);
    }

    async fn plan(&self, _: &Cx, plan: &mut Plan<C::Model>, diagnostics: &mut Diagnostics) {
        // Without a session nothing is known of AWS: what the server has marked unknown stays so.
        let Some(session) = self.connection.get() else { return };
        // Terraform plans a replacement twice: as a change, and, when that says it must be one, as a creation. The second
        // time it passes on what is remembered of the old one, and destroys that with what comes back.
        let private = plan.prior.as_ref().map_or(&[][..], |_| &plan.private);
        let memory = match Memory::read(private) {
            Ok(memory) => memory,
            Err(error) => return diagnostics.push(error),
        };
        if !C::is_named(&plan.planned) {
            return;
        }
        let run = self.connection.run();
        // Terraform plans a half-made resource like a new one, in the run that refreshed it. A destroy plans so first: what
        // is in the way of finishing it must not be in the way of deleting it.
        let half_made = plan.prior.is_none() && C::has_owner(&plan.planned) && {
            let owner = C::owner(&plan.planned, &session.project);
            let there = run.is_there(&owner);
            if there {
                run.replaces(&owner, &owner);
            }
            there
        };
        // A replacement destroys too, and Terraform plans that destruction by nothing but this call.
        if let (Some(prior), false) = (&plan.prior, plan.replace.is_empty()) {
            C::may_destroy(&session, prior, run, diagnostics).await;
            if C::has_owner(&plan.planned) {
                let owner = |model| C::owner(model, &session.project);
                run.replaces(&owner(prior), &owner(&plan.planned));
            }
        }
        *plan.planned.tags_all() = merge_tags(&session.default_tags, plan.planned.tags());
        validate_tags(&"tags".into(), plan.planned.tags_all(), diagnostics);
        let request = Gather {
            model: &plan.planned,
            config: &plan.config,
            prior: plan.prior.as_ref(),
            ledger: &memory.ledger,
            check: !half_made,
            run,
        };
        let Some(facts) = C::gather(&session, request, diagnostics).await else { return };
        let model = plan.planned.clone();
        let mut graph = Graph::new();
        C::wire(&session, &model, &facts, &mut graph);
        let planned = composite::plan(&graph, &memory.ledger);
        plan.planned = match outcome::of_plan(model.clone(), &planned) {
            Ok(model) => model,
            Err(error) => return diagnostics.push(error),
        };
        if let (Some(prior), true) = (&plan.prior, plan.replace.is_empty()) {
            plan.planned = outcome::keep(plan.planned.clone(), prior);
            run.will_publish(&C::owner(prior, &session.project), &planned.exports);
        }
        if plan.prior.is_some() || plan.private.is_empty() {
            plan.private = memory.write();
        }
        if plan.prior.is_none()
            && C::has_owner(&plan.planned)
            && let Err(taken) = claim::check::<C>(&session, &plan.planned, run).await
        {
            diagnostics.push(taken);
        }
    }

    async fn plan_destroy(&self, _: &Cx, prior: &C::Model, _: &[u8], diagnostics: &mut Diagnostics) {
        if let Some(session) = self.connection.get() {
            C::may_destroy(&session, prior, self.connection.run(), diagnostics).await;
            self.connection.run().leaves(&C::owner(prior, &session.project));
        }
    }

    async fn apply(&self, cx: &Cx, apply: Apply<C::Model>) -> Applied<C::Model> {
        let (session, memory) = match (self.connection.need(), Memory::read(&apply.private)) {
            (Ok(session), Ok(memory)) => (session, memory),
            (Err(diagnostics), _) => return Applied::failed(apply.prior, diagnostics).private(apply.private),
            (_, Err(error)) => return Applied::failed(apply.prior, error).private(apply.private),
        };
        match (apply.planned, apply.prior) {
            (Some(planned), None) => {
                // At most the memory of what it replaces came along.
                self.converge(cx, &session, planned, None, Memory::of(Ledger::default())).await
            }
            (planned, Some(prior)) => {
                let memory = match self.remembered(cx, &session, &prior, memory).await {
                    Ok(memory) => memory,
                    Err(diagnostics) => return Applied::failed(prior, diagnostics).private(apply.private),
                };
                match planned {
                    Some(planned) => self.converge(cx, &session, planned, Some(prior), memory).await,
                    None => self.destroy(cx, &session, prior, memory).await,
                }
            }
            (None, None) => Applied::done(None),
        }
    }

    async fn read(&self, cx: &Cx, state: C::Model, private: Vec<u8>) -> ReadOutcome<C::Model> {
        let unread =
            |state, diagnostics| ReadOutcome { state: Some(state), private: private.clone(), diagnostics };
        let (session, memory) = match (self.connection.need(), Memory::read(&private)) {
            (Ok(session), Ok(memory)) => (session, memory),
            (Err(diagnostics), _) => return unread(state, diagnostics),
            (_, Err(error)) => return unread(state, error.into()),
        };
        let memory = match self.remembered(cx, &session, &state, memory).await {
            Ok(memory) => memory,
            Err(diagnostics) => return unread(state, diagnostics),
        };
        let world = Self::world(&session, &state, None);
        self.connection.run().saw(&world.owner);
        let refreshed = composite::refresh(memory.ledger, Run::new(&world, &CATALOGUE, &cx.cancel)).await;
        let diagnostics = failures::of_read(&world.owner, &refreshed);
        if refreshed.ledger.is_empty() {
            return ReadOutcome { state: None, private: vec![], diagnostics };
        }
        let model = outcome::of_ledger(state, &refreshed.ledger);
        ReadOutcome { state: Some(model), private: Memory::of(refreshed.ledger).write(), diagnostics }
    }

    async fn import(&self, cx: &Cx, id: &str) -> Result<Imported<C::Model>, Diagnostics> {
        let session = self.connection.need()?;
        let mut model = C::recall(&session, id).await?;
        *model.tags_all() = merge_tags(&session.default_tags, model.tags());
        let (ledger, exports) = self.found(cx, &session, &model).await?;
        C::complete(&mut model, &ledger);
        let state = outcome::of_apply(model, &ledger, &exports)?;
        Ok(Imported { state, private: Memory::of(ledger).write() })
    }
}

impl<C: Composite> CompositeResource<C> {
    /// Finds the children of a composite with these arguments, and reads them.
    async fn found(
        &self,
        cx: &Cx,
        session: &Arc<Session>,
        model: &C::Model,
    ) -> Result<(Ledger, IndexMap<String, Json>), Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let ledger = Ledger::default();
        let run = self.connection.run();
        let request = Gather { model, config: model, prior: None, ledger: &ledger, check: false, run };
        let Some(facts) = C::gather(session, request, &mut diagnostics).await else {
            return Err(diagnostics);
        };
        let world = Self::world(session, model, Some(&facts));
        let mut graph = Graph::new();
        C::wire(session, model, &facts, &mut graph);
        let found = composite::import(&graph, Run::new(&world, &CATALOGUE, &cx.cancel)).await;
        let diagnostics = failures::of_read(&world.owner, &found);
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        let exports = graph.exports(&found.ledger);
        Ok((found.ledger, exports))
    }

    /// What is remembered. Terraform keeps the attributes and loses the private state when the provider is killed in the
    /// middle of an update: the children are looked for then, as they were wired before it.
    async fn remembered(
        &self,
        cx: &Cx,
        session: &Arc<Session>,
        state: &C::Model,
        memory: Memory,
    ) -> Result<Memory, Diagnostics> {
        if memory.ledger.is_empty() {
            let (ledger, _) = self.found(cx, session, state).await?;
            return Ok(Memory::of(ledger));
        }
        Ok(memory)
    }

    /// Creates or updates.
    async fn converge(
        &self,
        cx: &Cx,
        session: &Arc<Session>,
        planned: C::Model,
        prior: Option<C::Model>,
        mut memory: Memory,
    ) -> Applied<C::Model> {
        let operation = if prior.is_some() { Operation::Update } else { Operation::Create };
        let deadline = Instant::now() + planned.timeouts().of(operation);
        let mut diagnostics = Diagnostics::new();
        let request = Gather {
            model: &planned,
            config: &planned,
            prior: prior.as_ref(),
            ledger: &memory.ledger,
            check: false,
            run: self.connection.run(),
        };
        let Some(facts) = C::gather(session, request, &mut diagnostics).await else {
            return Applied::failed(prior, diagnostics).private(memory.write());
        };
        let world = Self::world(session, &planned, Some(&facts)).until(deadline);
        if prior.is_none()
            && let Err(refused) = claim::make::<C>(&world, &planned, &cx.cancel, &mut memory.ledger).await
        {
            return Applied::failed(None, refused);
        }
        let applied = {
            let mut graph = Graph::new();
            C::wire(session, &planned, &facts, &mut graph);
            composite::apply(Some(&graph), memory.ledger, Run::new(&world, &CATALOGUE, &cx.cancel)).await
        };
        self.connection.run().has_published(&world.owner);
        diagnostics.extend(failures::of_apply(&world.owner, &applied, operation));
        // Nothing was made: there is nothing to remember, and nothing for Terraform to taint.
        if applied.ledger.is_empty() && diagnostics.has_errors() && prior.is_none() {
            return Applied::failed(None, diagnostics);
        }
        Self::remember(planned, &applied.ledger, &applied.exports, diagnostics)
    }

    /// Deletes every child.
    async fn destroy(
        &self,
        cx: &Cx,
        session: &Arc<Session>,
        prior: C::Model,
        memory: Memory,
    ) -> Applied<C::Model> {
        let mut refusals = Diagnostics::new();
        C::may_destroy(session, &prior, self.connection.run(), &mut refusals).await;
        if refusals.has_errors() {
            return Applied::failed(prior, refusals).private(memory.write());
        }
        let deadline = Instant::now() + prior.timeouts().of(Operation::Delete);
        let world = Self::world(session, &prior, None).until(deadline);
        let applied = composite::apply(None, memory.ledger, Run::new(&world, &CATALOGUE, &cx.cancel)).await;
        let diagnostics = failures::of_apply(&world.owner, &applied, Operation::Delete);
        if applied.ledger.is_empty() && !diagnostics.has_errors() {
            return Applied::done(None);
        }
        Self::remember(prior, &applied.ledger, &applied.exports, diagnostics)
    }

    /// The state after an apply, however far it came.
    fn remember(
        model: C::Model,
        ledger: &Ledger,
        exports: &IndexMap<String, Json>,
        mut diagnostics: Diagnostics,
    ) -> Applied<C::Model> {
        let private = Memory::of(ledger.clone()).write();
        let state = match outcome::of_apply(model.clone(), ledger, exports) {
            Ok(state) => state,
            Err(error) => {
                diagnostics.push(error);
                model
            }
        };
        Applied { state: Some(state), private, diagnostics }
    }
}
