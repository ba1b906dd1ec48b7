"""The Lambda's own code, its AWS, and deliveries as API Gateway hands them on."""

import base64
import contextlib
import hashlib
import hmac
import importlib.util
import io
import json
import os
import time
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from webhook.payloads import HOST

FILES = Path(__file__).parents[2] / "provider/paas/src/resources/gitlab_webhook/files"
TOKEN, SIGNING_TOKEN = "a-token-that-nobody-guesses", "whsec_" + base64.b64encode(b"k" * 32).decode()
TOKEN_ARN, SIGNING_ARN = "arn:aws:secretsmanager:eu-west-1:1:secret:token", "arn:aws:secretsmanager:eu-west-1:1:secret:sign"
SETTINGS = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "BUILD_PROJECT": "paas-webhook",
    "TOKEN_SECRET_ARN": TOKEN_ARN,
    "SIGNING_SECRET_ARN": "",
    "GITLAB_HOST": HOST,
    "ALLOWED": json.dumps(["shops/*", "libraries/one"]),
    "REPOSITORIES": json.dumps(
        {
            "shops/acme-software": {"tenant": "acme", "kind": "software"},
            "shops/acme-machines": {"tenant": "acme", "kind": "infrastructure"},
            "secrets/acme-software": {"tenant": "acme", "kind": "software"},
        }
    ),
    "NAMING_RULE": r"shops/rule/(?P<tenant>.+)-(?P<kind>[a-z]+)",
    "BRANCHES": json.dumps({"dev": "dev", "staging": "staging", "master": "prod", "a;b": "dev"}),
}


def load():
    """A module of its own: what one Lambda keeps in memory, another doesn't have."""
    spec = importlib.util.spec_from_file_location("handler", FILES / "handler.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Aws:
    """Secrets Manager and CodeBuild, as far as the Lambda asks them."""

    def __init__(self) -> None:
        self.secrets = {TOKEN_ARN: TOKEN, SIGNING_ARN: SIGNING_TOKEN}
        self.reads: list[str] = []
        self.builds: dict[str, tuple[str, dict[str, Any]]] = {}
        self.asked: list[dict[str, Any]] = []
        self.failure: Exception | None = None

    def get_secret_value(self, SecretId: str) -> dict[str, str]:
        self.reads.append(SecretId)
        return {"SecretString": self.secrets[SecretId]}

    def start_build(self, idempotencyToken: str, **asked: Any) -> dict[str, Any]:
        """As CodeBuild: a repeated token gets the build that is there, with other parameters it is refused."""
        if self.failure:
            raise self.failure
        self.asked.append(asked)
        number = f"{asked['projectName']}:{len(self.builds) + 1}"
        build, first = self.builds.setdefault(idempotencyToken, (number, asked))
        assert first == asked, "InvalidInputException: parameter mismatch"
        return {"build": {"id": build}}


class Answer:
    def __init__(self, raw: dict[str, Any], log: str) -> None:
        assert raw["headers"]["Content-Type"] == "application/json"
        self.status, self.body, self.log = raw["statusCode"], json.loads(raw["body"]), log


class WebhookTest(unittest.TestCase):
    def setUp(self) -> None:
        self.environment = mock.patch.dict(os.environ, SETTINGS)
        self.environment.start()
        self.addCleanup(self.environment.stop)
        self.aws = Aws()
        self.renew()

    def renew(self) -> None:
        """A Lambda that has just been started."""
        self.handler = load()
        self.handler.client = lambda service: self.aws

    def send(self, payload: Any, *, base64_encoded: bool = False, method: str = "POST", **headers: str | None) -> Answer:
        """Deliver it: "_" in a header's name stands for a hyphen, None leaves the header out."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload, ensure_ascii=False).encode()
        sent = {"content_type": "application/json", "x_gitlab_event": "Push Hook", "x_gitlab_token": TOKEN} | headers
        named = {name.replace("_", "-"): value for name, value in sent.items() if value is not None}
        event = {
            "httpMethod": method,
            "path": "/gitlab",
            "headers": named,
            "multiValueHeaders": {name: [value] for name, value in named.items()},
            "body": base64.b64encode(body).decode() if base64_encoded else body.decode(),
            "isBase64Encoded": base64_encoded,
        }
        return self.hand(event)

    def hand(self, event: dict[str, Any]) -> Answer:
        with contextlib.redirect_stdout(io.StringIO()) as log:
            raw = self.handler.handler(event, mock.Mock(aws_request_id="request-1"))
        return Answer(raw, log.getvalue())

    def variables(self) -> dict[str, str]:
        """Of the last build that was asked for."""
        return {one["name"]: one["value"] for one in self.aws.asked[-1]["environmentVariablesOverride"]}

    def told(self) -> dict[str, str]:
        """What the last build's configuration file will say."""
        return json.loads(base64.b64decode(self.variables()["PUSH"]))


def signed(body: bytes, *, delivery: str = "11111111-2222", at: float | None = None, key: bytes = b"k" * 32) -> dict[str, str]:
    """Headers of a signed delivery."""
    timestamp = str(int(time.time() if at is None else at))
    digest = hmac.new(key, f"{delivery}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook_id": delivery,
        "idempotency_key": delivery,
        "webhook_timestamp": timestamp,
        "webhook_signature": "v1," + base64.b64encode(digest).decode(),
    }
