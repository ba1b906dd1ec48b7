//! The Terraform provider `paas`: what it offers, put together. Start reading at [`resources::tenant`].

pub mod builds;
pub mod composite_resource;
pub mod data_sources;
pub mod documentation;
pub mod ephemeral;
pub mod functions;
pub mod home;
pub mod names;
pub mod pipelines;
pub mod provider;
pub mod record;
pub mod resources;
pub mod run;
pub mod shared;
pub mod subnets;
pub mod timeouts;

use composite_resource::CompositeResource;
use provider::{Connection, Paas};
use resources::database::Database;
use resources::environment::Environment;
use resources::gitlab_webhook::GitlabWebhook;
use resources::infrastructure_pipeline::InfrastructurePipeline;
use resources::tenant::Tenant;

/// The provider's address in Terraform's registry.
pub const ADDRESS: &str = "registry.terraform.io/paas/paas";

/// Everything that the provider offers.
#[must_use]
pub fn server() -> tfplugin::Server {
    let connection = Connection::default();
    tfplugin::Server::new(ADDRESS, "paas", Paas::new(connection.clone()))
        .resource(CompositeResource::<Database>::new(connection.clone()))
        .resource(CompositeResource::<Environment>::new(connection.clone()))
        .resource(CompositeResource::<GitlabWebhook>::new(connection.clone()))
        .resource(CompositeResource::<InfrastructurePipeline>::new(connection.clone()))
        .resource(CompositeResource::<Tenant>::new(connection.clone()))
        .resource(resources::ami::Ami::new(connection.clone()))
        .data_source(data_sources::ami::Ami::new(connection.clone()))
        .data_source(data_sources::environment::Environment::new(connection.clone()))
        .data_source(data_sources::iam_policy::IamPolicy::new(connection.clone()))
        .data_source(data_sources::tenants::Tenants::new(connection.clone()))
        .ephemeral(ephemeral::database_credentials::Credentials::new(connection))
        .function(functions::subnets::Subnets)
        .function(functions::names::Names)
}
