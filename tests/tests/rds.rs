//! A database's AWS objects by themselves, without Terraform: made, changed at once or later, restored, ended.

use composite::{Child, Cx, Diff, Error, Id};
use futures::FutureExt;
use paas_aws::rds::{Instance, InstanceOut, ParameterGroup, SubnetGroup, engine_version, snapshot};
use paas_aws::secretsmanager::credentials;
use paas_aws::world::{DatabaseSteering, Steering};
use paas_aws::{Owner, Session, Settings, Tags, WebIdentity, World};
use paas_tests::Emulator;
use paas_tests::emulator::Fault;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// An account with what a database stands on.
struct Account {
    aws: Emulator,
    subnets: BTreeSet<String>,
    security_group: String,
    key: String,
}

impl Account {
    fn new() -> Self {
        let aws = Emulator::start();
        let ec2 = |operation: &str, params: Json| aws.call("ec2", operation, &params).expect("it is made");
        let text = |value: &Json| value.as_str().expect("an id").to_owned();
        let vpc = text(&ec2("create_vpc", json!({"CidrBlock": "10.0.0.0/16"}))["Vpc"]["VpcId"]);
        let subnet = |n: u8| {
            let zone = ["eu-west-1a", "eu-west-1b"][usize::from(n)];
            let params =
                json!({"VpcId": vpc, "CidrBlock": format!("10.0.{n}.0/24"), "AvailabilityZone": zone});
            text(&ec2("create_subnet", params)["Subnet"]["SubnetId"])
        };
        let subnets = BTreeSet::from([subnet(0), subnet(1)]);
        let group = json!({"VpcId": vpc, "GroupName": "database", "Description": "database"});
        let security_group = text(&ec2("create_security_group", group)["GroupId"]);
        let key = aws.call("kms", "create_key", &json!({})).expect("it is made");
        let key = text(&key["KeyMetadata"]["Arn"]);
        let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]});
        let role = json!({"RoleName": "ci", "AssumeRolePolicyDocument": trust.to_string()});
        aws.call("iam", "create_role", &role).expect("it is made");
        Self { aws, subnets, security_group, key }
    }

    /// A provider of its own: what one has cached the next doesn't know.
    async fn provider(&self, database: DatabaseSteering) -> Provider {
        let endpoint = |service: &&str| ((*service).to_owned(), self.aws.endpoint().to_owned());
        let settings = Settings {
            region: Some("eu-west-1".into()),
            // The test's own environment holds no credentials.
            assume_role_with_web_identity: Some(WebIdentity {
                role_arn: "arn:aws:iam::123456789012:role/ci".into(),
                token: Some("token".into()),
                ..WebIdentity::default()
            }),
            endpoints: paas_aws::clients::SERVICES.iter().map(endpoint).collect(),
            project: "paas".into(),
            ..Settings::default()
        };
        let session = Session::connect(settings).await.expect("the account answers");
        let owner = Owner::database("paas", "dev", "acme", "database");
        let steering = Steering { database, ..Steering::default() };
        let world = World::new(Arc::new(session), owner).steered(steering);
        Provider { world, cancel: CancellationToken::new() }
    }

    async fn plain(&self) -> Provider {
        self.provider(DatabaseSteering::default()).await
    }

    /// What an instance of version 8.4 stands on, made; and the instance, wanted.
    async fn ground(&self) -> Instance {
        let provider = self.plain().await;
        provider.made("subnet_group", &self.subnet_group()).await;
        provider.made("parameter_group", &parameter_group("mysql8.4")).await;
        Instance {
            identifier: "paas-dev-acme-1a2b3c-database".into(),
            engine_version: "8.4".into(),
            instance_class: "db.t4g.medium".into(),
            allocated_storage: 20,
            max_allocated_storage: Some(100),
            storage_type: "gp3".into(),
            iops: None,
            storage_throughput: None,
            multi_az: false,
            db_name: Some("app".into()),
            username: "admin".into(),
            port: 3306,
            subnet_group_name: self.subnet_group().name,
            security_group_ids: BTreeSet::from([self.security_group.clone()]),
            parameter_group_name: parameter_group("mysql8.4").name,
            kms_key_arn: self.key.clone(),
            manage_master_user_password: true,
            backup_retention_period: 7,
            backup_window: "03:00-03:30".into(),
            maintenance_window: "sun:04:00-sun:04:30".into(),
            auto_minor_version_upgrade: true,
            deletion_protection: false,
            performance_insights_enabled: true,
            performance_insights_retention_period: None,
            copy_tags_to_snapshot: true,
            publicly_accessible: false,
            tags: Tags::from([("team".to_owned(), "acme".to_owned())]),
        }
    }

    fn subnet_group(&self) -> SubnetGroup {
        SubnetGroup {
            name: "paas-dev-acme-database".into(),
            description: "Private subnets of dev".into(),
            subnet_ids: self.subnets.clone(),
            tags: Tags::new(),
        }
    }

    fn modify(&self, params: &Json) {
        let mut all =
            json!({"DBInstanceIdentifier": "paas-dev-acme-1a2b3c-database", "ApplyImmediately": true});
        all.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
        self.aws.call("rds", "modify_db_instance", &all).expect("RDS takes it");
    }

    fn described(&self) -> Json {
        let described = self.aws.call("rds", "describe_db_instances", &json!({})).expect("RDS answers");
        described["DBInstances"][0].clone()
    }

    /// Calls after `mark` that change something.
    fn changes(&self, mark: u64) -> Vec<String> {
        let calls = self.aws.calls(mark).into_iter().map(|call| call.operation);
        let reads = ["Describe", "List", "Get", "Assume"];
        calls.filter(|operation| !reads.iter().any(|read| operation.starts_with(read))).collect()
    }
}

