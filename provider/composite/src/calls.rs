//! One child's calls of the cloud: traced, and with panics caught, so that a fault in one child can't lose the ledger.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use futures::FutureExt;
use tracing::{Instrument, debug, debug_span};

use crate::kind::Spec;
use crate::{Call, Cx, Diff, Error, Failure, Id, Json, Kind, Object, Run};

/// How often an object is looked for whose creation got no answer, or which `find` names and `read` doesn't know.
const LOOKS: usize = 3;
/// How often a creation is tried that got no answer and had no effect.
const CREATIONS: usize = 3;

/// The calls of one child in one run.
pub(crate) struct Calls<'a, W: 'static> {
    pub(crate) cx: Cx<'a, W>,
    pub(crate) kind: &'static Kind<W>,
    pub(crate) backoff: Duration,
}

/// A call that went wrong, of a child that the caller knows.
pub(crate) struct Failed {
    pub(crate) step: Call,
    pub(crate) error: Error,
}

impl Failed {
    pub(crate) fn of(self, key: &str, kind: &str, id: Option<&Id>) -> Failure {
        Failure {
            key: key.to_owned(),
            kind: kind.to_owned(),
            id: id.cloned(),
            step: self.step,
            error: self.error,
        }
    }
}

/// An object that was there already.
pub(crate) struct Found {
    pub(crate) id: Id,
    pub(crate) saw: Json,
    pub(crate) out: Json,
}

/// An object for a child that had none.
pub(crate) enum Made {
    /// Just created, or found and of use.
    Fit { id: Id, saw: Json },
    /// Found, ours, and it can't become what is wanted.
    Unfit { id: Id, saw: Json },
}

impl<'a, W: Send + Sync> Calls<'a, W> {
    pub(crate) fn new(run: &Run<'a, W>, key: &'a str, kind: &'static Kind<W>, not: &'a [Id]) -> Self {
        let cx = Cx { not, ..Cx::new(run.world, key, run.cancel) };
        Self { cx, kind, backoff: run.backoff }
    }

    /// The same, while these objects stay that were to go.
    pub(crate) fn beside(mut self, staying: &'a [Object]) -> Self {
        self.cx.staying = staying;
        self
    }

    /// The same, of an object that may be left to others who use it, or not.
    pub(crate) fn leaving(mut self, may_stay: bool) -> Self {
        self.cx.may_stay = may_stay;
        self
    }

    /// Finds the object, else creates it. A creation without an answer is looked for before it is tried again.
    pub(crate) async fn make(&self, want: &dyn Spec<W>) -> Result<Made, Failed> {
        if let Some(found) = self.locate(want).await? {
            return Ok(judged(want, found));
        }
        let mut creations = 1;
        loop {
            let lost = match self.traced(Call::Create, None, async { want.create(&self.cx).await }).await {
                Ok(id) => return Ok(Made::Fit { id, saw: want.json() }),
                Err(failed) if failed.error.is_lost() => failed,
                Err(failed) => return Err(failed),
            };
            if let Some(found) = self.look_again(want).await? {
                return Ok(judged(want, found));
            }
            if creations == CREATIONS || self.cx.cancel.is_cancelled() {
                return Err(lost);
            }
            creations += 1;
        }
    }

    /// Finds the object.
    pub(crate) async fn look(&self, want: &dyn Spec<W>) -> Result<Option<Made>, Failed> {
        Ok(self.locate(want).await?.map(|found| judged(want, found)))
    }

    /// `find`, and `read` of what it found.
    pub(crate) async fn locate(&self, want: &dyn Spec<W>) -> Result<Option<Found>, Failed> {
        let mut pause = self.backoff;
        for _ in 0..LOOKS {
            let found = self.traced(Call::Find, None, async { want.find(&self.cx).await }).await?;
            let Some(id) = found else { return Ok(None) };
            if self.cx.not.contains(&id) {
                let error =
                    Error::message(format!("found {id}, which is on its way out and was to be skipped"));
                return Err(Failed { step: Call::Find, error });
            }
            if let Some((saw, out)) = self.read(&id).await? {
                return Ok(Some(Found { id, saw, out }));
            }
            // It is vanishing, or so new that not every answer knows it.
            self.pause(pause).await?;
            pause *= 2;
        }
        Ok(None)
    }

    async fn look_again(&self, want: &dyn Spec<W>) -> Result<Option<Found>, Failed> {
        let mut pause = self.backoff;
        for _ in 0..LOOKS {
            // Even when cancelled, look once: an object that nobody remembers is worse than a late end.
            let cancelled = self.cx.sleep(pause).await.is_err();
            let found = self.locate(want).await?;
            if found.is_some() || cancelled {
                return Ok(found);
            }
            pause *= 2;
        }
        Ok(None)
    }

    async fn pause(&self, time: Duration) -> Result<(), Failed> {
        self.cx.sleep(time).await.map_err(|error| Failed { step: Call::Find, error })
    }

    pub(crate) async fn sync(&self, want: &dyn Spec<W>, id: &Id) -> Result<Json, Failed> {
        self.traced(Call::Sync, Some(id), async { want.sync(&self.cx, id).await }).await
    }

    pub(crate) async fn read(&self, id: &Id) -> Result<Option<(Json, Json)>, Failed> {
        self.traced(Call::Read, Some(id), self.kind.read(&self.cx, id)).await
    }

    pub(crate) async fn users(&self, id: &Id) -> Result<Option<String>, Failed> {
        self.traced(Call::Delete, Some(id), self.kind.users(&self.cx, id)).await
    }

    pub(crate) async fn delete(&self, id: &Id) -> Result<(), Failed> {
        self.traced(Call::Delete, Some(id), self.kind.delete(&self.cx, id)).await
    }

    async fn traced<T>(
        &self,
        step: Call,
        id: Option<&Id>,
        call: impl Future<Output = Result<T, Error>> + Send,
    ) -> Result<T, Failed> {
        let span = debug_span!("child", key = self.cx.key, kind = self.kind.name(), id, %step);
        let traced = async {
            debug!("begins");
            let answer = AssertUnwindSafe(call).catch_unwind().await.unwrap_or_else(|panic| {
                // Nobody knows how far it came.
                Err(panicked(panic.as_ref()).lost())
            });
            match &answer {
                Ok(_) => debug!("done"),
                Err(error) => debug!(?error, "failed"),
            }
            answer.map_err(|error| Failed { step, error })
        };
        traced.instrument(span).await
    }
}

/// Runs a piece of wiring; its panic becomes an error.
pub(crate) fn wired<T>(wiring: impl FnOnce() -> T) -> Result<T, Failed> {
    catch_unwind(AssertUnwindSafe(wiring))
        .map_err(|panic| Failed { step: Call::Wire, error: panicked(panic.as_ref()) })
}

fn judged<W>(want: &dyn Spec<W>, found: Found) -> Made {
    let Found { id, saw, .. } = found;
    match want.diff(&saw) {
        Some(Diff::Replace(_)) => Made::Unfit { id, saw },
        _ => Made::Fit { id, saw },
    }
}

fn panicked(panic: &(dyn Any + Send)) -> Error {
    let text =
        panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    Error::message(format!("panicked: {}", text.unwrap_or("no text")))
}
