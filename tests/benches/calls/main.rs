//! What the provider costs in calls: prints the figures of the README's section "Benchmarks" as Markdown.
//!
//! Nothing here passes or fails; `tests/counts.rs` holds the provider to its counts. `cargo figures` is this benchmark
//! with the tests' build, so that nothing has to be compiled again for a release profile.

mod chain;
#[path = "../../tests/stage/mod.rs"]
mod stage;

use chain::{Chain, Which};
use paas_tests::Workspace;
use paas_tests::emulator::{Counts, Fault};
use serde_json::Value;
use stage::{Resource, Stage, create, create_all, plan_without_changes};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tfplugin::client::Client;

const TENANTS: u64 = 100;
const LATENCY: Duration = Duration::from_millis(200);

/// Both parts, or the one that is named: `cargo figures -- creation`.
#[tokio::main]
async fn main() {
    let named = |part: &str| std::env::args().any(|argument| argument == part);
    if !named("creation") {
        counts().await;
    }
    if !named("counts") {
        println!("{}", creation().await);
    }
}

/// Calls to create, and to see that nothing changed.
async fn counts() {
    let stage = Stage::set();
    let mut provider = stage.provider(&[]).await;
    let mark = stage.aws.mark();
    let environment = create(&provider, stage.environment()).await;
    let making_environment = stage.aws.counts(mark).total;
    let mark = stage.aws.mark();
    let tenants = create_all(&provider, (0..TENANTS).map(|n| stage.tenant(n)).collect()).await;
    let making_tenants = stage.aws.counts(mark).total;

    println!("| | calls | state, attributes + private |");
    println!("|---|---|---|");
    println!("| create an environment | {making_environment} | {} |", size(&environment));
    println!(
        "| create a tenant, {TENANTS} in one run | {:.1} | {} |",
        share(making_tenants),
        size(&tenants[0])
    );
    for (what, resources) in
        [("an environment", std::slice::from_ref(&environment)), ("a lone tenant", &tenants[..1])]
    {
        provider = stage.provider(&[]).await;
        let counts = plan(&stage, &provider, resources).await;
        println!("| plan {what} without changes | {} | |", counts.total);
    }
    provider = stage.provider(&[]).await;
    let all = plan(&stage, &provider, &tenants).await;
    println!("| plan a tenant without changes, {TENANTS} in one run | {:.2} | |", share(all.total));
    println!("| the same by real Terraform, with their environment | {:.2} | |", share(by_terraform()));
    println!("\n{}", by_operation(&all.by_operation));
}

fn share(calls: u64) -> f64 {
    f64::from(u32::try_from(calls).expect("few calls"))
        / f64::from(u32::try_from(TENANTS).expect("few tenants"))
}

fn size(resource: &Resource) -> String {
    let (attributes, private) = resource.size();
    format!("{:.1} + {:.1} KB", kilobytes(attributes), kilobytes(private))
}

fn kilobytes(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes).expect("small")) / 1000.0
}

async fn plan(stage: &Stage, provider: &Client, resources: &[Resource]) -> Counts {
    let mark = stage.aws.mark();
    plan_without_changes(provider, resources).await;
    stage.aws.counts(mark)
}

/// `terraform plan` over an environment and its tenants.
fn by_terraform() -> u64 {
    let stage = Stage::set();
    let workspace = Workspace::new(&stage.aws);
    workspace.write("main.tf", &stage.main_tf(TENANTS));
    workspace.apply(&[]).expect_success();
    let mark = stage.aws.mark();
    assert_eq!(workspace.plan(&[]).expect_success().changes(), []);
    stage.aws.counts(mark).total
}

fn by_operation(calls: &BTreeMap<String, u64>) -> String {
    let rows: String =
        calls.iter().map(|(operation, calls)| format!("| {operation} | {calls} |\n")).collect();
    format!("| call, in the plan of {TENANTS} tenants | |\n|---|---|\n{rows}")
}

/// How often a creation is timed. The fastest counts: what else the machine does is not the provider's.
const RUNS: usize = 3;

/// Wall times of creations where every call takes its time, over their critical paths.
async fn creation() -> String {
    let mut fastest: [Option<Timed>; 2] = [None, None];
    let mut stage = Stage::set();
    let warming = stage.provider(&[]).await;
    create_all(&warming, vec![stage.environment()]).await;
    create_all(&warming, vec![stage.tenant(0)]).await;
    for _ in 0..RUNS {
        stage = stage.set_anew();
        let provider = stage.provider(&[("TF_LOG_PROVIDER", "debug")]).await;
        for (resource, best) in [stage.environment(), stage.tenant(0)].into_iter().zip(&mut fastest) {
            let timed = Timed::creation(&stage, &provider, resource).await;
            if best.as_ref().is_none_or(|best| timed.ratio() < best.ratio()) {
                *best = Some(timed);
            }
        }
    }
    let rows: String = fastest.iter().flatten().map(Timed::row).collect();
    format!(
        "| create with {LATENCY:?} in every call | calls | time | longest chain of calls | ratio | of writes alone | through |\n\
         |---|---|---|---|---|---|---|\n{rows}"
    )
}

/// A creation, and the chains of calls it was made of.
struct Timed {
    kind: &'static str,
    calls: u64,
    took: Duration,
    chain: Chain,
    writes: Chain,
}

impl Timed {
    async fn creation(stage: &Stage, provider: &Client, resource: (&'static str, Value)) -> Self {
        let (kind, mark, written) = (resource.0, stage.aws.mark(), provider.log().len());
        stage.aws.faults([Fault::latency(200)]);
        let began = Instant::now();
        let made = create(provider, resource).await;
        let took = began.elapsed();
        stage.aws.clear_faults();
        let log = &provider.log()[written..];
        let chain = |which| Chain::longest(log, &made.memory(), LATENCY, which);
        let calls = stage.aws.counts(mark).total;
        Self { kind, calls, took, chain: chain(Which::All), writes: chain(Which::Writes) }
    }

    fn ratio(&self) -> f64 {
        self.took.as_secs_f64() / self.chain.takes(LATENCY).as_secs_f64()
    }

    fn row(&self) -> String {
        let chain = |chain: &Chain| format!("{} = {:.1?}", chain.calls(), chain.takes(LATENCY));
        format!(
            "| `{}` | {} | {:.1?} | {} | {:.2} | {} | {} |\n",
            self.kind,
            self.calls,
            self.took,
            chain(&self.chain),
            self.ratio(),
            chain(&self.writes),
            self.chain.text(),
        )
    }
}
