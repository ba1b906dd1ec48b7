//! The engine under Terraform's protocol, written once for all composites.
//!
//! A composite says what its arguments are, what it has to know of AWS before it can be wired, and how it is wired.
//! Everything else (plan, apply, refresh, destroy, import) follows from its graph.

mod applying;
mod claim;
mod contract;
mod failures;
mod memory;
mod outcome;
mod planning;

pub(crate) use contract::impl_model;
pub use contract::{Composite, Gather, Leaving, Model, Why};

use crate::provider::Connection;
use crate::shared::{merge_tags, validate_choice, validate_tags};
use composite::{Graph, Ledger, Run};
use memory::Memory;
use paas_aws::{CATALOGUE, Session, World};
use std::marker::PhantomData;
use std::sync::Arc;
use tfplugin::{Applied, Apply, Attr, Cx, Diagnostics, Imported, Plan, ReadOutcome, Resource};

/// `on_create_failure`: Terraform taints what a create left, and the next apply replaces it.
pub const TAINT: &str = "taint";
/// `on_create_failure`: the create ends with a warning and `ready = false`, and the next apply goes on in place.
pub const RESUME: &str = "resume";

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
        C::timeouts(config).validate(diagnostics);
        validate_choice("on_create_failure", config.on_create_failure(), &[TAINT, RESUME], diagnostics);
        validate_tags(&"tags".into(), config.tags(), diagnostics);
        C::validate(config, diagnostics);
    }

    async fn plan(&self, _: &Cx, plan: &mut Plan<C::Model>, diagnostics: &mut Diagnostics) {
        self.plan_change(plan, diagnostics).await;
    }

    async fn plan_destroy(&self, _: &Cx, prior: &C::Model, private: &[u8], diagnostics: &mut Diagnostics) {
        self.plan_end(prior, private, diagnostics).await;
    }

    async fn apply(&self, cx: &Cx, apply: Apply<C::Model>) -> Applied<C::Model> {
        self.carry_out(cx, apply).await
    }

    async fn read(&self, cx: &Cx, state: C::Model, private: Vec<u8>) -> ReadOutcome<C::Model> {
        let unread =
            |state, diagnostics| ReadOutcome { state: Some(state), private: private.clone(), diagnostics };
        let session = match self.connection.need() {
            Ok(session) => session,
            Err(diagnostics) => return unread(state, diagnostics),
        };
        let memory = match Memory::read(&session, &private, Some(&state)) {
            Ok(memory) => memory,
            Err(error) => return unread(state, error.into()),
        };
        let memory = match self.remembered(cx, &session, &state, memory).await {
            Ok(memory) => memory,
            Err(diagnostics) => return unread(state, diagnostics),
        };
        let mut tags = state.clone();
        let world = Self::world(&session, &state, None).expecting(tags.tags_all().known().cloned());
        self.connection.run().saw(&world.owner);
        let refreshed = composite::refresh(memory.ledger, Run::new(&world, &CATALOGUE, &cx.cancel)).await;
        let diagnostics = failures::of_read(&world.owner, &refreshed);
        if refreshed.ledger.is_empty() {
            return ReadOutcome { state: None, private: vec![], diagnostics };
        }
        let model = outcome::of_ledger(&session, state, &refreshed.ledger);
        let private = Memory::of(refreshed.ledger).write(&session, &model);
        ReadOutcome { state: Some(model), private, diagnostics }
    }

    async fn import(&self, cx: &Cx, id: &str) -> Result<Imported<C::Model>, Diagnostics> {
        let session = self.connection.need()?;
        let mut model = C::recall(&session, id).await?;
        *model.tags_all() = merge_tags(&session.default_tags, model.tags());
        let (ledger, facts) = self.found(cx, &session, &model).await?;
        C::complete(&mut model, &ledger);
        let exports = {
            let mut graph = Graph::new();
            C::wire(&session, &model, &facts, &mut graph);
            graph.exports(&ledger)
        };
        *model.ready() = Attr::Known(true);
        let state = outcome::of_apply(&session, model, &ledger, &exports)?;
        let private = Memory::of(ledger).write(&session, &state);
        Ok(Imported { state, private })
    }
}

impl<C: Composite> CompositeResource<C> {
    /// Finds the children of a composite with these arguments, and reads them.
    async fn found(
        &self,
        cx: &Cx,
        session: &Arc<Session>,
        model: &C::Model,
    ) -> Result<(Ledger, C::Facts), Diagnostics> {
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
        drop(graph);
        Ok((found.ledger, facts))
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
}
