//! From a push to running instances: what both `cargo demo -- journey` and the suite look at on the way.

mod facts;

pub use facts::{Fact, Watch};

use crate::Emulator;
use serde_json::{Value, json};

/// Where the emulated account answers the webhook's URL, `https://API.execute-api.REGION.DOMAIN/STAGE/PATH`: the host name is
/// AWS's own, and only its first part tells which API it is.
///
/// # Panics
/// It is no such URL.
#[must_use]
pub fn url_here(aws: &Emulator, url: &str) -> String {
    let parts = || {
        let (host, path) = url.strip_prefix("https://")?.split_once('/')?;
        let (api, rest) = host.split_once('.')?;
        let (stage, path) = path.split_once('/')?;
        rest.starts_with("execute-api.").then_some((api, stage, path))
    };
    let (api, stage, path) = parts().unwrap_or_else(|| panic!("{url:?} is no URL of a REST API"));
    format!("{}/restapis/{api}/{stage}/_user_request_/{path}", aws.endpoint())
}

/// A secret's text, as who sets GitLab up reads it in Secrets Manager.
///
/// # Panics
/// There is none.
#[must_use]
pub fn secret(aws: &Emulator, arn: &str) -> String {
    text(&ask(aws, "secretsmanager", "get_secret_value", &json!({ "SecretId": arn }))["SecretString"])
}

/// Whether nothing is under way: no build, and no run of a pipeline.
///
/// # Panics
/// The account refuses.
#[must_use]
pub fn at_rest(aws: &Emulator) -> bool {
    let pipelines = list(ask(aws, "codepipeline", "list_pipelines", &json!({}))["pipelines"].take());
    let moves = |pipeline: &Value| {
        let newest = json!({"pipelineName": pipeline["name"], "maxResults": 1});
        let runs = ask(aws, "codepipeline", "list_pipeline_executions", &newest);
        runs["pipelineExecutionSummaries"][0]["status"] == "InProgress"
    };
    facts::builds(aws).iter().all(|build| build["buildStatus"] != "IN_PROGRESS")
        && !pipelines.iter().any(moves)
}

/// A tenant on its way: what its pushes have become so far.
pub struct Tenant<'a> {
    /// The account.
    pub aws: &'a Emulator,
    /// Its name.
    pub name: String,
    /// The environment's bucket.
    pub bucket: String,
    /// Its Auto Scaling group.
    pub group: String,
}

/// What the pushes to a repository are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The scripts of the machine image.
    Infrastructure,
    /// The release.
    Software,
}

impl Kind {
    /// As it stands in repositories' names, and in the keys of archives.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Infrastructure => "infrastructure",
            Self::Software => "software",
        }
    }
}

impl Tenant<'_> {
    /// The key of the archive that its pipeline of this kind begins with.
    #[must_use]
    pub fn key(&self, kind: Kind) -> String {
        format!("{}/{}.zip", kind.name(), self.name)
    }

    /// The archive, as S3 describes it; none so far where a build has yet to upload one.
    #[must_use]
    pub fn archive(&self, kind: Kind) -> Option<Value> {
        let at = json!({"Bucket": self.bucket, "Key": self.key(kind)});
        self.aws.call("s3", "head_object", &at).ok()
    }

    /// The commit that the archive's metadata tells of; null without.
    #[must_use]
    pub fn uploaded(&self, kind: Kind) -> Value {
        self.archive(kind).map_or(Value::Null, |archive| archive["Metadata"]["commit"].clone())
    }

    /// Its images: each with the commit that its tag `paas:commit` tells of, in the order of their making.
    ///
    /// # Panics
    /// The account refuses.
    #[must_use]
    pub fn images(&self) -> Vec<(String, String)> {
        let owner = format!("paas/dev/{}/machine_image", self.name);
        let owned = json!({"Owners": ["self"], "Filters": [{"Name": "tag:paas:owner", "Values": [owner]}]});
        let mut images = list(ask(self.aws, "ec2", "describe_images", &owned)["Images"].take());
        images.sort_by_key(|image| text(&image["CreationDate"]));
        images.iter().map(|image| (text(&image["ImageId"]), tag(image, "paas:commit"))).collect()
    }

    /// Its instances that are in service: each with the image that it was launched from. While one comes or goes, none.
    ///
    /// # Panics
    /// The account refuses.
    #[must_use]
    pub fn instances(&self) -> Vec<(String, String)> {
        let named = json!({"AutoScalingGroupNames": [self.group]});
        let found = ask(self.aws, "autoscaling", "describe_auto_scaling_groups", &named);
        let members = list(found["AutoScalingGroups"][0]["Instances"].clone());
        if members.is_empty() || members.iter().any(|member| member["LifecycleState"] != "InService") {
            return vec![];
        }
        let ids: Vec<&Value> = members.iter().map(|member| &member["InstanceId"]).collect();
        let found = ask(self.aws, "ec2", "describe_instances", &json!({ "InstanceIds": ids }));
        let reservations = list(found["Reservations"].clone()).into_iter();
        let instances = reservations.flat_map(|mut one| list(one["Instances"].take()));
        let mut told: Vec<_> =
            instances.map(|one| (text(&one["InstanceId"]), text(&one["ImageId"]))).collect();
        told.sort();
        told
    }

    /// The image that new instances would be launched from: that of the newest version of its launch template.
    ///
    /// # Panics
    /// There is no template.
    #[must_use]
    pub fn launches(&self) -> String {
        let newest = json!({"LaunchTemplateName": self.group, "Versions": ["$Latest"]});
        let versions = ask(self.aws, "ec2", "describe_launch_template_versions", &newest);
        text(&versions["LaunchTemplateVersions"][0]["LaunchTemplateData"]["ImageId"])
    }

    /// Whether all its instances were launched from the image of this commit.
    #[must_use]
    pub fn runs(&self, commit: &str) -> bool {
        let images = self.images();
        let Some((image, _)) = images.iter().rev().find(|(_, of)| of == commit) else { return false };
        let instances = self.instances();
        !instances.is_empty() && instances.iter().all(|(_, runs)| runs == image)
    }

    /// Whether all its instances serve the release of this commit.
    #[must_use]
    pub fn serves(&self, commit: &str) -> bool {
        let archive = self.archive(Kind::Software).filter(|archive| archive["Metadata"]["commit"] == commit);
        let Some(archive) = archive else { return false };
        let bare = |etag: &Value| text(etag).trim_matches('"').to_owned();
        let releases = self.aws.releases();
        let serves = |id: &String| {
            releases.get(id).is_some_and(|release| bare(&release.revision["etag"]) == bare(&archive["ETag"]))
        };
        let instances = self.instances();
        !instances.is_empty() && instances.iter().all(|(id, _)| serves(id))
    }
}

/// What AWS answers.
fn ask(aws: &Emulator, service: &str, operation: &str, params: &Value) -> Value {
    aws.call(service, operation, params).unwrap_or_else(|error| panic!("{operation}: {error}"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The items of a list; none of what isn't one.
fn list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        _ => vec![],
    }
}

fn tag(object: &Value, key: &str) -> String {
    let tags = object["Tags"].as_array().into_iter().flatten();
    tags.filter(|tag| tag["Key"] == key).map(|tag| text(&tag["Value"])).next().unwrap_or_default()
}
