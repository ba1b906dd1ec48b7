//! The emulator's control endpoint. `tests/emulator/README.md` says what each request does.

use super::{Fault, REGION};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

/// Answers of the call log can be large: the whole log of a hundred tenants.
const LARGEST_ANSWER: u64 = 1 << 30;

/// A client of the control endpoint.
pub struct Control {
    endpoint: String,
    agent: ureq::Agent,
}

/// One call to AWS, as the emulator recorded it. Control requests aren't recorded.
#[derive(Debug, Clone, Deserialize)]
pub struct Call {
    /// Position in the log, from 1.
    pub seq: u64,
    /// When it began, in seconds since 1970.
    pub time: f64,
    /// The service under botocore's name, such as `elbv2`.
    pub service: String,
    /// The operation, such as `CreateRule`.
    pub operation: String,
    /// The region it was signed for.
    pub region: String,
    /// HTTP status of the answer; 0 where the connection was dropped.
    pub status: u16,
    /// Error code of the answer.
    pub error: Option<String>,
    /// Whether the operation can change what AWS holds.
    pub mutating: bool,
    /// Parameters under botocore's names.
    pub params: Value,
    /// How the request breaks the service's model; empty for a sound one.
    pub invalid: Vec<String>,
    /// The actions of the faults that hit it.
    pub fault: Option<String>,
    /// Who called: the access key id.
    pub access_key: Option<String>,
}

/// Totals over the call log.
#[derive(Debug, Clone, Deserialize)]
pub struct Counts {
    /// All calls.
    pub total: u64,
    /// Those that can change what AWS holds.
    pub mutating: u64,
    /// Calls per `service:Operation`.
    pub by_operation: BTreeMap<String, u64>,
}

/// How often a fault matched and hit.
#[derive(Debug, Clone, Deserialize)]
pub struct Hits {
    /// The fault's id, from [`Control::faults`].
    pub id: u64,
    /// Calls that it looked at.
    pub matched: u64,
    /// Calls that it spoiled.
    pub hits: u64,
}

/// Something that exists in the account and was made through the API.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Object {
    /// Service under botocore's name.
    pub service: String,
    /// What it is, such as `vpc`.
    pub kind: String,
    /// Its id or ARN.
    pub id: String,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// An error that AWS would have answered to [`Control::call`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CallError {
    /// Such as `ResourceInUse`.
    pub code: String,
    /// The text beside it.
    pub message: String,
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for CallError {}

