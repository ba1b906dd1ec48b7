"""Lambda: functions that events start, and functions that call others."""

import json
from typing import Any

from emulator.selftest.harness import ACCOUNT, REGION
from emulator.selftest.lambdas import FunctionTest, archive

RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/put"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:hook"
CODE = "def handle(event, context): print('got', event['detail']['object']['key'])"
CALLER = """
    import boto3, json
    def handle(event, context):
        try:
            found = boto3.client("lambda").invoke(FunctionName=event["name"], Payload='{"x": 1}')
            return json.loads(found["Payload"].read())
        except Exception as problem:
            return problem.response["Error"]["Code"]
"""


class Events(FunctionTest):
    def setUp(self) -> None:
        super().setUp()
        self.s3, self.events = self.client("s3"), self.client("events")
        location = {"LocationConstraint": REGION}
        self.s3.create_bucket(Bucket="b-selftest", CreateBucketConfiguration=location)
        self.s3.put_bucket_notification_configuration(
            Bucket="b-selftest", NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        self.client("logs").create_log_group(logGroupName="/aws/lambda/hook")
        self.made(CODE)
        self.events.put_rule(Name="put", EventPattern=json.dumps({"source": ["aws.s3"]}))
        self.target()

    def target(self, **changes: Any) -> None:
        self.events.put_targets(Rule="put", Targets=[{"Id": "hook", "Arn": FUNCTION, **changes}])

    def got(self) -> list[str]:
        return [line for line in self.log() if line.startswith("got")]

    def test_a_rule_starts_the_functions_that_let_it_in(self) -> None:
        self.s3.put_object(Bucket="b-selftest", Key="first", Body=b"")
        self.functions.add_permission(
            FunctionName="hook",
            StatementId="rule",
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=RULE,
        )
        self.s3.put_object(Bucket="b-selftest", Key="second", Body=b"")
        self.eventually(["got second"], self.got)

    def test_targets_that_are_refused(self) -> None:
        role = self.role("events", "events.amazonaws.com")
        self.refused("ValidationException", self.target, RoleArn=role)
        self.refused("NotImplemented", self.target, InputPath="$.detail")


class Chains(FunctionTest):
    def test_a_function_calls_another_as_its_role_may(self) -> None:
        self.made()
        self.functions.create_function(
            FunctionName="other",
            Runtime="python3.13",
            Handler="main.handle",
            Role=self.function_role,
            Timeout=20,
            Code={"ZipFile": archive(CALLER)},
        )
        self.allow(self.function_role, {"Action": "lambda:InvokeFunction", "Resource": FUNCTION})
        answers = []
        for name in ("hook", "other"):
            found = self.functions.invoke(FunctionName="other", Payload=json.dumps({"name": name}))
            answers.append(json.loads(found["Payload"].read()))
        self.assertEqual([{"x": 1}, "AccessDeniedException"], answers)
