//! A first source that does nothing, so that a new pipeline's first run finds one.

use super::{UNSETTLED, emptying, objects};
use crate::archive::{Archive, FILE, PROGRAM};
use crate::batch::{MANY, prefix_of};
use crate::call::{AwsError, call};
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_s3::Client;
use aws_sdk_s3::types::Object;
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// What CodeDeploy looks for at the root of a release. `files` and `hooks` may be left out: nothing is copied, nothing run.
const APPSPEC: &str = "\
# The release that a new tenant starts with: it changes nothing. Upload your own in its place.
version: 0.0
os: linux
";

/// What the bake runs, in this order: a new tenant's image is its base image. The last one is for the deployment, which
/// misses no configuration in a source that has none yet.
const SCRIPTS: [(&str, &str); 3] = [
    (
        "preInstall.sh",
        "\
#!/bin/bash
# Runs first when an image is baked, as root. Upload your own in its place.
set -eu
echo 'preInstall.sh does nothing yet: it is there to be replaced.'
",
    ),
    (
        "install.sh",
        "\
#!/bin/bash
# Runs after preInstall.sh when an image is baked, as root. Upload your own in its place.
set -eu
echo 'install.sh does nothing yet: it is there to be replaced.'
",
    ),
    ("SEED", "This is what a new tenant starts with, until the first push.\n"),
];

/// What the keys of infrastructure pipelines' sources begin with.
const INFRASTRUCTURE: &str = "infrastructure/";

/// The spec of a seed: that there is an object. A real release, or real scripts, in its place are as good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeedObject {
    /// The bucket, which encrypts by default.
    pub bucket: String,
    /// The key, such as `software/acme.zip`.
    pub key: String,
    /// What is put there where nothing is.
    #[serde(default, skip_serializing_if = "Seed::is_release")]
    pub content: Seed,
}

/// What a seed holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Seed {
    /// A release that changes nothing: what CodeDeploy takes.
    #[default]
    Release,
    /// `preInstall.sh` and `install.sh` that only say that they are there to be replaced: what the bake takes.
    Scripts,
}

impl Seed {
    /// States that are older than scripts name no content.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_release(&self) -> bool {
        *self == Self::Release
    }

    /// What is at a key: nobody can tell from the listing, and whatever somebody has put there is as good.
    fn at(key: &str) -> Self {
        if key.starts_with(INFRASTRUCTURE) { Self::Scripts } else { Self::Release }
    }

    /// The archive: the same bytes each time.
    fn archive(self) -> zip::result::ZipResult<Vec<u8>> {
        match self {
            Self::Release => archive(&[("appspec.yml", APPSPEC)], FILE),
            Self::Scripts => archive(&SCRIPTS, PROGRAM),
        }
    }
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeedObjectOut {
    /// The key.
    pub key: String,
}

impl Child for SeedObject {
    const KIND: &'static str = "seed_object";
    type World = World;
    type Out = SeedObjectOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.bucket != saw.bucket {
            Diff::Replace("bucket")
        } else if self.key != saw.key {
            Diff::Replace("key")
        } else {
            Diff::Same
        }
    }

    /// Objects carry no ownership: the bucket is ours, and the key has the tenant's name in it.
    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        let id = self.id();
        if cx.not.contains(&id) {
            return Ok(None);
        }
        let found = cx.world.reads.s3.objects.fresh(&address(&id)).await?;
        Ok(found.map(|_| id))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        self.put(cx).await?;
        Ok(self.id())
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<SeedObjectOut, Error> {
        if cx.world.reads.s3.objects.fresh(&address(id)).await?.is_none() {
            self.put(cx).await?;
        }
        Ok(SeedObjectOut { key: self.key.clone() })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, SeedObjectOut)>, Error> {
        let found = cx.world.reads.s3.objects.get(&address(id)).await?;
        Ok(found.map(|_| {
            let (bucket, key) = address(id);
            let content = Seed::at(&key);
            (Self { bucket, key: key.clone(), content }, SeedObjectOut { key })
        }))
    }

    /// All versions: what stays behind, even a delete marker, would keep the bucket from being deleted.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let (bucket, key) = address(id);
        emptying::empty_key(cx, &bucket, &key).await?;
        cx.world.reads.s3.objects.forget(&(bucket, key));
        Ok(())
    }
}

impl SeedObject {
    fn id(&self) -> Id {
        format!("{}/{}", self.bucket, self.key)
    }

    /// Puts the seed where nothing is; it never writes over anything. That makes it safe to repeat, too.
    async fn put(&self, cx: &Cx<'_>) -> Result<(), Error> {
        let content = self.content.archive();
        let content =
            content.map_err(|e| Error::message(format!("the archive that a new tenant starts with: {e}")))?;
        wait::settled(cx, &[UNSETTLED, &[objects::BUSY]].concat(), || {
            let put = objects::put_where_nothing_is(&cx.world.s3, &self.bucket, &self.key, &content);
            async move {
                match call("PutObject", put.send()).await {
                    Err(e) if !e.is(&[objects::THERE]) => Err(e),
                    _ => Ok(()),
                }
            }
        })
        .await?;
        cx.world.reads.s3.objects.hand_on(&address(&self.id()), Object::builder().key(&self.key).build());
        Ok(())
    }
}