fn parameter_group(family: &str) -> ParameterGroup {
    ParameterGroup {
        name: format!("paas-dev-acme-{}", family.replace('.', "-")),
        family: family.into(),
        parameters: BTreeMap::from([
            ("require_secure_transport".to_owned(), "1".to_owned()),
            ("innodb_purge_threads".to_owned(), "4".to_owned()),
        ]),
        tags: Tags::new(),
    }
}

/// Any kind of this account.
trait Kind: Child<World = World> + Debug {}
impl<C: Child<World = World> + Debug> Kind for C {}

struct Provider {
    world: World,
    cancel: CancellationToken,
}

impl Provider {
    fn cx<'a>(&'a self, key: &'a str) -> Cx<'a, World> {
        Cx { world: &self.world, key, cancel: &self.cancel, not: &[] }
    }

    // As the engine does, the calls are boxed: their futures are large.

    async fn find<C: Kind>(&self, key: &str, want: &C) -> Result<Option<Id>, Error> {
        want.find(&self.cx(key)).boxed().await
    }

    async fn create<C: Kind>(&self, key: &str, want: &C) -> Result<Id, Error> {
        want.create(&self.cx(key)).boxed().await
    }

    async fn sync<C: Kind>(&self, key: &str, want: &C, id: &str) -> Result<C::Out, Error> {
        want.sync(&self.cx(key), &id.to_owned()).boxed().await
    }

    async fn seen<C: Kind>(&self, key: &str, id: &str) -> Option<C> {
        C::read(&self.cx(key), &id.to_owned()).boxed().await.unwrap().map(|(seen, _)| seen)
    }

    async fn delete<C: Kind>(&self, key: &str, id: &str) -> Result<(), Error> {
        C::delete(&self.cx(key), &id.to_owned()).boxed().await
    }

    /// Made and brought in line.
    async fn made<C: Kind>(&self, key: &str, want: &C) -> C::Out {
        assert_eq!(self.find(key, want).await.unwrap(), None, "{want:?}");
        let id = self.create(key, want).await.unwrap();
        assert_eq!(self.find(key, want).await.unwrap().as_ref(), Some(&id), "{want:?}");
        self.sync(key, want, &id).await.unwrap()
    }

    async fn converge(&self, want: &Instance) -> Result<InstanceOut, Error> {
        self.sync("instance", want, &want.identifier).await
    }

    async fn end(&self, want: &Instance) -> Result<(), Error> {
        self.delete::<Instance>("instance", &want.identifier).await
    }
}

/// Read by a provider of its own, it needs no change.
async fn conforms(account: &Account, want: &Instance, after: &str) {
    let saw =
        account.plain().await.seen::<Instance>("instance", &want.identifier).await.expect("it is there");
    assert_eq!(want.diff(&saw), Diff::Same, "after {after}: wanted {want:#?}, saw {saw:#?}");
}

