//! An environment's entrance: the load balancer, its listeners and its security group.

use crate::row::{Account, Row, changed, deleted, sorted};
use crate::tags::{ec2_tags, elb_tags};
use composite::Json;
use serde_json::json;

const BALANCER: (&str, &str) = ("load_balancer", "load_balancer");
const HTTP: (&str, &str) = ("listener", "http_listener");
const HTTPS: (&str, &str) = ("listener", "https_listener");
const GROUP: (&str, &str) = ("security_group", "load_balancer_security_group");
const RULES: (&str, &str) = ("security_group_rules", "load_balancer_security_group_rules");

pub fn rows() -> Vec<Row> {
    [balancer(), listeners(), security_group()].into_iter().flatten().collect()
}

fn balancer() -> Vec<Row> {
    vec![
        changed(
            BALANCER,
            "idle for longer",
            &["idle_timeout"],
            |a| set(a, "idle_timeout.timeout_seconds", "600"),
            attributes,
        ),
        changed(
            BALANCER,
            "protected from deletion",
            &["deletion_protection"],
            |a| set(a, "deletion_protection.enabled", "true"),
            attributes,
        ),
        changed(
            BALANCER,
            "taking invalid headers",
            &["hardened"],
            |a| set(a, "routing.http.drop_invalid_header_fields.enabled", "false"),
            attributes,
        ),
        changed(
            BALANCER,
            "in two zones only",
            &["subnet_ids"],
            |a| {
                let subnets = ["a", "b"].map(|zone| a.id_of(&format!("public_subnet.eu-west-1{zone}")));
                a.call("elbv2", "set_subnets", json!({"LoadBalancerArn": a.id(), "Subnets": subnets}))
            },
            |a| {
                let mut balancer = described(a);
                let zones = balancer["AvailabilityZones"].as_array_mut().expect("a list of zones");
                sorted(zones.iter_mut().map(|zone| zone["SubnetId"].take()).collect())
            },
        ),
        changed(BALANCER, "in another security group", &["security_group_ids"], in_the_default_group, |a| {
            described(a)["SecurityGroups"].take()
        }),
        elb_tags(BALANCER),
        deleted(BALANCER, &["http_listener", "https_listener", "record"], |a| {
            a.call("elbv2", "delete_load_balancer", json!({"LoadBalancerArn": a.id()}))
        }),
    ]
}

fn set(a: &Account<'_>, key: &str, value: &str) -> Json {
    let attributes = json!([{"Key": key, "Value": value}]);
    a.call(
        "elbv2",
        "modify_load_balancer_attributes",
        json!({"LoadBalancerArn": a.id(), "Attributes": attributes}),
    )
}

fn attributes(a: &Account<'_>) -> Json {
    let answer = a.call("elbv2", "describe_load_balancer_attributes", json!({"LoadBalancerArn": a.id()}));
    let pairs = answer["Attributes"].as_array().expect("a list of attributes").iter();
    pairs.map(|pair| (pair["Key"].as_str().unwrap_or_default().to_owned(), pair["Value"].clone())).collect()
}

fn described(a: &Account<'_>) -> Json {
    a.call("elbv2", "describe_load_balancers", json!({"LoadBalancerArns": [a.id_of(BALANCER.1)]}))["LoadBalancers"][0].take()
}

fn in_the_default_group(a: &Account<'_>) -> Json {
    let only = json!([{"Name": "vpc-id", "Values": [a.id_of("vpc")]}, {"Name": "group-name", "Values": ["default"]}]);
    let group =
        a.call("ec2", "describe_security_groups", json!({"Filters": only}))["SecurityGroups"][0]["GroupId"]
            .take();
    a.call(
        "elbv2",
        "set_security_groups",
        json!({"LoadBalancerArn": a.id_of(BALANCER.1), "SecurityGroups": [group]}),
    )
}

