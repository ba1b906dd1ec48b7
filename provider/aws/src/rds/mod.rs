//! RDS: a tenant's MySQL database and the groups that it stands on.

mod change;
mod class;
mod converge;
mod ending;
mod engine;
mod instance;
mod listing;
mod lookups;
mod making;
mod parameter_group;
mod parameters;
mod seen;
mod standing;
mod status;
pub mod storage;
mod subnet_group;
mod tagging;
pub mod window;

pub use class::refuse as refuse_instance_class;
pub use engine::{family, is_downgrade, is_major_upgrade};
pub use instance::{Instance, InstanceOut};
pub use lookups::{EngineVersion, Snapshot, engine_version, snapshot};
pub use parameter_group::{ParameterGroup, ParameterGroupOut};
pub use standing::{Standing, standing};
pub use subnet_group::{SubnetGroup, SubnetGroupOut};
pub use window::windows;

use crate::batch::{Batched, Handed};
use crate::tags::Tags;
use aws_sdk_rds::Client;
use aws_sdk_rds::types::{DbInstance, DbParameterGroup, DbSubnetGroup};
use std::sync::Arc;

/// The engine of every database here, under RDS's name.
const ENGINE: &str = "mysql";
/// So many objects one call describes: the most that `MaxRecords` takes.
const PAGE: i32 = 100;
const PER_CALL: usize = 100;

/// Batched reads by name.
#[derive(Clone)]
pub struct Reads {
    /// Tags come along.
    instances: Batched<String, DbInstance>,
    subnet_groups: Batched<String, DbSubnetGroup>,
    parameter_groups: Batched<String, DbParameterGroup>,
    /// The tags of groups that were just made.
    made_subnet_groups: Arc<Handed<Tags>>,
    made_parameter_groups: Arc<Handed<Tags>>,
}

impl Reads {
    pub(crate) fn new(client: &Client) -> Self {
        let (of_instances, of_subnets, of_parameters) = (client.clone(), client.clone(), client.clone());
        Self {
            instances: Batched::new(PER_CALL, move |ids| lookups::instances(of_instances.clone(), ids)),
            subnet_groups: Batched::new(PER_CALL, move |names| subnet_group::list(of_subnets.clone(), names)),
            parameter_groups: Batched::new(PER_CALL, move |names| {
                parameter_group::list(of_parameters.clone(), names)
            }),
            made_subnet_groups: Arc::default(),
            made_parameter_groups: Arc::default(),
        }
    }

    /// Says that the object of this ARN will probably be read in this run.
    pub(crate) fn expect(&self, arn: &str) {
        let mut parts = arn.rsplitn(3, ':');
        if let (Some(name), Some(kind)) = (parts.next(), parts.next()) {
            match kind {
                "db" => self.instances.expect([name.to_owned()]),
                "subgrp" => self.subnet_groups.expect([name.to_owned()]),
                "pg" => self.parameter_groups.expect([name.to_owned()]),
                _ => {}
            }
        }
    }
}
