//! What the provider costs in calls: prints the figures of the README's section "Benchmarks" as Markdown.
//!
//! Nothing here passes or fails; `tests/counts.rs` holds the provider to its counts. `cargo figures` is this benchmark
//! with the tests' build, so that nothing has to be compiled again for a release profile.

mod chain;
#[path = "../../tests/support/estate.rs"]
mod estate;
#[path = "../../tests/support/stage.rs"]
mod stage;

use chain::{Chain, Which};
use estate::{Estate, Wanted, create_all, plan_without_changes};
use paas_tests::Workspace;
use paas_tests::emulator::{Counts, Fault};
use stage::Resource;
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
    let estate = Estate::set();
    let mut provider = estate.stage.provider().await;
    let mut rows = vec![];
    let mark = estate.aws().mark();
    let environment = create_all(&provider, [estate.environment()]).await;
    rows.push(Row::of("create an environment", estate.aws().counts(mark).total).sized(&environment[0]));
    let mut whole: Vec<Resource> = vec![];
    for kind in 0..estate.whole(0).len() {
        let mark = estate.aws().mark();
        let all = (0..TENANTS).map(|n| estate.whole(n).swap_remove(kind));
        let made = create_all(&provider, all).await;
        let what = format!("create a {}, {TENANTS} in one run", made[0].type_name);
        rows.push(Row::shared(&what, estate.aws().counts(mark).total).sized(&made[0]));
        whole.extend(made);
    }
    let one: Vec<Resource> =
        whole.iter().step_by(usize::try_from(TENANTS).expect("few tenants")).cloned().collect();
    for (what, resources) in [
        ("plan an environment without changes", &environment[..]),
        ("plan a lone tenant without changes", &one[..1]),
        ("plan a lone whole tenant without changes", &one[..]),
    ] {
        provider = estate.stage.provider().await;
        rows.push(Row::of(what, plan(&estate, &provider, resources).await.total));
    }
    provider = estate.stage.provider().await;
    let all = plan(&estate, &provider, &whole).await;
    rows.push(Row::shared(&format!("plan a whole tenant without changes, {TENANTS} in one run"), all.total));
    rows.push(Row::shared("of these to ELBv2", to(&all, "elbv2:")));
    drop(provider);
    rows.extend(infrastructure().await);
    let by_terraform = by_terraform();
    rows.push(Row::shared("the same by real Terraform, with their environment", by_terraform.total));
    println!("| | calls | state, attributes + private |\n|---|---|---|");
    for Row { what, calls, state } in rows {
        println!("| {what} | {calls} | {state} |");
    }
    println!("\n{}", by_operation(&all.by_operation, &by_terraform.by_operation));
}

/// The same of infrastructure pipelines that deploy.
async fn infrastructure() -> [Row; 2] {
    let estate = Estate::set();
    let provider = estate.stage.provider().await;
    create_all(&provider, [estate.environment()]).await;
    let mark = estate.aws().mark();
    let made = create_all(&provider, (0..TENANTS).map(Estate::infrastructure_pipeline)).await;
    let what = format!("create a {}, {TENANTS} in one run", made[0].type_name);
    let created = Row::shared(&what, estate.aws().counts(mark).total).sized(&made[0]);
    let provider = estate.stage.provider().await;
    let planned = plan(&estate, &provider, &made).await.total;
    let what = format!("plan a {} without changes, {TENANTS} in one run", made[0].type_name);
    [created, Row::shared(&what, planned)]
}

/// A line of the table.
struct Row {
    what: String,
    calls: String,
    state: String,
}

impl Row {
    fn of(what: &str, calls: u64) -> Self {
        Self { what: what.into(), calls: calls.to_string(), state: String::new() }
    }

    /// Calls per tenant.
    fn shared(what: &str, calls: u64) -> Self {
        Self { calls: format!("{:.2}", fraction(calls) / fraction(TENANTS)), ..Self::of(what, calls) }
    }

    fn sized(self, resource: &Resource) -> Self {
        let (attributes, private) = resource.size();
        let kilobytes = |bytes: usize| fraction(bytes as u64) / 1000.0;
        Self { state: format!("{:.1} + {:.1} KB", kilobytes(attributes), kilobytes(private)), ..self }
    }
}

fn fraction(n: u64) -> f64 {
    f64::from(u32::try_from(n).expect("few"))
}

async fn plan(estate: &Estate, provider: &Client, resources: &[Resource]) -> Counts {
    let mark = estate.aws().mark();
    plan_without_changes(provider, resources).await;
    estate.aws().counts(mark)
}

/// Calls to one service.
fn to(counts: &Counts, service: &str) -> u64 {
    let its = counts.by_operation.iter().filter(|(operation, _)| operation.starts_with(service));
    its.map(|(_, calls)| calls).sum()
}

/// `terraform plan` over an environment and its tenants.
fn by_terraform() -> Counts {
    let estate = Estate::set();
    let workspace = Workspace::new(estate.aws());
    workspace.write("main.tf", &estate.main_tf(TENANTS));
    workspace.apply(&[]).expect_success();
    let mark = estate.aws().mark();
    assert_eq!(workspace.plan(&[]).expect_success().changes(), []);
    estate.aws().counts(mark)
}

fn by_operation(driven: &BTreeMap<String, u64>, by_terraform: &BTreeMap<String, u64>) -> String {
    let calls =
        |counts: &BTreeMap<String, u64>, operation| counts.get(operation).copied().unwrap_or_default();
    let row = |operation| {
        format!("| {operation} | {} | {} |\n", calls(driven, operation), calls(by_terraform, operation))
    };
    let rows: String = by_terraform.keys().map(row).collect();
    format!(
        "| call, in the plan of {TENANTS} whole tenants | | by Terraform, with their environment |\n|---|---|---|\n{rows}"
    )
}

/// How often a creation is timed. The fastest counts: what else the machine does is not the provider's.
const RUNS: usize = 3;

/// Wall times of creations where every call takes its time, over their critical paths.
async fn creation() -> String {
    let wanted = |estate: &Estate| {
        [vec![estate.environment()], estate.whole(0), vec![Estate::infrastructure_pipeline(0)]].concat()
    };
    let mut estate = Estate::set();
    let mut fastest: Vec<Option<Timed>> = wanted(&estate).iter().map(|_| None).collect();
    let warming = estate.stage.provider().await;
    for resource in wanted(&estate) {
        create_all(&warming, [resource]).await;
    }
    for _ in 0..RUNS {
        estate = estate.set_anew();
        let provider = estate.stage.provider_with(&[("TF_LOG_PROVIDER", "debug")]).await;
        for (resource, best) in wanted(&estate).into_iter().zip(&mut fastest) {
            let timed = Timed::creation(&estate, &provider, resource).await;
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
    async fn creation(estate: &Estate, provider: &Client, (kind, config): Wanted) -> Self {
        let (mark, written) = (estate.aws().mark(), provider.log().len());
        estate.aws().faults([Fault::latency(200)]);
        let began = Instant::now();
        let made = Resource::create(provider, kind, config).await;
        let took = began.elapsed();
        estate.aws().clear_faults();
        let log = &provider.log()[written..];
        let chain = |which| Chain::longest(log, &made.ledger(), LATENCY, which);
        let calls = estate.aws().counts(mark).total;
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
