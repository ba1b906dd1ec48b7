//! What a walk is given besides graph and ledger, and what it says of calls that went wrong.

use std::fmt;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::{Catalogue, Error, Id};

/// The surroundings of a walk that calls the cloud.
pub struct Run<'a, W: 'static> {
    /// Handed to every child.
    pub world: &'a W,
    /// Leads from ledgers back to types.
    pub catalogue: &'a Catalogue<W>,
    /// Ends the walk at the next safe points.
    pub cancel: &'a CancellationToken,
    /// How many children may be in work at once; 0 counts as 1.
    pub parallel: usize,
    /// How long to wait before the first look for an object whose creation got no answer. Doubles from look to look.
    pub backoff: Duration,
}

impl<'a, W> Run<'a, W> {
    /// With 64 children at once, more than most composites have (what the cloud can bear, its clients know best), and half a
    /// second of back-off.
    #[must_use]
    pub const fn new(world: &'a W, catalogue: &'a Catalogue<W>, cancel: &'a CancellationToken) -> Self {
        Self { world, catalogue, cancel, parallel: 64, backoff: Duration::from_millis(500) }
    }
}

impl<W> Clone for Run<'_, W> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<W> Copy for Run<'_, W> {}

/// What was being done with a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Computing its spec. Fails on a value that is still unknown at apply, or on a panic in the wiring.
    Wire,
    /// [`Child::find`](crate::Child::find).
    Find,
    /// [`Child::create`](crate::Child::create).
    Create,
    /// [`Child::sync`](crate::Child::sync).
    Sync,
    /// [`Child::read`](crate::Child::read).
    Read,
    /// [`Child::delete`](crate::Child::delete).
    Delete,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Call::Wire => "wire",
            Call::Find => "find",
            Call::Create => "create",
            Call::Sync => "sync",
            Call::Read => "read",
            Call::Delete => "delete",
        })
    }
}

/// A call that went wrong.
#[derive(Debug)]
pub struct Failure {
    /// The child's key.
    pub key: String,
    /// [`Child::KIND`](crate::Child::KIND).
    pub kind: String,
    /// The object's id, where there was one already.
    pub id: Option<Id>,
    /// What was being done.
    pub step: Call,
    /// Why it went wrong.
    pub error: Error,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "child {}: {}: {:#}", self.key, self.step, self.error)
    }
}
