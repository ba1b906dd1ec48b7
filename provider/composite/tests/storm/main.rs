//! Everything that can go wrong goes wrong, at every single call of a story: create, update, replace, remove a child, add
//! it again, destroy. Every telling must end with exactly what was declared, and with nothing after destroy.

mod children;
mod cloud;
mod endings;
mod found;
mod imports;
mod runs;
mod staying;
mod story;
mod walks;

use cloud::{FAULTS, Fault, Guest, Random};
use story::{Bug, Telling, Then};

fn telling(seed: u64) -> Telling {
    Telling { seed, faults: Vec::new(), then: Then::Retry, bug: None, parallel: 8, guest: None }
}

/// One fault at each call in turn, up to the end of the story.
fn sweep(seed: u64, fault: Fault, then: Then, bug: Option<Bug>) -> Result<(), String> {
    for call in 1.. {
        let told = Telling { faults: vec![(call, fault)], then, bug, ..telling(seed) }.tell()?;
        if !told.all_faults {
            break;
        }
    }
    Ok(())
}

#[test]
fn without_faults_the_story_is_told_at_any_interleaving() {
    for seed in 0..200 {
        telling(seed).tell().unwrap();
    }
}

#[test]
fn children_run_at_once_up_to_the_bound() {
    assert_eq!(Telling { parallel: 1, ..telling(1) }.tell().unwrap().peak, 1);
    assert_eq!(Telling { parallel: 2, ..telling(1) }.tell().unwrap().peak, 2);
    assert!(telling(1).tell().unwrap().peak > 3);
}

#[test]
fn any_fault_at_any_call_is_overcome_by_applying_again() {
    for fault in FAULTS {
        for seed in 0..2 {
            sweep(seed, fault, Then::Retry, None).unwrap();
        }
    }
}

#[test]
fn after_any_fault_that_returns_a_state_destroy_leaves_nothing() {
    for fault in FAULTS.into_iter().filter(|fault| !fault.is_crash()) {
        for seed in 0..2 {
            sweep(seed, fault, Then::Destroy, None).unwrap();
        }
    }
}

#[test]
fn several_faults_are_overcome() {
    let calls = telling(0).tell().unwrap().calls;
    for seed in 0..500 {
        let mut random = Random(!seed);
        let faults = (0..4).map(|_| (1 + random.below(calls), FAULTS[random.below(FAULTS.len())])).collect();
        Telling { faults, ..telling(seed) }.tell().unwrap();
    }
}

/// Who uses what is removed, as who asks sees it or as only a refused deletion tells.
const GUESTS: [(Guest, usize); 3] = [(Guest::Seen, 1), (Guest::Seen, 3), (Guest::Unseen, 2)];

#[test]
fn who_uses_what_is_removed_is_waited_for_by_the_next_apply() {
    for guest in GUESTS {
        for seed in 0..50 {
            Telling { guest: Some(guest), ..telling(seed) }.tell().unwrap();
        }
    }
}

#[test]
fn any_fault_is_overcome_beside_who_uses_what_is_removed() {
    for guest in GUESTS {
        for fault in FAULTS {
            for call in 1.. {
                let telling = Telling { faults: vec![(call, fault)], guest: Some(guest), ..telling(0) };
                if !telling.tell().unwrap().all_faults {
                    break;
                }
            }
        }
    }
}

#[test]
fn a_destroy_waits_for_who_uses_something() {
    for guest in GUESTS {
        Telling { guest: Some(guest), then: Then::Destroy, ..telling(1) }.tell().unwrap();
    }
}

/// Is the bug noticed by at least one of the sweeps?
fn is_caught(bug: Bug) -> bool {
    let retries = FAULTS.into_iter().map(|fault| (fault, Then::Retry));
    let destroys = FAULTS.into_iter().filter(|fault| !fault.is_crash()).map(|fault| (fault, Then::Destroy));
    retries.chain(destroys).any(|(fault, then)| sweep(0, fault, then, Some(bug)).is_err())
}

#[test]
fn deleting_in_the_wrong_order_is_caught() {
    assert!(is_caught(Bug::WrongOrder));
}

#[test]
fn a_missing_checkpoint_is_caught() {
    assert!(is_caught(Bug::NoCheckpoint));
}

#[test]
fn a_forgotten_dead_object_is_caught() {
    assert!(is_caught(Bug::ForgottenDead));
}

#[test]
fn a_find_that_ignores_what_is_on_its_way_out_is_caught() {
    assert!(is_caught(Bug::FindIgnoresNot));
}

#[test]
fn a_find_that_finds_nothing_is_caught() {
    assert!(is_caught(Bug::FindsNothing));
}
