//! `cargo demo`: an environment, its tenants, another team's tenant with database and pipeline, a release of its software,
//! and a tenant whose machine image is baked by real Packer, on an emulated AWS, by real Terraform.

mod bakery;
mod calls;
mod interrupt;
mod journey;
mod progress;
mod release;
mod table;
mod tenant;
mod text;

use bakery::Bakery;
use interrupt::Interrupt;
use paas_tests::baking::Baking;
use paas_tests::{Emulator, Error, Workspace, prerequisites, provider};
use progress::Progress;
use serde_json::json;
use std::process::ExitCode;
use tenant::Tenant;

/// Takes the database's protection away, and the last snapshot with it: the demo leaves nothing behind.
const UNPROTECTED: &str =
    "module \"acme\" {\n  database = { deletion_protection = false, skip_final_snapshot = true }\n}\n";

/// What the shell reports for a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

/// Why the demo ends early.
enum Stop {
    /// Ctrl-C.
    Interrupted,
    /// Something failed; the text for the user.
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let interrupt = Interrupt::listen();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => demo(false, &interrupt),
        ["--keep"] => demo(true, &interrupt),
        ["journey"] => journey::journey(&interrupt),
        ["--help" | "-h"] => {
            println!("{}", text::USAGE);
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{}", text::USAGE);
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Interrupted) => {
            println!("\nInterrupted. The emulated account has ended, with all that was in it.");
            ExitCode::from(INTERRUPTED)
        }
        Err(Stop::Failed(error)) => {
            eprintln!("\n{error}");
            ExitCode::FAILURE
        }
    }
}

/// What has to be there before anything begins.
fn prepare(interrupt: &Interrupt) -> Result<(), Stop> {
    prerequisites::terraform()?;
    prerequisites::emulator_python()?;
    println!("Building the provider; the first time this takes some minutes.");
    let built = provider::binary();
    interrupt.check()?; // Ctrl-C stops Cargo too; that is no failure to build
    built?;
    Ok(())
}

/// After a destroy of everything.
fn check_empty(aws: &Emulator) -> Result<(), Stop> {
    let left = aws.inventory();
    if left.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = left.iter().map(|object| format!("{} {}", object.kind, object.id)).collect();
    Err(Error::new(format!("The account still holds: {}", names.join(", "))).into())
}

fn demo(keep: bool, interrupt: &Interrupt) -> Result<(), Stop> {
    prepare(interrupt)?;
    let aws = if keep { Emulator::try_start_independent()? } else { Emulator::try_start()? };
    println!("The emulated AWS account listens on {}.", aws.endpoint());
    // Long enough to be seen. The real ones take one to three minutes, the database five to ten.
    aws.timing(&json!({
        "nat_gateway": {"create": 2.0},
        "load_balancer": {"create": 1.0},
        "instance": {"create": 0.5},
        "db_instance": {"create": 3.0, "delete": 1.0},
        "pipeline_action": {"run": 0.5},
        "deployment": {"run": 1.0},
    }));
    let mut dev = Workspace::try_new(&aws)?.of("examples/environments/dev");
    dev.variable("certificate_arn", aws.seed_certificate("*.dev.example.test"));
    dev.variable("image_id", aws.seed_image("web-1"));
    let acme = dev.sibling("examples/tenants/acme");
    let progress = Progress::new(&aws, interrupt);

    title("The platform team applies examples/environments/dev: the environment and two tenants");
    progress.terraform(&dev, &["get"])?;
    progress.terraform(&dev, &["apply", "-auto-approve", "-json"])?;
    title("Another team applies examples/tenants/acme: it knows the environment by its name only");
    progress.terraform(&acme, &["get"])?;
    progress.terraform(&acme, &["apply", "-auto-approve", "-json"])?;

    println!("\n{}", table::tenants(&aws)?);
    let tenant = Tenant::of(&acme);
    title(
        "Its pipeline ran at once, with an empty release; now it has a real one: examples/tenant-repository",
    );
    release::follow(&aws, tenant.pipeline(), &progress, "")?;
    let before = release::run(&aws, tenant.pipeline())?;
    let repository = dev.sibling("examples/tenant-repository").folder().to_owned();
    let etag = release::upload(&aws, tenant.source_uri(), &repository)?;
    progress.tell(Some(format!("  uploaded to {}", tenant.source_uri())));
    let stages = release::follow(&aws, tenant.pipeline(), &progress, &before)?;
    println!("\n{}\n\n{}", tenant.report(&stages), release::served(&aws, &etag));

    let bakery = match Baking::of(&aws)? {
        Some(baking) => {
            title(
                "A third team applies examples/tenants/bakery: its pipeline bakes a machine image, and deploys the tenant",
            );
            let bakery = Bakery::apply(&aws, dev.sibling("examples/tenants/bakery"), &baking, &progress)?;
            title(
                "The scripts of its image change: a push of preInstall.sh and install.sh is all that it takes",
            );
            println!("\n{}", bakery.push(&repository, &progress)?);
            Some(bakery)
        }
        None => {
            title(
                "With Packer, examples/tenants/bakery would have its machine image baked and rolled out here",
            );
            None
        }
    };
    if keep {
        println!("\n{}", text::going_on(&dev, &acme, &tenant, &repository));
        drop((acme, bakery));
        let kept = dev.keep().map_err(|_| Error::new("the demo's files are still in use"))?;
        println!("{}", text::stopping(aws.leave_running(), &kept));
        return Ok(());
    }

    title("Destroying everything again; before that, the database has to lose its protection");
    if let Some(bakery) = bakery {
        bakery.destroy(&progress)?;
    }
    acme.write("unprotected_override.tf", UNPROTECTED);
    progress.terraform(&acme, &["apply", "-auto-approve", "-json"])?;
    progress.terraform(&acme, &["destroy", "-auto-approve", "-json"])?;
    progress.terraform(&dev, &["destroy", "-auto-approve", "-json"])?;
    check_empty(&aws)?;
    println!(
        "\nThe account is empty again. `cargo demo -- --keep` leaves all of it running for you to look around."
    );
    Ok(())
}

fn title(title: &str) {
    println!("\n{title}");
}
