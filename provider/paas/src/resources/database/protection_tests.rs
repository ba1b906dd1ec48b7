use super::*;
use composite::{Json, Record, Step};
use serde_json::json;
use tfplugin::Attributes;

type Change = fn(&mut DatabaseModel, &mut Instance);

fn model() -> DatabaseModel {
    DatabaseModel { environment: "dev".into(), tenant: "acme".into(), ..DatabaseModel::defaults() }
}

fn instance() -> Instance {
    let spec = json!({
        "identifier": "paas-dev-acme-1a2b3c-database", "engine_version": "8.4", "instance_class": "db.t4g.micro",
        "allocated_storage": 20, "max_allocated_storage": null, "storage_type": "gp3", "iops": null,
        "storage_throughput": null, "multi_az": false, "db_name": null, "username": "admin", "port": 3306,
        "subnet_group_name": "s", "security_group_ids": ["sg-1"], "parameter_group_name": "p",
        "kms_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/ours", "manage_master_user_password": true,
        "backup_retention_period": 7, "backup_window": "03:00-03:30", "maintenance_window": "sun:04:00-sun:04:30",
        "auto_minor_version_upgrade": true, "deletion_protection": true, "performance_insights_enabled": false,
        "performance_insights_retention_period": null, "copy_tags_to_snapshot": true, "publicly_accessible": false,
        "tags": {},
    });
    serde_json::from_value(spec).expect("it is an instance's spec")
}

fn json_of(instance: &Instance) -> Json {
    serde_json::to_value(instance).expect("a spec is plain data")
}

fn ledger(instance: &Instance) -> Ledger {
    let record = Record {
        key: INSTANCE.into(),
        kind: "db_instance".into(),
        id: instance.identifier.clone(),
        saw: json_of(instance),
        out: None,
        needs: vec![],
    };
    Ledger { live: vec![record], dead: vec![] }
}

/// A plan that does this to the instance that was seen.
fn plan(action: Action, saw: Option<&Instance>) -> Plan {
    let step =
        Step { key: INSTANCE.into(), kind: "db_instance".into(), action, want: None, saw: saw.map(json_of) };
    Plan { steps: vec![step], exports: indexmap::IndexMap::new(), keys_known: true }
}

/// What a review says, after these changes of the arguments and of what is there.
fn reviewed(action: Action, change: impl FnOnce(&mut DatabaseModel, &mut Instance)) -> Vec<String> {
    let (mut model, mut saw) = (model(), instance());
    change(&mut model, &mut saw);
    let mut diagnostics = Diagnostics::new();
    review(&plan(action, Some(&saw)), &model, &mut diagnostics);
    diagnostics.iter().map(ToString::to_string).collect()
}

#[test]
fn what_changes_in_place_is_nobodys_concern() {
    let change: [Change; 7] = [
        |_, _| {},
        |d, _| d.instance_class = "db.t4g.medium".into(),
        |d, _| d.allocated_storage = 40.into(),
        |d, _| d.snapshot_identifier = "weekly".into(),
        |d, saw| (d.engine_version, saw.engine_version) = ("8.4".into(), "8.4.5".into()),
        // RDS went on by itself, as it may.
        |d, saw| (d.engine_version, saw.engine_version) = ("8.4.5".into(), "8.4.6".into()),
        |d, saw| {
            (d.engine_version, saw.engine_version) = ("8.4".into(), "8.0.36".into());
            (d.allow_major_version_upgrade, d.apply_immediately) = (true.into(), true.into());
        },
    ];
    for (n, change) in change.into_iter().enumerate() {
        assert_eq!(reviewed(Action::Update, change), Vec::<String>::new(), "number {n}");
    }
}

#[test]
fn what_only_an_empty_database_could_have_is_refused_with_what_to_do() {
    let change: [(Action, Change, &str, &str); 10] = [
        (Action::Replace("username"), |d, _| d.username = "root".into(), "username", "back to \"admin\""),
        (Action::Replace("db_name"), |d, _| d.db_name = "shop".into(), "db_name", "Leave db_name out"),
        (
            Action::Replace("db_name"),
            |_, saw| saw.db_name = Some("shop".into()),
            "db_name",
            "Set db_name back to \"shop\"",
        ),
        (
            Action::Replace("engine_version"),
            |d, _| d.engine_version = "8.0".into(),
            "engine_version",
            "no way back to 8.0",
        ),
        (
            Action::Replace("engine_version"),
            |d, saw| {
                d.auto_minor_version_upgrade = false.into();
                (d.engine_version, saw.engine_version) = ("8.4.5".into(), "8.4.6".into());
            },
            "engine_version",
            "no way back to 8.4.5",
        ),
        (
            Action::Replace("allocated_storage"),
            |_, saw| saw.allocated_storage = 50,
            "allocated_storage",
            "back to 50",
        ),
        (
            Action::Update,
            |_, saw| saw.engine_version = "8.0.36".into(),
            "engine_version",
            "allow_major_version_upgrade",
        ),
        (
            Action::Update,
            |d, saw| {
                saw.engine_version = "8.0.36".into();
                d.allow_major_version_upgrade = true.into();
            },
            "engine_version",
            "apply_immediately = true",
        ),
        (Action::Unsure, |d, _| d.username = Attr::Unknown, "username", "known at plan"),
        (Action::Unsure, |d, _| d.db_name = Attr::Unknown, "db_name", "known at plan"),
    ];
    for (action, change, path, says) in change {
        let told = reviewed(action, change);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].ends_with(&format!("(at {path})")) && told[0].contains(says), "{says}: {told:?}");
    }
}

