//! The provider's binary: run by Terraform, not by hand.

use std::process::ExitCode;
use tokio::runtime::Builder;

/// Stack of each worker, in bytes. Without optimisation the SDK takes RDS's answers apart in frames that, below those of
/// a child's creation, don't fit into the usual 2 MiB: the process would abort.
const STACK: usize = 8 << 20;

fn main() -> ExitCode {
    tfplugin::logging::init();
    let runtime = Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build();
    runtime.expect("the system has threads").block_on(paas::server().serve())
}
