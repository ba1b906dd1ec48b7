//! What an image is baked from, as far as it lies on this machine: a folder of scripts, its hash and its archive.

use paas_aws::archive::{Archive, FILE, PROGRAM};
use paas_aws::names::digest;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, Metadata};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Bytes of all files together. Scripts are small; what is larger belongs into a bucket or a package, and would be sent
/// with every change.
const LARGEST: u64 = 100_000_000;

/// How the hash of a folder begins in `source` and in the tag `paas:source`; S3's version ids have no colon.
pub const HASHED: &str = "sha256:";

/// What a checkout holds beside its files, and what Terraform leaves behind; at every depth.
const LEFT_OUT: &[&str] = &[".git", ".terraform"];
/// States, which may hold secrets, and change with every apply.
const LEFT_OUT_ENDINGS: &[&str] = &[".tfstate", ".tfstate.backup"];

/// All of SHA-256's hexadecimal digits.
const DIGITS: usize = 64;

/// A folder's files, in the order of their paths.
#[derive(Debug)]
pub struct Folder {
    files: Vec<File>,
}

#[derive(Debug)]
struct File {
    /// Below the folder, with slashes.
    name: String,
    path: PathBuf,
    executable: bool,
}

/// A folder as a build takes it.
pub struct Packed {
    /// `sha256:…`, of these very bytes' files.
    pub hash: String,
    /// The archive: the same bytes each time.
    pub archive: Vec<u8>,
}

impl Folder {
    /// Looks through a folder.
    ///
    /// # Errors
    /// What is wrong with it, with the path: it isn't there or can't be read, it holds a link or something that is
    /// neither file nor folder, it holds no file, or more than 100 MB.
    pub fn open(folder: &Path) -> Result<Self, String> {
        let metadata = fs::metadata(folder).map_err(|error| unreadable(folder, &error))?;
        if !metadata.is_dir() {
            return Err(format!("{} is no folder.", folder.display()));
        }
        let (mut files, mut bytes) = (Vec::new(), 0);
        collect(folder, "", &mut files, &mut bytes)?;
        if files.is_empty() {
            return Err(format!("{} holds no files.", folder.display()));
        }
        if bytes > LARGEST {
            return Err(format!(
                "{} holds {} MB of files; 100 MB is the most that an image is baked from. Have the scripts fetch what is large, from a bucket or as a package.",
                folder.display(),
                bytes.div_ceil(1_000_000)
            ));
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { files })
    }

    /// The hash of paths, executable bits and contents, as `sha256:…`. Owners, times and the other modes don't count: a
    /// fresh checkout has others.
    ///
    /// # Errors
    /// A file can't be read.
    pub fn hash(&self) -> Result<String, String> {
        let mut hash = Hash::default();
        for file in &self.files {
            hash.add(file, &file.read()?);
        }
        Ok(hash.finish())
    }

    /// The archive, and the hash of what is in it.
    ///
    /// # Errors
    /// A file can't be read.
    pub fn pack(&self) -> Result<Packed, String> {
        let mut hash = Hash::default();
        let mut archive = Archive::new();
        for file in &self.files {
            let content = file.read()?;
            hash.add(file, &content);
            let permissions = if file.executable { PROGRAM } else { FILE };
            archive
                .add(&file.name, &content, permissions)
                .map_err(|error| format!("{}: {error}", file.path.display()))?;
        }
        let archive = archive.finish().map_err(|error| format!("The archive: {error}"))?;
        Ok(Packed { hash: hash.finish(), archive })
    }
}

/// The files below `folder`, which stands at `prefix`, and how many bytes they have.
fn collect(folder: &Path, prefix: &str, files: &mut Vec<File>, bytes: &mut u64) -> Result<(), String> {
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return Err(format!("The name of {} isn't UTF-8.", path.display()));
        };
        if LEFT_OUT.contains(&name) || LEFT_OUT_ENDINGS.iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        let name = format!("{prefix}{name}");
        let metadata = fs::symlink_metadata(&path).map_err(|error| unreadable(&path, &error))?;
        if metadata.is_dir() {
            collect(&path, &format!("{name}/"), files, bytes)?;
        } else if metadata.is_file() {
            *bytes += metadata.len();
            files.push(File { executable: is_executable(&metadata), name, path });
        } else if metadata.is_symlink() {
            return Err(format!(
                "{} is a symbolic link: what it leads to isn't in the folder. Put a copy in its place.",
                path.display()
            ));
        } else {
            return Err(format!("{} is neither a file nor a folder.", path.display()));
        }
    }
    Ok(())
}

fn is_executable(metadata: &Metadata) -> bool {
    metadata.permissions().mode() & 0o100 != 0
}

fn unreadable(path: &Path, error: &std::io::Error) -> String {
    format!("{} can't be read: {error}.", path.display())
}

impl File {
    fn read(&self) -> Result<Vec<u8>, String> {
        fs::read(&self.path).map_err(|error| unreadable(&self.path, &error))
    }
}

/// Each part's length stands before it, so that no two folders run together to the same bytes.
#[derive(Default)]
struct Hash(Sha256);

impl Hash {
    fn add(&mut self, file: &File, content: &[u8]) {
        self.part(file.name.as_bytes());
        self.part(&[u8::from(file.executable)]);
        self.part(content);
    }

    fn part(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn finish(self) -> String {
        self.0.finalize().iter().fold(HASHED.to_owned(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}"); // a string takes all
            text
        })
    }
}

/// What stands for `triggers` in the tag `paas:triggers`: their digest; nothing where there are none.
#[must_use]
pub fn digest_of(triggers: &BTreeMap<String, String>) -> String {
    if triggers.is_empty() {
        return String::new();
    }
    let text = serde_json::to_string(triggers).expect("a map of texts is plain data");
    digest(&[text], DIGITS)
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;
