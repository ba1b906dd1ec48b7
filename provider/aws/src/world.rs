//! What a child sees of its surroundings: the AWS session, whose child it is, and how long it may take.

use crate::session::Session;
use crate::tags::Tags;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use tokio::time::Instant;

/// The engine's context with this crate's world: what every method of a child gets.
pub type Cx<'a> = composite::Cx<'a, World>;

/// The surroundings of one composite. Gives access to the [`Session`]'s clients directly.
#[derive(Clone)]
pub struct World {
    session: Arc<Session>,
    /// Whose children these are.
    pub owner: Owner,
    /// What steers the children without being part of any of them.
    pub steering: Steering,
    /// What children get that nobody may read back, by the children's keys: see [`Sensitive`].
    pub secrets: BTreeMap<String, Sensitive>,
    /// The user's tags that the children probably carry, while they are refreshed: see [`crate::tagging`].
    pub expected_tags: Option<Tags>,
    deadline: Option<Instant>,
}

/// A value that must never be seen: it comes with the configuration of an apply (a write-only argument), goes to AWS, and
/// is in no spec, so in no state, plan or message.
#[derive(Clone, PartialEq, Eq)]
pub struct Sensitive(String);

impl Sensitive {
    /// Hides a value.
    #[must_use]
    pub fn new(value: String) -> Self {
        Self(value)
    }

    /// The value, for a request to AWS.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(sensitive)")
    }
}

/// Settings that no AWS object holds, so no `read` could give them back: they are no part of any spec.
#[derive(Debug, Clone, PartialEq)]
pub struct Steering {
    /// Listener-rule priorities that operators keep for themselves, first and last.
    pub reserved_priorities: Vec<(u16, u16)>,
    /// How an Auto Scaling group gets to a new launch template.
    pub instance_refresh: InstanceRefresh,
    /// How long a deleted key can be got back; 7 to 30 days (KMS).
    pub deletion_window_in_days: i32,
    /// Whether a bucket is emptied before it is deleted.
    pub force_destroy: bool,
    /// How a database is made, changed and deleted.
    pub database: DatabaseSteering,
}

/// What AWS is told about a database without keeping it, under RDS's names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a setting of RDS by itself")]
pub struct DatabaseSteering {
    /// The snapshot that a new database is restored from; of no interest once it exists.
    pub snapshot_identifier: Option<String>,
    /// Whether it is deleted without a last snapshot.
    pub skip_final_snapshot: bool,
    /// Whether its automated backups go with it.
    pub delete_automated_backups: bool,
    /// Whether changes that interrupt it are made at once, not in its maintenance window.
    pub apply_immediately: bool,
    /// Whether a change of `engine_version` may be one of the major version.
    pub allow_major_version_upgrade: bool,
}

impl Default for DatabaseSteering {
    fn default() -> Self {
        Self {
            snapshot_identifier: None,
            skip_final_snapshot: false,
            delete_automated_backups: true,
            apply_immediately: false,
            allow_major_version_upgrade: false,
        }
    }
}

impl Default for Steering {
    fn default() -> Self {
        Self {
            reserved_priorities: vec![(1, 999)],
            instance_refresh: InstanceRefresh::default(),
            deletion_window_in_days: 30,
            force_destroy: false,
            database: DatabaseSteering::default(),
        }
    }
}

/// The preferences of an instance refresh, under Auto Scaling's names.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceRefresh {
    /// Percent of the desired capacity that must stay in service; 0 to 100.
    pub min_healthy_percentage: i32,
    /// Percent of the desired capacity that may run at once; 100 to 200.
    pub max_healthy_percentage: i32,
    /// Seconds until a new instance counts as warmed up; unset: the group's.
    pub instance_warmup: Option<i32>,
    /// Go back to the old version when the refresh fails.
    pub auto_rollback: bool,
    /// Leave instances alone that already have the new configuration.
    pub skip_matching: bool,
}

impl Default for InstanceRefresh {
    fn default() -> Self {
        Self {
            min_healthy_percentage: 100,
            max_healthy_percentage: 110,
            instance_warmup: None,
            auto_rollback: true,
            skip_matching: true,
        }
    }
}

impl World {
    /// The world of `owner`, with everything at its default and no deadline.
    #[must_use]
    pub fn new(session: Arc<Session>, owner: Owner) -> Self {
        Self {
            session,
            owner,
            steering: Steering::default(),
            secrets: BTreeMap::new(),
            expected_tags: None,
            deadline: None,
        }
    }

    /// The same, steered.
    #[must_use]
    pub fn steered(mut self, steering: Steering) -> Self {
        self.steering = steering;
        self
    }

    /// The same, with what children get that nobody may read back.
    #[must_use]
    pub fn telling(mut self, secrets: BTreeMap<String, Sensitive>) -> Self {
        self.secrets = secrets;
        self
    }

