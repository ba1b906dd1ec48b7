//! The pages under `docs/` are what the schemas say. `UPDATE_DOCS=1 cargo test -p terraform-provider-paas` writes them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// Every file under `folder`, by its path below it.
fn files(folder: &Path, below: &str, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files(&entry.path(), &format!("{path}/"), found);
        } else {
            found.insert(path, fs::read_to_string(entry.path()).expect("a page is text"));
        }
    }
}

#[test]
fn the_pages_are_current() {
    let pages = paas::documentation::pages();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let _ = fs::remove_dir_all(docs());
        for (path, text) in &pages {
            let path = docs().join(path);
            fs::create_dir_all(path.parent().expect("a page has a folder")).expect("docs/ is writable");
            fs::write(path, text).expect("docs/ is writable");
        }
    }
    let mut written = BTreeMap::new();
    files(&docs(), "", &mut written);
    let names = |pages: &BTreeMap<String, String>| pages.keys().cloned().collect::<Vec<_>>();
    let advice = "run UPDATE_DOCS=1 cargo test -p terraform-provider-paas";
    assert_eq!(names(&written), names(&pages), "{advice}");
    for (path, text) in &pages {
        assert!(written[path] == *text, "docs/{path} isn't what the schemas say: {advice}");
    }
}