fn at_once() -> DatabaseSteering {
    DatabaseSteering {
        apply_immediately: true,
        allow_major_version_upgrade: true,
        ..DatabaseSteering::default()
    }
}

#[tokio::test]
async fn groups_are_read_back_as_wanted_and_change_in_place() {
    let account = Account::new();
    account.ground().await;
    let (mut subnets, mut parameters) = (account.subnet_group(), parameter_group("mysql8.4"));
    let provider = account.plain().await;
    let look = provider.seen("subnet_group", &subnets.name).await;
    assert_eq!(look.as_ref(), Some(&subnets));
    assert_eq!(provider.seen("parameter_group", &parameters.name).await.as_ref(), Some(&parameters));

    subnets.description = "Other words".into();
    subnets.tags.insert("team".into(), "acme".into());
    provider.sync("subnet_group", &subnets, &subnets.name).await.unwrap();
    // One that MySQL reads only at its start, one that goes, one that changes: and more than one call takes.
    parameters.parameters.remove("innodb_purge_threads");
    parameters.parameters.insert("require_secure_transport".into(), "0".into());
    let more = ["read_rnd_buffer_size", "read_buffer_size", "sort_buffer_size", "join_buffer_size"];
    let more =
        more.into_iter().chain(["net_read_timeout", "net_write_timeout", "wait_timeout", "max_connections"]);
    let more = more.chain(["back_log", "max_error_count", "lock_wait_timeout", "max_user_connections"]);
    let more = more.chain(["open_files_limit", "long_query_time", "sync_binlog", "table_open_cache"]);
    let more =
        more.chain(["innodb_lru_scan_depth", "innodb_io_capacity", "max_connect_errors", "connect_timeout"]);
    parameters.parameters.extend(more.map(|name| (name.to_owned(), "40000".to_owned())));
    provider.sync("parameter_group", &parameters, &parameters.name).await.unwrap();
    let provider = account.plain().await;
    assert_eq!(provider.seen("subnet_group", &subnets.name).await.as_ref(), Some(&subnets));
    assert_eq!(provider.seen("parameter_group", &parameters.name).await.as_ref(), Some(&parameters));

    let mark = account.aws.mark();
    provider.sync("subnet_group", &subnets, &subnets.name).await.unwrap();
    provider.sync("parameter_group", &parameters, &parameters.name).await.unwrap();
    assert_eq!(account.changes(mark), [""; 0]);

    for _ in 0..2 {
        provider.delete::<SubnetGroup>("subnet_group", &subnets.name).await.unwrap();
        provider.delete::<ParameterGroup>("parameter_group", &parameters.name).await.unwrap();
    }
    assert_eq!(provider.seen::<SubnetGroup>("subnet_group", &subnets.name).await, None);
    assert_eq!(provider.seen::<ParameterGroup>("parameter_group", &parameters.name).await, None);
}

#[tokio::test]
async fn an_instance_is_made_in_one_call_and_read_back_as_wanted() {
    let account = Account::new();
    let want = account.ground().await;
    let (provider, mark) = (account.plain().await, account.aws.mark());
    let out = provider.made("instance", &want).await;
    assert_eq!(account.changes(mark), ["CreateDBInstance"]);
    conforms(&account, &want, "its creation").await;
    assert!(out.address.starts_with("paas-dev-acme-1a2b3c-database.") && out.resource_id.starts_with("db-"));
    let secret = credentials(&provider.world, &out.secret_arn).await.unwrap().expect("RDS made a secret");
    assert_eq!(secret.username, "admin");
    assert!(!format!("{secret:?}").contains(&secret.password));

    let (provider, mark) = (account.plain().await, account.aws.mark());
    assert_eq!(provider.converge(&want).await.unwrap(), out);
    assert_eq!(account.changes(mark), [""; 0]);

    provider.end(&want).await.unwrap();
    provider.end(&want).await.unwrap();
    assert_eq!(provider.seen::<Instance>("instance", &want.identifier).await, None);
    assert_eq!(credentials(&provider.world, &out.secret_arn).await.unwrap(), None);
}