fn listeners() -> Vec<Row> {
    vec![
        changed(
            HTTP,
            "answering by itself",
            &["default_action"],
            |a| {
                let answer = json!({"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "ContentType": "text/plain"}});
                a.call("elbv2", "modify_listener", json!({"ListenerArn": a.id(), "DefaultActions": [answer]}))
            },
            |a| listener(a)["DefaultActions"].take(),
        ),
        changed(
            HTTP,
            "redirecting to another host",
            &["default_action"],
            |a| {
                let redirect = json!({"Protocol": "HTTPS", "Port": "443", "Host": "evil.example.net", "StatusCode": "HTTP_301"});
                let action = json!({"Type": "redirect", "RedirectConfig": redirect});
                a.call("elbv2", "modify_listener", json!({"ListenerArn": a.id(), "DefaultActions": [action]}))
            },
            |a| listener(a)["DefaultActions"].take(),
        ),
        changed(
            HTTPS,
            "with another default certificate",
            &["additional_certificate_arns", "certificate_arn"],
            |a| {
                let other = a.child.saw["additional_certificate_arns"][0].clone();
                a.call(
                    "elbv2",
                    "modify_listener",
                    json!({"ListenerArn": a.id(), "Certificates": [{"CertificateArn": other}]}),
                )
            },
            certificates,
        ),
        changed(
            HTTPS,
            "without its further certificate",
            &["additional_certificate_arns"],
            |a| {
                let other = a.child.saw["additional_certificate_arns"][0].clone();
                a.call(
                    "elbv2",
                    "remove_listener_certificates",
                    json!({"ListenerArn": a.id(), "Certificates": [{"CertificateArn": other}]}),
                )
            },
            certificates,
        ),
        changed(
            HTTPS,
            "taking old TLS",
            &["ssl_policy"],
            |a| {
                a.call(
                    "elbv2",
                    "modify_listener",
                    json!({"ListenerArn": a.id(), "SslPolicy": "ELBSecurityPolicy-2016-08"}),
                )
            },
            |a| listener(a)["SslPolicy"].take(),
        ),
        changed(
            HTTPS,
            "answering 200",
            &["default_action"],
            |a| {
                let answer = json!({"StatusCode": "200", "ContentType": "text/plain", "MessageBody": "host not found"});
                let action = json!({"Type": "fixed-response", "FixedResponseConfig": answer});
                a.call("elbv2", "modify_listener", json!({"ListenerArn": a.id(), "DefaultActions": [action]}))
            },
            |a| listener(a)["DefaultActions"].take(),
        ),
        elb_tags(HTTPS),
        deleted(HTTP, &["record"], |a| a.call("elbv2", "delete_listener", json!({"ListenerArn": a.id()}))),
        deleted(HTTPS, &["record"], |a| a.call("elbv2", "delete_listener", json!({"ListenerArn": a.id()}))),
    ]
}

fn listener(a: &Account<'_>) -> Json {
    a.call("elbv2", "describe_listeners", json!({"ListenerArns": [a.id()]}))["Listeners"][0].take()
}

/// Each certificate, and whether it is the default one.
fn certificates(a: &Account<'_>) -> Json {
    let answer = a.call("elbv2", "describe_listener_certificates", json!({"ListenerArn": a.id()}));
    let all = answer["Certificates"].as_array().expect("a list of certificates").iter();
    all.map(|one| (one["CertificateArn"].as_str().unwrap_or_default().to_owned(), one["IsDefault"].clone()))
        .collect()
}

fn security_group() -> Vec<Row> {
    vec![
        ec2_tags(GROUP),
        changed(
            RULES,
            "without HTTPS",
            &["ingress"],
            |a| {
                let rule = permission("tcp", 443, "0.0.0.0/0");
                a.call(
                    "ec2",
                    "revoke_security_group_ingress",
                    json!({"GroupId": a.id(), "IpPermissions": [rule]}),
                )
            },
            security_group_rules,
        ),
        changed(
            RULES,
            "with SSH",
            &["ingress"],
            |a| {
                let rule = permission("tcp", 22, "0.0.0.0/0");
                a.call(
                    "ec2",
                    "authorize_security_group_ingress",
                    json!({"GroupId": a.id(), "IpPermissions": [rule]}),
                )
            },
            security_group_rules,
        ),
        changed(
            RULES,
            "open to the outside",
            &["egress"],
            |a| {
                let rule = permission("tcp", 443, "192.0.2.0/24");
                a.call(
                    "ec2",
                    "authorize_security_group_egress",
                    json!({"GroupId": a.id(), "IpPermissions": [rule]}),
                )
            },
            security_group_rules,
        ),
        deleted(RULES, &["http_listener", "https_listener", "record"], |a| {
            let group = group(a);
            let id = a.id();
            a.call(
                "ec2",
                "revoke_security_group_ingress",
                json!({"GroupId": id, "IpPermissions": group["IpPermissions"]}),
            );
            a.call(
                "ec2",
                "revoke_security_group_egress",
                json!({"GroupId": id, "IpPermissions": group["IpPermissionsEgress"]}),
            )
        })
        .seen_by(security_group_rules),
        // A group can't be deleted while the load balancer is in it.
        deleted(GROUP, &["http_listener", "https_listener", BALANCER.1, RULES.1, "record"], |a| {
            in_the_default_group(a);
            a.call("ec2", "delete_security_group", json!({"GroupId": a.id()}))
        }),
    ]
}

fn permission(protocol: &str, port: u16, source: &str) -> Json {
    json!({"IpProtocol": protocol, "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": source}]})
}

fn group(a: &Account<'_>) -> Json {
    a.call("ec2", "describe_security_groups", json!({"GroupIds": [a.id()]}))["SecurityGroups"][0].take()
}

/// The rules by what they say: each has another id when it is made anew.
fn security_group_rules(a: &Account<'_>) -> Json {
    let only = json!([{"Name": "group-id", "Values": [a.id()]}]);
    let answer = a.call("ec2", "describe_security_group_rules", json!({"Filters": only}));
    let rules = answer["SecurityGroupRules"].as_array().expect("a list of rules").iter();
    let says = |rule: &Json| {
        ["IsEgress", "IpProtocol", "FromPort", "ToPort", "CidrIpv4", "Description"]
            .map(|part| rule[part].clone())
    };
    sorted(rules.map(|rule| json!(says(rule))).collect())
}
