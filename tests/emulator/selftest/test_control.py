"""The control endpoint, the call log and the faults."""

import os
import signal
import subprocess
import sys
import time

from botocore.exceptions import ClientError, ConnectionClosedError

from emulator.selftest.harness import REGION, EmulatorTest, start


class CallLogTest(EmulatorTest):
    def test_records_service_operation_parameters_and_error(self) -> None:
        self.client("ec2").describe_vpcs(Filters=[{"Name": "tag:a", "Values": ["b"]}])
        self.refused("NoSuchEntity", self.client("iam").get_role, RoleName="nobody")
        self.client("s3").list_buckets()
        read, failed, listed = self.control("GET", "calls")["calls"]
        self.assertEqual(
            ("ec2", "DescribeVpcs", REGION), (read["service"], read["operation"], read["region"])
        )
        self.assertEqual({"Filters": [{"Name": "tag:a", "Values": ["b"]}]}, read["params"])
        self.assertEqual(
            ("GetRole", 404, "NoSuchEntity"), (failed["operation"], failed["status"], failed["error"])
        )
        self.assertEqual("ListBuckets", listed["operation"])
        self.assertEqual([1, 2, 3], [read["seq"], failed["seq"], listed["seq"]])
        self.assertEqual([listed], self.control("GET", "calls?since=2")["calls"])

    def test_counts_and_mutating(self) -> None:
        ec2 = self.client("ec2")
        ec2.create_vpc(CidrBlock="10.0.0.0/16")
        ec2.describe_vpcs()
        ec2.describe_vpcs()
        counts = self.control("GET", "counts")
        self.assertEqual((3, 1, 0), (counts["total"], counts["mutating"], counts["invalid"]))
        self.assertEqual({"ec2:CreateVpc": 1, "ec2:DescribeVpcs": 2}, counts["by_operation"])
        self.control("DELETE", "calls")
        self.assertEqual(0, self.control("GET", "counts")["total"])

    def test_assuming_a_role_changes_nothing(self) -> None:
        role = self.role("reader")
        self.control("DELETE", "calls")
        self.client("sts").assume_role(RoleArn=role, RoleSessionName="test")
        self.assertFalse(self.control("GET", "calls")["calls"][0]["mutating"])

    def test_reports_parameters_that_break_the_model(self) -> None:
        iam, elb = self.client("iam"), self.client("elbv2")
        calls = (
            (iam.get_role, {"RoleName": "no spaces please"}),
            (elb.create_load_balancer, {"Name": "x", "Scheme": "sideways", "Subnets": ["subnet-1"]}),
            (iam.get_role, {"RoleName": "x" * 65}),
        )
        for call, params in calls:
            with self.assertRaises(ClientError):
                call(**params)
        messages = [" ".join(call["invalid"]) for call in self.control("GET", "calls")["calls"]]
        self.assertIn("RoleName: 'no spaces please' does not match", messages[0])
        self.assertIn("Scheme: 'sideways' is not one of", messages[1])
        self.assertIn("RoleName: length 65 is above the maximum 64", messages[2])
        self.assertEqual(3, self.control("GET", "counts")["invalid"])

    def test_what_moto_lacks_is_501_in_the_services_own_shape(self) -> None:
        calls = {
            "ec2": ("describe_fast_launch_images", {}),
            "codepipeline": ("list_webhooks", {}),
            "artifact": ("list_reports", {}),
        }
        for service, (operation, params) in calls.items():
            with self.subTest(service):
                error = self.refused("NotImplemented", getattr(self.client(service), operation), **params)
                self.assertEqual(501, error.response["ResponseMetadata"]["HTTPStatusCode"])
        missing = self.control("GET", "counts")["not_implemented"]
        self.assertEqual(
            ["artifact:ListReports", "codepipeline:ListWebhooks", "ec2:DescribeFastLaunchImages"], missing
        )


