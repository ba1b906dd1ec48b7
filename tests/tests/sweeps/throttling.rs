//! A busy account: a fifth of all calls, reads included, are refused as too many.

use crate::life::Life;
use crate::stage::Stage;
use paas_tests::emulator::Fault;

#[test]
fn a_fifth_of_all_calls_is_throttled() {
    for life in [Life::EnvironmentWithGateway, Life::Tenant] {
        let stage = Stage::new(life);
        stage.aws.faults([Fault::throttle().probability(0.2, 5)]);
        let mut state = None;
        for act in stage.acts() {
            let outcome = stage.run().act(&act, state.as_ref()).unwrap();
            assert!(!outcome.diagnostics.has_errors(), "{life:?}: {}", outcome.diagnostics);
            state = outcome.state;
        }
        let throttled = stage.aws.fault_hits()[0].hits;
        assert!(throttled > 20, "only {throttled} calls of {life:?} were throttled");
        stage.aws.clear_faults();
        assert_eq!(stage.census(), stage.scenery, "{life:?}");
    }
}
