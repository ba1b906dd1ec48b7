use super::{Pending, Shape, validate};
use crate::{Attributes, Cx, Diagnostics, Provider, Value};

pub(crate) trait DynProvider: Send + Sync {
    fn shape(&self) -> &Shape;
    fn validate(&self, config: &Value) -> Diagnostics;
    fn configure<'a>(&'a self, cx: &'a Cx, config: &'a Value) -> Pending<'a, Diagnostics>;
}

pub(crate) struct ErasedProvider<P> {
    inner: P,
    shape: Shape,
}

impl<P: Provider> ErasedProvider<P> {
    pub fn new(inner: P) -> Self {
        Self { inner, shape: Shape::of::<P::Config>() }
    }
}

impl<P: Provider> DynProvider for ErasedProvider<P> {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        validate(config, |config, diagnostics| self.inner.validate(config, diagnostics))
    }

    fn configure<'a>(&'a self, cx: &'a Cx, config: &'a Value) -> Pending<'a, Diagnostics> {
        Box::pin(async move {
            match P::Config::from_value(config) {
                Ok(config) => self.inner.configure(cx, config).await,
                Err(error) => error.into(),
            }
        })
    }
}
