//! Every way of making each resource, as configurations.

use paas_tests::Emulator;
use serde_json::{Value as Json, json};

/// Arguments of the provider that reach every object.
pub fn provider_settings() -> Json {
    json!({"default_tags": {"tags": {"cost-centre": "42", "team": "platform"}}, "project": "shop"})
}

/// The environment that most tests stand on.
pub fn plain_environment(aws: &Emulator) -> Json {
    json!({"name": "e1", "cidr_block": "10.0.0.0/16", "certificate_arn": aws.seed_certificate("*.example.com")})
}

/// Environments by what is special about them. Their names are `e1`, `e2` …, the first is
/// [`plain_environment`]; what they need of AWS is made.
pub fn environments(aws: &Emulator) -> Vec<(&'static str, Json)> {
    let special = [
        ("nothing set", plain_environment(aws)),
        (
            "a NAT gateway per zone",
            json!({"nat": {"per_zone": true}, "availability_zones": ["eu-west-1b", "eu-west-1a"]}),
        ),
        ("a NAT instance, no trail", json!({"nat": {"type": "instance"}, "enable_cloudtrail": false})),
        (
            "a NAT instance per zone",
            json!({"nat": {"type": "instance", "per_zone": true, "instance_type": "t3.nano"}}),
        ),
        (
            "internal",
            json!({"internal": true, "cidr_block": "10.7.16.0/20", "ingress_cidr_blocks": ["10.0.0.0/8", "192.168.1.7/24"]}),
        ),
        ("a network brought along", json!({"network": network(aws)})),
        ("everything set", everything(aws)),
    ];
    let certificate = aws.seed_certificate("*.example.com");
    let complete = |(n, (what, special)): (usize, (&'static str, Json))| {
        let mut config = json!({"name": format!("e{n}"), "certificate_arn": certificate});
        if special.get("network").is_none() {
            config["cidr_block"] = json!("10.0.0.0/16");
        }
        merge(&mut config, special);
        (what, config)
    };
    (1..).zip(special).map(complete).collect()
}

fn everything(aws: &Emulator) -> Json {
    json!({
        "additional_certificate_arns": [aws.seed_certificate("*.example.org"), aws.seed_certificate("*.example.net")],
        "cloudtrail_retention_in_days": 14,
        "deletion_protection": true,
        "deletion_window_in_days": 7,
        "force_destroy": true,
        "idle_timeout": 120,
        "log_expiration_days": 5,
        "permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess",
        "reserved_priorities": [{"from": 1, "to": 9}, {"from": 40000, "to": 50000}],
        "ssl_policy": "ELBSecurityPolicy-TLS13-1-3-2021-06",
        "tags": {"team": "web", "Name": "mine", "note": "a b=c+d/e@f:g"},
        "timeouts": {"create": "20m", "delete": "20m"},
    })
}

/// Tenants of environment `e1`, by what is special about them. Their names are `t1`, `t2` ….
pub fn tenants(aws: &Emulator) -> Vec<(&'static str, Json)> {
    let image = aws.seed_image("web-1");
    let many = ["a", "b", "c", "d", "e", "f", "g"].map(|host| format!("{host}.many.example.com"));
    let special = [
        ("nothing set", json!({"hosts": ["plain.example.com"]})),
        (
            "everything set",
            json!({
                "hosts": ["acme.example.com", "*.acme.example.com", "b?.example.org"],
                "paths": ["/shop/*", "/cart", "/a", "/b", "/c", "/d"],
                "instance_type": "t3.small",
                "min_size": 2,
                "max_size": 6,
                "desired_capacity": 3,
                "port": 8443,
                "protocol": "HTTPS",
                "health_check": {"path": "/health", "port": "8080", "protocol": "HTTP", "interval": 15, "timeout": 7, "healthy_threshold": 2, "unhealthy_threshold": 5, "matcher": "200-299"},
                "health_check_grace_period": 60,
                "deregistration_delay": 5,
                "target_tracking": {"target_value": 62.5},
                "user_data": "#!/bin/sh\necho 'äöü ${HOME} %{ if }'\n",
                "root_volume": {"size": 30, "type": "gp2", "device_name": "/dev/sda1"},
                "instance_refresh": {"min_healthy_percentage": 50, "max_healthy_percentage": 150, "instance_warmup": 5, "auto_rollback": false, "skip_matching": false},
                "policy_arns": ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore", "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"],
                "permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess",
                "tags": {"team": "acme", "Name": "theirs"},
                "timeouts": {"update": "20m"},
            }),
        ),
        (
            "many hosts, requests tracked, a priority set",
            json!({"hosts": many, "priority": 1500, "target_tracking": {"predefined_metric_type": "ALBRequestCountPerTarget", "target_value": 1000}}),
        ),
        (
            "a wildcard only, no instances yet",
            json!({"hosts": ["*.wild.example.com"], "min_size": 0, "desired_capacity": 0, "max_size": 1}),
        ),
        ("a software pipeline", json!({"hosts": ["released.example.com"], "pipeline": {}})),
        (
            "a software pipeline with everything set",
            json!({
                "hosts": ["careful.example.com"],
                "pipeline": {
                    "deployment_config_name": "CodeDeployDefault.HalfAtATime",
                    "auto_rollback": true,
                    "alarm_names": ["careful-5xx", "careful-slow"],
                    "approval": {"comment": "Is it good?", "external_entity_link": "https://example.com/review"},
                    "trigger": "CLOUDTRAIL",
                    "log_retention_in_days": 7,
                },
                "tags": {"team": "careful"},
            }),
        ),
        (
            "a software pipeline over two slots",
            json!({"hosts": ["slots.example.com"], "pipeline": {"deployment_type": "BLUE_GREEN", "auto_rollback": false}}),
        ),
    ];
    let complete = |(n, (what, special)): (usize, (&'static str, Json))| {
        let mut config = json!({"environment": "e1", "name": format!("t{n}"), "image_id": image});
        merge(&mut config, special);
        (what, config)
    };
    (1..).zip(special).map(complete).collect()
}

/// Databases of tenant `t1` in environment `e1`, by what is special about them. Their names are `d1`, `d2` …. Each may become
/// the next one in place.
pub fn databases() -> Vec<(&'static str, Json)> {
    let special = [
        ("nothing set", json!({})),
        (
            "everything set",
            json!({
                "engine_version": "8.4.5",
                "auto_minor_version_upgrade": false,
                "instance_class": "db.r7g.large",
                "allocated_storage": 30,
                "max_allocated_storage": 200,
                "multi_az": true,
                "port": 3307,
                "parameters": {"max_connections": "200", "innodb_purge_threads": "4", "sql_mode": "STRICT_ALL_TABLES,NO_ZERO_DATE"},
                "backup_retention_period": 35,
                "backup_window": "23:45-00:15",
                "maintenance_window": "sun:23:00-sun:23:30",
                "performance_insights_enabled": true,
                "performance_insights_retention_period": 93,
                "deletion_protection": false,
                "tags": {"team": "acme", "Name": "theirs", "note": "a b=c+d/e@f:g"},
                "timeouts": {"update": "20m"},
            }),
        ),
        (
            "large, faster than what is free",
            json!({"allocated_storage": 400, "iops": 16_000, "storage_throughput": 1000, "backup_retention_period": 0}),
        ),
        (
            "large, as fast as what is free",
            json!({"allocated_storage": 450, "iops": 12_000, "storage_throughput": 500}),
        ),
        (
            "with I/O provisioned",
            json!({"storage_type": "io1", "allocated_storage": 500, "max_allocated_storage": 1000, "iops": 3000}),
        ),
        ("of the older kind of storage", json!({"storage_type": "gp2", "allocated_storage": 600})),
    ];
    let complete = |(n, (what, special)): (usize, (&'static str, Json))| {
        let mut config = json!({"environment": "e1", "tenant": "t1", "name": format!("d{n}")});
        merge(&mut config, special);
        (what, config)
    };
    (1..).zip(special).map(complete).collect()
}

/// Infrastructure pipelines of environment `e1`, by what is special about them. They are of tenants `t1`, `t2` …, which
/// needn't exist. Each may become the next one in place.
pub fn infrastructure_pipelines(aws: &Emulator) -> Vec<(&'static str, Json)> {
    let buildspec = "version: 0.2\nphases:\n  build:\n    commands:\n      - 'echo \"ä: ${HOME} %{ if }\"'\n";
    let special = [
        ("nothing set", json!({})),
        (
            "everything set",
            json!({
                "source_ami": aws.seed_image("base-1"),
                "instance_type": "c7i.large",
                "root_volume": {"size": 30, "type": "gp2", "device_name": "/dev/sda1"},
                "ssh_username": "ubuntu",
                "install_codedeploy_agent": false,
                "keep_images": 2,
                "packer": {"version": "1.11.2", "plugin_version": "1.3.4", "variables": {"mirror": "https://example.com/a?b=c&d"}},
                "environment_variables": {"LANG": "de_DE.UTF-8", "NOTE": "ä 'b' \"c\" $d", "EMPTY": ""},
                "build_image": "aws/codebuild/amazonlinux-aarch64-standard:3.0",
                "compute_type": "BUILD_GENERAL1_LARGE",
                "build_timeout": 480,
                "deploy": {
                    "folder": "terraform/live",
                    "terraform_version": "1.12.1",
                    "provider_source": "registry.example.com/paas/paas",
                    "provider_version": "0.9.0",
                    "approval": {"comment": "Is it good?", "external_entity_link": "https://example.com/review"},
                    "environment_variables": {"TF_VAR_size": "3"},
                    "policy_arns": ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"],
                },
                "trigger": "CLOUDTRAIL",
                "log_retention_in_days": 7,
                "permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess",
                "tags": {"team": "acme", "Name": "theirs", "note": "a b=c+d/e@f:g"},
                "timeouts": {"update": "20m"},
            }),
        ),
        (
            "one of many images, a configuration of its own",
            json!({
                "source_ami_filter": {"name": "base-*", "owner": "self"},
                "build_image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/bake:1",
                "deploy": {"configuration": "variable \"image_id\" {}\n"},
            }),
        ),
        (
            "its own buildspecs",
            json!({"buildspec": buildspec, "deploy": {"buildspec": buildspec, "approval": {}}}),
        ),
        (
            "its own template, a configuration in JSON",
            json!({
                "packer": {"template": "source \"null\" \"nothing\" {\n  communicator = \"none\"\n}\n"},
                "deploy": {"configuration": "{\"variable\": {\"image_id\": {}}}"},
            }),
        ),
    ];
    let complete = |(n, (what, special)): (usize, (&'static str, Json))| {
        let mut config = json!({"environment": "e1", "tenant": format!("t{n}")});
        merge(&mut config, special);
        (what, config)
    };
    (1..).zip(special).map(complete).collect()
}

/// Webhooks of an account with environment `e1`, by what is special about them. Their names are `g1`, `g2` …. Each may become
/// the next one in place.
pub fn gitlab_webhooks() -> Vec<(&'static str, Json)> {
    let rule = "shops/(?P<tenant>[a-z0-9-]+)-(?P<kind>software|infrastructure)";
    let special = [
        ("nothing set", json!({"allowed_repositories": ["shops/*"], "naming_rule": rule})),
        (
            "everything set",
            json!({
                "gitlab_host": "gitlab.example.com:8443",
                "branches": {"main": "e1", "release/1.0": "e1"},
                "repositories": {
                    "shops/acme": {"tenant": "acme", "kind": "software"},
                    "shops/deep/er/acme_1.images": {"tenant": "acme", "kind": "infrastructure"},
                },
                "naming_rule": rule,
                "allowed_repositories": ["shops/*", "*/platform-*"],
                "token_wo": "0123456789-!\"#$%&'()*+,./:;<=>?@[\\]^_`{|}~",
                "token_wo_version": 1,
                "signing_token_wo": "whsec_c2l4dGVlbiBieXRlcyBhbmQgbW9yZQ==",
                "signing_token_wo_version": 0,
                "credentials_wo": "{\"username\": \"ci\", \"password\": \"glpat-ä\"}",
                "credentials_wo_version": 7,
                "throttling_rate_limit": 1,
                "throttling_burst_limit": 5000,
                "build_image": "aws/codebuild/amazonlinux-aarch64-standard:3.0",
                "compute_type": "BUILD_GENERAL1_LARGE",
                "build_timeout": 480,
                "log_retention_in_days": 7,
                "permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess",
                "on_create_failure": "resume",
                "tags": {"team": "web", "Name": "theirs", "note": "a b=c+d/e@f:g"},
                "timeouts": {"update": "20m"},
            }),
        ),
        (
            "a GitLab without TLS, repositories one by one, other values",
            json!({
                "gitlab_host": "http://gitlab.example.com",
                "repositories": {"shops/acme": {"tenant": "acme", "kind": "software"}},
                "allowed_repositories": ["shops/acme"],
                "token_wo": "another-token-of-ours",
                "token_wo_version": 2,
            }),
        ),
        (
            "credentials of one's own",
            json!({
                "naming_rule": rule,
                "allowed_repositories": ["shops/*"],
                "credentials_secret_arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:gitlab-AbCdEf",
            }),
        ),
    ];
    let complete = |(n, (what, special)): (usize, (&'static str, Json))| {
        let mut config = json!({
            "name": format!("g{n}"), "gitlab_host": "gitlab.example.com", "branches": {"main": "e1"},
        });
        merge(&mut config, special);
        (what, config)
    };
    (1..).zip(special).map(complete).collect()
}

fn merge(config: &mut Json, more: Json) {
    let (Json::Object(config), Json::Object(more)) = (config, more) else {
        panic!("configurations are objects")
    };
    config.extend(more);
}

/// A network of somebody else's: two zones, three tiers.
fn network(aws: &Emulator) -> Json {
    let ec2 = |operation: &str, params: Json| aws.call("ec2", operation, &params).expect("the call succeeds");
    let vpc = ec2("create_vpc", json!({"CidrBlock": "10.1.0.0/16"}))["Vpc"]["VpcId"].take();
    ec2("modify_vpc_attribute", json!({"VpcId": vpc, "EnableDnsHostnames": {"Value": true}}));
    let gateway = ec2("create_internet_gateway", json!({}))["InternetGateway"]["InternetGatewayId"].take();
    ec2("attach_internet_gateway", json!({"VpcId": vpc, "InternetGatewayId": gateway}));
    let subnet = |tier: usize, zone: usize| {
        let cidr = format!("10.1.{}.0/24", 10 * tier + zone);
        let zone = ["eu-west-1a", "eu-west-1b"][zone];
        let made = ec2("create_subnet", json!({"VpcId": vpc, "CidrBlock": cidr, "AvailabilityZone": zone}));
        made["Subnet"]["SubnetId"].clone()
    };
    let tier = |tier| [subnet(tier, 0), subnet(tier, 1)];
    json!({"vpc_id": vpc, "public_subnet_ids": tier(0), "natted_subnet_ids": tier(1), "private_subnet_ids": tier(2)})
}
