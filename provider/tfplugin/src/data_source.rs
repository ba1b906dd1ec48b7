//! Data sources.

use crate::{Attributes, Cx, Diagnostics};
use std::future::Future;

/// Something that can be looked up.
pub trait DataSource: Send + Sync + 'static {
    /// Its attributes: arguments, and computed ones for the answer.
    type Model: Attributes;

    /// Its name without the provider's.
    const NAME: &'static str;

    /// Checks the configuration. Called several times, with unknown values in it; asks nobody outside.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Looks it up: returns the configuration with the computed attributes filled in.
    fn read(
        &self,
        cx: &Cx,
        config: Self::Model,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send;
}
