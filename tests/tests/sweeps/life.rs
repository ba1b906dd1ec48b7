//! The lives that are disturbed: the configurations that a resource goes through, one apply each; then it is destroyed.

use crate::stage::{DATABASE, ENVIRONMENT, GITLAB_WEBHOOK, INFRASTRUCTURE_PIPELINE, TENANT};
use paas_tests::Emulator;
use serde_json::{Value, json};

/// Whose life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// With a trail; its NAT gateway becomes an instance, its certificate another one.
    EnvironmentWithGateway,
    /// Its trail is given up, its NAT instance becomes a gateway.
    EnvironmentWithInstance,
    /// Another image (an instance refresh), another port (another target group), more hosts, no target tracking.
    Tenant,
    /// With a software pipeline: its releases are approved from now on, and every object of it gets a tag.
    TenantWithPipeline,
    /// With a software pipeline over two slots; it gives one of them back.
    TenantWithSlots,
    /// A new major version (another parameter group), another class, a larger disk, another port; its protection is
    /// given up. Its end leaves a snapshot.
    Database,
    /// That deploys: what is deployed is approved from now on, and every object of it changes. Its first run never begins.
    InfrastructurePipeline,
    /// Its token was generated and is given from now on; deliveries are signed, clones have credentials, and every object
    /// changes.
    GitlabWebhook,
}

/// A year, in seconds: what a pipeline does by itself doesn't get in the way.
const NOT_NOW: f64 = 31_536_000.0;

/// What a new account holds for the lives to refer to.
pub struct Props {
    certificates: [String; 2],
    images: [String; 2],
}

impl Props {
    /// Puts them into an empty account.
    pub fn new(aws: &Emulator) -> Self {
        Self {
            certificates: ["*.example.test", "*.example.com"].map(|domain| aws.seed_certificate(domain)),
            images: ["web-1", "web-2"].map(|name| aws.seed_image(name)),
        }
    }
}

