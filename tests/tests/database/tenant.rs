//! What becomes of a database when its tenant goes, comes, or is half there.

use crate::{assert_says, end, refusal, resource_id};
use paas_tests::Configuration;
use paas_tests::configuration::{DATABASE, TENANT};
use paas_tests::emulator::Fault;
use serde_json::{Value, json};

/// The security groups that the database lets in.
fn clients(dev: &Configuration) -> Vec<Value> {
    let group = dev.attribute(DATABASE, "security_group_id");
    let found = dev.look("ec2", "describe_security_groups", &json!({ "GroupIds": [group] }));
    let rules = found["SecurityGroups"][0]["IpPermissions"].as_array().cloned().unwrap_or_default();
    let pairs =
        rules.iter().flat_map(|rule| rule["UserIdGroupPairs"].as_array().cloned().unwrap_or_default());
    pairs.map(|pair| pair["GroupId"].clone()).collect()
}

#[test]
fn a_tenant_that_is_made_anew_finds_its_data_and_is_let_in() {
    let mut dev = Configuration::with_database();
    dev.apply();
    let (id, old) = (resource_id(&dev), dev.attribute(TENANT, "security_group_id"));
    assert_eq!(clients(&dev), std::slice::from_ref(&old));
    let plan = dev.terraform.plan(&["-replace", TENANT]).expect_success();
    let changes = plan.changes();
    assert!(changes.contains(&(DATABASE.to_owned(), "update".to_owned())), "{changes:?}");
    dev.terraform.apply_plan().expect_success();
    let new = dev.attribute(TENANT, "security_group_id");
    assert_ne!(new, old);
    assert_eq!((clients(&dev), resource_id(&dev)), (vec![new], id));
    dev.assert_settled();
    end(&mut dev);
}

#[test]
fn a_database_outlives_its_tenant() {
    let mut dev = Configuration::with_database();
    // Nothing orders the two where the tenant is named and not referred to: it must be there first.
    dev.remove(DATABASE);
    dev.apply();
    let mut database = dev.database();
    database["tenant"] = json!("acme");
    dev.declare(DATABASE, database);
    dev.apply();
    let id = resource_id(&dev);
    let tenant = dev.tenant("acme");
    dev.remove(TENANT);
    dev.apply();

    let plan = dev.terraform.plan(&[]).expect_success();
    let warned = plan.diagnostics().into_iter().find(|said| said.summary == "Nobody can reach the database");
    assert_says(&warned.expect("the plan says it").text(), &["no tenant \"acme\"", "It lives on"]);
    dev.apply();
    assert_eq!((clients(&dev), resource_id(&dev)), (vec![], id.clone()));
    let changes = dev.terraform.plan(&[]).expect_success().changes();
    assert!(changes.is_empty(), "{changes:?}");

    dev.declare(TENANT, tenant);
    dev.set(DATABASE, "tenant", "${paas_tenant.acme.name}");
    dev.apply();
    assert_eq!(clients(&dev), [dev.attribute(TENANT, "security_group_id")]);
    assert_eq!(resource_id(&dev), id);
    dev.assert_settled();
    end(&mut dev);
}

#[test]
fn a_database_needs_a_tenant_to_begin_with() {
    let mut dev = Configuration::with_database();
    dev.remove(TENANT);
    dev.set(DATABASE, "tenant", "acme");
    dev.set(DATABASE, "environment", "dev");
    let error = refusal(&dev.terraform.plan(&[]));
    assert_eq!((error.summary.as_str(), error.path()), ("No such environment", "environment"));
    dev.remove(DATABASE);
    dev.apply();
    let mut database = dev.database();
    database["tenant"] = json!("acme");
    dev.declare(DATABASE, database);
    let error = refusal(&dev.terraform.plan(&[]));
    assert_eq!((error.summary.as_str(), error.path()), ("No such tenant", "tenant"));
    assert_says(&error.text(), &["tenant = paas_tenant.acme.name"]);
    dev.remove(DATABASE);
    dev.end();
}

/// A creation that breaks off leaves what it made. It is tainted, which is no reason to make it anew.
#[test]
fn a_half_made_database_is_finished_and_not_made_anew() {
    let mut dev = Configuration::with_database();
    let record = Fault::error("ParameterLimitExceeded", "No room", 400).operation("PutParameter");
    dev.aws.faults([record.param("Name", "/paas/paas/dev/acme/database").param("Overwrite", "[Tt]rue")]);
    let broken = refusal(&dev.terraform.apply(&[]));
    assert_says(&broken.text(), &["can't set up record", "No room", "terraform untaint"]);
    let id = resource_id(&dev);
    dev.aws.clear_faults();

    let refused = refusal(&dev.terraform.plan(&[]));
    assert_eq!(refused.summary, "The database is protected");
    assert_says(&refused.text(), &["tainted", "terraform untaint", "goes on with what is there"]);
    dev.terraform.run(["untaint", DATABASE]).expect_success();
    dev.apply();
    dev.assert_settled();
    assert_eq!(resource_id(&dev), id);
    end(&mut dev);
}

/// What broke off before there was an instance holds no data.
#[test]
fn what_never_had_an_instance_is_made_anew() {
    let mut dev = Configuration::with_database();
    let full = Fault::error("InstanceQuotaExceeded", "Too many instances", 400);
    dev.aws.faults([full.operation("CreateDBInstance")]);
    let broken = refusal(&dev.terraform.apply(&[]));
    assert_says(&broken.text(), &["can't create instance", "Too many instances"]);
    dev.aws.clear_faults();
    dev.apply();
    dev.assert_settled();
    end(&mut dev);
}

#[test]
fn a_creation_that_resumes_goes_on_in_place() {
    let mut dev = Configuration::with_database();
    dev.set(DATABASE, "on_create_failure", "resume");
    let full = Fault::error("InstanceQuotaExceeded", "Too many instances", 400);
    dev.aws.faults([full.operation("CreateDBInstance")]);
    let broken = dev.terraform.apply(&[]).expect_success();
    assert!(
        broken.diagnostics().iter().any(|said| said.text().contains("Too many instances")),
        "{}",
        broken.report()
    );
    assert_eq!(dev.attribute(DATABASE, "ready"), false);
    dev.aws.clear_faults();
    let changes = dev.terraform.plan(&[]).expect_success().changes();
    assert_eq!(changes, [(DATABASE.to_owned(), "update".to_owned())]);
    dev.apply();
    assert_eq!(dev.attribute(DATABASE, "ready"), true);
    dev.assert_settled();
    end(&mut dev);
}
