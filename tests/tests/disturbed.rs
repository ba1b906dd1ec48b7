//! A sample of the sweeps through real Terraform: the provider killed, answers lost, calls throttled.

use paas_tests::Emulator;
use paas_tests::configuration::{Configuration, TENANT, WEBHOOK};
use paas_tests::emulator::Fault;
use paas_tests::terraform::Running;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use std::thread::sleep;
use std::time::Duration;

/// Time enough to find the provider's process and kill it while its call is on the way.
const STALL_MS: u64 = 2000;
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// What exists, by kind.
fn kinds(aws: &Emulator) -> Vec<String> {
    let mut kinds: Vec<String> = aws.inventory().into_iter().map(|object| object.kind).collect();
    kinds.sort();
    kinds
}

/// Runs Terraform and kills the provider at its nth call that changes something; the call still takes effect. Terraform
/// must say so.
fn killed_at(n: u64, account: &Configuration, command: &str) {
    let before = account.aws.mark();
    account.aws.faults([Fault::latency(STALL_MS).mutating(true).nth(n)]);
    let running = account.terraform.start([command, "-json", "-auto-approve"]);
    while account.aws.fault_hits()[0].hits == 0 {
        sleep(LOOK_AGAIN);
    }
    kill_providers(&running);
    let output = running.wait();
    assert!(!output.success(), "killed at call {n}: {}", output.report());
    while account.aws.calls(before).iter().all(|call| call.fault.is_none()) {
        sleep(LOOK_AGAIN);
    }
    account.aws.clear_faults();
}

fn kill_providers(running: &Running) {
    let providers = running.providers();
    assert!(!providers.is_empty(), "no provider runs");
    for pid in providers {
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, Signal::KILL).expect("the provider is ours");
    }
}

#[test]
fn a_killed_provider_leaves_nothing_that_the_next_apply_does_not_take_up() {
    let mut account = Configuration::with_tenant();
    account.apply();
    let undisturbed = kinds(&account.aws);

    for n in [2, 4] {
        account.set(TENANT, "port", json!(8000 + n));
        killed_at(n, &account, "apply");
        account.apply();
        assert_eq!(kinds(&account.aws), undisturbed, "port changed, killed at call {n}");
        account.assert_settled();
    }
    for (at_destroy, at_create) in [(10, 25), (50, 75)] {
        killed_at(at_destroy, &account, "destroy");
        account.end();
        killed_at(at_create, &account, "apply");
        account.apply();
        assert_eq!(kinds(&account.aws), undisturbed, "created, killed at call {at_create}");
        account.assert_settled();
    }
    account.end();
}

#[test]
fn a_killed_provider_leaves_no_half_webhook() {
    let mut account = Configuration::with_webhook();
    account.apply();
    let undisturbed = kinds(&account.aws);

    account.set(WEBHOOK, "tags", json!({"team": "platform"}));
    killed_at(6, &account, "apply");
    account.apply();
    account.assert_settled();
    for (at_destroy, at_create) in [(3, 9), (10, 17), (14, 24)] {
        killed_at(at_destroy, &account, "destroy");
        account.end();
        killed_at(at_create, &account, "apply");
        account.apply();
        assert_eq!(kinds(&account.aws), undisturbed, "created, killed at call {at_create}");
        account.assert_settled();
    }
    account.aws.faults([Fault::drop_after().mutating(true).every(3)]);
    account.end();
    account.apply();
    assert!(account.aws.fault_hits()[0].hits > 10);
    account.aws.clear_faults();
    assert_eq!(kinds(&account.aws), undisturbed);
    account.assert_settled();
    account.end();
}

#[test]
fn lost_answers_and_throttling_go_unnoticed() {
    let mut account = Configuration::with_environment();
    account.aws.faults([Fault::drop_after().mutating(true).every(7)]);
    account.apply();
    assert!(account.aws.fault_hits()[0].hits > 5);
    assert_eq!(account.aws.inventory().iter().filter(|object| object.kind == "vpc").count(), 1);

    account.aws.clear_faults();
    account.assert_settled();
    account.declare(TENANT, account.tenant("acme"));
    account.aws.faults([Fault::throttle().probability(0.2, 11)]);
    account.terraform.apply(&["-target", TENANT]).expect_success();
    assert!(account.aws.fault_hits()[0].hits > 5);

    account.aws.clear_faults();
    account.assert_settled();
    account.aws.faults([Fault::drop_after().mutating(true).every(7)]);
    account.end();
}
