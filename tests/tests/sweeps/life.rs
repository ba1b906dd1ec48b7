//! The lives that are disturbed: the configurations that a resource goes through, one apply each; then it is destroyed.

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
}

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
            Self::EnvironmentWithGateway | Self::EnvironmentWithInstance => "paas_environment",
            Self::Tenant => "paas_tenant",
        }
    }

    /// What has to be there before: the configuration of the environment that a tenant lives in.
    pub fn home(self, props: &Props) -> Option<Value> {
        (self == Self::Tenant).then(|| environment(props, json!({"enable_cloudtrail": false})))
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

fn merged(mut base: Value, more: Value) -> Value {
    let (Some(all), Value::Object(more)) = (base.as_object_mut(), more) else {
        unreachable!("both are objects")
    };
    all.extend(more);
    base
}
