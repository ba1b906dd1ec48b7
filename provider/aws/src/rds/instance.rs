//! A MySQL database: one RDS instance, encrypted, its master user's password in Secrets Manager.

use super::{converge, ending, engine, making, seen, status};
use crate::tags::{self, Tags};
use crate::usual;
use crate::world::{Cx, World};
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The spec of a database instance, under RDS's names. What was decided and waits for the maintenance window counts as
/// done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is a setting of RDS by itself")]
pub struct Instance {
    /// Unique in the account and region; 63 characters at most. It can't be changed.
    pub identifier: String,
    /// A version of MySQL, or the beginning of one that any minor version fulfils: `8.4`.
    pub engine_version: String,
    /// `db.…`
    pub instance_class: String,
    /// The size that was asked for, in GiB. Storage autoscaling may have made more of it; it can't shrink.
    pub allocated_storage: i32,
    /// Up to which size RDS enlarges the storage by itself, in GiB; unset: it doesn't.
    pub max_allocated_storage: Option<i32>,
    /// `gp3`, `gp2`, `io1` or `io2`.
    pub storage_type: String,
    /// Provisioned I/O operations per second; unset: [what gp3 has at no extra cost](super::storage::baseline).
    pub iops: Option<i32>,
    /// Provisioned throughput of gp3 in MiB/s; unset: what it has at no extra cost.
    pub storage_throughput: Option<i32>,
    /// Whether a standby in another zone takes over when the instance fails.
    #[serde(default, skip_serializing_if = "usual::is")]
    pub multi_az: bool,
    /// The database (schema) made with the instance. It can't be changed.
    pub db_name: Option<String>,
    /// The master user's name. It can't be changed.
    pub username: String,
    /// Where MySQL listens. A change restarts it at once.
    pub port: i32,
    /// Where its network interfaces lie. RDS moves an instance only into another VPC, and not without an outage: taken
    /// as fixed.
    pub subnet_group_name: String,
    /// Who may reach it.
    pub security_group_ids: BTreeSet<String>,
    /// Its settings; of the family of its version.
    pub parameter_group_name: String,
    /// The key that encrypts storage, snapshots, secret and performance data. It can't be changed.
    pub kms_key_arn: String,
    /// Whether RDS keeps the master user's password in Secrets Manager and rotates it. Want `true`.
    #[serde(default = "usual::yes", skip_serializing_if = "usual::is_yes")]
    pub manage_master_user_password: bool,
    /// Days; 0 to 35. 0: no automated backups.
    pub backup_retention_period: i32,
    /// Daily, `hh24:mi-hh24:mi` in UTC; see [`super::window`].
    pub backup_window: String,
    /// Weekly, `ddd:hh24:mi-ddd:hh24:mi` in UTC.
    pub maintenance_window: String,
    /// Whether RDS moves to newer minor versions by itself, in the maintenance window.
    pub auto_minor_version_upgrade: bool,
    /// Whether RDS refuses to delete it.
    pub deletion_protection: bool,
    /// Whether Performance Insights gathers data.
    #[serde(default, skip_serializing_if = "usual::is")]
    pub performance_insights_enabled: bool,
    /// Days that they are kept, where they are gathered; unset: 7, which are free.
    pub performance_insights_retention_period: Option<i32>,
    /// Whether snapshots carry the instance's tags.
    #[serde(default = "usual::yes", skip_serializing_if = "usual::is_yes")]
    pub copy_tags_to_snapshot: bool,
    /// Whether it has a public address. Want `false`.
    #[serde(default, skip_serializing_if = "usual::is")]
    pub publicly_accessible: bool,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use. An address or a secret that isn't there is left out of the ledger: what reads it back then
/// knows nothing, and a plan doesn't promise the emptiness that `sync` ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstanceOut {
    /// As in the spec.
    pub identifier: String,
    /// `arn:…:db:…`
    pub arn: String,
    /// `db-…`: RDS's own id, which no other instance ever gets.
    pub resource_id: String,
    /// The DNS name of the endpoint.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// The secret with the master user's name and password.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub secret_arn: String,
}

impl Instance {
    /// As RDS would give it back: with what it sets where nothing is asked for.
    pub(super) fn normal(&self) -> Self {
        let baseline = super::storage::baseline(&self.storage_type, self.allocated_storage);
        let retention = self.performance_insights_retention_period.or(Some(seen::FREE_RETENTION));
        Self {
            iops: self.iops.filter(|iops| baseline.is_none_or(|(free, _)| *iops != free)),
            storage_throughput: self
                .storage_throughput
                .filter(|throughput| baseline.is_none_or(|(_, free)| *throughput != free)),
            performance_insights_retention_period: retention.filter(|_| self.performance_insights_enabled),
            ..self.clone()
        }
    }

    /// Whether RDS has moved on by itself to a newer minor version than the one asked for. There is no way back, and
    /// none is needed: that is what `auto_minor_version_upgrade` asks for.
    pub(super) fn was_upgraded(&self, saw: &Self) -> bool {
        self.auto_minor_version_upgrade
            && engine::family(&self.engine_version) == engine::family(&saw.engine_version)
            && engine::is_downgrade(&self.engine_version, &saw.engine_version)
    }
}

impl Child for Instance {
    const KIND: &'static str = "db_instance";
    type World = World;
    type Out = InstanceOut;

    fn diff(&self, saw: &Self) -> Diff {
        let (mut wanted, saw) = (self.normal(), saw.normal());
        if wanted.was_upgraded(&saw) {
            wanted.engine_version.clone_from(&saw.engine_version);
        }
        let fixed = [
            ("identifier", wanted.identifier == saw.identifier),
            ("username", wanted.username == saw.username),
            ("db_name", wanted.db_name == saw.db_name),
            ("kms_key_arn", wanted.kms_key_arn == saw.kms_key_arn),
            ("subnet_group_name", wanted.subnet_group_name == saw.subnet_group_name),
            ("engine_version", !engine::is_downgrade(&wanted.engine_version, &saw.engine_version)),
            ("allocated_storage", wanted.allocated_storage >= saw.allocated_storage),
        ];
        match fixed.iter().find(|(_, same)| !same) {
            Some((field, _)) => Diff::Replace(field),
            None if wanted == saw => Diff::Same,
            None => Diff::Update,
        }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        if cx.not.contains(&self.identifier) {
            return Ok(None);
        }
        let Some(real) = cx.world.reads.rds.instances.fresh(&self.identifier).await? else { return Ok(None) };
        if !tags::are_ours(cx, &seen::carried(&real)) {
            return Ok(None);
        }
        if status::is_deleting(&real) {
            // A run that was killed began to delete it. Its name is free when it is gone.
            ending::gone(cx, &self.identifier).await?;
            return Ok(None);
        }
        Ok(Some(self.identifier.clone()))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        making::make(self, cx).await
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<InstanceOut, Error> {
        let real = converge::converge(self, cx, id).await?;
        Ok(seen::out(&real))
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, InstanceOut)>, Error> {
        let Some(real) = cx.world.reads.rds.instances.get(id).await? else { return Ok(None) };
        Ok(Some((seen::spec(cx, &real), seen::out(&real))))
    }

    /// With a last snapshot, unless steered otherwise. RDS deletes the secret with the instance.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        ending::delete(cx, id).await
    }
}

#[cfg(test)]
#[path = "instance_tests.rs"]
pub(super) mod tests;
