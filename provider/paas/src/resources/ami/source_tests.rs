//! Folders: what counts, what doesn't, and what is refused.

use super::*;
use std::fs::Permissions;
use std::io::{Cursor, Read};
use std::os::unix::fs::symlink;
use tempfile::TempDir;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn hash(folder: &TempDir) -> String {
    Folder::open(folder.path()).unwrap().hash().unwrap()
}

const SCRIPTS: &[(&str, &str)] = &[("install.sh", "echo"), ("files/motd", "hello\n")];

#[test]
fn the_hash_follows_from_paths_modes_and_contents_alone() {
    let one = hash(&folder(SCRIPTS));
    assert!(one.starts_with("sha256:") && one.len() == 7 + 64, "{one}");
    let reversed: Vec<_> = SCRIPTS.iter().rev().copied().collect();
    assert_eq!(hash(&folder(&reversed)), one, "another order of making, another time, another place");

    let changed: [&[(&str, &str)]; 5] = [
        &[("install.sh", "echo "), ("files/motd", "hello\n")],
        &[("install.sh", "echo"), ("files/motd2", "hello\n")],
        &[("install.sh", "echo")],
        &[("install.sh", "echo"), ("files/motd", "hello\n"), ("empty", "")],
        &[("install.sh", ""), ("files/motd", "hello\n")],
    ];
    for files in changed {
        assert_ne!(hash(&folder(files)), one, "{files:?}");
    }
    let executable = folder(SCRIPTS);
    fs::set_permissions(executable.path().join("install.sh"), Permissions::from_mode(0o755)).unwrap();
    assert_ne!(hash(&executable), one);
    fs::set_permissions(executable.path().join("install.sh"), Permissions::from_mode(0o600)).unwrap();
    assert_eq!(hash(&executable), one, "the other modes don't count");
}

/// What stands between a name and a content can't be moved from one to the other.
#[test]
fn parts_dont_run_together() {
    assert_ne!(hash(&folder(&[("a", "bc")])), hash(&folder(&[("ab", "c")])));
    assert_ne!(hash(&folder(&[("a", ""), ("b", "")])), hash(&folder(&[("a", "b")])));
}

#[test]
fn checkouts_and_states_are_left_out() {
    let one = hash(&folder(SCRIPTS));
    let cluttered = folder(SCRIPTS);
    for name in [".git/HEAD", "files/.terraform/x", "terraform.tfstate", "a/terraform.tfstate.backup"] {
        let path = cluttered.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
    assert_eq!(hash(&cluttered), one);
    fs::write(cluttered.path().join(".gitignore"), "x").unwrap();
    assert_ne!(hash(&cluttered), one, "other hidden files count");
}

#[test]
fn the_archive_holds_the_files_with_their_modes_and_is_the_same_each_time() {
    let scripts = folder(SCRIPTS);
    fs::set_permissions(scripts.path().join("install.sh"), Permissions::from_mode(0o700)).unwrap();
    let packed = Folder::open(scripts.path()).unwrap().pack().unwrap();
    assert_eq!(packed.hash, hash(&scripts));
    assert_eq!(Folder::open(scripts.path()).unwrap().pack().unwrap().archive, packed.archive);

    let mut archive = zip::ZipArchive::new(Cursor::new(packed.archive)).unwrap();
    let mut found = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        found.push((file.name().unwrap().into_owned(), file.unix_mode().unwrap() & 0o777, text));
    }
    let expected = [("files/motd", 0o644, "hello\n"), ("install.sh", 0o755, "echo")];
    assert_eq!(found, expected.map(|(name, mode, text)| (name.to_owned(), mode, text.to_owned())));
}

#[test]
fn what_cant_be_baked_from_is_refused_with_its_path() {
    let refused = |path: &Path| Folder::open(path).unwrap_err();
    let scripts = folder(SCRIPTS);
    let at = scripts.path().display().to_string();

    let missing = refused(&scripts.path().join("missing"));
    assert!(missing.starts_with(&format!("{at}/missing can't be read: No such file")), "{missing}");
    assert_eq!(refused(&scripts.path().join("install.sh")), format!("{at}/install.sh is no folder."));
    let empty = folder(&[(".git/HEAD", "x")]);
    assert_eq!(refused(empty.path()), format!("{} holds no files.", empty.path().display()));

    symlink("/etc/passwd", scripts.path().join("files/link")).unwrap();
    let link = refused(scripts.path());
    assert!(link.starts_with(&format!("{at}/files/link is a symbolic link")), "{link}");
}

#[test]
fn a_hundred_megabytes_are_the_most() {
    let large = folder(SCRIPTS);
    // Sparse: it takes no room.
    let file = fs::File::create(large.path().join("disk")).unwrap();
    file.set_len(LARGEST - 10).unwrap();
    Folder::open(large.path()).expect("with the scripts it is 100 MB");
    file.set_len(LARGEST).unwrap();
    let refused = Folder::open(large.path()).unwrap_err();
    assert!(refused.contains("holds 101 MB of files; 100 MB is the most"), "{refused}");
}

#[test]
fn triggers_are_told_by_a_digest() {
    let triggers = |pairs: &[(&str, &str)]| {
        digest_of(&pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    };
    assert_eq!(triggers(&[]), "");
    assert_eq!(triggers(&[("a", "1")]).len(), 64);
    assert_eq!(triggers(&[("a", "1"), ("b", "2")]), triggers(&[("b", "2"), ("a", "1")]));
    assert_ne!(triggers(&[("a", "1")]), triggers(&[("a", "2")]));
    assert_ne!(triggers(&[("a", "1")]), triggers(&[("b", "1")]));
}
