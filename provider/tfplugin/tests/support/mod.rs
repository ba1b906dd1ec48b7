//! What several test files need.

use std::path::PathBuf;

/// The built example of this name. Cargo builds examples before it runs tests.
pub fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let built = test.ancestors().nth(2).expect("target/PROFILE/deps/test").join("examples").join(name);
    assert!(
        built.exists(),
        "{} isn't built: run `cargo test` without --test, or `cargo build --examples`",
        built.display()
    );
    built
}
