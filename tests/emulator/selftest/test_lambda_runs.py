"""Lambda: the handler runs for real, as its role may, within its time."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from emulator.selftest.harness import start
from emulator.selftest.lambdas import FunctionTest


class Runs(FunctionTest):
    def test_what_a_handler_finds(self) -> None:
        self.made(
            """
            import os
            def handle(event, context):
                names = ("A1", "AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME", "PYTHONPATH", "HOME")
                left = context.get_remaining_time_in_millis()
                return [event, {n: os.environ.get(n) for n in names}, context.function_name, 0 < left <= 3000]
            """,
            Environment={"Variables": {"A1": "x"}},
        )
        event, environment, name, in_time = self.call({"é": [1, None]})
        self.assertEqual(({"é": [1, None]}, "hook", True), (event, name, in_time))
        own = {"A1": "x", "AWS_REGION": "eu-west-1", "AWS_LAMBDA_FUNCTION_NAME": "hook"}
        self.assertEqual({**own, "PYTHONPATH": None, "HOME": None}, environment)

    def test_a_process_serves_one_call_after_the_other(self) -> None:
        self.made("calls = []\ndef handle(event, context):\n    calls.append(1)\n    return len(calls)")
        self.assertEqual([1, 2, 3], [self.call() for _ in range(3)])
        self.functions.update_function_configuration(FunctionName="hook", Description="another")
        self.assertEqual(1, self.call())

    def test_calls_at_once_get_processes_of_their_own(self) -> None:
        code = "import time, os\ndef handle(event, context):\n    time.sleep(2)\n    return os.getpid()"
        self.made(code, Timeout=20)
        self.functions.put_function_concurrency(FunctionName="hook", ReservedConcurrentExecutions=3)

        def call(_: int) -> int | str:
            try:
                return self.call()
            except self.functions.exceptions.TooManyRequestsException:
                return "refused"

        with ThreadPoolExecutor(5) as pool:
            found = list(pool.map(call, range(5)))
        self.assertEqual((4, 2), (len(set(found)), found.count("refused")), found)

    def test_a_role_made_anew_cannot_decrypt_the_variables(self) -> None:
        self.made(Environment={"Variables": {"A1": "x"}})
        role = {"RoleName": "hook"}
        self.call()
        iam = self.client("iam")
        for name in iam.list_role_policies(**role)["PolicyNames"]:
            iam.delete_role_policy(**role, PolicyName=name)
        iam.delete_role(**role)
        self.allow(self.role("hook", "lambda.amazonaws.com"))
        same = {"FunctionName": "hook", "Role": self.function_role}
        for again in (lambda: None, lambda: self.functions.update_function_configuration(**same)):
            again()
            with self.assertRaises(self.functions.exceptions.KMSAccessDeniedException):
                self.call()
        other = self.role("other", "lambda.amazonaws.com")
        for arn in (other, self.function_role):
            self.functions.update_function_configuration(FunctionName="hook", Role=arn)
        self.call()

    def test_errors(self) -> None:
        self.made(
            """
            import os
            def handle(event, context):
                if event["how"] == "raise":
                    raise ValueError("no good")
                if event["how"] == "exit":
                    os._exit(3)
                if event["how"] == "set":
                    return {1, 2}
                while True:
                    pass
            """,
            Timeout=1,
        )
        self.assertEqual(("ValueError", "no good"), self.failure({"how": "raise"}))
        self.assertEqual("Runtime.MarshalError", self.failure({"how": "set"})[0])
        kind, message = self.failure({"how": "exit"})
        self.assertEqual(("Runtime.ExitError", "exit status 3"), (kind, message[-13:]))
        kind, message = self.failure({"how": "loop"})
        self.assertEqual("Sandbox.Timedout", kind)
        self.assertIn("Task timed out after 1.00 seconds", message)
        self.assertEqual(("ValueError", "no good"), self.failure({"how": "raise"}))

    def test_code_that_cannot_be_loaded(self) -> None:
        for number, (code, handler, kind) in enumerate(
            (
                ("import none_such", "main.handle", "Runtime.ImportModuleError"),
                ("x = 1", "main.handle", "Runtime.HandlerNotFound"),
                ("x = 1", "other.handle", "Runtime.ImportModuleError"),
            )
        ):
            with self.subTest(kind):
                if number:
                    self.functions.delete_function(FunctionName="hook")
                self.made(code, Handler=handler)
                self.assertEqual(kind, self.failure()[0])

    def test_a_reset_ends_what_waits(self) -> None:
        self.made("import os\ndef handle(e, c): return os.getpid()")
        process = Path(f"/proc/{self.call()}")
        self.assertTrue(process.exists())
        self.control("POST", "reset")
        self.eventually(False, process.exists)

    def test_nothing_is_left_of_an_emulator_that_ends(self) -> None:
        process, endpoint = start()
        self.addCleanup(process.kill)
        self.endpoint = endpoint
        self.clients()
        self.made("import os\ndef handle(e, c): return [os.getpid(), os.environ['LAMBDA_TASK_ROOT']]")
        pid, folder = self.call()
        self.assertTrue(Path(f"/proc/{pid}").exists() and Path(folder).is_dir())
        process.kill()
        process.communicate()
        self.eventually((False, False), lambda: (Path(f"/proc/{pid}").exists(), Path(folder).parent.exists()))

    def test_limits_of_size(self) -> None:
        self.made("def handle(event, context): return 'x' * event.get('n', 0)", Timeout=20)
        largest = 6291456
        event = json.dumps({"x": ""})
        payload = event[:-2] + "y" * (largest - len(event)) + event[-2:]
        self.functions.invoke(FunctionName="hook", Payload=payload)
        self.refused(
            "RequestTooLargeException", self.functions.invoke, FunctionName="hook", Payload=f"{payload} "
        )
        self.assertEqual("Function.ResponseSizeTooLarge", self.failure({"n": largest + 200})[0])
        bad = {"FunctionName": "hook", "Payload": "no json"}
        self.refused("InvalidRequestContentException", self.functions.invoke, **bad)

    def test_the_log_has_what_was_printed(self) -> None:
        self.made("import logging\ndef handle(e, c):\n    print('printed')\n    logging.warning('warned')")
        self.call()
        log = self.log()
        self.assertEqual(5, len(log), log)
        self.assertRegex(log[0], "^START RequestId: [0-9a-f-]{36} Version: ")
        self.assertIn("printed", log)
        self.assertTrue(any(line.startswith("[WARNING]\t") and line.endswith("\twarned") for line in log), log)

    def test_an_asynchronous_call_is_answered_at_once(self) -> None:
        self.made("import time\ndef handle(e, c):\n    time.sleep(0.3)\n    print('done')")
        started = time.monotonic()
        found = self.functions.invoke(FunctionName="hook", InvocationType="Event", Payload="{}")
        self.assertEqual((202, True), (found["StatusCode"], time.monotonic() - started < 0.3))

        def done() -> bool:
            try:
                return "done" in self.log()
            except self.client("logs").exceptions.ResourceNotFoundException:
                return False

        self.eventually(True, done)


class Roles(FunctionTest):
    CODE = """
        import boto3
        def handle(event, context):
            try:
                boto3.client("s3").put_object(Bucket="b-selftest", Key=event["key"], Body=b"x")
                return "put"
            except Exception as problem:
                return problem.response["Error"]["Code"]
    """

    def test_calls_are_made_as_the_role_may(self) -> None:
        location = {"LocationConstraint": "eu-west-1"}
        self.client("s3").create_bucket(Bucket="b-selftest", CreateBucketConfiguration=location)
        self.made(self.CODE, Timeout=20)
        self.allow(self.function_role, {"Action": "s3:PutObject", "Resource": "arn:aws:s3:::b-selftest/in/*"})
        self.assertEqual(["put", "AccessDenied"], [self.call({"key": key}) for key in ("in/a", "out/a")])
        own = self.control("GET", "own-calls")["calls"]
        self.assertEqual([None, "AccessDenied"], [call["error"] for call in own])
        # Nor may it write its log.
        groups = self.client("logs").describe_log_groups()["logGroups"]
        self.assertEqual([], groups)