#[test]
fn a_replacement_for_a_reason_nobody_thought_of_is_refused_too() {
    for why in ["kms_key_arn", "dependency", "kind"] {
        let told = reviewed(Action::Replace(why), |_, _| {});
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains(why) && told[0].contains("create-db-snapshot"), "{told:?}");
    }
}

#[test]
fn what_is_not_known_matters_for_a_database_that_is_there() {
    let class = reviewed(Action::Unsure, |d, _| d.instance_class = Attr::Unknown);
    assert_eq!(class, Vec::<String>::new(), "any class will do");
    let mut diagnostics = Diagnostics::new();
    let model = DatabaseModel { username: Attr::Unknown, ..model() };
    review(&plan(Action::Create, None), &model, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics}");
}

#[test]
fn the_instance_is_remembered_whole_or_half_made() {
    assert_eq!(held(&ledger(&instance())), Some(instance()));
    assert_eq!(held(&Ledger::default()), None);
}

#[test]
fn a_refusal_says_what_to_do_instead() {
    let destroy = refusal(Why::Unwanted, "dev/acme/database");
    for says in ["dev/acme/database", "deletion_protection = false, apply", "put it back", "removed block"] {
        assert!(destroy.contains(says), "{says}: {destroy}");
    }
    let anew = refusal(Why::MadeAnew, "dev/acme/database");
    for says in ["terraform untaint", "-replace", "would be empty", "deletion_protection = false, apply"] {
        assert!(anew.contains(says), "{says}: {anew}");
    }
}

#[test]
fn a_destroy_tells_what_becomes_of_the_data() {
    let told = |why, change: fn(&mut DatabaseModel)| {
        let mut model = model();
        change(&mut model);
        fate(&model, why, "dev/acme/database", "paas-dev-acme-1a2b3c-database").to_string()
    };
    let kept = told(Why::Unwanted, |_| {});
    assert!(kept.contains("paas-dev-acme-1a2b3c-database-final-YYYYMMDDHHMMSS"), "{kept}");
    assert!(kept.contains("backups go with it") && !kept.contains("empty"), "{kept}");
    let gone = told(Why::Unwanted, |d| d.skip_final_snapshot = true.into());
    assert!(gone.contains("The data will be gone") && !gone.contains("-final-"), "{gone}");
    let backups = told(Why::Unwanted, |d| d.delete_automated_backups = false.into());
    assert!(backups.contains("stay until they expire"), "{backups}");
    assert!(told(Why::MadeAnew, |_| {}).contains("The new one will be empty"), "it is made anew");
}

fn at_home(vpc_id: &str, key: &Value<String>) -> Vec<String> {
    let held = instance();
    let mut ledger = ledger(&held);
    let group = SecurityGroup {
        vpc_id: "vpc-1".into(),
        name: "g".into(),
        description: "d".into(),
        tags: paas_aws::Tags::new(),
    };
    ledger.live.push(Record {
        key: SECURITY_GROUP.into(),
        kind: "security_group".into(),
        id: "sg-1".into(),
        saw: serde_json::to_value(group).expect("a spec is plain data"),
        out: None,
        needs: vec![],
    });
    let (model, run) = (model(), crate::run::ThisRun::default());
    let request = Gather {
        model: &model,
        config: &model,
        prior: Some(&model),
        ledger: &ledger,
        check: false,
        run: &run,
    };
    let mut diagnostics = Diagnostics::new();
    refuse_new_home(&request, &held, &Value::Known(vpc_id.into()), key, &mut diagnostics);
    diagnostics.iter().map(ToString::to_string).collect()
}

#[test]
fn an_environment_with_another_key_or_network_is_no_home_for_what_is_there() {
    let ours = || Value::Known(instance().kms_key_arn);
    assert_eq!(at_home("vpc-1", &ours()), Vec::<String>::new());
    for key in [Value::Known("arn:aws:kms:eu-west-1:123456789012:key/new".into()), Value::Unknown] {
        let told = at_home("vpc-1", &key);
        assert!(told.len() == 1 && told[0].contains("cancel-key-deletion"), "{told:?}");
    }
    let told = at_home("vpc-2", &ours());
    assert!(
        told.len() == 1 && told[0].contains("vpc-2") && told[0].contains("create-db-snapshot"),
        "{told:?}"
    );
}
