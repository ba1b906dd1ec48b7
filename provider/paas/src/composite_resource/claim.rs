//! The claim of a name, before anything else is made under it.
//!
//! Ownership follows from the name: what carries `paas:owner = paas/dev/acme` is taken for ours when an apply goes on
//! after a crash. So two configurations must never work under one name. The record's parameter is made first, with
//! `Overwrite=false`, holding the arguments and no outputs yet. A second configuration finds it and is refused, unless
//! its arguments are the very same: then it is our own apply, gone on after its provider was killed.

use super::{Composite, Model};
use crate::record::{self, Record};
use crate::run::ThisRun;
use composite::{Child, Json, Ledger};
use paas_aws::ssm::Parameter;
use paas_aws::{Cx, Session, World};
use tfplugin::Diagnostic;
use tokio_util::sync::CancellationToken;

/// Refuses a name, at plan, that another configuration has. Nothing is said while an argument isn't known, and nothing
/// of what this one replaces: its record will be gone.
pub async fn check<C: Composite>(
    session: &Session,
    model: &C::Model,
    run: &ThisRun,
) -> Result<(), Diagnostic> {
    let owner = C::owner(model, &session.project);
    if run.predecessor(&owner).as_ref() == Some(&owner.path()) {
        return Ok(());
    }
    let Some(arguments) = record::arguments(model, C::UNRECORDED) else { return Ok(()) };
    let name = C::parameter(session, model);
    match record::fetch::<Json>(session, &name).await? {
        Some(found) if found.arguments != arguments => Err(taken::<C>(&name, found.outputs.is_some())),
        _ => Ok(()),
    }
}

/// Claims the name and notes the claim in the ledger, as a half-made child, so that whatever happens next it is
/// finished or deleted.
pub async fn make<C: Composite>(
    world: &World,
    model: &C::Model,
    cancel: &CancellationToken,
    ledger: &mut Ledger,
) -> Result<(), Diagnostic> {
    let failed = |why: String| Diagnostic::error(format!("Can't claim the {}'s name", C::NAME), why);
    let arguments =
        record::arguments(model, C::UNRECORDED).ok_or_else(|| failed("An argument isn't known.".into()))?;
    let claim = Parameter {
        name: C::parameter(world, model),
        value: Record::<Json>::new(arguments.clone(), None).to_text(),
        tags: model.clone().tags_all().known().cloned().unwrap_or_default(),
    };
    let cx = Cx::new(world, record::CHILD, cancel);
    match claim.create(&cx).await {
        Ok(_) => {}
        // Someone has the name: perhaps we ourselves, before a crash or behind a lost answer.
        Err(error) if error.is_lost() => match record::fetch::<Json>(world, &claim.name).await? {
            Some(found) if found.arguments == arguments => {}
            Some(found) => return Err(taken::<C>(&claim.name, found.outputs.is_some())),
            None => return Err(failed(format!("{error:#}"))),
        },
        Err(error) => return Err(failed(format!("{error:#}"))),
    }
    ledger.live.push(composite::Record {
        key: record::CHILD.to_owned(),
        kind: Parameter::KIND.to_owned(),
        id: claim.name.clone(),
        saw: serde_json::to_value(&claim).expect("a spec is plain data"),
        out: None,
        needs: vec![],
    });
    Ok(())
}

fn taken<C: Composite>(parameter: &str, whole: bool) -> Diagnostic {
    let detail = if whole {
        format!(
            "Another configuration uses it: its record is the SSM parameter {parameter}. If that is yours, import it; else choose another name."
        )
    } else {
        format!(
            "An apply that runs now, or that broke off, has claimed it with the SSM parameter {parameter}. If that was yours, apply again with the arguments it had; if nobody's, delete the parameter."
        )
    };
    Diagnostic::error("The name is taken", detail).at(C::NAMED_BY)
}
