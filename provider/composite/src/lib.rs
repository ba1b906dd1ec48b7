//! Keeps a composite, a graph of cloud objects, in line with what is declared.
//!
//! A [`Child`] is one object: its struct is the spec, and five calls (`find`, `create`, `sync`, `read`, `delete`) get it
//! there. A [`Graph`] declares a composite's children and how each spec follows from the outs of others. A [`Ledger`]
//! remembers what exists because of us. The declaration is read by four walks:
//!
//! - [`plan`]: what would an apply do? Pure: it calls nothing.
//! - [`apply`]: makes, changes and replaces children as soon as what they depend on is ready, then deletes what is
//!   replaced or no longer declared, dependants first. Destroy is the apply of no graph.
//! - [`refresh`]: reads what the ledger knows.
//! - [`import`]: finds what the ledger doesn't know.
//!
//! # What holds, whatever happens
//! - Apply never fails: it says how far it came, and what exists is in the returned ledger.
//! - An object is recorded between `create` and `sync`, so a wait that fails orphans nothing.
//! - `find` runs before `create`, so a run that was killed, ledger and all, leaves nothing twice once it is repeated.
//! - An answer that was lost is not a failure: `find` says whether the call took effect ([`Error::lost`]).
//! - A found object is read, and serves only if it can become what is wanted; otherwise it is replaced like any other.
//! - Replaced objects stay in the ledger until they are gone ([`Ledger::dead`]). They go last, unless two can't exist at
//!   once ([`Order::DeleteFirst`]): then they go first, after all that needs them.
//! - What an apply that ended early didn't touch is as alive as before.
//! - What is wanted no more and used by others stays, with all that hangs together with it, and the apply says so: it isn't
//!   waited for ([`Child::users`]). Only a destroy waits, and a replacement.
//! - A child that is as wanted is not touched: no call at all.
//! - After a failure nothing new starts, and what is in work is finished and recorded. After a cancellation every child
//!   stops at its next safe point.
//!
//! # What doesn't
//! - Objects made by a run that was killed are unknown to the ledger before it. Applying again finds them; destroying
//!   right away doesn't, since there is no declaration to look with.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![warn(clippy::pedantic)]

mod apply;
mod bury;
mod calls;
mod child;
mod deps;
mod error;
mod graph;
mod import;
mod kind;
mod ledger;
mod packed;
mod plan;
mod refresh;
mod run;
mod staying;
mod verdict;
mod walk;

pub use apply::{Applied, apply};
pub use child::{Child, Cx, Diff, Id, Json, Order};
pub use deps::{Deps, Node, Outs};
pub use error::Error;
pub use graph::{Graph, Value};
pub use import::import;
pub use kind::{Catalogue, Kind, Registered};
pub use ledger::{Ledger, Object, Record};
pub use plan::{Action, Plan, Step, plan};
pub use refresh::{Refreshed, refresh};
pub use run::{Call, Failure, Run};
pub use staying::Staying;
