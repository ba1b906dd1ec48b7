//! Creates, updates and destroys; whatever happens, what exists is in the state.

use super::memory::Memory;
use super::planning::resumes;
use super::{Composite, CompositeResource, Gather, Leaving, Model, Why, claim, failures, outcome};
use crate::timeouts::Operation;
use composite::{Graph, Json, Ledger, Run};
use indexmap::IndexMap;
use paas_aws::world::Sensitive;
use paas_aws::{CATALOGUE, Session};
use std::collections::BTreeMap;
use std::sync::Arc;
use tfplugin::{Applied, Apply, Attr, Cx, Diagnostics};
use tokio::time::Instant;

impl<C: Composite> CompositeResource<C> {
    pub(super) async fn carry_out(&self, cx: &Cx, apply: Apply<C::Model>) -> Applied<C::Model> {
        let session = match self.connection.need() {
            Ok(session) => session,
            Err(diagnostics) => return Applied::failed(apply.prior, diagnostics).private(apply.private),
        };
        let memory = match Memory::read(&session, &apply.private, apply.prior.as_ref()) {
            Ok(memory) => memory,
            Err(error) => return Applied::failed(apply.prior, error).private(apply.private),
        };
        let secrets = apply.config.as_ref().map(C::secrets).unwrap_or_default();
        match (apply.planned, apply.prior) {
            (Some(planned), None) => {
                // At most the memory of what it replaces came along.
                self.converge(cx, &session, (planned, secrets), None, Memory::default()).await
            }
            (planned, Some(prior)) => {
                let memory = match self.remembered(cx, &session, &prior, memory).await {
                    Ok(memory) => memory,
                    Err(diagnostics) => return Applied::failed(prior, diagnostics).private(apply.private),
                };
                match planned {
                    Some(planned) => {
                        self.converge(cx, &session, (planned, secrets), Some(prior), memory).await
                    }
                    None => self.destroy(cx, &session, prior, memory).await,
                }
            }
            (None, None) => Applied::done(None),
        }
    }

    /// Creates or updates.
    async fn converge(
        &self,
        cx: &Cx,
        session: &Arc<Session>,
        (mut planned, secrets): (C::Model, BTreeMap<String, Sensitive>),
        prior: Option<C::Model>,
        mut memory: Memory,
    ) -> Applied<C::Model> {
        let operation = if prior.is_some() { Operation::Update } else { Operation::Create };
        let deadline = Instant::now() + C::timeouts(&planned).of(operation);
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
            let private = prior.as_ref().map_or(vec![], |prior| memory.write(session, prior));
            return Applied::failed(prior, diagnostics).private(private);
        };
        let world = Self::world(session, &planned, Some(&facts)).telling(secrets).until(deadline);
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
        let failed = !applied.failures.is_empty() || applied.cancelled;
        // Nothing was made: there is nothing to remember, and nothing for Terraform to taint.
        let nothing = applied.ledger.is_empty();
        let goes_on = failed && !nothing && prior.is_none() && resumes(&planned);
        diagnostics.extend(failures::of_apply(&world.owner, &applied, operation, goes_on));
        if failed && nothing && prior.is_none() {
            return Applied::failed(None, diagnostics);
        }
        if goes_on {
            *planned.ready() = Attr::Known(false);
            return Self::promised(session, planned, &applied.ledger, &applied.exports, diagnostics);
        }
        if !failed && !applied.staying.is_empty() {
            diagnostics.push(C::stays(&world.owner, &applied.staying));
            return Self::promised(session, planned, &applied.ledger, &applied.exports, diagnostics);
        }
        Self::remember(session, planned, &applied.ledger, &applied.exports, diagnostics)
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
        let (ledger, run) = (&memory.ledger, self.connection.run());
        C::may_destroy(session, Leaving { model: &prior, ledger, why: Why::Unwanted, run }, &mut refusals)
            .await;
        if refusals.has_errors() {
            let private = memory.write(session, &prior);
            return Applied::failed(prior, refusals).private(private);
        }
        let deadline = Instant::now() + C::timeouts(&prior).of(Operation::Delete);
        let world = Self::world(session, &prior, None).until(deadline);
        let applied = composite::apply(None, memory.ledger, Run::new(&world, &CATALOGUE, &cx.cancel)).await;
        let diagnostics = failures::of_apply(&world.owner, &applied, Operation::Delete, false);
        if applied.ledger.is_empty() && !diagnostics.has_errors() {
            return Applied::done(None);
        }
        Self::remember(session, prior, &applied.ledger, &applied.exports, diagnostics)
    }

    /// The state after an apply, however far it came.
    fn remember(
        session: &Session,
        mut model: C::Model,
        ledger: &Ledger,
        exports: &IndexMap<String, Json>,
        mut diagnostics: Diagnostics,
    ) -> Applied<C::Model> {
        *model.ready() = Attr::Known(!diagnostics.has_errors());
        let state = match outcome::of_apply(session, model.clone(), ledger, exports) {
            Ok(state) => state,
            Err(error) => {
                diagnostics.push(error);
                model
            }
        };
        let private = Memory::of(ledger.clone()).write(session, &state);
        Applied { state: Some(state), private, diagnostics }
    }

    /// The state after a create that broke off and is to go on in place, or an update that left something to others. It
    /// ends without an error, so Terraform holds it to all that was planned; the next refresh tells what there really is.
    fn promised(
        session: &Session,
        planned: C::Model,
        ledger: &Ledger,
        exports: &IndexMap<String, Json>,
        mut diagnostics: Diagnostics,
    ) -> Applied<C::Model> {
        let state = match outcome::of_promise(session, planned.clone(), ledger, exports) {
            Ok(state) => state,
            Err(error) => {
                diagnostics.push(error);
                planned
            }
        };
        let private = Memory::of(ledger.clone()).write(session, &state);
        Applied { state: Some(state), private, diagnostics }
    }
}
