//! The longer texts.

use crate::tenant::Tenant;
use paas_tests::emulator::REGION;
use paas_tests::{Workspace, root};
use std::fmt::Write;
use std::path::Path;

/// What `--help` prints.
pub const USAGE: &str = "\
Stands the example environment and its tenants up on an emulated AWS account, with real Terraform, shows what came
up, releases software through a tenant's pipeline, bakes another tenant's machine image and rolls it out, and takes all of
it down again. It needs terraform and python3, packer for the image, and nothing of AWS.

  cargo demo
  cargo demo -- --keep    leaves the account running and prints how to go on by hand
  cargo demo -- journey   goes from a git push to running instances instead: webhook, image, rollout, release. It needs
                          packer, git and zip, too";

/// The variables that a shell needs to go on by hand; the rest of the environment is the shell's own.
const EXPORTED: [&str; 3] = ["AWS_", "TF_CLI_CONFIG_FILE", "TF_VAR_"];

/// Lines to paste into a shell.
pub fn going_on(dev: &Workspace, acme: &Workspace, tenant: &Tenant, repository: &Path) -> String {
    let mut text = String::from("To go on by hand, paste into a shell:\n\n");
    for (name, value) in dev.environment() {
        let name = name.to_string_lossy();
        if EXPORTED.iter().any(|prefix| name.starts_with(prefix)) {
            let _ = writeln!(text, "  export {name}={}", quoted(&value.to_string_lossy()));
        }
    }
    // The first version of AWS's command line looks for no other name.
    let _ = writeln!(text, "  export AWS_DEFAULT_REGION={REGION}");
    let tools = root().join("target/emulator-venv/bin");
    let _ = writeln!(text, "  export PATH=\"$PATH\":{}", quoted(&tools.to_string_lossy()));
    let _ = write!(
        text,
        "
  cd {dev}
  terraform plan                                            # no changes
  cd {acme}
  terraform plan -var 'hosts=[\"shop.dev.example.test\"]'    # refused: another tenant has that host
  terraform plan -destroy                                   # refused: the database is protected

The next release; change {repository}/application/server.py first:

  cd {repository}
  python3 -m zipfile -c ../release.zip appspec.yml application scripts systemd
  aws s3 cp ../release.zip {source}
  aws codepipeline get-pipeline-state --name {pipeline} --query 'stageStates[].[stageName,latestExecution.status]'
  curl -s $AWS_ENDPOINT_URL/_emulator/releases | python3 -m json.tool

How its application finds the database:

  aws ssm get-parameter --name {parameter} --query Parameter.Value --output text
  PORT=8080 DATABASE_PARAMETER={parameter} python3 application/server.py    # then: curl localhost:8080/database

What the account holds, and what it was asked:

  curl -s $AWS_ENDPOINT_URL/_emulator/inventory | python3 -m json.tool | less
  curl -s $AWS_ENDPOINT_URL/_emulator/counts | python3 -m json.tool
  aws elbv2 describe-load-balancers                         # any AWS tool: AWS_ENDPOINT_URL leads it there
",
        dev = dev.folder().display(),
        acme = acme.folder().display(),
        repository = repository.display(),
        source = tenant.source_uri(),
        pipeline = tenant.pipeline(),
        parameter = tenant.database_parameter(),
    );
    text
}

/// How to end what `--keep` left.
pub fn stopping(pid: u32, files: &Path) -> String {
    format!("When you are done:\n\n  kill {pid} && rm -r {}", files.display())
}

/// For a POSIX shell.
fn quoted(value: &str) -> String {
    let plain = value.chars().all(|c| c.is_ascii_alphanumeric() || "/.:_-".contains(c));
    if plain { value.to_owned() } else { format!("'{}'", value.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_the_shell() {
        assert_eq!(quoted("http://127.0.0.1:4711"), "http://127.0.0.1:4711");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
    }
}