class FaultTest(EmulatorTest):
    def test_throttling_in_each_services_words(self) -> None:
        self.control("POST", "faults", [{"action": "throttle"}])
        expected = {
            ("ec2", "describe_vpcs"): ("RequestLimitExceeded", 503),
            ("s3", "list_buckets"): ("SlowDown", 503),
            ("iam", "list_roles"): ("Throttling", 400),
            ("elbv2", "describe_load_balancers"): ("Throttling", 400),
            ("autoscaling", "describe_auto_scaling_groups"): ("Throttling", 400),
            ("kms", "list_keys"): ("ThrottlingException", 400),
            ("ssm", "describe_parameters"): ("ThrottlingException", 400),
            ("logs", "describe_log_groups"): ("ThrottlingException", 400),
            ("apigateway", "get_rest_apis"): ("TooManyRequestsException", 429),
        }
        for (service, operation), (code, status) in expected.items():
            with self.subTest(service):
                error = self.refused(code, getattr(self.client(service), operation))
                self.assertEqual(status, error.response["ResponseMetadata"]["HTTPStatusCode"])

    def test_selects_by_operation_parameter_and_number(self) -> None:
        rules = [
            {
                "service": "iam",
                "operation": "Get*",
                "params": {"RoleName": "a*"},
                "nth": 2,
                "action": "error",
                "code": "Boom",
            },
            {"service": "s3", "every": 2, "times": 1, "action": "error", "code": "Bang", "status": 503},
        ]
        self.assertEqual(2, len(self.control("POST", "faults", rules)["ids"]))
        iam, s3 = self.client("iam"), self.client("s3")
        self.refused("NoSuchEntity", iam.get_role, RoleName="ab")
        self.refused("NoSuchEntity", iam.get_role, RoleName="bb")
        self.refused("Boom", iam.get_role, RoleName="ab")
        self.refused("NoSuchEntity", iam.get_role, RoleName="ab")
        s3.list_buckets()
        self.refused("Bang", s3.list_buckets)
        s3.list_buckets()
        s3.list_buckets()
        self.assertEqual([1, 1], [rule["hits"] for rule in self.control("GET", "faults")])
        self.control("DELETE", "faults")
        self.assertEqual([], self.control("GET", "faults"))

    def test_a_probability_has_a_seed(self) -> None:
        def outcome() -> list[bool]:
            self.control("DELETE", "faults")
            self.control("POST", "faults", [{"probability": 0.5, "seed": 7, "action": "throttle"}])
            self.control("DELETE", "calls")
            for _ in range(20):
                try:
                    self.client("s3").list_buckets()
                except ClientError:
                    pass  # the fault
            return [call["fault"] is not None for call in self.control("GET", "calls")["calls"]]

        first = outcome()
        self.assertEqual({True, False}, set(first))
        self.assertEqual(first, outcome())

    def test_dropped_before_and_after_the_effect(self) -> None:
        ec2 = self.client("ec2")
        for action, vpcs in (("drop_before", 0), ("drop_after", 1)):
            self.control("DELETE", "faults")
            self.control("POST", "faults", [{"operation": "CreateVpc", "action": action}])
            with self.assertRaises(ConnectionClosedError):
                ec2.create_vpc(CidrBlock="10.0.0.0/16")
            self.assertEqual(["vpc"] * vpcs, self.kinds())
        before, after = self.control("GET", "calls")["calls"]
        self.assertEqual(
            [(0, "drop_before"), (200, "drop_after")], [(c["status"], c["fault"]) for c in (before, after)]
        )

    def test_latency_does_not_hold_up_others(self) -> None:
        self.control("POST", "faults", [{"service": "iam", "latency_ms": 400, "action": "latency"}])
        script = (
            "import boto3; boto3.client('iam', region_name='eu-west-1', endpoint_url=%r,"
            "aws_access_key_id='AKIAIOSFODNN7EXAMPLE', aws_secret_access_key='x').list_roles()"
        )
        started = time.monotonic()
        slow = subprocess.Popen([sys.executable, "-c", script % self.endpoint])
        self.eventually(1, lambda: self.control("GET", "faults")[0]["hits"], 20)
        moment = time.monotonic()
        self.client("s3").list_buckets()
        self.assertLess(time.monotonic() - moment, 0.4)
        self.assertEqual(0, slow.wait())
        self.assertGreater(time.monotonic() - started, 0.4)

    def test_kills_the_caller_before_or_after_the_effect(self) -> None:
        script = (
            "import boto3; boto3.client('ec2', region_name='eu-west-1', endpoint_url=%r,"
            "aws_access_key_id='AKIAIOSFODNN7EXAMPLE', aws_secret_access_key='x')"
            ".create_vpc(CidrBlock=input())"
        )
        for after, vpcs in ((False, 0), (True, 1)):
            victim = subprocess.Popen([sys.executable, "-c", script % self.endpoint], stdin=subprocess.PIPE)
            self.control("DELETE", "faults")
            self.control(
                "POST",
                "faults",
                [{"mutating": True, "nth": 1, "action": "kill", "pid": victim.pid, "after": after}],
            )
            victim.communicate(b"10.0.0.0/16\n")
            self.assertEqual(-signal.SIGKILL, victim.returncode)
            self.assertEqual(["vpc"] * vpcs, self.kinds())

    def test_rules_that_make_no_sense_are_refused(self) -> None:
        self.assertIn(
            "unknown keys", self.control("POST", "faults", [{"action": "throttle", "nht": 1}], 400)["error"]
        )
        self.assertIn("not one of", self.control("POST", "faults", [{"action": "explode"}], 400)["error"])
        self.assertIn("no kind", self.control("POST", "timing", {"nat": {"create": 1}}, 400)["error"])
        self.assertIn("no such names", self.control("POST", "limits", {"rules": 1}, 400)["error"])
        self.control("GET", "nothing", status=404)


