//! Keeps a composite, a graph of cloud objects, in line with what is declared.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![warn(clippy::pedantic)]

mod child;
mod deps;
mod error;
mod graph;
mod kind;
mod ledger;
mod plan;
mod run;
mod verdict;

pub use child::{Child, Cx, Diff, Id, Json, Order};
pub use deps::{Deps, Node, Outs};
pub use error::Error;
pub use graph::{Graph, Value};
pub use kind::{Catalogue, Kind, Registered};
pub use ledger::{Ledger, Object, Record};
pub use plan::{Action, Plan, Step, plan};
pub use run::{Call, Failure, Run};
