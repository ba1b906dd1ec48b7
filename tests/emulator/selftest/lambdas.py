"""What tests of Lambda's functions have in common."""

import io
import json
import textwrap
import zipfile
from typing import Any

from emulator.selftest.harness import EmulatorTest

ECHO = """
    def handle(event, context):
        return event
"""


def archive(code: str, name: str = "main.py") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as zipped:
        zipped.writestr(name, textwrap.dedent(code))
    return held.getvalue()


class FunctionTest(EmulatorTest):
    def setUp(self) -> None:
        super().setUp()
        self.clients()

    def clients(self) -> None:
        """Those of the emulator at the endpoint, and the role of functions in it."""
        self.functions = self.client("lambda")
        self.function_role = self.role("hook", "lambda.amazonaws.com")
        self.allow(self.function_role)

    def made(self, code: str = ECHO, **changes: Any) -> str:
        """ARN of a new function named ``hook``."""
        settings = {
            "FunctionName": "hook",
            "Runtime": "python3.13",
            "Handler": "main.handle",
            "Role": self.function_role,
            "Code": {"ZipFile": archive(code)},
            **changes,
        }
        return self.functions.create_function(**settings)["FunctionArn"]

    def call(self, event: Any = None, **more: Any) -> Any:
        """What the function answers; it must not fail."""
        found = self.functions.invoke(FunctionName="hook", Payload=json.dumps(event or {}), **more)
        payload = json.loads(found["Payload"].read())
        self.assertNotIn("FunctionError", found, payload)
        return payload

    def failure(self, event: Any = None) -> tuple[str, str]:
        """Type and message of the error that the function ends with."""
        found = self.functions.invoke(FunctionName="hook", Payload=json.dumps(event or {}))
        payload = json.loads(found["Payload"].read())
        self.assertEqual((200, "Unhandled"), (found["StatusCode"], found.get("FunctionError")), payload)
        return payload["errorType"], payload["errorMessage"]

    def log(self) -> list[str]:
        """All that the function printed, and Lambda with it."""
        logs = self.client("logs")
        events = logs.filter_log_events(logGroupName="/aws/lambda/hook")["events"]
        return [event["message"].rstrip("\n") for event in events]
