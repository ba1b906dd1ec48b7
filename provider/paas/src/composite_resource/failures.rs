//! What went wrong, as people read it: whose, which child, which call, why, how far it came, what to do next.

use crate::timeouts::Operation;
use composite::{Applied, Call, Failure, Refreshed};
use paas_aws::Owner;
use tfplugin::{Diagnostic, Diagnostics};

/// The diagnostics of an apply or a destroy. A creation that `resumes` ends with warnings: Terraform taints what ends
/// with errors.
pub fn of_apply(owner: &Owner, applied: &Applied, operation: Operation, resumes: bool) -> Diagnostics {
    let progress = match operation {
        Operation::Delete => {
            "what is left stays in the state, and the next destroy goes on from there".to_owned()
        }
        Operation::Update => {
            format!(
                "{} of {} children are ready; the next apply goes on from there",
                applied.ready, applied.total
            )
        }
        Operation::Create if resumes => format!(
            "{} of {} children are ready; `ready` is false, and the next apply goes on from there",
            applied.ready, applied.total
        ),
        Operation::Create => format!(
            "{} of {} children are ready; Terraform has tainted the resource and means to make it anew; after `terraform untaint` the next apply goes on with what is there",
            applied.ready, applied.total
        ),
    };
    let mut diagnostics: Diagnostics =
        applied.failures.iter().map(|failure| describe(owner, failure, Some(&progress))).collect();
    if applied.cancelled && !diagnostics.has_errors() {
        diagnostics.push(Diagnostic::error(format!("{owner} was interrupted"), capitalised(&progress)));
    }
    if resumes && matches!(operation, Operation::Create) {
        return diagnostics.iter().map(|error| Diagnostic::warning(&error.summary, &error.detail)).collect();
    }
    diagnostics
}

/// The diagnostics of a refresh.
pub fn of_read(owner: &Owner, refreshed: &Refreshed) -> Diagnostics {
    refreshed.failures.iter().map(|failure| describe(owner, failure, None)).collect()
}

fn describe(owner: &Owner, failure: &Failure, progress: Option<&str>) -> Diagnostic {
    let Failure { key, step, error, .. } = failure;
    let mut detail = format!("{owner}: child {key}: {error:#}");
    if let Some(progress) = progress {
        // AWS ends some of its texts with a stop, and some not.
        detail = format!("{}; {progress}.", detail.trim_end_matches('.'));
    }
    Diagnostic::error(format!("{owner}: can't {} {key}", plainly(*step)), detail)
}

/// What the engine calls its steps, in everybody's words.
fn plainly(step: Call) -> &'static str {
    match step {
        Call::Wire => "plan",
        Call::Find => "look for",
        Call::Create => "create",
        Call::Sync => "set up",
        Call::Read => "read",
        Call::Delete => "delete",
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| format!("{}{}.", first.to_uppercase(), chars.as_str())).unwrap_or_default()
}