    /// The same, about to read children that probably carry these tags of the user's.
    #[must_use]
    pub fn expecting(mut self, tags: Option<Tags>) -> Self {
        self.expected_tags = tags;
        self
    }

    /// The same, with the end of the resource's `timeouts`.
    #[must_use]
    pub fn until(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// When waits give up.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }
}

impl Deref for World {
    type Target = Session;
    fn deref(&self) -> &Session {
        &self.session
    }
}

/// What stands where an environment's name would, for what serves all of a project's environments: no environment is called
/// so, for names have no underscores.
const ALL_ENVIRONMENTS: &str = "gitlab_webhook";

/// Whose an object is: an environment of a project, a tenant in it, or what belongs to a tenant without sharing its fate;
/// or a webhook, which serves all environments of a project.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The provider's `project`: keeps two installations in one account apart.
    pub project: String,
    /// The environment's name, such as `dev`; `gitlab_webhook` for what serves all of them.
    pub environment: String,
    /// The tenant's name; none for what belongs to the environment itself.
    pub tenant: Option<String>,
    /// What is the tenant's and yet an owner of its own; none for what belongs to the tenant itself.
    pub part: Option<Part>,
}

/// What outlives a tenant, or comes before it; or what serves all environments.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// One of its databases, by name.
    Database(String),
    /// Its infrastructure pipeline.
    InfrastructurePipeline,
    /// The images that the pipeline bakes: no composite's children, they stay when the pipeline goes.
    MachineImages,
    /// A webhook, by name: of no tenant and no environment.
    GitlabWebhook(String),
}

impl Part {
    const INFRASTRUCTURE_PIPELINE: &'static str = "infrastructure_pipeline";
    const MACHINE_IMAGES: &'static str = "machine_image";

    /// How it stands in an owner's path and in the name of its record. No database is called like the others: names have
    /// no underscores.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Database(name) | Self::GitlabWebhook(name) => name,
            Self::InfrastructurePipeline => Self::INFRASTRUCTURE_PIPELINE,
            Self::MachineImages => Self::MACHINE_IMAGES,
        }
    }

    /// The way back, of a tenant's parts.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            Self::INFRASTRUCTURE_PIPELINE => Self::InfrastructurePipeline,
            Self::MACHINE_IMAGES => Self::MachineImages,
            database => Self::Database(database.to_owned()),
        }
    }
}

impl Owner {
    /// An environment.
    #[must_use]
    pub fn environment(project: &str, environment: &str) -> Self {
        Self { project: project.into(), environment: environment.into(), tenant: None, part: None }
    }

    /// A tenant in an environment.
    #[must_use]
    pub fn tenant(project: &str, environment: &str, tenant: &str) -> Self {
        Self { tenant: Some(tenant.into()), ..Self::environment(project, environment) }
    }

    /// A tenant's database: an owner of its own, so that nothing of the tenant's end reaches it.
    #[must_use]
    pub fn database(project: &str, environment: &str, tenant: &str, database: &str) -> Self {
        Self::tenant(project, environment, tenant).part(Part::Database(database.into()))
    }

    /// A webhook, which serves all environments of a project: `project/gitlab_webhook/name`.
    #[must_use]
    pub fn gitlab_webhook(project: &str, name: &str) -> Self {
        Self::environment(project, ALL_ENVIRONMENTS).part(Part::GitlabWebhook(name.into()))
    }

    /// Something of a tenant's that is an owner of its own.
    #[must_use]
    pub fn part(self, part: Part) -> Self {
        Self { part: Some(part), ..self }
    }

    /// `project/environment`, `…/tenant` or `…/tenant/part`: the value of the tag `paas:owner`.
    #[must_use]
    pub fn path(&self) -> String {
        self.parts().join("/")
    }

    /// The path's parts.
    #[must_use]
    pub fn parts(&self) -> Vec<&str> {
        let mut parts = vec![self.project.as_str(), self.environment.as_str()];
        parts.extend(self.tenant.as_deref());
        parts.extend(self.part.as_ref().map(Part::name));
        parts
    }

    /// The value of the tag `Name`: the path and the child's key with hyphens.
    #[must_use]
    pub fn display_name(&self, key: &str) -> String {
        format!("{}-{}", self.parts().join("-"), key.replace(['_', '.'], "-"))
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenant = || self.parts()[1..3].join("/");
        match (&self.tenant, &self.part) {
            (_, Some(Part::InfrastructurePipeline)) => write!(f, "infrastructure pipeline {}", tenant()),
            (_, Some(Part::MachineImages)) => write!(f, "images of {}", tenant()),
            (_, Some(Part::GitlabWebhook(name))) => write!(f, "GitLab webhook {name}"),
            (_, Some(Part::Database(_))) => write!(f, "database {}", self.parts()[1..].join("/")),
            (Some(_), None) => write!(f, "tenant {}", tenant()),
            (None, None) => write!(f, "environment {}", self.environment),
        }
    }
}
