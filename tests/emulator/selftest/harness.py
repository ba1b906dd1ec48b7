"""One emulator for the whole run, reset before each test."""

import atexit
import json
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

REGION = "eu-west-1"
ACCOUNT = "123456789012"
TAGS = [{"Key": "owner", "Value": "selftest"}]
_running: dict[str, Any] = {}


def start(*arguments: str) -> tuple[subprocess.Popen[bytes], str]:
    """A new emulator process and its endpoint."""
    process = subprocess.Popen(
        [sys.executable, "-m", "emulator", "--exit-with-parent", *arguments],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    return process, json.loads(process.stdout.readline())["endpoint"]


def _endpoint() -> str:
    if not _running:
        _running["process"], _running["endpoint"] = start()
        atexit.register(_stop)
    return _running["endpoint"]


def _stop() -> None:
    with _running["process"] as process:
        process.stdin.close()


class EmulatorTest(unittest.TestCase):
    """Clients, control calls and assertions on error codes."""

    maxDiff = None

    def setUp(self) -> None:
        self.endpoint = _endpoint()
        self.control("POST", "reset")

    def control(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """A call of the control endpoint, which must answer with the status."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.endpoint}/_emulator/{path}", data, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                found, text = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            found, text = error.code, error.read()
        self.assertEqual(status, found, text)
        return json.loads(text)

    def client(self, service: str, key: str = "AKIAIOSFODNN7EXAMPLE") -> Any:
        """A boto3 client that tries every call once."""
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint,
            aws_access_key_id=key,
            aws_secret_access_key="secret",
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    def refused(self, code: str, call: Callable[..., Any], **params: Any) -> ClientError:
        """The call must fail with the code; returns the error."""
        with self.assertRaises(ClientError) as caught:
            call(**params)
        self.assertEqual(code, caught.exception.response["Error"]["Code"], caught.exception)
        return caught.exception

    def eventually(self, expected: Any, look: Callable[[], Any], seconds: float = 5) -> None:
        """``look`` must return the expected value before the time is over."""
        end = time.monotonic() + seconds
        while (seen := look()) != expected and time.monotonic() < end:
            time.sleep(0.02)
        self.assertEqual(expected, seen)

    def kinds(self) -> list[str]:
        """The kinds of all that exists, sorted."""
        return sorted(item["kind"] for item in self.control("GET", "inventory"))

    def network(self) -> tuple[str, list[str], str]:
        """A VPC, two subnets in different zones, a security group."""
        ec2 = self.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")
            for n, zone in enumerate("ab")
        ]
        group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
        return vpc, [subnet["Subnet"]["SubnetId"] for subnet in subnets], group

    def role(self, name: str, service: str = "ec2.amazonaws.com") -> str:
        """ARN of a new role that a service may assume."""
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)
        return role["Role"]["Arn"]

    def allow(self, role: str, *statements: dict[str, Any]) -> None:
        """Let a role do what the statements say, and no more; everything, if none is given."""
        whole = statements or ({"Action": "*", "Resource": "*"},)
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **s} for s in whole]}
        self.client("iam").put_role_policy(
            RoleName=role.rsplit("/", 1)[-1], PolicyName="may", PolicyDocument=json.dumps(document)
        )
