//! Keeps a composite, a graph of cloud objects, in line with what is declared.
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
mod plan;
mod refresh;
mod run;
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