#[tokio::test]
async fn an_answer_that_was_lost_makes_no_second_instance() {
    let account = Account::new();
    let want = account.ground().await;
    account.aws.faults([Fault::drop_after().operation("CreateDBInstance").times(1)]);
    let provider = account.plain().await;
    let lost = provider.create("instance", &want).await.unwrap_err();
    assert!(lost.is_lost(), "{lost:?}");
    let found = provider.find("instance", &want).await.unwrap();
    assert_eq!(found.as_ref(), Some(&want.identifier));
    let exists = provider.create("instance", &want).await.unwrap_err();
    assert!(exists.is_lost() && exists.to_string().contains("DBInstanceAlreadyExists"), "{exists:?}");
    assert_eq!(provider.find("other", &want).await.unwrap(), None);
    let foreign = provider.create("other", &want).await.unwrap_err();
    assert!(foreign.to_string().contains("belongs to someone else"), "{foreign}");
    provider.converge(&want).await.unwrap();
    conforms(&account, &want, "a lost answer").await;
}

#[tokio::test]
async fn everything_changes_in_one_call_at_once() {
    let account = Account::new();
    let mut want = account.ground().await;
    account.plain().await.made("instance", &want).await;
    let other =
        json!({"VpcId": account.described()["DBSubnetGroup"]["VpcId"], "GroupName": "b", "Description": "b"});
    let other = account.aws.call("ec2", "create_security_group", &other).unwrap()["GroupId"].take();
    want.instance_class = "db.r7g.large".into();
    want.allocated_storage = 400;
    want.max_allocated_storage = None;
    want.iops = Some(16_000);
    want.multi_az = true;
    want.port = 3307;
    want.security_group_ids = BTreeSet::from([other.as_str().unwrap().to_owned()]);
    want.backup_retention_period = 14;
    want.backup_window = "01:00-01:30".into();
    want.maintenance_window = "mon:04:00-mon:04:30".into();
    want.auto_minor_version_upgrade = false;
    want.performance_insights_enabled = false;
    want.copy_tags_to_snapshot = false;
    want.deletion_protection = true;
    want.engine_version = "8.4.6".into();
    want.tags = Tags::from([("team".to_owned(), "other".to_owned()), ("cost".to_owned(), "1".to_owned())]);
    let (provider, mark) = (account.provider(at_once()).await, account.aws.mark());
    provider.converge(&want).await.unwrap();
    assert_eq!(account.changes(mark), ["ModifyDBInstance", "AddTagsToResource", "RemoveTagsFromResource"]);
    conforms(&account, &want, "changes at once").await;
    let described = account.described();
    assert_eq!(described["PendingModifiedValues"], json!({}));
    assert_eq!(described["DBInstanceClass"], "db.r7g.large");
    assert_eq!(described["Endpoint"]["Port"], 3307);
}

#[tokio::test]
async fn what_interrupts_waits_for_the_maintenance_window() {
    let account = Account::new();
    let mut want = account.ground().await;
    account.plain().await.made("instance", &want).await;
    want.instance_class = "db.r7g.large".into();
    want.multi_az = true;
    want.allocated_storage = 25;
    want.backup_window = "01:00-01:30".into();
    let (provider, mark) = (account.plain().await, account.aws.mark());
    provider.converge(&want).await.unwrap();
    assert_eq!(account.changes(mark), ["ModifyDBInstance", "AddTagsToResource"]);
    conforms(&account, &want, "noting the changes").await;
    assert_eq!(account.described()["DBInstanceClass"], "db.t4g.medium");
    assert_eq!(account.described()["PendingModifiedValues"]["DBInstanceClass"], "db.r7g.large");

    // Nothing is asked for again, and a change beside them makes none of them.
    want.deletion_protection = true;
    account.plain().await.converge(&want).await.unwrap();
    conforms(&account, &want, "another change").await;
    assert_eq!(account.described()["DBInstanceClass"], "db.t4g.medium");
}

