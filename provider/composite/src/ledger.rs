//! What is remembered between runs.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::{Id, Json};

/// The objects that exist because of us. Whatever a run does, its ledger says.
///
/// Keys are unique in `live`, objects (kind and id) in both lists together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// In declaration order; what is no longer declared comes last.
    pub live: Vec<Record>,
    /// Replaced or no longer declared, and not yet deleted; a key may appear more than once.
    pub dead: Vec<Record>,
}

/// One object that exists because of us.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The child's key in its composite.
    pub key: String,
    /// [`Child::KIND`](crate::Child::KIND).
    pub kind: String,
    /// The object's id.
    pub id: Id,
    /// The spec as last seen or brought about.
    pub saw: Json,
    /// [`Child::Out`](crate::Child::Out); `None` while half-made: from `create` until `sync` has succeeded.
    pub out: Option<Json>,
    /// The objects that it may refer to, and which can't be deleted before it.
    pub needs: Vec<Object>,
}

/// An object by name. Ids alone won't do: a role and its instance profile may share one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// [`Child::KIND`](crate::Child::KIND).
    pub kind: String,
    /// The object's id.
    pub id: Id,
}

impl Record {
    /// Its object.
    #[must_use]
    pub fn object(&self) -> Object {
        Object { kind: self.kind.clone(), id: self.id.clone() }
    }

    /// Is it this object?
    pub(crate) fn is(&self, object: &Object) -> bool {
        self.kind == object.kind && self.id == object.id
    }
}

impl Ledger {
    /// Nothing exists.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live.is_empty() && self.dead.is_empty()
    }

    /// The specs as last seen, by key: what state shows of the children.
    ///
    /// What needs another apply appears under keys that no [plan](crate::Plan::children) has, so that state and plan
    /// differ until it is done: a half-made `waf` as `unfinished.waf`, the first dead `waf` as `dead.waf#1`.
    #[must_use]
    pub fn children(&self) -> IndexMap<String, Json> {
        let live = self.live.iter().map(|record| match record.out {
            Some(_) => (record.key.clone(), record.saw.clone()),
            None => (format!("unfinished.{}", record.key), record.saw.clone()),
        });
        let dead = self.dead.iter().enumerate().map(|(at, record)| {
            let number = 1 + self.dead[..at].iter().filter(|earlier| earlier.key == record.key).count();
            (format!("dead.{}#{number}", record.key), record.saw.clone())
        });
        live.chain(dead).collect()
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = &Record> {
        self.live.iter().chain(&self.dead)
    }

    /// Does another record say that it needs this object?
    pub(crate) fn is_needed(&self, object: &Object) -> bool {
        self.records().any(|record| !record.is(object) && record.needs.contains(object))
    }

    /// All that needs one of `objects`, and what needs that, and so on.
    pub(crate) fn dependants(&self, objects: BTreeSet<Object>) -> BTreeSet<Object> {
        let (mut found, mut latest) = (BTreeSet::new(), objects);
        while !latest.is_empty() {
            latest = self
                .records()
                .filter(|record| record.needs.iter().any(|need| latest.contains(need)))
                .map(Record::object)
                .filter(|object| !found.contains(object))
                .collect();
            found.extend(latest.iter().cloned());
        }
        found
    }
}