class ControlTest(EmulatorTest):
    def test_wrong_credentials_in_each_services_words(self) -> None:
        self.control("POST", "limits", {"accepted_access_keys": ["AKIAIOSFODNN7EXAMPLE"]})
        expected = {
            ("ec2", "describe_vpcs"): "AuthFailure",
            ("s3", "list_buckets"): "InvalidAccessKeyId",
            ("sts", "get_caller_identity"): "InvalidClientTokenId",
            ("kms", "list_keys"): "UnrecognizedClientException",
        }
        for (service, operation), code in expected.items():
            with self.subTest(service):
                self.refused(code, getattr(self.client(service, "AKIAWRONGWRONGWRONG0"), operation))
                getattr(self.client(service), operation)()

    def test_keys_of_assumed_roles_are_accepted(self) -> None:
        self.control("POST", "limits", {"accepted_access_keys": ["AKIAIOSFODNN7EXAMPLE"]})
        sts = self.client("sts")
        assumed = sts.assume_role(RoleArn=self.role("deployer"), RoleSessionName="test")
        identity = self.client("sts", assumed["Credentials"]["AccessKeyId"]).get_caller_identity()
        self.assertIn(":assumed-role/deployer/test", identity["Arn"])
        self.refused(
            "AccessDenied",
            sts.assume_role,
            RoleArn="arn:aws:iam::123456789012:role/none",
            RoleSessionName="test",
        )

    def test_call_is_neither_logged_nor_faulted(self) -> None:
        self.control("POST", "faults", [{"action": "throttle"}])
        made = self.control(
            "POST",
            "call",
            {"service": "ec2", "operation": "create_vpc", "params": {"CidrBlock": "10.0.0.0/16"}},
        )
        self.assertTrue(made["Vpc"]["VpcId"].startswith("vpc-"))
        failed = self.control(
            "POST", "call", {"service": "ec2", "operation": "delete_vpc", "params": {"VpcId": "vpc-1"}}, 400
        )
        self.assertEqual("InvalidVpcID.NotFound", failed["error"]["code"])
        self.assertEqual(0, self.control("GET", "counts")["total"])

    def test_seeds_certificates_and_images(self) -> None:
        seeded = self.control(
            "POST", "seed", {"certificates": [{"domain": "*.example.test"}], "images": [{"name": "web-1"}]}
        )
        certificate = self.client("acm").describe_certificate(CertificateArn=seeded["certificates"][0])
        self.assertEqual(
            ("ISSUED", "*.example.test"),
            (certificate["Certificate"]["Status"], certificate["Certificate"]["DomainName"]),
        )
        image = self.client("ec2").describe_images(ImageIds=seeded["images"], Owners=["self"])["Images"][0]
        self.assertEqual(
            ("web-1", "available", "x86_64"), (image["Name"], image["State"], image["Architecture"])
        )

    def test_reset_and_a_fresh_account(self) -> None:
        self.network()
        self.assertEqual(["security_group", "subnet", "subnet", "vpc"], self.kinds())
        self.control("POST", "timing", {"nat_gateway": {"create": 9}})
        self.control("POST", "limits", {"rules_per_load_balancer": 1})
        self.control("POST", "reset")
        self.assertEqual([], self.kinds())
        self.assertEqual(0, self.control("GET", "timing")["nat_gateway"]["create"])
        self.assertEqual(100, self.control("GET", "limits")["rules_per_load_balancer"])

    def test_ends_with_its_parent_and_on_sigterm(self) -> None:
        for end in (lambda p: p.stdin.close(), lambda p: os.kill(p.pid, signal.SIGTERM)):
            process, _ = start()
            with process:
                end(process)
                self.assertEqual(0, process.wait(10))

    def test_connections_are_kept(self) -> None:
        s3 = self.client("s3")
        for _ in range(3):
            s3.list_buckets()
        self.assertEqual(1, len({call["client"] for call in self.control("GET", "calls")["calls"]}))
        self.assertEqual({"ok": True}, self.control("GET", "health"))