#[tokio::test]
async fn a_major_upgrade_takes_its_parameter_group_along() {
    for steering in [at_once(), DatabaseSteering { apply_immediately: false, ..at_once() }] {
        let account = Account::new();
        let new = account.ground().await;
        let old_group = parameter_group("mysql8.0");
        let provider = account.plain().await;
        provider.made("parameter_group", &old_group).await;
        let old =
            Instance { engine_version: "8.0".into(), parameter_group_name: old_group.name, ..new.clone() };
        provider.made("instance", &old).await;
        assert_eq!(old.diff(&new), Diff::Replace("engine_version"));
        let refused = account.plain().await.converge(&new).await.unwrap_err();
        assert!(refused.to_string().contains("AllowMajorVersionUpgrade"), "{refused}");

        account.provider(steering.clone()).await.converge(&new).await.unwrap();
        conforms(&account, &new, "an upgrade").await;
        let runs = account.described()["EngineVersion"].as_str().unwrap().to_owned();
        assert_eq!(runs.starts_with("8.4"), steering.apply_immediately, "{runs}");
        if !steering.apply_immediately {
            // The window has come.
            account.modify(&json!({"EngineVersion": "8.4", "DBParameterGroupName": new.parameter_group_name, "AllowMajorVersionUpgrade": true}));
            account.provider(steering).await.converge(&new).await.unwrap();
            conforms(&account, &new, "the window").await;
        }
    }
}

#[tokio::test]
async fn what_others_change_is_seen_and_led_back() {
    let account = Account::new();
    let want = account.ground().await;
    let out = account.plain().await.made("instance", &want).await;
    account.modify(&json!({"DBParameterGroupName": "default.mysql8.4", "BackupRetentionPeriod": 1, "DeletionProtection": true, "ManageMasterUserPassword": false, "MasterUserPassword": "hunter2hunter2"}));
    let provider = account.provider(at_once()).await;
    let saw = provider.seen::<Instance>("instance", &want.identifier).await.expect("it is there");
    assert_eq!(want.diff(&saw), Diff::Update);
    assert_eq!(saw.parameter_group_name, "default.mysql8.4");
    let mark = account.aws.mark();
    let again = provider.converge(&want).await.unwrap();
    assert_eq!(account.changes(mark), ["ModifyDBInstance", "RebootDBInstance"]);
    assert_ne!(again.secret_arn, out.secret_arn);
    conforms(&account, &want, "the way back").await;
    let groups = account.described()["DBParameterGroups"].clone();
    assert_eq!(groups[0]["ParameterApplyStatus"], "in-sync");
}

/// Without `apply_immediately` too, and nothing else is made at once with it.
#[tokio::test]
async fn a_password_is_taken_over_at_once() {
    let account = Account::new();
    let mut want = account.ground().await;
    account.plain().await.made("instance", &want).await;
    account.modify(&json!({"ManageMasterUserPassword": false, "MasterUserPassword": "hunter2hunter2"}));
    want.instance_class = "db.r7g.large".into();
    let out = account.plain().await.converge(&want).await.unwrap();
    assert!(!out.secret_arn.is_empty());
    conforms(&account, &want, "the take-over").await;
    assert_eq!(account.described()["DBInstanceClass"], "db.t4g.medium");
}

#[tokio::test]
async fn storage_that_grew_by_itself_is_no_drift() {
    let account = Account::new();
    let mut want = account.ground().await;
    account.plain().await.made("instance", &want).await;
    account.modify(&json!({"AllocatedStorage": 60}));
    account.provider(at_once()).await.converge(&want).await.unwrap();
    conforms(&account, &want, "growth").await;
    account.modify(&json!({"AllocatedStorage": 100, "MaxAllocatedStorage": 100}));
    let mark = account.aws.mark();
    account.provider(at_once()).await.converge(&want).await.unwrap();
    assert_eq!(account.changes(mark), [""; 0]);
    conforms(&account, &want, "growth to the full").await;

    want.max_allocated_storage = None;
    account.provider(at_once()).await.converge(&want).await.unwrap();
    conforms(&account, &want, "the end of autoscaling").await;
    want.allocated_storage = 101;
    account.provider(at_once()).await.converge(&want).await.unwrap();
    conforms(&account, &want, "a size that RDS rounds up").await;
    assert_eq!(account.described()["AllocatedStorage"], 110);
}

