//! The account, and a provider's calls of one kind of object, as the engine makes them.

use composite::{Child, Cx, Diff, Error, Id};
use futures::FutureExt;
use paas_aws::rds::{Instance, InstanceOut, ParameterGroup, SubnetGroup};
use paas_aws::world::{DatabaseSteering, Steering};
use paas_aws::{Owner, Session, Settings, Tags, WebIdentity, World};
use paas_tests::Emulator;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// An account with what a database stands on.
pub struct Account {
    pub aws: Emulator,
    pub subnets: BTreeSet<String>,
    pub security_group: String,
    pub key: String,
}

impl Account {
    pub fn new() -> Self {
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
    pub async fn provider(&self, database: DatabaseSteering) -> Provider {
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

    pub async fn plain(&self) -> Provider {
        self.provider(DatabaseSteering::default()).await
    }

    /// What an instance of version 8.4 stands on, made; and the instance, wanted.
    pub async fn ground(&self) -> Instance {
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

    pub fn subnet_group(&self) -> SubnetGroup {
        SubnetGroup {
            name: "paas-dev-acme-database".into(),
            description: "Private subnets of dev".into(),
            subnet_ids: self.subnets.clone(),
            tags: Tags::new(),
        }
    }

    pub fn modify(&self, params: &Json) {
        let mut all =
            json!({"DBInstanceIdentifier": "paas-dev-acme-1a2b3c-database", "ApplyImmediately": true});
        all.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
        self.aws.call("rds", "modify_db_instance", &all).expect("RDS takes it");
    }

    pub fn described(&self) -> Json {
        let described = self.aws.call("rds", "describe_db_instances", &json!({})).expect("RDS answers");
        described["DBInstances"][0].clone()
    }

    /// Calls after `mark` that change something.
    pub fn changes(&self, mark: u64) -> Vec<String> {
        let calls = self.aws.calls(mark).into_iter().map(|call| call.operation);
        let reads = ["Describe", "List", "Get", "Assume"];
        calls.filter(|operation| !reads.iter().any(|read| operation.starts_with(read))).collect()
    }
}

pub fn parameter_group(family: &str) -> ParameterGroup {
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
pub trait Kind: Child<World = World> + Debug {}
impl<C: Child<World = World> + Debug> Kind for C {}

pub struct Provider {
    pub world: World,
    cancel: CancellationToken,
}

impl Provider {
    pub fn cx<'a>(&'a self, key: &'a str) -> Cx<'a, World> {
        Cx::new(&self.world, key, &self.cancel)
    }

    // As the engine does, the calls are boxed: their futures are large.

    pub async fn find<C: Kind>(&self, key: &str, want: &C) -> Result<Option<Id>, Error> {
        want.find(&self.cx(key)).boxed().await
    }

    pub async fn create<C: Kind>(&self, key: &str, want: &C) -> Result<Id, Error> {
        want.create(&self.cx(key)).boxed().await
    }

    pub async fn sync<C: Kind>(&self, key: &str, want: &C, id: &str) -> Result<C::Out, Error> {
        want.sync(&self.cx(key), &id.to_owned()).boxed().await
    }

    pub async fn seen<C: Kind>(&self, key: &str, id: &str) -> Option<C> {
        C::read(&self.cx(key), &id.to_owned()).boxed().await.unwrap().map(|(seen, _)| seen)
    }

    pub async fn delete<C: Kind>(&self, key: &str, id: &str) -> Result<(), Error> {
        C::delete(&self.cx(key), &id.to_owned()).boxed().await
    }

    /// Made and brought in line.
    pub async fn made<C: Kind>(&self, key: &str, want: &C) -> C::Out {
        assert_eq!(self.find(key, want).await.unwrap(), None, "{want:?}");
        let id = self.create(key, want).await.unwrap();
        assert_eq!(self.find(key, want).await.unwrap().as_ref(), Some(&id), "{want:?}");
        self.sync(key, want, &id).await.unwrap()
    }

    pub async fn converge(&self, want: &Instance) -> Result<InstanceOut, Error> {
        self.sync("instance", want, &want.identifier).await
    }

    pub async fn end(&self, want: &Instance) -> Result<(), Error> {
        self.delete::<Instance>("instance", &want.identifier).await
    }
}

/// Read by a provider of its own, it needs no change.
pub async fn conforms(account: &Account, want: &Instance, after: &str) {
    let saw =
        account.plain().await.seen::<Instance>("instance", &want.identifier).await.expect("it is there");
    assert_eq!(want.diff(&saw), Diff::Same, "after {after}: wanted {want:#?}, saw {saw:#?}");
}

pub fn at_once() -> DatabaseSteering {
    DatabaseSteering {
        apply_immediately: true,
        allow_major_version_upgrade: true,
        ..DatabaseSteering::default()
    }
}
