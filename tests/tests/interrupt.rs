//! Ctrl-C in the middle of an apply, as a shell sends it: to Terraform and its provider together.

use paas_tests::terraform::Next;
use paas_tests::{Emulator, Workspace};
use serde_json::json;
use std::time::Duration;

#[test]
fn an_interrupted_create_keeps_what_exists_and_goes_on_from_it() {
    let aws = Emulator::start();
    let certificate = aws.seed_certificate("*.dev.example.test");
    let dev = Workspace::new(&aws);
    dev.write(
        "main.tf",
        &format!(
            r#"
            terraform {{
              required_providers {{
                paas = {{ source = "paas/paas" }}
              }}
            }}
            resource "paas_environment" "dev" {{
              name            = "dev"
              cidr_block      = "10.0.0.0/16"
              certificate_arn = "{certificate}"
              force_destroy   = true
            }}
            "#
        ),
    );
    aws.timing(&json!({"nat_gateway": {"create": 8.0}})); // time enough to press Ctrl-C

    let mut running = dev.start(["apply", "-json", "-auto-approve"]);
    while aws.calls(0).iter().all(|call| call.operation != "CreateNatGateway") {
        assert_ne!(running.next_line(Duration::from_millis(100)), Next::End, "{}", running.wait().report());
    }
    assert_eq!(running.providers().len(), 1);
    running.interrupt();
    let errors = running.wait().expect_errors();
    assert!(errors.iter().any(|error| error.text().contains("terraform untaint")), "{errors:?}");
    let kept = dev.attributes("paas_environment.dev").expect("the state holds what exists");
    assert_eq!(kept["name"], "dev");

    dev.run(["untaint", "paas_environment.dev"]).expect_success();
    dev.apply(&[]).expect_success();
    assert_eq!(aws.counts(0).by_operation["ec2:CreateVpc"], 1);
    assert_eq!(dev.attributes("paas_environment.dev").expect("it is there")["id"], "dev");
    assert_eq!(dev.plan(&[]).expect_success().changes(), []);
    dev.destroy(&[]).expect_success();
    assert_eq!(aws.inventory(), []);
}
