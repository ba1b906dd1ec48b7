//! What `files/retain.sh` removes; and that it removes nothing while it hasn't seen all that may need an image.

use std::process::Command;

const RETAIN: &str = include_str!("files/retain.sh");

/// In place of the AWS command line: five images, of which the newest is to be kept. An instance, a template of somebody
/// else's and the tenant's own need three of the others. Calls that hold the text `$REFUSED` fail.
const AWS: &str = r#"
aws() {
  case "$*" in *"$REFUSED"*) return 254 ;; esac
  case "$2 $*" in
    describe-snapshots*) printf '%s\t%s\n' snap-unused 'Created by CreateImage(i-1) for ami-unused' ;;
    describe-images*)
      for image in 5-new 4-running 3-theirs 2-own 1-unused; do
        printf '%s\t%s\t%s\t%s\n' "2026-01-0${image%-*}" "ami-${image#*-}" available "snap-${image#*-}"
      done ;;
    describe-instances*) echo ami-running ;;
    describe-launch-templates*) echo lt-1 ;;
    describe-launch-template-versions*--launch-template-id*) echo ami-own ;;
    describe-launch-template-versions*) echo ami-theirs ;;
    *) echo "$*" >&2 ;;
  esac
}
"#;

/// Whether it ends well, and the calls that remove something, where calls with this text are refused.
fn retain(refused: &str) -> (bool, Vec<String>) {
    let script = format!("{AWS}{RETAIN}");
    let variables = [("IMAGE_OWNER", "images"), ("TENANT_OWNER", "tenant"), ("KEEP_IMAGES", "1")];
    let mut bash = Command::new("bash");
    bash.args(["-c", &script]).envs(variables).env("REFUSED", refused);
    let output = bash.output().expect("there is a bash");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), said.lines().map(str::to_owned).collect())
}

#[test]
fn what_nobody_needs_goes_with_its_snapshots() {
    let removed =
        ["ec2 deregister-image --image-id ami-unused", "ec2 delete-snapshot --snapshot-id snap-unused"];
    assert_eq!(retain("nothing"), (true, removed.map(str::to_owned).to_vec()));
}

#[test]
fn nothing_goes_that_something_unseen_may_need() {
    for look in [
        "describe-snapshots",
        "describe-images",
        "describe-instances",
        "--versions $Latest",
        "describe-launch-templates",
        "--launch-template-id",
    ] {
        assert_eq!(retain(look), (false, vec![]), "{look}");
    }
}

/// The next bake tries again; of the snapshots of an image that stays, none goes.
#[test]
fn an_image_that_cannot_be_removed_is_no_success() {
    assert_eq!(retain("deregister-image"), (false, vec![]));
}