#[tokio::test]
async fn a_protected_instance_stays_and_another_leaves_a_snapshot() {
    let account = Account::new();
    let mut want = account.ground().await;
    want.deletion_protection = true;
    let provider = account.plain().await;
    provider.made("instance", &want).await;
    let refused = provider.end(&want).await.unwrap_err();
    assert!(
        refused.is_refused() && refused.to_string().contains("`deletion_protection = false`"),
        "{refused}"
    );
    want.deletion_protection = false;
    provider.converge(&want).await.unwrap();
    provider.end(&want).await.unwrap();
    let last = account.aws.call("rds", "describe_db_snapshots", &json!({})).unwrap()["DBSnapshots"].take();
    let name = last[0]["DBSnapshotIdentifier"].as_str().unwrap().to_owned();
    assert!(
        name.starts_with("paas-dev-acme-1a2b3c-database-final-20") && last.as_array().unwrap().len() == 1
    );

    let found = snapshot(&provider.world, &name).await.unwrap().expect("it is there");
    assert!(found.available && found.username == "admin" && found.kms_key_arn.as_ref() == Some(&account.key));
    assert_eq!(snapshot(&provider.world, "none").await.unwrap(), None);

    // From it, into a database that differs in all that may.
    let restored = Instance {
        db_name: None,
        allocated_storage: 30,
        backup_retention_period: 3,
        max_allocated_storage: Some(200),
        maintenance_window: "tue:04:00-tue:04:30".into(),
        port: 3310,
        ..want
    };
    let from = DatabaseSteering { snapshot_identifier: Some(name), ..DatabaseSteering::default() };
    let (provider, mark) = (account.provider(from).await, account.aws.mark());
    let out = provider.made("instance", &restored).await;
    assert_eq!(
        account.changes(mark),
        ["RestoreDBInstanceFromDBSnapshot", "ModifyDBInstance", "RemoveTagsFromResource"]
    );
    assert!(!out.secret_arn.is_empty());
    conforms(&account, &restored, "a restore").await;
}

#[tokio::test]
async fn a_snapshot_of_an_older_major_version_is_upgraded() {
    let account = Account::new();
    let new = account.ground().await;
    let old_group = parameter_group("mysql8.0");
    let provider = account.plain().await;
    provider.made("parameter_group", &old_group).await;
    let old = Instance { engine_version: "8.0".into(), parameter_group_name: old_group.name, ..new.clone() };
    provider.made("instance", &old).await;
    provider.end(&old).await.unwrap();
    let last = account.aws.call("rds", "describe_db_snapshots", &json!({})).unwrap()["DBSnapshots"].take();
    let name = last[0]["DBSnapshotIdentifier"].as_str().unwrap().to_owned();
    let from = |allow| DatabaseSteering {
        snapshot_identifier: Some(name.clone()),
        allow_major_version_upgrade: allow,
        ..DatabaseSteering::default()
    };
    let provider = account.provider(from(false)).await;
    let refused = provider.create("instance", &new).await.unwrap_err();
    assert!(refused.to_string().contains("allow_major_version_upgrade"), "{refused}");
    account.provider(from(true)).await.made("instance", &new).await;
    conforms(&account, &new, "restore and upgrade").await;
    assert_eq!(account.described()["PendingModifiedValues"], json!({}));
}

/// One that runs already, and one that RDS was allowed to leave behind.
#[tokio::test]
async fn a_version_written_out_is_noted_and_not_asked_for() {
    let account = Account::new();
    let mut want = account.ground().await;
    account.plain().await.made("instance", &want).await;
    for version in ["8.4.5", "8.4.3", "8.4"] {
        want.engine_version = version.into();
        let mark = account.aws.mark();
        account.plain().await.converge(&want).await.unwrap();
        assert_eq!(account.changes(mark), ["AddTagsToResource"], "{version}");
        conforms(&account, &want, version).await;
    }
}

#[tokio::test]
async fn versions_of_the_region_are_known() {
    let account = Account::new();
    let provider = account.plain().await;
    let newest = engine_version(&provider.world, "8.4").await.unwrap().expect("RDS offers it");
    assert!(newest.version.starts_with("8.4.") && newest.family == "mysql8.4", "{newest:?}");
    assert_eq!(engine_version(&provider.world, "8.4.99").await.unwrap(), None);
    assert_eq!(engine_version(&provider.world, "7.9").await.unwrap(), None);
}
