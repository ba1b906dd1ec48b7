//! What one run of Terraform is about to do, as far as the provider has been told.
//!
//! Terraform plans what depends on a resource after it, and the destruction of what depends on it before its own, in
//! one process. So an environment can tell the tenants that leave with it from those that would be left behind, and a
//! tenant can be planned with what its environment is about to publish.

use composite::Json;
use indexmap::IndexMap;
use paas_aws::Owner;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

/// Outputs by attribute name; `None` is not known yet.
pub type Foreseen = IndexMap<String, Option<Json>>;

/// What is known of this run, by the owners' paths.
#[derive(Clone, Default)]
pub struct ThisRun(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    leaving: BTreeSet<String>,
    /// Whose place one takes: old path by new.
    predecessors: BTreeMap<String, String>,
    /// Those that stand in Terraform's state.
    there: BTreeSet<String>,
    /// Those that have been planned to be, new or old.
    coming: BTreeSet<String>,
    outputs: BTreeMap<String, Foreseen>,
}

impl ThisRun {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().expect("no panic while held")
    }

    /// Notes one that will go.
    pub fn leaves(&self, owner: &Owner) {
        self.known().leaving.insert(owner.path());
    }

    /// Whether it will go.
    #[must_use]
    pub fn is_leaving(&self, owner: &Owner) -> bool {
        self.known().leaving.contains(&owner.path())
    }

    /// Notes one that was refreshed.
    pub fn saw(&self, owner: &Owner) {
        self.known().there.insert(owner.path());
    }

    /// Whether it was refreshed: Terraform has it in its state, whole or half-made.
    #[must_use]
    pub fn is_there(&self, owner: &Owner) -> bool {
        self.known().there.contains(&owner.path())
    }

    /// Notes one that will make room for another, perhaps of the same name.
    pub fn replaces(&self, old: &Owner, new: &Owner) {
        self.known().predecessors.insert(new.path(), old.path());
    }

    /// The path of the one that will have made room.
    #[must_use]
    pub fn predecessor(&self, new: &Owner) -> Option<String> {
        self.known().predecessors.get(&new.path()).cloned()
    }

    /// Notes one that will be there when the plan has been carried out.
    pub fn comes(&self, owner: &Owner) {
        self.known().coming.insert(owner.path());
    }

    /// Whether it will be there.
    #[must_use]
    pub fn is_coming(&self, owner: &Owner) -> bool {
        self.known().coming.contains(&owner.path())
    }

    /// Notes what one will publish when it is applied.
    pub fn will_publish(&self, owner: &Owner, outputs: &Foreseen) {
        self.known().outputs.insert(owner.path(), outputs.clone());
    }

    /// Notes that it was applied: what it has published counts now.
    pub fn has_published(&self, owner: &Owner) {
        self.known().outputs.remove(&owner.path());
    }

    /// What it will publish; none where its record counts.
    #[must_use]
    pub fn foreseen(&self, owner: &Owner) -> Option<Foreseen> {
        self.known().outputs.get(&owner.path()).cloned()
    }
}
