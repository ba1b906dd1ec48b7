//! What an apply would do, as Terraform is told it.

use super::memory::Memory;
use super::{Composite, CompositeResource, Gather, Leaving, Model, RESUME, Why, claim, outcome};
use crate::shared::{merge_tags, validate_tags};
use composite::Graph;
use tfplugin::{Attr, Diagnostics, Plan};

impl<C: Composite> CompositeResource<C> {
    /// Plans a creation or a change.
    pub(super) async fn plan_change(&self, plan: &mut Plan<C::Model>, diagnostics: &mut Diagnostics) {
        // Without a session nothing is known of AWS: what the server has marked unknown stays so.
        let Some(session) = self.connection.get() else { return };
        let remembered = match Memory::read(&session, &plan.private, plan.prior.as_ref()) {
            Ok(memory) => memory,
            Err(error) => return diagnostics.push(error),
        };
        if !C::is_named(&plan.planned) {
            return;
        }
        let run = self.connection.run();
        let owner = |model: &C::Model| C::owner(model, &session.project);
        // Terraform plans what it makes anew (told so, or because its creation failed) twice: as a change, then as a
        // creation, in the run that refreshed it. A destroy of something half-made plans so first, too: what is in the
        // way of finishing it must not be in the way of deleting it.
        let made_anew =
            plan.prior.is_none() && C::has_owner(&plan.planned) && run.is_there(&owner(&plan.planned));
        if made_anew {
            let (model, ledger) = (&plan.planned, &remembered.ledger);
            C::may_destroy(&session, Leaving { model, ledger, why: Why::MadeAnew, run }, diagnostics).await;
            run.replaces(&owner(&plan.planned), &owner(&plan.planned));
        }
        // A replacement destroys too, and Terraform plans that destruction by nothing but this call.
        if let (Some(model), false) = (&plan.prior, plan.replace.is_empty()) {
            let ledger = &remembered.ledger;
            C::may_destroy(&session, Leaving { model, ledger, why: Why::Changed, run }, diagnostics).await;
            if C::has_owner(&plan.planned) {
                run.replaces(&owner(model), &owner(&plan.planned));
            }
        }
        // What is remembered of the old one is no beginning of the new one; it is passed on to the old one's end.
        let memory = if plan.prior.is_some() { remembered } else { Memory::default() };
        *plan.planned.tags_all() = merge_tags(&session.default_tags, plan.planned.tags());
        validate_tags(&"tags".into(), plan.planned.tags_all(), diagnostics);
        let request = Gather {
            model: &plan.planned,
            config: &plan.config,
            prior: plan.prior.as_ref(),
            ledger: &memory.ledger,
            check: !made_anew,
            run,
        };
        let Some(facts) = C::gather(&session, request, diagnostics).await else { return };
        let model = plan.planned.clone();
        let mut graph = Graph::new();
        C::wire(&session, &model, &facts, &mut graph);
        let planned = composite::plan(&graph, &memory.ledger);
        C::review(&planned, &model, diagnostics);
        plan.planned = match outcome::of_plan(&session, model.clone(), plan.prior.as_ref(), &planned) {
            Ok(model) => model,
            Err(error) => return diagnostics.push(error),
        };
        if C::has_owner(&plan.planned) {
            run.comes(&owner(&plan.planned));
        }
        // A create that may end half-way can't promise to be whole.
        let may_end_halfway = plan.prior.is_none() && resumes(&plan.planned);
        *plan.planned.ready() = if may_end_halfway { Attr::Unknown } else { Attr::Known(true) };
        if let (Some(prior), true) = (&plan.prior, plan.replace.is_empty()) {
            plan.planned = outcome::keep(plan.planned.clone(), prior);
            run.will_publish(&owner(prior), &planned.exports);
        }
        if plan.prior.is_some() || plan.private.is_empty() {
            plan.private = memory.write_alone();
        }
        if plan.prior.is_none()
            && C::has_owner(&plan.planned)
            && let Err(taken) = claim::check::<C>(&session, &plan.planned, run).await
        {
            diagnostics.push(taken);
        }
    }

    /// Plans a destruction.
    pub(super) async fn plan_end(&self, prior: &C::Model, private: &[u8], diagnostics: &mut Diagnostics) {
        let Some(session) = self.connection.get() else { return };
        let ledger = &match Memory::read(&session, private, Some(prior)) {
            Ok(memory) => memory.ledger,
            Err(error) => return diagnostics.push(error),
        };
        let run = self.connection.run();
        C::may_destroy(&session, Leaving { model: prior, ledger, why: Why::Unwanted, run }, diagnostics)
            .await;
        run.leaves(&C::owner(prior, &session.project));
    }
}

/// Whether a create that fails half-way is to go on in place.
pub(super) fn resumes<M: Model>(model: &M) -> bool {
    model.on_create_failure().known().is_some_and(|choice| choice == RESUME)
}
