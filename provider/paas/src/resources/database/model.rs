//! The arguments and outputs of `paas_database`: struct, schema and documentation in one.

use crate::timeouts::Timeouts;
use paas_aws::Tags;
use std::collections::BTreeMap;
use tfplugin::{Attr, Attributes};

/// A tenant's MySQL database: an RDS instance in the environment's private subnets, encrypted with the environment's
/// key, which only the tenant's instances can reach, and only over TLS. RDS makes its master user's password, keeps it
/// in Secrets Manager and rotates it; it stands in no state and in no plan.
///
/// What would destroy data doesn't happen by surprise. Destroying the database is refused while `deletion_protection`
/// is on. A change that only a new, empty database could have (of `environment`, `tenant`, `name`, `username` or
/// `db_name`, or to an older engine version) is refused at plan, protected or not. A last snapshot is taken before the
/// end, named `<identifier>-final-<time>`, unless `skip_final_snapshot` is set. The tenant may be destroyed or replaced
/// under its database: the data stay, out of reach, until a tenant of that name is there again.
///
/// Applications find the database by the SSM parameter `/paas/<project>/<environment>/<tenant>/<name>`, which the
/// tenant's instances may read: JSON with `outputs.address`, `outputs.port`, `outputs.db_name` and
/// `outputs.master_user_secret_arn`, the secret that they may read as well.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct DatabaseModel {
    /// The environment: `paas_environment`'s `id` within one configuration, else its name, such as `dev`. A database
    /// can't move: another environment is refused at plan.
    #[attr(required, replace)]
    pub environment: Attr<String>,
    /// The tenant whose instances may connect, by its name: `paas_tenant`'s `name` within one configuration. It must be
    /// there when the database is made. A database can't move: another tenant is refused at plan.
    #[attr(required, replace)]
    pub tenant: Attr<String>,
    /// Name of the database among the tenant's: 1 to 16 lower-case letters, digits and single hyphens. It can't be
    /// changed: another name is refused at plan.
    #[attr(optional, default = "database", replace)]
    pub name: Attr<String>,
    /// Version of MySQL: a major version such as `8.4`, of which RDS takes its default minor version, or a full one
    /// such as `8.4.5`.
    #[attr(optional, default = "8.4")]
    pub engine_version: Attr<String>,
    /// Whether a change of `engine_version` may be one of the major version, such as `8.0` to `8.4`. There is no way
    /// back from it, and
    /// it takes `apply_immediately`.
    #[attr(optional, default = false)]
    pub allow_major_version_upgrade: Attr<bool>,
    /// Let RDS take new minor versions in the maintenance window. Write a major version as `engine_version` then.
    #[attr(optional, default = true)]
    pub auto_minor_version_upgrade: Attr<bool>,
    /// Class of the instance.
    #[attr(optional, default = "db.t4g.micro")]
    pub instance_class: Attr<String>,
    /// Size of the disk in GiB, 20 to 65536. It can grow (RDS rounds up to 10 % more) and never shrink.
    #[attr(optional, default = 20)]
    pub allocated_storage: Attr<i64>,
    /// Size in GiB up to which RDS may grow the disk by itself when it fills up; at least 10 % more than
    /// `allocated_storage`. Left out, the disk doesn't grow.
    #[attr(optional)]
    pub max_allocated_storage: Attr<i64>,
    /// `gp3`, `gp2`, `io1` or `io2`.
    #[attr(optional, default = "gp3")]
    pub storage_type: Attr<String>,
    /// Disk operations per second. `io1` and `io2` need it; `gp3` takes it from 400 GiB on.
    #[attr(optional)]
    pub iops: Attr<i64>,
    /// The disk's throughput in MiB per second; for `gp3` from 400 GiB on.
    #[attr(optional)]
    pub storage_throughput: Attr<i64>,
    /// Keep a standby in another availability zone.
    #[attr(optional, default = false)]
    pub multi_az: Attr<bool>,
    /// Name of a schema to make with the database: a letter, then letters, digits and underscores, 64 in all. Left out,
    /// none is made. It can't be changed: another name is refused at plan.
    #[attr(optional)]
    pub db_name: Attr<String>,
    /// Name of the master user: a letter, then letters, digits and underscores, 16 in all. It can't be changed: another
    /// name is refused at plan.
    #[attr(optional, default = "admin")]
    pub username: Attr<String>,
    /// Port that the database listens on, 1150 to 65535. A change restarts it.
    #[attr(optional, default = 3306)]
    pub port: Attr<i64>,
    /// Settings of MySQL by their names, such as `{ max_connections = "200" }`, in the database's own parameter group.
    /// `require_secure_transport` is always `1`. Static ones take effect when the instance is next restarted.
    #[attr(optional)]
    pub parameters: Attr<BTreeMap<String, String>>,
    /// Days that automated backups are kept, 0 to 35. With 0 there are none, and no restore to a point in time.
    #[attr(optional, default = 7)]
    pub backup_retention_period: Attr<i64>,
    /// Daily time for backups in UTC, such as `03:00-03:30`; 30 minutes at least, apart from the maintenance window.
    /// Left out, it is a half hour between 00:00 and 06:00 that follows from the database's name.
    #[attr(optional)]
    pub backup_window: Attr<String>,
    /// Weekly time for maintenance in UTC, such as `sun:04:00-sun:04:30`; 30 minutes at least. Left out, it is a half
    /// hour between 00:00 and 06:00, on a day that follows from the database's name.
    #[attr(optional)]
    pub maintenance_window: Attr<String>,
    /// Make changes at once that interrupt the database (its class, its version and the like), not in the next
    /// maintenance window. A change that waits for the window counts as made.
    #[attr(optional, default = false)]
    pub apply_immediately: Attr<bool>,
    /// Record the database's load with Performance Insights. It isn't there for micro and small instances.
    #[attr(optional, default = false)]
    pub performance_insights_enabled: Attr<bool>,
    /// Days that Performance Insights keeps: 7 (free of charge), 731, or months of 31 days (31, 62 … 713).
    #[attr(optional, default = 7)]
    pub performance_insights_retention_period: Attr<i64>,
    /// Refuse to destroy the database, here and by RDS. Set it to false and apply, before you destroy it.
    #[attr(optional, default = true)]
    pub deletion_protection: Attr<bool>,
    /// Destroy the database without a last snapshot: the data are gone then. What counts at a destroy is what was
    /// applied last.
    #[attr(optional, default = false)]
    pub skip_final_snapshot: Attr<bool>,
    /// Let the automated backups go with the database. Snapshots stay in any case.
    #[attr(optional, default = true)]
    pub delete_automated_backups: Attr<bool>,
    /// Snapshot to restore when the database is made: of RDS for MySQL, encrypted with the environment's key.
    /// `username` must be the snapshot's. Once the database is there, this says nothing any more: changing it or
    /// leaving it out changes nothing.
    #[attr(optional)]
    pub snapshot_identifier: Attr<String>,
    /// Tags of everything that can carry tags, snapshots included. They win over the provider's `default_tags`.
    #[attr(optional)]
    pub tags: Attr<Tags>,
    /// What becomes of a create that fails half-way. `taint`: Terraform takes it for broken and wants to make it anew,
    /// which is refused for a protected database; `terraform untaint` has the next apply go on in place. `resume`: the
    /// create ends with a warning and `ready = false`, and the next apply goes on in place; have a `postcondition` on
    /// `ready`, so that the run fails.
    #[attr(optional, default = "taint")]
    pub on_create_failure: Attr<String>,
    /// How long to wait for AWS. Defaults to 40 minutes for creating, 80 for updating and 60 for destroying.
    #[attr(optional)]
    pub timeouts: Attr<Timeouts>,

    /// The names of the environment, the tenant and the database with slashes between them, such as
    /// `dev/acme/database`.
    #[attr(computed, keep)]
    pub id: Attr<String>,
    /// The instance's ARN.
    #[attr(computed)]
    pub arn: Attr<String>,
    /// The instance's identifier.
    #[attr(computed, keep)]
    pub identifier: Attr<String>,
    /// The instance's id that never changes and is never used again, `db-…`.
    #[attr(computed)]
    pub resource_id: Attr<String>,
    /// Host name to connect to.
    #[attr(computed)]
    pub address: Attr<String>,
    /// `address` and `port` with a colon between them.
    #[attr(computed)]
    pub endpoint: Attr<String>,
    /// The secret that holds the master user's name and password: JSON with `username` and `password`. To use it in
    /// Terraform, see `ephemeral.paas_database_credentials`.
    #[attr(computed)]
    pub master_user_secret_arn: Attr<String>,
    /// The instance's security group.
    #[attr(computed)]
    pub security_group_id: Attr<String>,
    /// The instance's subnet group.
    #[attr(computed)]
    pub db_subnet_group_name: Attr<String>,
    /// The instance's parameter group.
    #[attr(computed)]
    pub parameter_group_name: Attr<String>,
    /// The SSM parameter with the published record.
    #[attr(computed)]
    pub parameter_name: Attr<String>,
    /// Whether everything stands as configured. False after an apply that broke off.
    #[attr(computed)]
    pub ready: Attr<bool>,
    /// `default_tags` and `tags` together.
    #[attr(computed)]
    pub tags_all: Attr<Tags>,
    /// Every AWS object of the database: its settings as JSON, by key. Shows in a plan what changes, and what was
    /// changed behind Terraform's back. Left out are tags that are `tags_all`, settings that aren't set or are as
    /// usual, and one's own account and region in ARNs (`arn:kms:key/…`); a record stands by its digest.
    #[attr(computed)]
    pub children: Attr<BTreeMap<String, Attr<String>>>,
}
