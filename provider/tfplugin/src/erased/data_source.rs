use super::{Pending, Shape, validate};
use crate::{Attributes, Cx, DataSource, Diagnostics, Value};

pub(crate) trait DynDataSource: Send + Sync {
    fn shape(&self) -> &Shape;
    fn validate(&self, config: &Value) -> Diagnostics;
    fn read<'a>(&'a self, cx: &'a Cx, config: &'a Value) -> Pending<'a, Result<Value, Diagnostics>>;
}

pub(crate) struct ErasedDataSource<D> {
    inner: D,
    shape: Shape,
}

impl<D: DataSource> ErasedDataSource<D> {
    pub fn new(inner: D) -> Self {
        Self { inner, shape: Shape::of::<D::Model>() }
    }
}

impl<D: DataSource> DynDataSource for ErasedDataSource<D> {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        validate(config, |config, diagnostics| self.inner.validate(config, diagnostics))
    }

    fn read<'a>(&'a self, cx: &'a Cx, config: &'a Value) -> Pending<'a, Result<Value, Diagnostics>> {
        Box::pin(async move {
            let model = self.inner.read(cx, D::Model::from_value(config)?).await?;
            Ok(model.to_value().without_unknowns())
        })
    }
}
