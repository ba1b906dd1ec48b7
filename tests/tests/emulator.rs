//! The emulator itself: its own tests, those of the webhook's programs, and the way the suites steer it.

use paas_tests::emulator::Fault;
use paas_tests::{Emulator, prerequisites, root};
use serde_json::json;
use std::path::Path;
use std::process::Command;

/// A call to EC2 over plain HTTP, signed for nobody: status, or None where the connection was dropped.
fn describe_vpcs(aws: &Emulator) -> Option<u16> {
    let scope = "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/eu-west-1/ec2/aws4_request, Signature=0";
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let request = agent.post(aws.endpoint()).header("Authorization", scope);
    let answer = request.send_form([("Action", "DescribeVpcs"), ("Version", "2016-11-15")]);
    answer.ok().map(|response| response.status().as_u16())
}

/// Runs a package of `tests/` that is tests in Python.
fn pass(package: &str) {
    let python = prerequisites::emulator_python().unwrap();
    let mut tests = Command::new(python);
    let output = tests.args(["-m", "unittest", package]).current_dir(root().join("tests")).output().unwrap();
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !report.contains("Ran 0 tests"), "{report}");
}

#[test]
fn its_own_tests_pass() {
    pass("emulator.selftest");
}

/// Of the webhook's Lambda and of its build, by themselves and on the emulator.
#[test]
fn the_tests_of_the_webhook_s_own_programs_pass() {
    prerequisites::build_tools().unwrap();
    pass("webhook");
}

#[test]
fn calls_are_recorded_and_spoiled_on_request() {
    let aws = Emulator::start();
    assert_eq!(describe_vpcs(&aws), Some(200));
    let before = aws.mark();
    aws.faults([
        Fault::drop_after().nth(1),
        Fault::error("InternalError", "no", 500).operation("DescribeVpcs").nth(2),
    ]);
    assert_eq!(describe_vpcs(&aws), None);
    assert_eq!(describe_vpcs(&aws), Some(500));

    let calls = aws.calls(before);
    let faults: Vec<_> = calls.iter().map(|call| call.fault.as_deref()).collect();
    assert_eq!(faults, [Some("drop_after"), Some("error")]);
    assert!(
        calls.iter().all(|call| call.service == "ec2" && !call.mutating && call.invalid.is_empty()),
        "{calls:?}"
    );
    assert_eq!(aws.counts(before).by_operation["ec2:DescribeVpcs"], 2);
    assert_eq!(aws.fault_hits().iter().map(|fault| fault.hits).sum::<u64>(), 2);
    aws.clear_faults();
    assert_eq!(describe_vpcs(&aws), Some(200));
}

#[test]
fn what_a_test_makes_is_in_the_inventory_and_what_it_seeds_is_not() {
    let aws = Emulator::start();
    assert!(aws.seed_certificate("*.example.test").starts_with("arn:aws:acm:eu-west-1:"));
    assert!(aws.seed_image("web-1").starts_with("ami-"));
    assert_eq!(aws.inventory(), []);
    let vpc = aws.call("ec2", "create_vpc", &json!({"CidrBlock": "10.0.0.0/16"})).unwrap();
    let inventory = aws.inventory();
    assert_eq!(
        inventory.iter().map(|object| object.id.as_str()).collect::<Vec<_>>(),
        [vpc["Vpc"]["VpcId"].as_str().unwrap()]
    );
    let refused = aws.call("ec2", "delete_vpc", &json!({"VpcId": "vpc-0123456789abcdef0"})).unwrap_err();
    assert_eq!(refused.code, "InvalidVpcID.NotFound");
}

#[test]
fn an_emulator_ends_with_its_value() {
    let aws = Emulator::start();
    let process = format!("/proc/{}", aws.pid());
    assert!(Path::new(&process).exists());
    drop(aws);
    assert!(!Path::new(&process).exists());
}

#[test]
#[should_panic(expected = "requests that AWS would refuse")]
fn an_operation_that_the_emulator_lacks_fails_the_test() {
    let aws = Emulator::start();
    let scope = "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/eu-west-1/ec2/aws4_request, Signature=0";
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let request = agent.post(aws.endpoint()).header("Authorization", scope);
    let answer = request.send_form([
        ("Action", "ProvisionByoipCidr"),
        ("Version", "2016-11-15"),
        ("Cidr", "1.2.3.0/24"),
    ]);
    assert_eq!(answer.map(|response| response.status().as_u16()).ok(), Some(501));
}
