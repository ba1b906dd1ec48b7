//! Releases: archives that a software pipeline takes from the bucket, and what the instances serve in the end.

use super::Emulator;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// What one instance serves.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Release {
    /// Where CodeDeploy's agent took it from: `bucket`, `key`, `etag`.
    pub revision: Value,
    /// The deployment that brought it.
    pub deployment: String,
}

/// The least that CodeDeploy takes for a release.
pub const APPSPEC: (&str, &str) = ("appspec.yml", "version: 0.0\nos: linux\n");

impl Emulator {
    /// Puts an archive of these files into the bucket, as whoever releases software does; gives its ETag.
    ///
    /// # Panics
    /// AWS refuses.
    pub fn upload(&self, bucket: &Value, key: &Value, files: &[(&str, &str)]) -> Value {
        // S3 gives it in quotes, as HTTP has it.
        self.push(bucket, key, files, &json!({}))["ETag"]
            .as_str()
            .unwrap_or_default()
            .trim_matches('"')
            .into()
    }

    /// The same with metadata of the object's own, such as the commit; gives what S3 answers.
    ///
    /// # Panics
    /// AWS refuses.
    pub fn push(&self, bucket: &Value, key: &Value, files: &[(&str, &str)], metadata: &Value) -> Value {
        let body = json!({"$base64": STANDARD.encode(archive(files))});
        let put = json!({"Bucket": bucket, "Key": key, "Body": body, "Metadata": metadata});
        self.call("s3", "put_object", &put).unwrap_or_else(|error| panic!("{error}"))
    }

    /// What each instance serves, by its id. One that never got a release isn't listed.
    #[must_use]
    pub fn releases(&self) -> BTreeMap<String, Release> {
        self.control.releases()
    }
}

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        archive.start_file(*name, SimpleFileOptions::default()).expect("there is room in memory");
        archive.write_all(text.as_bytes()).expect("there is room in memory");
    }
    archive.finish().expect("there is room in memory").into_inner()
}
