"""API Gateway: requests to a stage's URL, and what becomes of them."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from emulator.selftest.apis import ApiTest

BACK = """
    import json
    def handle(event, context):
        return {"statusCode": 200, "body": json.dumps(event)}
"""
PLAY = """
    import json
    def handle(event, context):
        return json.loads(event["body"])
"""


class Requests(ApiTest):
    def served(self, code: str = BACK, **changes: Any) -> None:
        self.made(code, **changes)
        self.deployed()
        self.let_in()

    def event(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        status, body, _ = self.ask(*args, **kwargs)
        self.assertEqual(200, status, body)
        return json.loads(body)

    def played(self, answer: Any) -> tuple[int, bytes, Any]:
        """What becomes of a function's answer."""
        return self.ask(body=json.dumps(answer).encode())

    def test_a_method_that_asks_for_a_signature_or_a_key_refuses_everybody_once_it_is_deployed(self) -> None:
        self.served()
        for path, asked, otherwise, message in (
            ("/authorizationType", "AWS_IAM", "NONE", b"Missing Authentication Token"),
            ("/apiKeyRequired", "true", "false", b"Forbidden"),
        ):
            self.patched(self.apis.update_method, ("replace", path, asked), **self.where)
            self.assertEqual(200, self.ask()[0])
            self.apis.create_deployment(restApiId=self.api, stageName="v1")
            status, body, _ = self.ask()
            self.assertEqual(403, status)
            self.assertIn(message, body)
            self.patched(self.apis.update_method, ("replace", path, otherwise), **self.where)
            self.apis.create_deployment(restApiId=self.api, stageName="v1")

    def test_the_event(self) -> None:
        self.served()
        headers = {"X-Gitlab-Event-UUID": "u", "content-type": "application/json"}
        found = self.event("/hook?a=1&a=2&b=", b'{"x": "\xc3\xa9"}', headers)
        self.assertEqual(
            ("/hook", "/hook", "POST", '{"x": "é"}', False, None, None),
            tuple(
                found[n]
                for n in (
                    "resource", "path", "httpMethod", "body", "isBase64Encoded", "pathParameters", "stageVariables",
                )
            ),
        )  # fmt: skip
        self.assertEqual({"a": "2", "b": ""}, found["queryStringParameters"])
        self.assertEqual({"a": ["1", "2"], "b": [""]}, found["multiValueQueryStringParameters"])
        names = {name.lower(): name for name in found["headers"]}
        self.assertIn("x-gitlab-event-uuid", names)
        self.assertEqual(["u"], found["multiValueHeaders"][names["x-gitlab-event-uuid"]])
        self.assertNotIn("content-length", names)
        context = found["requestContext"]
        self.assertEqual(
            ("/v1/hook", "v1", self.api, self.deployment, self.resource, "127.0.0.1"),
            (
                context["path"],
                context["stage"],
                context["apiId"],
                context["deploymentId"],
                context["resourceId"],
                context["identity"]["sourceIp"],
            ),
        )

    def test_binary_media_types_are_handed_on_in_base64(self) -> None:
        self.served()
        self.patched(self.apis.update_rest_api, ("add", "/binaryMediaTypes/application~1octet-stream", None))
        found = self.event(body=b"\x00\xff", headers={"Content-Type": "application/octet-stream; a=b"})
        self.assertEqual((True, base64.b64encode(b"\x00\xff").decode()), (found["isBase64Encoded"], found["body"]))
        self.assertFalse(self.event(body=b"x", headers={"Content-Type": "text/plain"})["isBase64Encoded"])

    def test_the_answer(self) -> None:
        self.served(PLAY)
        status, body, headers = self.played(
            {"statusCode": 202, "headers": {"X-A": "1"}, "multiValueHeaders": {"X-B": ["1", "2"]}, "body": "ok"}
        )
        self.assertEqual((202, b"ok", "1", ["1", "2"]), (status, body, headers["X-A"], headers.get_all("X-B")))
        self.assertEqual("application/json", headers["Content-Type"])
        self.assertEqual((404, b""), self.played({"statusCode": "404"})[:2])

    def test_malformed_answers_and_failures_are_a_502(self) -> None:
        self.served(PLAY)
        for answer in (
            "text", None, [], {}, {"statusCode": "ok"}, {"statusCode": 200, "body": {}}, {"statusCode": 200, "x": 1},
            {"statusCode": 200, "headers": []},
        ):  # fmt: skip
            with self.subTest(answer):
                status, body, _ = self.played(answer)
                self.assertEqual((502, {"message": "Internal server error"}), (status, json.loads(body)))
        self.assertEqual(502, self.ask(body=b"no json: the function raises")[0])

    def test_what_is_not_deployed_is_unknown(self) -> None:
        self.served()
        token = {"message": "Missing Authentication Token"}
        for wanted in ({"path": "/none"}, {"path": "/"}, {"path": "/hook/x"}, {"method": "GET", "body": None}):
            status, body, _ = self.ask(**wanted)
            self.assertEqual((403, token), (status, json.loads(body)), wanted)
        self.assertEqual({"message": "Forbidden"}, json.loads(self.ask(stage="v2")[1]))
        _, where = self.path("later")
        self.answered(**where)
        self.assertEqual(403, self.ask("/later")[0])
        self.apis.delete_method(**self.where)
        self.assertEqual(200, self.ask("/hook")[0])
        newer = self.apis.create_deployment(restApiId=self.api)["id"]
        self.patched(self.apis.update_stage, ("replace", "/deploymentId", newer), stageName="v1")
        self.assertEqual((200, 403), (self.ask("/later")[0], self.ask("/hook")[0]))

    def test_variables_of_paths(self) -> None:
        self.made(BACK)
        one, where = self.path("{id}", self.resource)
        self.answered(**where)
        _, where = self.path("{rest+}", one)
        self.answered(**where)
        self.deployed()
        self.let_in()
        self.assertEqual({"id": "7"}, self.event("/hook/7")["pathParameters"])
        self.assertEqual({"id": "7", "rest": "a/b"}, self.event("/hook/7/a/b")["pathParameters"])

    def test_a_function_that_lets_nobody_in_is_a_500(self) -> None:
        self.made(BACK)
        self.deployed()
        self.assertEqual(500, self.ask()[0])
        self.let_in()
        self.assertEqual(200, self.ask()[0])
        self.functions.put_function_concurrency(FunctionName="hook", ReservedConcurrentExecutions=0)
        self.assertEqual(500, self.ask()[0])

    def test_a_function_that_takes_too_long_is_a_504(self) -> None:
        code = "import time\ndef handle(e, c):\n    time.sleep(1)\n    return {'statusCode': 200}"
        self.made(code, Timeout=20)
        self.patched(self.apis.update_integration, ("replace", "/timeoutInMillis", "200"), **self.where)
        self.deployed()
        self.let_in()
        status, body, _ = self.ask()
        self.assertEqual((504, {"message": "Endpoint request timed out"}), (status, json.loads(body)))

    def test_more_than_the_throttle_lets_through_is_a_429(self) -> None:
        self.served()
        self.patched(
            self.apis.update_stage,
            ("replace", "/*/*/throttling/rateLimit", "0.01"),
            ("replace", "/*/*/throttling/burstLimit", "3"),
            stageName="v1",
        )
        with ThreadPoolExecutor(5) as pool:
            found = [status for status, _, _ in pool.map(lambda _: self.ask(), range(5))]
        self.assertEqual([200, 200, 200, 429, 429], sorted(found))
        self.assertEqual({"message": "Too Many Requests"}, json.loads(self.ask()[1]))

    def test_sizes(self) -> None:
        self.served("def handle(e, c): return {'statusCode': 200, 'body': str(len(e['body']))}", Timeout=20)
        for size, expected in ((6_000_000, 200), (6_300_000, 413), (10 * 1024 * 1024 + 1, 413)):
            self.assertEqual(expected, self.ask(body=b"x" * size)[0], size)