impl Life {
    /// The resource type.
    pub fn resource(self) -> &'static str {
        match self {
            Self::EnvironmentWithGateway | Self::EnvironmentWithInstance => ENVIRONMENT,
            Self::Tenant | Self::TenantWithPipeline | Self::TenantWithSlots => TENANT,
            Self::Database => DATABASE,
            Self::InfrastructurePipeline => INFRASTRUCTURE_PIPELINE,
            Self::GitlabWebhook => GITLAB_WEBHOOK,
        }
    }

    /// What has to be there before, with its configuration: the environment that a tenant lives in, and the tenant that
    /// a database belongs to.
    pub fn home(self, props: &Props) -> Vec<(&'static str, Value)> {
        let home = (ENVIRONMENT, environment(props, json!({"enable_cloudtrail": false})));
        match self.resource() {
            ENVIRONMENT | GITLAB_WEBHOOK => vec![],
            TENANT | INFRASTRUCTURE_PIPELINE => vec![home],
            _ => vec![home, (TENANT, tenant(props, json!({})))],
        }
    }

    /// How long AWS takes: a database is met in the midst of whatever RDS does with it, a function while it is made or
    /// changed.
    pub fn timing() -> Value {
        let database = json!({
            "create": 0.6, "backup": 0.3, "modify_start": 0.3, "modify": 0.6, "optimize": 0.3, "delete": 0.6,
        });
        let function = json!({"create": 0.2, "update": 0.2});
        json!({"pipeline_action": {"run": NOT_NOW}, "db_instance": database, "function": function})
    }

    /// What is there when it is over and wasn't before: kind of object and how many.
    pub fn leaves(self) -> Option<(&'static str, usize)> {
        (self == Self::Database).then_some(("rds db_snapshot", 1))
    }

    /// The configurations, in order.
    pub fn configurations(self, props: &Props) -> Vec<Value> {
        let [_, certificate] = &props.certificates;
        match self {
            Self::EnvironmentWithGateway => vec![
                environment(props, json!({})),
                environment(
                    props,
                    json!({
                        "nat": {"type": "instance"},
                        "certificate_arn": certificate,
                        "ingress_cidr_blocks": ["192.0.2.0/24"],
                        "log_expiration_days": 2,
                    }),
                ),
            ],
            Self::EnvironmentWithInstance => vec![
                environment(
                    props,
                    json!({"nat": {"type": "instance"}, "additional_certificate_arns": [certificate]}),
                ),
                environment(props, json!({"enable_cloudtrail": false, "tags": {"team": "platform"}})),
            ],
            Self::Tenant => vec![
                tenant(props, json!({"target_tracking": {"target_value": 50}})),
                tenant(
                    props,
                    json!({
                        "hosts": ["acme.example.test", "*.acme.example.test"],
                        "image_id": props.images[1],
                        "port": 8080,
                        "tags": {"team": "acme"},
                    }),
                ),
            ],
            Self::TenantWithPipeline => vec![
                tenant(props, json!({"pipeline": {}})),
                tenant(
                    props,
                    json!({
                        "pipeline": {
                            "approval": {"comment": "Look at it"},
                            "deployment_config_name": "CodeDeployDefault.HalfAtATime",
                            "alarm_names": ["errors"],
                            "log_retention_in_days": 7,
                        },
                        "tags": {"team": "acme"},
                    }),
                ),
            ],
            Self::TenantWithSlots => vec![
                tenant(props, json!({"pipeline": {"deployment_type": "BLUE_GREEN"}})),
                tenant(props, json!({"pipeline": {}})),
            ],
            Self::Database => vec![
                database(json!({"engine_version": "8.0"})),
                database(json!({
                    "engine_version": "8.4",
                    "allow_major_version_upgrade": true,
                    "apply_immediately": true,
                    "instance_class": "db.t4g.medium",
                    "allocated_storage": 40,
                    "port": 3307,
                    "parameters": {"max_connections": "200"},
                    "backup_window": "12:00-13:00",
                    "deletion_protection": false,
                    "tags": {"team": "acme"},
                })),
            ],
            Self::InfrastructurePipeline => vec![
                infrastructure_pipeline(json!({"deploy": {}})),
                infrastructure_pipeline(json!({
                    "deploy": {"approval": {"comment": "Look at it"}, "terraform_version": "1.12.1"},
                    "instance_type": "t3.large",
                    "packer": {"version": "1.6.6"},
                    "log_retention_in_days": 7,
                    "permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess",
                    "tags": {"team": "acme"},
                })),
            ],
            Self::GitlabWebhook => vec![
                gitlab_webhook(json!({})),
                gitlab_webhook(json!({
                    "token_wo": "a-token-that-is-given",
                    "token_wo_version": 1,
                    "signing_token_wo": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
                    "signing_token_wo_version": 1,
                    "credentials_wo": "glpat-a-token-to-clone-with",
                    "credentials_wo_version": 1,
                    "branches": {"main": "production"},
                    "throttling_rate_limit": 10,
                    "build_timeout": 30,
                    "log_retention_in_days": 7,
                    "permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess",
                    "tags": {"team": "platform"},
                })),
            ],
        }
    }
}

fn environment(props: &Props, more: Value) -> Value {
    let base = json!({
        "name": "dev",
        "cidr_block": "10.0.0.0/16",
        "certificate_arn": props.certificates[0],
        "force_destroy": true,
    });
    merged(base, more)
}

fn tenant(props: &Props, more: Value) -> Value {
    let base = json!({
        "environment": "dev",
        "name": "acme",
        "hosts": ["acme.example.test"],
        "image_id": props.images[0],
    });
    merged(base, more)
}

fn database(more: Value) -> Value {
    merged(json!({"environment": "dev", "tenant": "acme", "db_name": "shop"}), more)
}

fn infrastructure_pipeline(more: Value) -> Value {
    merged(json!({"environment": "dev", "tenant": "acme"}), more)
}

fn gitlab_webhook(more: Value) -> Value {
    let base = json!({
        "gitlab_host": "gitlab.example.com",
        "allowed_repositories": ["shops/*"],
        "naming_rule": "shops/(?P<tenant>[a-z0-9-]+)-(?P<kind>software|infrastructure)",
    });
    merged(base, more)
}

fn merged(mut base: Value, more: Value) -> Value {
    let (Some(all), Value::Object(more)) = (base.as_object_mut(), more) else {
        unreachable!("both are objects")
    };
    all.extend(more);
    base
}
