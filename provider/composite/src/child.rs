//! One object of a cloud: what it should be, and the five calls that get it there.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use crate::{Error, Object};

/// What the cloud calls an object: whatever `read` and `delete` take (an id, an ARN, a name). Unique per [`Child::KIND`].
pub type Id = String;

/// Specs and outs, as the ledger keeps them.
pub type Json = serde_json::Value;

/// One object of a cloud.
///
/// The implementing struct is the object's *spec*: what we want, and, as returned by [`read`](Child::read), what we saw.
/// Drift is `want != saw`, so `read` after [`sync`](Child::sync) must equal the spec. Specs and outs are plain data that
/// survive a round trip through JSON.
pub trait Child: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Name of the type in ledgers; leads back to it on refresh and destroy. Never change it.
    const KIND: &'static str;
    /// How a replacement goes. A kind whose name is fixed, so that two can't exist at once, says
    /// [`Order::DeleteFirst`].
    const REPLACE: Order = Order::CreateFirst;
    /// What the calls need: clients, ownership. The engine hands it through.
    type World: Send + Sync + 'static;
    /// What siblings and exports may read: only what `sync` can't change, or plans would promise what apply breaks.
    type Out: Clone + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// May an object that looks like `saw` become `self` in place? Pure.
    fn diff(&self, saw: &Self) -> Diff {
        if self == saw { Diff::Same } else { Diff::Update }
    }

    /// Looks for ours: by deterministic name and ownership, or by ownership tags set in the creating call. Never returns
    /// what another owner holds, and none of [`Cx::not`].
    ///
    /// # Errors
    /// When the cloud can't be asked. An object that is not there is `Ok(None)`.
    fn find(&self, cx: &Cx<'_, Self::World>) -> impl Future<Output = Result<Option<Id>, Error>> + Send;

    /// Creates the object with its ownership, and returns as soon as the id exists. Runs after [`find`](Child::find) said
    /// no. Must end, one way or the other, even when [`Cx::cancel`] is cancelled in the middle.
    ///
    /// # Errors
    /// [`Error::lost`] where the call may have taken effect, so that `find` decides.
    fn create(&self, cx: &Cx<'_, Self::World>) -> impl Future<Output = Result<Id, Error>> + Send;

    /// Brings every mutable aspect in line and waits until the object is usable. Idempotent.
    ///
    /// # Errors
    /// Whatever keeps the object from becoming usable. The object stays in the ledger, so the next apply goes on here.
    fn sync(
        &self,
        cx: &Cx<'_, Self::World>,
        id: &Id,
    ) -> impl Future<Output = Result<Self::Out, Error>> + Send;

    /// What is there now. `None` only if it is gone.
    ///
    /// # Errors
    /// When the cloud can't be asked.
    fn read(
        cx: &Cx<'_, Self::World>,
        id: &Id,
    ) -> impl Future<Output = Result<Option<(Self, Self::Out)>, Error>> + Send;

    /// Who else uses the object, so that it can't be deleted before they let go; for people to read. Nobody counts who
    /// lets go by himself, or in this very run. Asked of what is wanted no more, before anything is changed.
    ///
    /// # Errors
    /// When the cloud can't be asked.
    #[allow(clippy::must_use_candidate, reason = "a future is to be used anyway")]
    fn users(
        cx: &Cx<'_, Self::World>,
        id: &Id,
    ) -> impl Future<Output = Result<Option<String>, Error>> + Send {
        let _ = (cx, id);
        async { Ok(None) }
    }

    /// Deletes the object and waits until it is gone. Already gone is success.
    ///
    /// # Errors
    /// When the object is still there; [`Error::in_use`] if others use it and it [may stay](Cx::may_stay).
    fn delete(cx: &Cx<'_, Self::World>, id: &Id) -> impl Future<Output = Result<(), Error>> + Send;
}

/// How what is wanted differs from what was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Diff {
    /// Nothing to do.
    Same,
    /// `sync` gets it there.
    Update,
    /// Only a new object gets it there. Names the field that can't change in place.
    Replace(&'static str),
}

/// How a replacement goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The new object is made, everything moves over to it, the old one is deleted last.
    CreateFirst,
    /// The old object goes first, and before it all that needs it, which is then made anew: two can't exist at once.
    DeleteFirst,
}

/// What a call may use.
#[derive(Debug)]
pub struct Cx<'a, W> {
    /// Clients, ownership, limits: whatever the composite's children share.
    pub world: &'a W,
    /// The child's key in its composite.
    pub key: &'a str,
    /// Cancelled when the run should end: a wait returns [`Error::cancelled`] at its next safe point.
    pub cancel: &'a CancellationToken,
    /// Objects of this kind that are ours but on their way out: `find` skips them.
    pub not: &'a [Id],
    /// Objects that were to go and stay, since others use them: a `sync` that serves them goes on serving them.
    pub staying: &'a [Object],
    /// May `delete` leave the object to others who use it, instead of waiting for them?
    pub may_stay: bool,
}

impl<'a, W> Cx<'a, W> {
    /// For the calls of one child, while nothing is on its way out.
    #[must_use]
    pub const fn new(world: &'a W, key: &'a str, cancel: &'a CancellationToken) -> Self {
        Self { world, key, cancel, not: &[], staying: &[], may_stay: false }
    }

    /// Is it one that was to go and stays?
    #[must_use]
    pub fn is_staying(&self, kind: &str, id: &str) -> bool {
        self.staying.iter().any(|object| object.kind == kind && object.id == id)
    }

    /// Sleeps between two polls of a wait.
    ///
    /// # Errors
    /// [`Error::cancelled`], at once, when the run should end.
    pub async fn sleep(&self, time: Duration) -> Result<(), Error> {
        self.cancel
            .run_until_cancelled(tokio::time::sleep(time))
            .await
            .ok_or_else(|| Error::message("stopped while waiting").cancelled())
    }
}

impl<W> Clone for Cx<'_, W> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<W> Copy for Cx<'_, W> {}
