//! Every point of a life, in turn.

use crate::account::{Account, Act, Census};
use crate::life::Life;
use crate::trouble::Trouble;
use paas_tests::emulator::Call;
use std::collections::BTreeSet;
use std::env;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tfplugin::client::{Action, Outcome, State};

/// Accounts in work at once, per test. Much of a disturbed run's time is waiting.
const LANES: usize = 3;
/// So many failures are reported together; then the sweep ends.
const ENOUGH: usize = 8;

/// An act of an undisturbed life.
struct Rehearsed {
    /// Calls that changed something.
    calls: u64,
    /// What exists at its end.
    census: Census,
}

/// An act, and which of its calls had trouble.
type Point = (usize, u64);

/// If it is set, no point is left out of any sweep: half an hour on two cores.
const ALL: &str = "PAAS_TESTS_SWEEP_ALL";

/// Lives a life once undisturbed, and then again and again: the nth time every act has trouble at its nth call. The
/// troubles take turns. Of `stride` points one is tried.
pub fn sweep(life: Life, troubles: &[Trouble], stride: usize) {
    let rehearsed = rehearse(life);
    let most = rehearsed.iter().map(|act| act.calls).max().unwrap_or_default();
    assert!(most > 10, "{life:?} changes hardly anything");
    let stride = if env::var_os(ALL).is_some() { 1 } else { stride };
    let points: Vec<(u64, Trouble)> =
        (1..=most).step_by(stride).zip(troubles.iter().copied().cycle()).collect();

    let next = AtomicUsize::new(0);
    let hits: Mutex<BTreeSet<Point>> = Mutex::default();
    let failures: Mutex<Vec<String>> = Mutex::default();
    let lane = || {
        let mut account = Account::new(life);
        while failures.lock().unwrap().len() < ENOUGH {
            let Some((n, trouble)) = points.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
            match live(&account, &rehearsed, *trouble, *n) {
                Ok(hit) => {
                    hits.lock().unwrap().extend(hit);
                    account.clear();
                }
                Err(failure) => {
                    failures.lock().unwrap().push(failure);
                    account = Account::new(life);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(lane);
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    let hits = hits.into_inner().unwrap();
    for (at, act) in rehearsed.iter().enumerate() {
        let due = points.iter().map(|(n, _)| *n).filter(|n| *n <= act.calls);
        let missed: Vec<u64> = due.filter(|n| !hits.contains(&(at, *n))).collect();
        assert!(
            missed.is_empty(),
            "{life:?}: act {at} has {} calls, and none was hit at {missed:?}",
            act.calls
        );
    }
    println!("{life:?}, {troubles:?}: {} points", hits.len());
}

fn rehearse(life: Life) -> Vec<Rehearsed> {
    let account = Account::new(life);
    let mut state = None;
    let mut rehearsed = vec![];
    for act in account.acts() {
        let before = account.aws().mark();
        let outcome = account.run().act(&act, state.as_ref()).unwrap();
        assert!(!outcome.diagnostics.has_errors(), "{life:?}: {}", outcome.diagnostics);
        state = outcome.state;
        // One that AWS refuses for now, such as a deletion of what is still in use, isn't made in every run.
        let made = |call: &Call| call.mutating && call.error.is_none();
        let calls = account.aws().calls(before).into_iter().filter(made).count() as u64;
        rehearsed.push(Rehearsed { calls, census: account.census() });
    }
    assert_eq!(account.census(), account.aftermath(), "{life:?}, undisturbed, leaves something behind");
    rehearsed
}

/// One life; gives the points that were hit, or what went wrong.
fn live(account: &Account, rehearsed: &[Rehearsed], trouble: Trouble, n: u64) -> Result<Vec<Point>, String> {
    let mut state = None;
    let mut hits = vec![];
    for (at, act) in account.acts().iter().enumerate() {
        let (answer, hit) = account.run().act_in_trouble(act, state.as_ref(), (trouble, n));
        hits.extend(hit.is_some().then_some((at, n)));
        let place =
            format!("{:?}, act {at}, {trouble:?} at call {n}, {}", account.life, hit.unwrap_or_default());
        state = match answer {
            Ok(outcome) if !outcome.diagnostics.has_errors() => outcome.state,
            Ok(outcome) if trouble.may_fail() => resume(account, act, left_by(outcome, n), &place)?,
            Ok(outcome) => return Err(format!("{place}: {}", outcome.diagnostics)),
            Err(_) if trouble.kills() => resume(account, act, left_without_answer(act, state), &place)?,
            Err(error) => return Err(format!("{place}: {error}")),
        };
        let census = account.census();
        if census != rehearsed[at].census {
            return Err(format!("{place}: AWS holds\n{census:?}\ninstead of\n{:?}", rehearsed[at].census));
        }
        if let (Act::Apply(configuration), Some(state)) = (act, &state) {
            let plan = account
                .run()
                .difference(configuration, state)
                .map_err(|error| format!("{place}: {error}"))?;
            if plan.action != Action::NoOp {
                return Err(format!("{place}: the next plan isn't empty: {plan:#?}"));
            }
        }
    }
    Ok(hits)
}

/// The state that the next run starts from. A failed create taints: the next apply replaces the resource, unless
/// somebody untaints it. Both ways are taken.
fn left_by(outcome: Outcome, n: u64) -> Option<State> {
    let untaints = n.is_multiple_of(2);
    outcome.state.map(|state| State { tainted: state.tainted && !untaints, ..state })
}

/// What Terraform keeps when the provider ends without an answer: after an update, the attributes without the private
/// state (terraform 1.11, `NodeAbstractResourceInstance.apply`); after a destroy, all.
fn left_without_answer(act: &Act, state: Option<State>) -> Option<State> {
    match act {
        Act::Apply(_) => state.map(|state| State { private: vec![], ..state }),
        Act::Destroy => state,
    }
}

/// The next run, undisturbed: it must succeed. Only a protected database isn't made anew because it is tainted: that is
/// refused before anything is touched, and untainted it goes on.
fn resume(account: &Account, act: &Act, state: Option<State>, place: &str) -> Result<Option<State>, String> {
    let before = account.aws().counts(0).mutating;
    let again = account.run().act(act, state.as_ref());
    let again = again.map_err(|error| format!("{place}, and the next run breaks: {error}"))?;
    if !again.diagnostics.has_errors() {
        return Ok(again.state);
    }
    let said = again.diagnostics.to_string();
    let is_protected =
        said.contains("is refused while it is protected") && said.contains("terraform untaint");
    match state {
        Some(state) if state.tainted && is_protected && account.aws().counts(0).mutating == before => {
            resume(account, act, Some(State { tainted: false, ..state }), place)
        }
        _ => Err(format!("{place}, and the next run fails: {said}")),
    }
}
