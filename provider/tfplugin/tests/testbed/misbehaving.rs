//! Resources that do what a provider shouldn't, or take long over it.

use std::{fs, time::Duration};
use tfplugin::{Applied, Apply, Attr, Attributes, Cx, Diagnostic, Diagnostics, Plan, ReadOutcome, Resource};

/// Misbehaves on request.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct Trouble {
    /// What to do.
    #[attr(required)]
    mode: Attr<String>,
    /// Not decided at plan.
    #[attr(computed)]
    output: Attr<String>,
}

pub struct Misbehaving;

impl Resource for Misbehaving {
    type Model = Trouble;
    const NAME: &'static str = "trouble";

    fn validate(&self, config: &Trouble, _: &mut Diagnostics) {
        assert_ne!(config.mode.known().map(String::as_str), Some("panic in validate"), "asked to");
    }

    async fn plan(&self, _: &Cx, plan: &mut Plan<Trouble>, _: &mut Diagnostics) {
        match plan.config.mode.known().map(String::as_str) {
            Some("panic in plan") => panic!("asked to"),
            Some("plan another mode") => plan.planned.mode = "another".into(),
            Some("apply another output") => plan.planned.output = "planned".into(),
            _ => {}
        }
    }

    async fn apply(&self, _: &Cx, apply: Apply<Trouble>) -> Applied<Trouble> {
        let (prior, planned) = (apply.prior, apply.planned);
        let mode = planned.as_ref().or(prior.as_ref()).and_then(|trouble| trouble.mode.known().cloned());
        let failure = Diagnostic::error("Failed half-way", "As asked.");
        match (mode.as_deref(), planned) {
            (Some("panic in apply"), _) => panic!("asked to"),
            // what could not be deleted is still there
            (Some("fail to delete"), None) => {
                Applied::failed(prior.map(|prior| Trouble { output: "left over".into(), ..prior }), failure)
            }
            (_, None) => Applied::done(None),
            // the output stays unknown
            (Some("fail"), planned) => Applied::failed(planned, failure),
            (Some("forget the output"), planned) => Applied::done(planned),
            (_, Some(planned)) => Applied::done(Trouble { output: "done".into(), ..planned }),
        }
    }

    async fn read(&self, _: &Cx, state: Trouble, private: Vec<u8>) -> ReadOutcome<Trouble> {
        assert_ne!(state.mode.known().map(String::as_str), Some("panic in read"), "asked to");
        ReadOutcome::found(state, private)
    }
}

/// Counts slowly, and stops when it is asked to.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct Count {
    /// How far, ten steps a second.
    #[attr(required)]
    target: Attr<i64>,
    /// A file that appears when the counting begins, with our process id in it.
    #[attr(optional)]
    started: Attr<String>,
    /// How far it came.
    #[attr(computed)]
    reached: Attr<i64>,
}

pub struct Slow;

impl Resource for Slow {
    type Model = Count;
    const NAME: &'static str = "slow";

    async fn apply(&self, cx: &Cx, apply: Apply<Count>) -> Applied<Count> {
        let Some(mut count) = apply.planned else { return Applied::done(None) };
        if let Attr::Known(file) = &count.started {
            fs::write(file, std::process::id().to_string()).expect("a folder to write to");
        }
        for reached in 0..=count.target.unwrap_or(0) {
            count.reached = reached.into();
            if cx.cancel.is_cancelled() {
                let stopped = Diagnostic::error("Stopped", format!("It came to {reached}."));
                return Applied::failed(count, stopped);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Applied::done(count)
    }

    async fn read(&self, _: &Cx, state: Count, private: Vec<u8>) -> ReadOutcome<Count> {
        ReadOutcome::found(state, private)
    }
}
