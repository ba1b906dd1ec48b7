//! Ephemeral resources (Terraform 1.10): values that live for one run and never enter plan or state.

use crate::{Attributes, Cx, Diagnostics};
use std::{future::Future, time::SystemTime};

/// Something that is opened for a run, perhaps renewed, and closed: a token, a tunnel, a secret.
pub trait EphemeralResource: Send + Sync + 'static {
    /// Its attributes: arguments, and computed ones for the result.
    type Model: Attributes;

    /// Its name without the provider's.
    const NAME: &'static str;

    /// Checks the configuration. Called several times, with unknown values in it; asks nobody outside.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Opens it: returns the configuration with the computed attributes filled in.
    fn open(
        &self,
        cx: &Cx,
        config: Self::Model,
    ) -> impl Future<Output = Result<Opened<Self::Model>, Diagnostics>> + Send;

    /// Renews it, at the time that the last answer asked for. By default nothing is to be done.
    fn renew(&self, cx: &Cx, private: Vec<u8>) -> impl Future<Output = Result<Renewed, Diagnostics>> + Send {
        let _ = cx;
        async { Ok(Renewed { private, renew_at: None }) }
    }

    /// Closes it. By default nothing is to be done.
    fn close(&self, cx: &Cx, private: Vec<u8>) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        let _ = (cx, private);
        async { Ok(()) }
    }
}

/// An opened ephemeral resource.
#[derive(Clone, Debug, Default)]
pub struct Opened<M> {
    /// The configuration with the computed attributes filled in.
    pub result: M,
    /// Passed to `renew` and `close`.
    pub private: Vec<u8>,
    /// When to renew it, if at all.
    pub renew_at: Option<SystemTime>,
}

/// A renewed ephemeral resource.
#[derive(Clone, Debug, Default)]
pub struct Renewed {
    /// Passed to the next `renew` and to `close`.
    pub private: Vec<u8>,
    /// When to renew it again, if at all.
    pub renew_at: Option<SystemTime>,
}
