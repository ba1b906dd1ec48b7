//! Faults on purpose: which calls are spoiled, how, and when.

use serde_json::{Map, Value};

/// One rule of the fault switch: what happens to which calls. Without `nth`, `every` or `probability` it hits every
/// call that matches.
///
/// ```
/// # use paas_tests::emulator::Fault;
/// let lost = Fault::drop_after().operation("CreateVpc").nth(1);
/// let busy = Fault::throttle().probability(0.2, 7);
/// ```
#[derive(Debug, Clone)]
pub struct Fault(Map<String, Value>);

impl Fault {
    /// The service says that it is called too often, in its own words.
    #[must_use]
    pub fn throttle() -> Self {
        Self::action("throttle")
    }

    /// The service answers an error; 500 in its own shape for `("InternalFailure", 500)`.
    #[must_use]
    pub fn error(code: &str, message: &str, status: u16) -> Self {
        Self::action("error").with("code", code).with("message", message).with("status", status)
    }

    /// The connection closes before the call takes effect.
    #[must_use]
    pub fn drop_before() -> Self {
        Self::action("drop_before")
    }

    /// The call takes effect, and its answer is lost.
    #[must_use]
    pub fn drop_after() -> Self {
        Self::action("drop_after")
    }

    /// The call waits before it takes effect.
    #[must_use]
    pub fn latency(milliseconds: u64) -> Self {
        Self::action("latency").with("latency_ms", milliseconds)
    }

    /// The process dies (SIGKILL) before the call takes effect.
    #[must_use]
    pub fn kill(pid: u32) -> Self {
        Self::action("kill").with("pid", pid)
    }

    /// The process gets a signal such as `SIGINT` before the call takes effect, and the call goes on.
    #[must_use]
    pub fn signal(pid: u32, signal: &str) -> Self {
        Self::kill(pid).with("signal", signal)
    }

    /// For [`Fault::kill`] and [`Fault::signal`]: after the call took effect, before its answer.
    #[must_use]
    pub fn after(self) -> Self {
        self.with("after", true)
    }

    /// Only calls of this service; a glob.
    #[must_use]
    pub fn service(self, glob: &str) -> Self {
        self.with("service", glob)
    }

    /// Only this operation; a glob such as `Create*`.
    #[must_use]
    pub fn operation(self, glob: &str) -> Self {
        self.with("operation", glob)
    }

    /// Only calls whose top-level parameter matches the glob. May be set for several.
    #[must_use]
    pub fn param(mut self, name: &str, glob: &str) -> Self {
        let params = self.0.entry("params").or_insert_with(|| Value::Object(Map::new()));
        params[name] = glob.into();
        self
    }

    /// Only calls that can change what AWS holds, or only those that can't.
    #[must_use]
    pub fn mutating(self, mutating: bool) -> Self {
        self.with("mutating", mutating)
    }

    /// Only the nth matching call, from 1.
    #[must_use]
    pub fn nth(self, n: u64) -> Self {
        self.with("nth", n)
    }

    /// Every nth matching call.
    #[must_use]
    pub fn every(self, n: u64) -> Self {
        self.with("every", n)
    }

    /// A share of the matching calls, 0 to 1; the same `seed` gives the same choice.
    #[must_use]
    pub fn probability(self, share: f64, seed: u64) -> Self {
        self.with("probability", share).with("seed", seed)
    }

    /// At most this often.
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        self.with("times", times)
    }

    fn action(action: &str) -> Self {
        Self(Map::new()).with("action", action)
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }
}

impl From<Fault> for Value {
    fn from(fault: Fault) -> Self {
        Self::Object(fault.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_fault_is_the_rule_that_the_emulator_reads() {
        let fault = Fault::kill(7).after().service("ec2").param("CidrBlock", "10.*").nth(2);
        assert_eq!(
            Value::from(fault),
            json!({"action": "kill", "pid": 7, "after": true, "service": "ec2", "params": {"CidrBlock": "10.*"}, "nth": 2})
        );
    }
}
