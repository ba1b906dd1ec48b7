//! The registry's documentation pages, from the schemas.

mod page;

use crate::{Schema, Server};
use page::Page;
use std::collections::BTreeMap;

/// What the schemas can't say: examples, and how to import.
#[derive(Clone, Debug, Default)]
pub struct Examples {
    provider: Option<String>,
    usage: BTreeMap<String, String>,
    imports: BTreeMap<String, String>,
}

impl Examples {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The example of the provider's page, as HCL.
    #[must_use]
    pub fn provider(self, hcl: impl Into<String>) -> Self {
        Self { provider: Some(hcl.into()), ..self }
    }

    /// The example of a resource, data source, ephemeral resource (`paas_tenant`, `data.paas_tenants`,
    /// `ephemeral.paas_credentials`) or function (`provider::paas::subnets`), as HCL.
    #[must_use]
    pub fn example(mut self, of: impl Into<String>, hcl: impl Into<String>) -> Self {
        self.usage.insert(of.into(), hcl.into());
        self
    }

    /// An id that imports a resource (`paas_tenant`), for the page's import section.
    #[must_use]
    pub fn import(mut self, type_name: impl Into<String>, id: impl Into<String>) -> Self {
        self.imports.insert(type_name.into(), id.into());
        self
    }
}

/// All pages, as Markdown, by their path under `docs/`: `index.md`, `resources/tenant.md` and so on.
pub fn render(server: &Server, examples: &Examples) -> BTreeMap<String, String> {
    let name = &server.name;
    let mut pages = BTreeMap::new();
    let mut index = Page::new(&format!("{name} Provider"), None, &server.provider.shape().schema.description);
    index.title(&format!("{name} Provider"), &server.provider.shape().schema.description);
    index.example(examples.provider.as_deref());
    index.schema(&server.provider.shape().schema);
    pages.insert("index.md".to_owned(), index.text());

    let mut add = |folder: &str, kind: &str, type_name: &str, prefix: &str, schema: &Schema| {
        let title = format!("{type_name} ({kind})");
        let mut page = Page::new(&format!("{type_name} {kind} - {name}"), Some(kind), &schema.description);
        page.title(&title, &schema.description);
        page.example(examples.usage.get(&format!("{prefix}{type_name}")).map(String::as_str));
        page.schema(schema);
        if let Some(id) = examples.imports.get(type_name).filter(|_| prefix.is_empty()) {
            page.import(type_name, id);
        }
        let short = type_name.strip_prefix(name).and_then(|rest| rest.strip_prefix('_')).unwrap_or(type_name);
        pages.insert(format!("{folder}/{short}.md"), page.text());
    };
    for (type_name, resource) in &server.resources {
        add("resources", "Resource", type_name, "", &resource.shape().schema);
    }
    for (type_name, source) in &server.data_sources {
        add("data-sources", "Data Source", type_name, "data.", &source.shape().schema);
    }
    for (type_name, resource) in &server.ephemerals {
        add("ephemeral-resources", "Ephemeral Resource", type_name, "ephemeral.", &resource.shape().schema);
    }
    for (function, implementation) in &server.functions {
        let signature = implementation.signature();
        let mut page =
            Page::new(&format!("{function} function - {name}"), Some("Function"), &signature.summary);
        page.title(&format!("function: {function}"), &signature.description);
        page.example(examples.usage.get(&format!("provider::{name}::{function}")).map(String::as_str));
        page.signature(function, &signature);
        pages.insert(format!("functions/{function}.md"), page.text());
    }
    pages
}

#[cfg(test)]
mod tests;
