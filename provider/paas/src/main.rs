//! The provider's binary: run by Terraform, not by hand.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    tfplugin::logging::init();
    paas::server().serve().await
}
