//! From its creation to its end, and what AWS holds at each step.

use crate::{end, identifier, instance, resource_id, snapshots};
use paas_tests::Configuration;
use paas_tests::configuration::{DATABASE, ENVIRONMENT, TENANT};
use serde_json::{Value, json};

/// The rules of a security group, one list per direction: ports, and the groups on the other side.
fn rules(dev: &Configuration, group: &Value) -> Value {
    let found = dev.look("ec2", "describe_security_groups", &json!({ "GroupIds": [group] }));
    let group = &found["SecurityGroups"][0];
    let direction = |name: &str| -> Value {
        let rules = group[name].as_array().expect("a list").iter();
        rules
            .map(|rule| {
                let groups: Vec<&Value> = rule["UserIdGroupPairs"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|g| &g["GroupId"])
                    .collect();
                json!([rule["FromPort"], rule["ToPort"], groups, rule["IpRanges"]])
            })
            .collect()
    };
    json!({"in": direction("IpPermissions"), "out": direction("IpPermissionsEgress")})
}

#[test]
fn a_database_stands_in_its_environment_and_open_to_its_tenant_alone() {
    let mut dev = Configuration::with_database();
    dev.set(DATABASE, "db_name", "shop");
    dev.apply();
    dev.assert_settled();
    let attribute = |name: &str| dev.attribute(DATABASE, name);
    let real = instance(&dev);

    assert_eq!(attribute("id"), "dev/acme/database");
    assert_eq!(attribute("ready"), true);
    assert_eq!(attribute("arn"), real["DBInstanceArn"]);
    assert_eq!(attribute("address"), real["Endpoint"]["Address"]);
    let endpoint = format!("{}:3306", real["Endpoint"]["Address"].as_str().unwrap());
    assert_eq!(attribute("endpoint"), endpoint);
    assert_eq!(attribute("resource_id"), real["DbiResourceId"]);
    assert_eq!(attribute("master_user_secret_arn"), real["MasterUserSecret"]["SecretArn"]);
    assert!(identifier(&dev).starts_with("paas-dev-acme-") && identifier(&dev).ends_with("-database"));

    // Encrypted with the environment's key, in its private subnets, without a public address.
    let key = dev.attribute(ENVIRONMENT, "kms_key_arn");
    assert_eq!((&real["StorageEncrypted"], &real["KmsKeyId"]), (&json!(true), &key));
    assert_eq!(real["MasterUserSecret"]["KmsKeyId"], key);
    assert_eq!(real["PubliclyAccessible"], false);
    let mut subnets: Vec<String> = real["DBSubnetGroup"]["Subnets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|subnet| subnet["SubnetIdentifier"].as_str().unwrap().to_owned())
        .collect();
    let mut private: Vec<String> =
        serde_json::from_value(dev.attribute(ENVIRONMENT, "private_subnet_ids")).unwrap();
    subnets.sort();
    private.sort();
    assert_eq!(subnets, private);

    // Only the tenant's instances come in, and nothing goes out.
    assert_eq!(real["VpcSecurityGroups"][0]["VpcSecurityGroupId"], attribute("security_group_id"));
    let tenant = dev.attribute(TENANT, "security_group_id");
    let expected = json!({"in": [[3306, 3306, [tenant], []]], "out": []});
    assert_eq!(rules(&dev, &attribute("security_group_id")), expected);

    // Protected, backed up, and TLS only.
    assert_eq!((&real["DeletionProtection"], &real["BackupRetentionPeriod"]), (&json!(true), &json!(7)));
    let of_user = json!({"DBParameterGroupName": attribute("parameter_group_name"), "Source": "user"});
    let parameters = dev.look("rds", "describe_db_parameters", &of_user);
    let set: Vec<(&Value, &Value)> = parameters["Parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|parameter| (&parameter["ParameterName"], &parameter["ParameterValue"]))
        .collect();
    assert_eq!(set, [(&json!("require_secure_transport"), &json!("1"))]);

    // The record tells applications where it is, and which secret opens it.
    let name = json!({"Name": "/paas/paas/dev/acme/database"});
    let record = dev.look("ssm", "get_parameter", &name);
    let record: Value = serde_json::from_str(record["Parameter"]["Value"].as_str().unwrap()).unwrap();
    let expected = json!({
        "address": attribute("address"),
        "port": 3306,
        "db_name": "shop",
        "username": "admin",
        "master_user_secret_arn": attribute("master_user_secret_arn"),
        "identifier": identifier(&dev),
        "security_group_id": attribute("security_group_id"),
    });
    assert_eq!(record["outputs"], expected);
    assert_eq!(attribute("parameter_name"), name["Name"]);

    // Everything says whose it is.
    let owned = |kind: &str| {
        let all = dev.aws.inventory();
        let found = all.iter().filter(|object| object.kind == kind);
        found
            .filter(|object| object.tags.get("paas:owner").is_some_and(|o| o == "paas/dev/acme/database"))
            .count()
    };
    let kinds = ["db_instance", "db_subnet_group", "db_parameter_group", "security_group", "parameter"];
    assert_eq!(kinds.map(owned), [1; 5]);
    end(&mut dev);
}

#[test]
fn its_end_leaves_a_snapshot_and_nothing_else() {
    let mut dev = Configuration::with_database();
    dev.apply();
    dev.set(DATABASE, "deletion_protection", false);
    dev.apply();
    let identifier = identifier(&dev);
    let secret = dev.attribute(DATABASE, "master_user_secret_arn");

    let plan = dev.terraform.plan(&["-destroy"]).expect_success();
    let warned = plan.diagnostics().into_iter().find(|said| said.summary == "A last snapshot will be taken");
    let text = warned.expect("the plan tells what becomes of the data").text();
    assert!(text.contains(&format!("{identifier}-final-YYYYMMDDHHMMSS")), "{text}");

    dev.terraform.destroy(&[]).expect_success();
    let left = dev.aws.inventory();
    let kinds: Vec<&str> = left.iter().map(|object| object.kind.as_str()).collect();
    assert_eq!(kinds, ["db_snapshot"], "{left:?}");
    let names = snapshots(&dev);
    assert!(names.len() == 1 && names[0].starts_with(&format!("{identifier}-final-20")), "{names:?}");
    assert!(dev.aws.call("secretsmanager", "describe_secret", &json!({ "SecretId": secret })).is_err());
    crate::delete_snapshots(&dev);
}

#[test]
fn without_a_last_snapshot_the_plan_says_that_the_data_go() {
    let mut dev = Configuration::with_database();
    dev.set(DATABASE, "deletion_protection", false);
    dev.set(DATABASE, "skip_final_snapshot", true);
    dev.apply();
    let plan = dev.terraform.plan(&["-destroy"]).expect_success();
    assert!(
        plan.diagnostics().iter().any(|said| said.summary == "The data will be gone"),
        "{}",
        plan.report()
    );
    dev.end();
}

/// RDS makes such changes in the maintenance window: decided is done, for the plan.
#[test]
fn a_change_that_waits_for_the_window_is_made_once() {
    let mut dev = Configuration::with_database();
    dev.apply();
    let id = resource_id(&dev);
    dev.set(DATABASE, "instance_class", "db.t4g.medium");
    dev.apply();
    let real = instance(&dev);
    assert_eq!(real["DBInstanceClass"], "db.t4g.micro");
    assert_eq!(real["PendingModifiedValues"]["DBInstanceClass"], "db.t4g.medium");
    dev.assert_settled();

    dev.set(DATABASE, "apply_immediately", true);
    dev.set(DATABASE, "instance_class", "db.m7g.large");
    dev.apply();
    assert_eq!(instance(&dev)["DBInstanceClass"], "db.m7g.large");
    dev.assert_settled();
    assert_eq!(resource_id(&dev), id);
    end(&mut dev);
}

/// What somebody changes in RDS shows, and goes.
#[test]
fn a_change_by_hand_is_shown_and_undone() {
    let mut dev = Configuration::with_database();
    dev.apply();
    let change = json!({
        "DBInstanceIdentifier": identifier(&dev), "DeletionProtection": false, "BackupRetentionPeriod": 1,
        "ApplyImmediately": true,
    });
    dev.by_hand("rds", "modify_db_instance", &change);
    assert_eq!(dev.planned(DATABASE), ["~ instance"]);
    dev.terraform.apply_plan().expect_success();
    let real = instance(&dev);
    assert_eq!((&real["DeletionProtection"], &real["BackupRetentionPeriod"]), (&json!(true), &json!(7)));
    dev.assert_settled();
    end(&mut dev);
}
