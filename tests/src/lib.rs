//! What the end-to-end tests stand on: real Terraform, the built provider, and an emulated AWS account.
//!
//! ```no_run
//! use paas_tests::{Emulator, Workspace};
//!
//! let aws = Emulator::start();
//! let certificate = aws.seed_certificate("*.example.test");
//! let dev = Workspace::new(&aws);
//! dev.write("main.tf", &format!(r#"
//!     resource "paas_environment" "dev" {{
//!       name            = "dev"
//!       cidr_block      = "10.0.0.0/16"
//!       certificate_arn = "{certificate}"
//!     }}
//! "#));
//! dev.apply(&[]).expect_success();
//! assert_eq!(dev.plan(&[]).expect_success().changes(), []);
//! ```
//!
//! Every test has its own emulator process and its own workspace, so tests run beside each other. Nothing is left
//! behind: the emulator ends and the folders go when their values are dropped.

pub mod baking;
pub mod configuration;
pub mod emulator;
mod error;
pub mod gitlab;
pub mod golden;
pub mod hcl;
pub mod journey;
pub mod prerequisites;
pub mod provider;
pub mod terraform;

pub use configuration::Configuration;
pub use emulator::Emulator;
pub use error::Error;
pub use gitlab::GitLab;
pub use terraform::Workspace;

use std::path::{Path, PathBuf};

/// The root of the checkout.
///
/// # Panics
/// Never: the crate lies in the checkout.
#[must_use]
pub fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the tests crate lies in the checkout").to_owned()
}
