"""The webhook's own code behind a URL: deliveries of GitLab's start builds, with the least that its role needs."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from emulator.selftest.apis import ApiTest
from emulator.selftest.harness import ACCOUNT, REGION
from emulator.selftest.test_codebuild import BUILDSPEC, ProjectTest

HANDLER = Path(__file__).parents[3] / "provider/paas/src/resources/gitlab_webhook/files/handler.py"
LOG = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/hook"
PROJECT = f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/bake"
HOST = "gitlab.example.com"
TOKEN = "a-token-that-nobody-guesses"


class Deliveries(ApiTest, ProjectTest):
    def setUp(self) -> None:
        super().setUp()
        self.create(source={"type": "NO_SOURCE", "buildspec": BUILDSPEC}, artifacts={"type": "NO_ARTIFACTS"})
        key = self.client("kms").create_key()["KeyMetadata"]["Arn"]
        token = {"Name": "token", "SecretString": TOKEN, "KmsKeyId": key}
        secret = self.client("secretsmanager").create_secret(**token)["ARN"]
        self.decrypts = {
            "Action": "kms:Decrypt",
            "Resource": key,
            "Condition": {
                "StringEquals": {
                    "kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com",
                    "kms:EncryptionContext:SecretARN": secret,
                }
            },
        }
        self.needed = [
            {"Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "Resource": f"{LOG}*"},
            {"Action": "secretsmanager:GetSecretValue", "Resource": secret},
            {"Action": "codebuild:StartBuild", "Resource": PROJECT},
        ]
        self.allow(self.function_role, *self.needed, self.decrypts)
        settings = {
            "BUILD_PROJECT": "bake",
            "TOKEN_SECRET_ARN": secret,
            "GITLAB_HOST": HOST,
            "ALLOWED": '["shops/*"]',
            "REPOSITORIES": "{}",
            "NAMING_RULE": r"shops/(?P<tenant>shop\d)-(?P<kind>[a-z]+)",
            "BRANCHES": '{"dev": "dev"}',
        }
        self.made(
            HANDLER.read_text(),
            Handler="main.handler",
            Timeout=25,
            Environment={"Variables": settings},
        )
        self.deployed()
        self.let_in()

    def deliver(self, number: int, token: str = TOKEN, **changes: Any) -> tuple[int, dict[str, str]]:
        repository = f"shops/shop{number}-software"
        project = {
            "path_with_namespace": repository,
            "git_http_url": f"https://{HOST}/{repository}.git",
            "web_url": f"https://{HOST}/{repository}",
        }
        payload = {
            "object_kind": "push",
            "event_name": "push",
            "before": "1" * 40,
            "after": f"a{number}" * 20,
            "checkout_sha": f"a{number}" * 20,
            "ref": "refs/heads/dev",
            "user_name": "Zoë",
            "user_username": "zoe",
            "project": project,
            "commits": [{"id": f"a{number}" * 20, "message": "A change"}],
            "total_commits_count": 1,
            **changes,
        }
        headers = {
            "Content-Type": "application/json",
            "X-Gitlab-Event": "Push Hook",
            "X-Gitlab-Token": token,
            "Idempotency-Key": f"delivery-{number}",
        }
        status, body, _ = self.ask(body=json.dumps(payload).encode(), headers=headers)
        return status, json.loads(body)

    def test_ten_deliveries_at_once_are_ten_builds(self) -> None:
        with ThreadPoolExecutor(10) as pool:
            found = list(pool.map(self.deliver, range(10)))
        self.assertEqual([202] * 10, [status for status, _ in found], found)
        self.assertEqual(10, len(self.builds.list_builds()["ids"]))
        self.assertEqual(202, self.deliver(3)[0])
        self.assertEqual(10, len(self.builds.list_builds()["ids"]))

    def test_what_is_no_delivery_starts_nothing(self) -> None:
        self.assertEqual(401, self.deliver(1, token="guessed")[0])
        self.assertEqual(404, self.deliver(1, ref="refs/heads/none")[0])
        self.assertEqual([], self.builds.list_builds()["ids"])
        self.assertNotIn(TOKEN, "".join(self.log()))

    def test_a_role_that_may_not_use_the_secret_s_key_is_an_error(self) -> None:
        self.allow(self.function_role, *self.needed)
        self.assertEqual(500, self.deliver(1)[0])
        (refused,) = [call for call in self.control("GET", "own-calls")["calls"] if call["error"]]
        self.assertEqual(("GetSecretValue", "AccessDeniedException"), (refused["operation"], refused["error"]))
        self.assertEqual([], self.builds.list_builds()["ids"])

    def test_a_role_that_may_not_start_builds_is_an_error(self) -> None:
        self.client("iam").delete_role_policy(RoleName="hook", PolicyName="may")
        self.assertGreaterEqual(self.deliver(1)[0], 500)
