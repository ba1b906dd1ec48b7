//! A Terraform plugin server: write providers for Terraform (plugin protocol 6, Terraform 1.0 and later) in Rust.
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

// the derive macro names this crate, also when it is used in here
extern crate self as tfplugin;

mod attr;
mod attributes;
#[cfg(feature = "testing")]
pub mod client;
mod connections;
mod data_source;
mod diagnostic;
pub mod docs;
mod ephemeral;
mod erased;
mod function;
mod handshake;
pub mod logging;
mod path;
mod plan;
mod provider;
mod redact;
mod resource;
mod rpc;
pub mod schema;
mod serve;
mod server;
mod tls;
mod value;
mod write_only;

pub use attr::Attr;
#[doc(hidden)]
pub use attributes::derive;
pub use attributes::{AttributeType, Attributes};
pub use data_source::DataSource;
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use ephemeral::{EphemeralResource, Opened, Renewed};
pub use function::{Function, FunctionError, Parameter, Signature};
pub use path::{Path, Step};
pub use provider::{Cx, Provider};
pub use resource::{Applied, Apply, Imported, MoveSource, Moved, Plan, ReadOutcome, Resource};
pub use schema::{Attribute, Schema};
pub use server::Server;
pub use tfplugin_derive::Attributes;
pub use value::{DecodeError, Number, Type, Value};
