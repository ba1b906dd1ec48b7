use super::{Pending, Shape, validate};
use crate::{Attributes, Cx, Diagnostics, EphemeralResource, Opened, Renewed, Value};

pub(crate) trait DynEphemeral: Send + Sync {
    fn shape(&self) -> &Shape;
    fn validate(&self, config: &Value) -> Diagnostics;
    fn open<'a>(&'a self, cx: &'a Cx, config: &'a Value) -> Pending<'a, Result<Opened<Value>, Diagnostics>>;
    fn renew<'a>(&'a self, cx: &'a Cx, private: Vec<u8>) -> Pending<'a, Result<Renewed, Diagnostics>>;
    fn close<'a>(&'a self, cx: &'a Cx, private: Vec<u8>) -> Pending<'a, Result<(), Diagnostics>>;
}

pub(crate) struct ErasedEphemeral<E> {
    inner: E,
    shape: Shape,
}

impl<E: EphemeralResource> ErasedEphemeral<E> {
    pub fn new(inner: E) -> Self {
        Self { inner, shape: Shape::of::<E::Model>() }
    }
}

impl<E: EphemeralResource> DynEphemeral for ErasedEphemeral<E> {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        validate(config, |config, diagnostics| self.inner.validate(config, diagnostics))
    }

    fn open<'a>(&'a self, cx: &'a Cx, config: &'a Value) -> Pending<'a, Result<Opened<Value>, Diagnostics>> {
        Box::pin(async move {
            let Opened { result, private, renew_at } =
                self.inner.open(cx, E::Model::from_value(config)?).await?;
            Ok(Opened { result: result.to_value().without_unknowns(), private, renew_at })
        })
    }

    fn renew<'a>(&'a self, cx: &'a Cx, private: Vec<u8>) -> Pending<'a, Result<Renewed, Diagnostics>> {
        Box::pin(self.inner.renew(cx, private))
    }

    fn close<'a>(&'a self, cx: &'a Cx, private: Vec<u8>) -> Pending<'a, Result<(), Diagnostics>> {
        Box::pin(self.inner.close(cx, private))
    }
}