/// Bucket and key; a bucket's name holds no slash.
fn address(id: &Id) -> (String, String) {
    let (bucket, key) = id.split_once('/').unwrap_or((id, ""));
    (bucket.to_owned(), key.to_owned())
}

/// An archive of these files, by name and text, all with the same permissions.
fn archive(files: &[(&str, &str)], permissions: u32) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = Archive::new();
    for (name, text) in files {
        archive.add(name, text.as_bytes(), permissions)?;
    }
    archive.finish()
}

/// Which of the objects are there: bucket by bucket, those of one at once. Keys can't be listed in the call: it takes a
/// prefix. What else has it is as good as asked for.
pub(super) async fn list(
    client: Client,
    addresses: Vec<(String, String)>,
) -> Result<HashMap<(String, String), Object>, AwsError> {
    let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (bucket, key) in addresses {
        wanted.entry(bucket).or_default().push(key);
    }
    let mut found = HashMap::new();
    for (bucket, keys) in wanted {
        let last = keys.iter().max().filter(|_| keys.len() < MANY);
        let request = client.list_objects_v2().bucket(&bucket).prefix(prefix_of(&keys));
        let mut pages = request.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = match call("ListObjectsV2", std::future::ready(page)).await {
                Err(e) if e.is(&[super::NO_BUCKET]) => break,
                page => page?,
            };
            // Listings are in the order of keys.
            let listed = page.contents().last().and_then(Object::key);
            let is_past = last.zip(listed).is_some_and(|(last, listed)| listed >= last.as_str());
            let objects = page.contents.into_iter().flatten();
            found.extend(objects.filter_map(|object| Some(((bucket.clone(), object.key.clone()?), object))));
            if is_past {
                break;
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Read};

    fn sample() -> SeedObject {
        SeedObject { bucket: "paas-dev".into(), key: "software/acme.zip".into(), content: Seed::Release }
    }

    fn scripts() -> SeedObject {
        SeedObject { key: "infrastructure/acme.zip".into(), content: Seed::Scripts, ..sample() }
    }

    #[test]
    fn bucket_and_key_are_fixed() {
        assert_eq!(sample().diff(&sample()), Diff::Same);
        assert_eq!(sample().diff(&SeedObject { bucket: "x".into(), ..sample() }), Diff::Replace("bucket"));
        assert_eq!(sample().diff(&SeedObject { key: "x".into(), ..sample() }), Diff::Replace("key"));
    }

    #[test]
    fn an_id_leads_back_to_bucket_and_key() {
        assert_eq!(address(&sample().id()), ("paas-dev".to_owned(), "software/acme.zip".to_owned()));
    }

    #[test]
    fn what_is_at_a_key_follows_from_the_key() {
        for seed in [sample(), scripts()] {
            assert_eq!(Seed::at(&seed.key), seed.content);
        }
    }

    #[test]
    fn states_from_before_there_were_scripts_hold_releases() {
        let before = serde_json::json!({"bucket": "paas-dev", "key": "software/acme.zip"});
        assert_eq!(serde_json::to_value(sample()).unwrap(), before);
        assert_eq!(serde_json::from_value::<SeedObject>(before).unwrap(), sample());
        assert_eq!(serde_json::to_value(scripts()).unwrap()["content"], "Scripts");
    }

    /// Names, permissions and texts.
    fn contents(seed: Seed) -> Vec<(String, u32, String)> {
        let mut archive = zip::ZipArchive::new(Cursor::new(seed.archive().unwrap())).unwrap();
        let mut file = |at| {
            let (mut file, mut text) = (archive.by_index(at).unwrap(), String::new());
            file.read_to_string(&mut text).unwrap();
            (file.name().unwrap().into_owned(), file.unix_mode().unwrap() & 0o777, text)
        };
        let count = if seed == Seed::Scripts { SCRIPTS.len() } else { 1 };
        let files = (0..count).map(&mut file).collect();
        assert_eq!(archive.len(), count);
        files
    }

    #[test]
    fn the_release_opens_and_holds_an_appspec_alone() {
        let [(name, _, text)] = contents(Seed::Release).try_into().unwrap();
        let keys: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!((name.as_str(), keys), ("appspec.yml", vec!["version: 0.0", "os: linux"]));
    }

    #[test]
    fn the_scripts_can_be_run_and_do_nothing() {
        for ((name, permissions, text), wanted) in
            contents(Seed::Scripts).into_iter().zip(["preInstall.sh", "install.sh"])
        {
            assert_eq!((name.as_str(), permissions), (wanted, 0o755));
            let does = |line: &&str| !line.starts_with('#') && *line != "set -eu";
            let commands: Vec<&str> = text.lines().filter(does).collect();
            assert!(text.starts_with("#!/bin/bash\n"), "{text}");
            assert!(matches!(commands[..], [says] if says.starts_with("echo ")), "{commands:?}");
        }
    }

    #[test]
    fn an_archive_is_the_same_each_time() {
        for seed in [Seed::Release, Seed::Scripts] {
            assert_eq!(seed.archive().unwrap(), seed.archive().unwrap());
        }
    }
}
