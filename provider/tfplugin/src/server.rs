//! What a provider consists of.

use crate::{
    DataSource, Diagnostic, EphemeralResource, Function, Provider, Resource,
    erased::{
        DynDataSource, DynEphemeral, DynFunction, DynProvider, DynResource, ErasedDataSource,
        ErasedEphemeral, ErasedFunction, ErasedProvider, ErasedResource,
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// A provider with all that it offers: add resources and so on, then [`serve`](Server::serve).
pub struct Server {
    pub(crate) address: String,
    pub(crate) name: String,
    pub(crate) provider: Arc<dyn DynProvider>,
    pub(crate) resources: BTreeMap<String, Arc<dyn DynResource>>,
    pub(crate) data_sources: BTreeMap<String, Arc<dyn DynDataSource>>,
    pub(crate) ephemerals: BTreeMap<String, Arc<dyn DynEphemeral>>,
    pub(crate) functions: BTreeMap<String, Arc<dyn DynFunction>>,
}

impl Server {
    /// A provider that offers nothing yet.
    ///
    /// `address` is its source address (`registry.terraform.io/paas/paas`), `name` the prefix of its resource types
    /// (`paas`).
    pub fn new<P: Provider>(address: &str, name: &str, provider: P) -> Self {
        Self {
            address: address.to_owned(),
            name: name.to_owned(),
            provider: Arc::new(ErasedProvider::new(provider)),
            resources: BTreeMap::new(),
            data_sources: BTreeMap::new(),
            ephemerals: BTreeMap::new(),
            functions: BTreeMap::new(),
        }
    }

    /// Offers a managed resource.
    ///
    /// # Panics
    /// If there is one of this name.
    #[must_use]
    pub fn resource<R: Resource>(mut self, resource: R) -> Self {
        let name = format!("{}_{}", self.name, R::NAME);
        insert(&mut self.resources, name, Arc::new(ErasedResource::new(resource)));
        self
    }

    /// Offers a data source.
    ///
    /// # Panics
    /// If there is one of this name.
    #[must_use]
    pub fn data_source<D: DataSource>(mut self, data_source: D) -> Self {
        let name = format!("{}_{}", self.name, D::NAME);
        insert(&mut self.data_sources, name, Arc::new(ErasedDataSource::new(data_source)));
        self
    }

    /// Offers an ephemeral resource.
    ///
    /// # Panics
    /// If there is one of this name.
    #[must_use]
    pub fn ephemeral<E: EphemeralResource>(mut self, ephemeral: E) -> Self {
        let name = format!("{}_{}", self.name, E::NAME);
        insert(&mut self.ephemerals, name, Arc::new(ErasedEphemeral::new(ephemeral)));
        self
    }

    /// Offers a function.
    ///
    /// # Panics
    /// If there is one of this name.
    #[must_use]
    pub fn function<F: Function>(mut self, function: F) -> Self {
        insert(&mut self.functions, F::NAME.to_owned(), Arc::new(ErasedFunction(function)));
        self
    }
}

impl Server {
    pub(crate) fn find_resource(&self, type_name: &str) -> Result<&Arc<dyn DynResource>, Diagnostic> {
        find(&self.resources, "resource type", type_name)
    }

    pub(crate) fn find_data_source(&self, type_name: &str) -> Result<&Arc<dyn DynDataSource>, Diagnostic> {
        find(&self.data_sources, "data source", type_name)
    }

    pub(crate) fn find_ephemeral(&self, type_name: &str) -> Result<&Arc<dyn DynEphemeral>, Diagnostic> {
        find(&self.ephemerals, "ephemeral resource type", type_name)
    }
}

fn find<'a, T>(offers: &'a BTreeMap<String, T>, what: &str, name: &str) -> Result<&'a T, Diagnostic> {
    let unknown =
        || Diagnostic::error(format!("Unknown {what}"), format!("The provider has no {what} {name:?}."));
    offers.get(name).ok_or_else(unknown)
}

fn insert<T>(offers: &mut BTreeMap<String, T>, name: String, offer: T) {
    assert!(!offers.contains_key(&name), "the provider offers {name} twice");
    offers.insert(name, offer);
}