impl Control {
    pub(super) fn new(endpoint: String) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(2)))
            .build()
            .new_agent();
        Self { endpoint, agent }
    }

    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    pub(super) fn reset(&self) {
        self.post("reset", &Value::Null);
    }

    /// The calls after `seq`; 0 for all.
    #[must_use]
    pub fn calls(&self, since: u64) -> Vec<Call> {
        self.try_calls(since).unwrap_or_else(|error| panic!("the call log: {error}"))
    }

    /// What the account's own services called: the commands of pipelines and builds. No other call is among these.
    #[must_use]
    pub fn own_calls(&self) -> Vec<Call> {
        self.log("own-calls").unwrap_or_else(|error| panic!("the services' call log: {error}"))
    }

    pub(super) fn try_calls(&self, since: u64) -> Result<Vec<Call>, ureq::Error> {
        self.log(&format!("calls?since={since}"))
    }

    fn log(&self, path: &str) -> Result<Vec<Call>, ureq::Error> {
        #[derive(Deserialize)]
        struct Log {
            calls: Vec<Call>,
        }
        let answer = read(self.agent.get(self.url(path)).call()?)?;
        let log: Log =
            serde_json::from_str(&answer.1).unwrap_or_else(|e| panic!("the call log: {e}: {}", answer.1));
        Ok(log.calls)
    }

    pub(super) fn forget_calls(&self) {
        self.delete("calls");
    }

    /// The number of the last call so far: what to pass as `since` to see only later ones.
    #[must_use]
    pub fn mark(&self) -> u64 {
        self.calls(0).last().map_or(0, |call| call.seq)
    }

    /// Totals over the calls after `seq`; 0 for all.
    #[must_use]
    pub fn counts(&self, since: u64) -> Counts {
        self.get(&format!("counts?since={since}"))
    }

    /// Adds faults, in force until cleared; gives their ids.
    pub fn faults(&self, faults: impl IntoIterator<Item = Fault>) -> Vec<u64> {
        #[derive(Deserialize)]
        struct Added {
            ids: Vec<u64>,
        }
        let rules = faults.into_iter().map(Value::from).collect();
        expect::<Added>(&self.post("faults", &Value::Array(rules))).ids
    }

    /// How often each fault in force matched and hit.
    #[must_use]
    pub fn fault_hits(&self) -> Vec<Hits> {
        self.get("faults")
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.delete("faults");
    }

    /// From now on the access key may do what the policy document allows and nothing else; its conditions count as met.
    /// `needed` names the permissions that each `service:Operation` takes.
    pub fn permit(&self, access_key: &str, policy: &Value, needed: &BTreeMap<String, BTreeSet<String>>) {
        self.post("permissions", &json!({"access_key": access_key, "policy": policy, "needed": needed}));
    }

    /// How long things take from now on: `{"nat_gateway": {"create": 2.0}}`, in seconds.
    pub fn timing(&self, seconds: &Value) {
        self.post("timing", seconds);
    }

    /// Quotas and rules of the account: `{"target_groups_per_load_balancer": 3}`.
    pub fn limits(&self, limits: &Value) {
        self.post("limits", limits);
    }

    /// Everything in the account that a caller made; what a fresh account has isn't listed.
    #[must_use]
    pub fn inventory(&self) -> Vec<Object> {
        self.get("inventory")
    }

    /// See [`Emulator::releases`](super::Emulator::releases).
    pub(super) fn releases(&self) -> BTreeMap<String, super::release::Release> {
        self.get("releases")
    }

    /// Calls AWS as the account's administrator: `("elbv2", "describe_rules", {"ListenerArn": …})`, in boto3's names.
    /// Such calls are neither recorded nor hit by faults.
    ///
    /// # Errors
    /// AWS refuses the call.
    pub fn call(&self, service: &str, operation: &str, params: &Value) -> Result<Value, CallError> {
        #[derive(Deserialize)]
        struct Refusal {
            error: CallError,
        }
        let request = json!({"service": service, "operation": operation, "params": params, "region": REGION});
        let (status, answer) = self.send("call", &request);
        if status == 200 { Ok(expect(&answer)) } else { Err(expect::<Refusal>(&answer).error) }
    }

    /// An issued certificate for `domain`; gives its ARN.
    #[must_use]
    pub fn seed_certificate(&self, domain: &str) -> String {
        self.seed("certificates", &json!({ "domain": domain }))
    }

    /// A machine image of the account's own; gives its id.
    #[must_use]
    pub fn seed_image(&self, name: &str) -> String {
        self.seed("images", &json!({ "name": name }))
    }

    fn seed(&self, kind: &str, object: &Value) -> String {
        let answer = self.post("seed", &json!({ kind: [object], "region": REGION }));
        let mut made: BTreeMap<String, Vec<String>> = expect(&answer);
        made.get_mut(kind).and_then(Vec::pop).unwrap_or_else(|| panic!("seeding {kind} gave {answer}"))
    }

    fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        expect(&ok(path, self.agent.get(self.url(path)).call().and_then(read)))
    }

    fn delete(&self, path: &str) {
        ok(path, self.agent.delete(self.url(path)).call().and_then(read));
    }

    fn post(&self, path: &str, body: &Value) -> String {
        let answer = self.send(path, body);
        ok(path, Ok(answer))
    }

    /// Status and body of the answer, whatever the status.
    fn send(&self, path: &str, body: &Value) -> (u16, String) {
        let request = self.agent.post(self.url(path)).content_type("application/json");
        let answer = request.send(body.to_string()).and_then(read);
        answer.unwrap_or_else(|error| panic!("the emulator's {path}: {error}"))
    }

    fn url(&self, path: &str) -> String {
        format!("{}/_emulator/{path}", self.endpoint)
    }
}

fn read(response: ureq::http::Response<ureq::Body>) -> Result<(u16, String), ureq::Error> {
    let status = response.status().as_u16();
    let body = response.into_body().into_with_config().limit(LARGEST_ANSWER).read_to_string()?;
    Ok((status, body))
}

fn ok(path: &str, answer: Result<(u16, String), ureq::Error>) -> String {
    match answer {
        Ok((200, body)) => body,
        Ok((status, body)) => panic!("the emulator refuses {path}: {status} {body}"),
        Err(error) => panic!("the emulator's {path}: {error}"),
    }
}

fn expect<T: DeserializeOwned>(body: &str) -> T {
    serde_json::from_str(body).unwrap_or_else(|error| panic!("the emulator answered {body}: {error}"))
}
