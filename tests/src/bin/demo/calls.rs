//! Many calls to AWS as one line.

use paas_tests::emulator::Call;
use std::collections::BTreeMap;

/// More services than this are counted, not named.
const SERVICES: usize = 3;
/// More operations of one service than this are counted, not named.
const OPERATIONS: usize = 2;

/// Remembers what was told, so that a long wait is told once.
pub struct Digest {
    /// The number of the last call that was told of.
    pub seen: u64,
    waiting: Option<String>,
}

impl Digest {
    /// Tells of calls after `seen`.
    pub fn new(seen: u64) -> Self {
        Self { seen, waiting: None }
    }

    /// The line for these new calls: those that change something, or else what is waited for.
    pub fn line(&mut self, calls: &[Call]) -> Option<String> {
        self.seen = calls.last()?.seq;
        let changes: Vec<&Call> = calls.iter().filter(|call| call.mutating).collect();
        if changes.is_empty() {
            let last = calls.last()?;
            let waiting = Some(format!("  looking: {} {}", last.service, last.operation));
            let news = self.waiting != waiting;
            self.waiting = waiting;
            return self.waiting.clone().filter(|_| news);
        }
        self.waiting = None;
        Some(format!("  {}", summary(&changes)))
    }
}

/// `ec2 CreateSubnet ×9, CreateVpc, 4 more; iam CreateRole; and s3, ssm`.
fn summary(calls: &[&Call]) -> String {
    let mut services: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for call in calls {
        *services.entry(&call.service).or_default().entry(&call.operation).or_default() += 1;
    }
    let mut told: Vec<String> =
        services.iter().take(SERVICES).map(|(name, calls)| service(name, calls)).collect();
    let others: Vec<&str> = services.into_keys().skip(SERVICES).collect();
    if !others.is_empty() {
        told.push(format!("and {}", others.join(", ")));
    }
    told.join("; ")
}

/// What comes and goes is told before what is only changed.
fn service(name: &str, calls: &BTreeMap<&str, usize>) -> String {
    let mut operations: Vec<(&str, usize)> = calls.iter().map(|(name, count)| (*name, *count)).collect();
    operations.sort_by_key(|(name, _)| !(name.starts_with("Create") || name.starts_with("Delete")));
    let times = |(operation, count): &(&str, usize)| match count {
        1 => (*operation).to_owned(),
        _ => format!("{operation} ×{count}"),
    };
    let mut told: Vec<String> = operations.iter().take(OPERATIONS).map(times).collect();
    let rest: usize = operations.iter().skip(OPERATIONS).map(|(_, count)| count).sum();
    if rest > 0 {
        told.push(format!("{rest} more"));
    }
    format!("{name} {}", told.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn call(seq: u64, service: &str, operation: &str) -> Call {
        let mutating = !operation.starts_with("Describe");
        let call: Value = json!({
            "seq": seq, "time": 0.0, "service": service, "operation": operation, "region": "eu-west-1",
            "status": 200, "mutating": mutating, "params": {}, "invalid": []
        });
        serde_json::from_value(call).expect("a call")
    }

    #[test]
    fn changes_are_counted_by_service_and_operation() {
        let mut digest = Digest::new(0);
        let calls = [
            call(1, "ec2", "CreateVpc"),
            call(2, "iam", "CreateRole"),
            call(3, "ec2", "DescribeVpcs"),
            call(4, "iam", "CreateRole"),
        ];
        assert_eq!(digest.line(&calls).as_deref(), Some("  ec2 CreateVpc; iam CreateRole ×2"));
        assert_eq!(digest.seen, 4);
        assert_eq!(digest.line(&[]), None);
    }

    #[test]
    fn a_long_list_is_cut_short_and_what_comes_and_goes_stands_first() {
        let operations = ["AttachInternetGateway", "CreateSubnet", "CreateVpc", "CreateVpc", "TagResources"];
        let mut calls: Vec<Call> = operations.iter().map(|operation| call(1, "ec2", operation)).collect();
        calls.extend(["elbv2", "iam", "s3", "ssm"].map(|service| call(2, service, "CreateThing")));
        assert_eq!(
            Digest::new(0).line(&calls).as_deref(),
            Some("  ec2 CreateSubnet, CreateVpc ×2, 2 more; elbv2 CreateThing; iam CreateThing; and s3, ssm")
        );
    }

    #[test]
    fn a_wait_is_told_once() {
        let mut digest = Digest::new(0);
        let wait = [call(1, "ec2", "DescribeNatGateways")];
        assert_eq!(digest.line(&wait).as_deref(), Some("  looking: ec2 DescribeNatGateways"));
        assert_eq!(digest.line(&wait), None);
        assert_eq!(digest.line(&[call(2, "ec2", "CreateRoute")]).as_deref(), Some("  ec2 CreateRoute"));
        assert!(digest.line(&wait).is_some());
    }
}
