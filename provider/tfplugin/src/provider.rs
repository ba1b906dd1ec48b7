//! The provider itself: its configuration.

use crate::{Attributes, Diagnostics};
use std::future::Future;
use tokio_util::sync::CancellationToken;

/// What the `provider` block configures.
pub trait Provider: Send + Sync + 'static {
    /// The arguments of the `provider` block.
    type Config: Attributes;

    /// Checks the configuration. Called several times, with unknown values in it; asks nobody outside.
    fn validate(&self, config: &Self::Config, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Takes the configuration, once per run, before anything that needs it. In a plan, values that other resources
    /// compute are still unknown.
    fn configure(&self, cx: &Cx, config: Self::Config) -> impl Future<Output = Diagnostics> + Send;
}

/// What every operation may use.
#[derive(Clone, Debug, Default)]
pub struct Cx {
    /// Cancelled when Terraform asks the provider to stop (the user pressed Ctrl-C): start nothing new, end at the
    /// next safe point, return what there is.
    pub cancel: CancellationToken,
}
