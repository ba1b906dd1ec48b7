//! The environment that something stands in, by its published record.

use crate::record::{self, Record};
use crate::run::ThisRun;
use composite::Value;
use paas_aws::{Owner, Session};
use tfplugin::Diagnostics;

/// An environment, as far as those in it know it.
#[derive(Debug, Clone)]
pub struct Home {
    /// Its name.
    pub name: String,
    /// What it publishes.
    pub outputs: record::environment::Outputs,
    /// Whether a trail records what is written into its bucket.
    pub has_trail: bool,
}

/// The environment `name`, as it will be when the turn of what stands in it comes; unknown while it is half-made in the
/// same state, or while one of the outputs that are `needed` isn't known. `None` after an error.
pub async fn home(
    session: &Session,
    name: &str,
    run: &ThisRun,
    needed: &[&str],
    diagnostics: &mut Diagnostics,
) -> Option<Value<Home>> {
    let owner = Owner::environment(&session.project, name);
    match record::environment::environment(session, name).await {
        Ok(Some(Record { outputs: Some(outputs), arguments, .. })) => {
            let has_trail = arguments["enable_cloudtrail"] != false;
            // What this run plans for the environment is there when our turn comes.
            let outputs = match run.foreseen(&owner) {
                Some(exports) => outputs.foreseen(&exports, needed),
                None => Some(outputs),
            };
            let home = |outputs| Value::Known(Home { name: name.to_owned(), outputs, has_trail });
            return Some(outputs.map_or(Value::Unknown, home));
        }
        // It stands in the same state, half-made or half-destroyed: what makes it whole comes before us.
        Ok(_) if run.is_there(&owner) => {
            return Some(Value::Unknown);
        }
        Ok(Some(_)) => diagnostics.push(record::environment::not_ready(name)),
        Ok(None) => diagnostics.push(record::environment::not_there(session, name)),
        Err(error) => diagnostics.push(error),
    }
    None
}
