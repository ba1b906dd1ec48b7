//! A busy account: a fifth of all calls, reads included, are refused as too many, and tried again until they are taken.

use crate::account::{Account, Act};
use crate::life::Life;
use paas_tests::emulator::Fault;

/// The creation and the destruction of a life.
pub fn throttled(life: Life) {
    let account = Account::new(life);
    account.aws().faults([Fault::throttle().probability(0.2, 5)]);
    let mut state = None;
    let acts = account.acts();
    for act in acts.iter().filter(|act| matches!(act, Act::Apply(_))).take(1).chain(acts.last()) {
        let outcome = account.run().act(act, state.as_ref()).unwrap();
        assert!(!outcome.diagnostics.has_errors(), "{life:?}: {}", outcome.diagnostics);
        state = outcome.state;
    }
    let throttled = account.aws().fault_hits()[0].hits;
    assert!(throttled > 10, "only {throttled} calls of {life:?} were throttled");
    account.aws().clear_faults();
    assert_eq!(account.census(), account.aftermath(), "{life:?}");
}
