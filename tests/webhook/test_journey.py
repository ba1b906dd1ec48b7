"""From GitLab's delivery to the uploaded archive, on the emulator: the Lambda's code starts builds that run the buildspec
with the least that their role needs."""

import io
import json
import os
import zipfile
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

from emulator.selftest import builds
from emulator.selftest.harness import ACCOUNT, REGION
from webhook.deliveries import FILES, TOKEN, load
from webhook.payloads import push
from webhook.pushing import PASSWORD, GitLabTest

BUCKET = "paas-dev-bucket"
OBJECTS = [f"arn:aws:s3:::{BUCKET}/{kind}/*.zip" for kind in ("software", "infrastructure")]
LOG = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{builds.GROUP}*"


class Journey(GitLabTest, builds.BuildTest):
    def setUp(self) -> None:
        super().setUp()
        secrets = self.client("secretsmanager")
        token = secrets.create_secret(Name="webhook-token", SecretString=TOKEN)["ARN"]
        credentials = secrets.create_secret(Name="gitlab", SecretString=PASSWORD)["ARN"]
        self.s3.create_bucket(Bucket=BUCKET, **builds.LOCATION)
        self.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        self.allow(
            self.build_role,
            {"Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "Resource": LOG},
            {"Action": ["s3:GetObject", "s3:PutObject"], "Resource": OBJECTS},
            # Without it S3 says 403 of an object that isn't there.
            {"Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}"},
            {"Action": "secretsmanager:GetSecretValue", "Resource": credentials},
        )
        project = self.settings()["environment"]
        project["environmentVariables"] = [
            {"name": "BUCKETS", "value": json.dumps({"dev": BUCKET})},
            {"name": "CREDENTIALS_SECRET_ARN", "value": credentials},
        ]
        buildspec = (FILES / "webhook.yml").read_text()
        log = {"cloudWatchLogs": {"status": "ENABLED", "groupName": builds.GROUP}}
        self.made(buildspec, environment=project, logsConfig=log)
        settings = {
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "BUILD_PROJECT": "bake",
            "TOKEN_SECRET_ARN": token,
            "SIGNING_SECRET_ARN": "",
            "GITLAB_HOST": self.origin,
            "ALLOWED": '["shops/*"]',
            "REPOSITORIES": '{"shops/acme": {"tenant": "acme", "kind": "software"}}',
            "NAMING_RULE": r"shops/(?P<tenant>shop\d)-(?P<kind>[a-z]+)",
            "BRANCHES": '{"dev": "dev"}',
        }
        changed = mock.patch.dict(os.environ, settings)
        changed.start()
        self.addCleanup(changed.stop)
        self.handler = load()
        # A Lambda takes one request at a time. Here threads share its clients, which can't be made by several at once.
        for service in ("codebuild", "secretsmanager"):
            self.handler.client(service)
        self.handler.print = lambda *_, **__: None

    def deliver(self, repository: str, commit: str, delivery: str, token: str = TOKEN) -> tuple[int, str]:
        """The Lambda's answer: its status, and the build's id or why there is none."""
        project = {"path_with_namespace": repository, "git_http_url": f"{self.origin}/{repository}.git"}
        payload = push(after=commit, project=project)
        event = {
            "httpMethod": "POST",
            "headers": {"X-Gitlab-Token": token, "X-Gitlab-Event": "Push Hook", "Idempotency-Key": delivery},
            "body": json.dumps(payload),
        }
        answer = self.handler.handler(event, None)
        (text,) = json.loads(answer["body"]).values()
        return answer["statusCode"], text

    def test_a_push_becomes_an_archive(self) -> None:
        self.repository("shops/acme")
        commit = self.push("shops/acme", index__html="hello")
        status, build_id = self.deliver("shops/acme", commit, "delivery-1")
        self.assertEqual(status, 202)
        build = self.over(build_id)
        self.assertEqual(build["buildStatus"], "SUCCEEDED", self.log(build))
        found = self.s3.get_object(Bucket=BUCKET, Key="software/acme.zip")
        self.assertEqual(found["Metadata"], {"commit": commit})
        archive = zipfile.ZipFile(io.BytesIO(found["Body"].read()))
        self.assertEqual(archive.read("index.html"), b"hello")
        self.assertNotIn(PASSWORD, "".join(self.log(build)))

        # Once more, and a second push.
        self.assertEqual(self.deliver("shops/acme", commit, "delivery-1"), (202, build_id))
        self.assertEqual(self.deliver("shops/acme", commit, "delivery-2", token="guessed")[0], 401)
        newer = self.push("shops/acme", index__html="hello again")
        second = self.over(self.deliver("shops/acme", newer, "delivery-3")[1])
        self.assertEqual(second["buildStatus"], "SUCCEEDED", self.log(second))
        self.assertEqual(self.s3.head_object(Bucket=BUCKET, Key="software/acme.zip")["Metadata"], {"commit": newer})
        self.assertEqual(len(self.builds.list_builds()["ids"]), 2)

    def test_a_build_that_fails_leaves_what_is_there(self) -> None:
        self.repository("shops/acme")
        commit = self.push("shops/acme", index__html="hello")
        self.over(self.deliver("shops/acme", commit, "delivery-1")[1])
        build = self.over(self.deliver("shops/acme", "1" * 40, "delivery-2")[1])
        self.assertEqual(build["buildStatus"], "FAILED")
        self.assertIn("isn't on branch dev any more", "".join(self.log(build)))
        self.assertEqual(self.s3.head_object(Bucket=BUCKET, Key="software/acme.zip")["Metadata"], {"commit": commit})

    def test_ten_pushes_at_once_are_ten_builds(self) -> None:
        commits = {}
        for number in range(10):
            self.repository(f"shops/shop{number}-software")
            commits[number] = self.push(f"shops/shop{number}-software", index__html=str(number))

        def deliver(number: int) -> set[str]:
            """Twice, as GitLab does when it has waited in vain."""
            sent = [self.deliver(f"shops/shop{number}-software", commits[number], f"delivery-{number}") for _ in range(2)]
            return {text for _, text in sent}

        with ThreadPoolExecutor(10) as pool:
            started = list(pool.map(deliver, range(10)))
        self.assertEqual([len(ids) for ids in started], [1] * 10)
        self.assertEqual(len(set.union(*started)), 10)
        for number, (build_id,) in enumerate(started):
            self.eventually(True, lambda build_id=build_id: self.build(build_id)["buildComplete"], seconds=120)
            key = f"software/shop{number}.zip"
            self.assertEqual(self.s3.head_object(Bucket=BUCKET, Key=key)["Metadata"], {"commit": commits[number]})
        self.assertEqual(len(self.builds.list_builds()["ids"]), 10)
