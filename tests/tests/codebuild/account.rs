//! An account with what a build project stands on.

use composite::{Child, Cx, Error, Id};
use futures::FutureExt;
use paas_aws::codebuild::builds::{Patience, SourceObject, Start};
use paas_aws::codebuild::{Project, Source};
use paas_aws::s3::objects;
use paas_aws::world::Part;
use paas_aws::{Owner, Session, Settings, Tags, WebIdentity, World};
use paas_tests::Emulator;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::{Cursor, Write};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub const BUCKET: &str = "paas-dev-1";
pub const PROJECT: &str = "paas_dev_acme_bake";
const ACCOUNT: &str = "arn:aws:iam::123456789012";

/// Whose the images are.
pub fn images_owner() -> String {
    owner().part(Part::MachineImages).path()
}

fn owner() -> Owner {
    Owner::tenant("paas", "dev", "acme").part(Part::InfrastructurePipeline)
}

pub struct Account {
    pub aws: Emulator,
    pub key: String,
}

impl Account {
    pub fn new() -> Self {
        let aws = Emulator::start();
        let trust = |principal: Json| {
            let statement = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal});
            json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
        };
        let key = aws.call("kms", "create_key", &json!({})).expect("it is made");
        let key = key["KeyMetadata"]["Arn"].as_str().expect("an ARN").to_owned();
        let account = Self { aws, key };
        let builder = trust(json!({"Service": "codebuild.amazonaws.com"}));
        for (name, trust) in
            [("ci", trust(json!({"AWS": "*"}))), ("bake", builder.clone()), ("other-bake", builder)]
        {
            account.call("iam", "create_role", json!({"RoleName": name, "AssumeRolePolicyDocument": trust}));
            // What a build may do isn't looked at here.
            let all = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
            let all = json!({"Version": "2012-10-17", "Statement": [all]}).to_string();
            let policy = json!({"RoleName": name, "PolicyName": "all", "PolicyDocument": all});
            account.call("iam", "put_role_policy", policy);
        }
        let location = json!({"LocationConstraint": "eu-west-1"});
        account.call("s3", "create_bucket", json!({"Bucket": BUCKET, "CreateBucketConfiguration": location}));
        let versioning = json!({"Bucket": BUCKET, "VersioningConfiguration": {"Status": "Enabled"}});
        account.call("s3", "put_bucket_versioning", versioning);
        account
    }

    /// A call of somebody else's, past the provider.
    #[allow(clippy::needless_pass_by_value, reason = "a `json!` reads best without a `&`")]
    pub fn call(&self, service: &str, operation: &str, params: Json) -> Json {
        self.aws.call(service, operation, &params).unwrap_or_else(|error| panic!("{operation}: {error:?}"))
    }

    /// A provider of its own: what one has cached the next doesn't know.
    pub async fn provider(&self) -> Provider {
        let endpoint = |service: &&str| ((*service).to_owned(), self.aws.endpoint().to_owned());
        let settings = Settings {
            region: Some("eu-west-1".into()),
            // The test's own environment holds no credentials.
            assume_role_with_web_identity: Some(WebIdentity {
                role_arn: format!("{ACCOUNT}:role/ci"),
                token: Some("token".into()),
                ..WebIdentity::default()
            }),
            endpoints: paas_aws::clients::SERVICES.iter().map(endpoint).collect(),
            s3_use_path_style: true,
            project: "paas".into(),
            ..Settings::default()
        };
        let session = Session::connect(settings).await.expect("the account answers");
        Provider { world: World::new(Arc::new(session), owner()), cancel: CancellationToken::new() }
    }

    /// A project whose builds run this buildspec.
    pub fn project(&self, buildspec: &str) -> Project {
        Project {
            name: PROJECT.into(),
            description: "Bakes the images of tenant acme.".into(),
            role_arn: format!("{ACCOUNT}:role/bake"),
            image: "aws/codebuild/amazonlinux-x86_64-standard:5.0".into(),
            compute_type: "BUILD_GENERAL1_SMALL".into(),
            environment_variables: BTreeMap::from([
                ("KEEP_IMAGES".into(), "5".into()),
                ("EMPTY".into(), String::new()),
            ]),
            source: Source::CodePipeline,
            buildspec: buildspec.into(),
            timeout_in_minutes: 60,
            kms_key_arn: self.key.clone(),
            log_group_name: "/paas/paas/dev/acme/infrastructure".into(),
            log_stream_name: "bake".into(),
            tags: Tags::from([("team".into(), "acme".into())]),
            unwanted: BTreeMap::new(),
        }
    }

    /// A provider, and a project of it that runs this buildspec.
    pub async fn with_project(&self, buildspec: &str) -> Provider {
        let provider = self.provider().await;
        provider.made("bake_project", &self.project(buildspec)).await;
        provider
    }

    /// The operations called after `mark` that change something.
    pub fn changes(&self, mark: u64) -> Vec<String> {
        let calls = self.aws.calls(mark).into_iter().map(|call| call.operation);
        let reads = ["BatchGet", "Describe", "List", "Get", "Assume"];
        calls.filter(|operation| !reads.iter().any(|read| operation.starts_with(read))).collect()
    }
}

pub struct Provider {
    pub world: World,
    pub cancel: CancellationToken,
}

/// Any kind of this account.
pub trait Kind: Child<World = World> + Debug {}
impl<C: Child<World = World> + Debug> Kind for C {}

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
        self.sync(key, want, &id).await.unwrap()
    }

    /// Patient for two minutes.
    pub fn patience(&self) -> Patience<'_> {
        Patience { cancel: &self.cancel, deadline: Instant::now() + Duration::from_mins(2) }
    }

    /// What a build of these files begins with, put into the bucket.
    pub async fn start(&self, files: &[(&str, &str)], environment: &[(&str, &str)]) -> Start {
        let key = "infrastructure/acme.zip";
        let archive = archive(files);
        objects::put_once(&self.world, BUCKET, key, &archive).await.expect("it is put");
        let version = objects::version(&self.world, BUCKET, key, None).await.expect("S3 answers");
        assert!(version.is_some(), "the bucket keeps versions");
        let source = SourceObject { bucket: BUCKET.into(), key: key.into(), version };
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Start::attempt(PROJECT, source, environment)
    }
}

pub fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(vec![]));
    for (name, text) in files {
        archive.start_file(*name, SimpleFileOptions::default()).expect("a name");
        archive.write_all(text.as_bytes()).expect("memory is there");
    }
    archive.finish().expect("an archive").into_inner()
}
