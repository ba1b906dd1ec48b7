//! `cargo demo -- journey`: from `git push` to running instances. Everything on the way is real but AWS and GitLab: Git, the
//! webhook's own Lambda, the buildspecs, Packer, Terraform with this provider.

use crate::bakery::Bakery;
use crate::{Interrupt, Progress, Stop, check_empty, prepare, title};
use paas_tests::baking::{Baking, place, said};
use paas_tests::gitlab::{Hook, Repository};
use paas_tests::journey::{Tenant, Watch, at_rest, secret, url_here};
use paas_tests::{Emulator, Error, GitLab, Workspace, prerequisites, root};
use serde_json::json;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often it looks.
const TICK: Duration = Duration::from_millis(300);
/// More than a push takes here.
const PATIENCE: Duration = Duration::from_mins(5);
/// Lines of the builds' log that a failure shows.
const END: usize = 30;

/// What an image is baked from, and what a release is, of `examples/tenant-repository`.
const SCRIPTS: [&str; 3] = ["preInstall.sh", "install.sh", "image"];
const RELEASE: [&str; 4] = ["appspec.yml", "application", "scripts", "systemd"];

/// Walks it.
///
/// # Errors
/// Something that it takes is missing, or a step fails; Ctrl-C.
pub fn journey(interrupt: &Interrupt) -> Result<(), Stop> {
    prerequisites::build_tools()?;
    if prerequisites::packer().is_none() {
        let missing =
            format!("The journey needs Packer, which bakes its image: {}", prerequisites::GET_PACKER);
        return Err(Error::new(missing).into());
    }
    prepare(interrupt)?;
    let (aws, gitlab) = (Emulator::try_start()?, GitLab::try_start()?);
    println!("The emulated AWS account listens on {}, GitLab on {}.", aws.endpoint(), gitlab.origin());
    // Long enough to be seen.
    aws.timing(&json!({
        "instance": {"create": 0.5},
        "instance_refresh": {"step": 0.5},
        "deployment": {"run": 1.0},
        "build": {"provisioning": 0.5},
    }));
    let baking = Baking::of(&aws)?.ok_or_else(|| Error::new("Packer has gone"))?;
    let progress = Progress::new(&aws, interrupt);

    title("The platform team applies examples/environments/dev: network, load balancer, bucket, key, roles");
    let mut dev = Workspace::try_new(&aws)?.of("examples/environments/dev");
    dev.variable("certificate_arn", aws.seed_certificate("*.dev.example.test"));
    dev.variable("image_id", aws.seed_image("web-1"));
    apply(&dev, &progress)?;
    title("… and examples/environments/shared, once for all environments: the webhook");
    let mut shared = dev.sibling("examples/environments/shared");
    shared.variable("gitlab_host", gitlab.origin());
    shared.variable("gitlab_access_token", gitlab.password());
    apply(&shared, &progress)?;

    title("It tells what to enter in GitLab:");
    let text = |name: &str| shared.output(name).as_str().unwrap_or_default().to_owned();
    println!("\n{}", text("instructions").trim_end());
    let (url, token) = (url_here(&aws, &text("url")), secret(&aws, &text("token_secret_arn")));
    println!("\nHere that URL is {url}");
    let hook = Hook { url: &url, token: &token, signing_token: None, times: 1 };
    gitlab.hook(hook);

    title(
        "A team applies examples/tenants/bakery: its pipeline bakes an image of nothing, and deploys the tenant",
    );
    let mut bakery = Bakery::apply(&aws, dev.sibling("examples/tenants/bakery"), &baking, &progress)?;
    let scripts = bakery.scripts_uri();
    let bucket = place(&scripts).0.to_owned();
    let tenant = Tenant { aws: &aws, name: "bakery".into(), bucket, group: "paas-dev-bakery".into() };
    let walk = Walk { aws: &aws, gitlab: &gitlab, interrupt };
    // Its software pipeline has begun with a release of nothing.
    while !at_rest(&aws) {
        progress.check()?;
        sleep(TICK);
    }

    let repository = root().join("examples/tenant-repository");
    title("The team pushes the scripts of its image to the branch dev of shops/bakery-infrastructure");
    let machines = gitlab.repository("shops/bakery-infrastructure");
    for name in SCRIPTS {
        machines.copy(&repository, name);
    }
    let baked = walk.push(&machines, "nginx until the first release", |commit| tenant.runs(commit))?;
    title("It pushes its software to the branch dev of shops/bakery-software");
    let software = gitlab.repository("shops/bakery-software");
    for name in RELEASE {
        software.copy(&repository, name);
    }
    let released = walk.push(&software, "The first loaf", |commit| tenant.serves(commit))?;

    println!();
    for (instance, image) in tenant.instances() {
        println!(
            "{instance}  runs {image} of commit {baked}\n{:19}  serves the release of commit {released}",
            ""
        );
    }

    title("Pushes that lead nowhere: each is told why, and the tenant stays as it is");
    let before = tenant.instances();
    walk.refused(&software, "nobody", "To a branch of no environment")?;
    gitlab.hook(Hook { token: "somebody else's token", ..hook });
    walk.refused(&software, "dev", "With a wrong token")?;
    gitlab.hook(hook);
    let others = gitlab.repository("others/bakery-software");
    walk.refused(&others, "dev", "From a repository that isn't allowed")?;
    machines.write("install.sh", "echo one\nif true; then\n");
    walk.refused(&machines, "dev", "A slip in install.sh")?;
    machines.copy(&repository, "install.sh");
    bakery.take_hosts(r#"["shop.dev.example.test"]"#, &progress)?;
    walk.refused(&machines, "dev", "With a host that is another tenant's")?;
    bakery.take_hosts(r#"["bakery.dev.example.test"]"#, &progress)?;
    if tenant.instances() != before || !tenant.runs(&baked) || !tenant.serves(&released) {
        return Err(Error::new(format!("the tenant has changed: {:?}", tenant.instances())).into());
    }

    title("Destroying everything again");
    bakery.destroy(&progress)?;
    progress.terraform(&shared, &["destroy", "-auto-approve", "-json"])?;
    progress.terraform(&dev, &["destroy", "-auto-approve", "-json"])?;
    check_empty(&aws)?;
    println!("\nThe account is empty again.");
    Ok(())
}

fn apply(workspace: &Workspace, progress: &Progress<'_>) -> Result<(), Stop> {
    progress.terraform(workspace, &["get"])?;
    progress.terraform(workspace, &["apply", "-auto-approve", "-json"])
}

/// Pushes, and tells what comes of it: seconds since the push, who did what.
struct Walk<'a> {
    aws: &'a Emulator,
    gitlab: &'a GitLab,
    interrupt: &'a Interrupt,
}

impl Walk<'_> {
    /// Pushes to `dev`, and waits until it has arrived and nothing is under way; gives the commit.
    fn push(
        &self,
        repository: &Repository,
        message: &str,
        arrived: impl Fn(&str) -> bool,
    ) -> Result<String, Stop> {
        let mut failed = None;
        let commit = self.follow(repository, "dev", message, |commit, failure| {
            failed = failed.take().or(failure);
            failed.is_some() || (arrived(commit) && at_rest(self.aws))
        })?;
        match failed {
            None => Ok(commit),
            Some(failed) => {
                let said = said(self.aws);
                let lines: Vec<&str> = said.lines().collect();
                let end = lines[lines.len().saturating_sub(END)..].join("\n");
                Err(Error::new(format!("{failed}\n{end}")).into())
            }
        }
    }

    /// Pushes what is to fail, and waits until it has, and nothing is under way.
    fn refused(&self, repository: &Repository, branch: &str, message: &str) -> Result<(), Stop> {
        let mut failed = false;
        self.follow(repository, branch, message, |_, failure| {
            failed |= failure.is_some();
            failed && at_rest(self.aws)
        })?;
        Ok(())
    }

    /// Pushes, and tells what happens until `done`, which gets the commit and what has failed, if anything has just now.
    fn follow(
        &self,
        repository: &Repository,
        branch: &str,
        message: &str,
        mut done: impl FnMut(&str, Option<String>) -> bool,
    ) -> Result<String, Stop> {
        let mut watch = Watch::new(self.aws, self.gitlab);
        let progress = Progress::new(self.aws, self.interrupt);
        let until = Instant::now() + PATIENCE;
        println!();
        let commit = repository.push(branch, message);
        let path = repository.path();
        progress.tell(Some(format!("{:12}  {commit} \"{message}\" to {branch} of {path}", "git push")));
        let mut tell = || {
            let mut failed = None;
            for fact in watch.news() {
                progress.tell(Some(fact.to_string()));
                failed = failed.or_else(|| fact.failed.then(|| fact.to_string()));
            }
            failed
        };
        loop {
            progress.check()?;
            if done(&commit, tell()) {
                // What came while it was looked around.
                tell();
                return Ok(commit);
            }
            if Instant::now() > until {
                return Err(Error::new("the push doesn't arrive").into());
            }
            sleep(TICK);
        }
    }
}
