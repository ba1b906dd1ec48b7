"""An emulated account that GitLab's deliveries reach: the Lambda's code starts builds that run the buildspec with the least
that their role needs."""

import json
import os
from typing import Any
from unittest import mock

from emulator.selftest import builds
from emulator.selftest.harness import ACCOUNT, REGION
from webhook.deliveries import FILES, TOKEN, load
from webhook.payloads import push
from webhook.pushing import PASSWORD, GitLabTest

BUCKET, ALIAS = "paas-dev-bucket", "alias/paas-dev"
OBJECTS = [f"arn:aws:s3:::{BUCKET}/{kind}/*.zip" for kind in ("software", "infrastructure")]
LOG = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{builds.GROUP}*"
KEYS = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*"


class JourneyTest(GitLabTest, builds.BuildTest):
    def setUp(self) -> None:
        super().setUp()
        secrets = self.client("secretsmanager")
        token = secrets.create_secret(Name="webhook-token", SecretString=TOKEN)["ARN"]
        key = self.key("alias/paas-gitlab_webhook-gitlab")
        credentials = secrets.create_secret(Name="gitlab", SecretString=PASSWORD, KmsKeyId=key)["ARN"]
        self.bucket(BUCKET, self.key("alias/another", ALIAS))
        self.allow(
            self.build_role,
            {"Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "Resource": LOG},
            {"Action": ["s3:GetObject", "s3:PutObject"], "Resource": OBJECTS},
            # Without it S3 says 403 of an object that isn't there.
            {"Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}"},
            {"Action": "secretsmanager:GetSecretValue", "Resource": credentials},
            # The bucket's key is known by its alias alone.
            self.using(["kms:Decrypt", "kms:GenerateDataKey"], "s3", KEYS, "kms:ResourceAliases", ALIAS),
            self.using(["kms:Decrypt"], "secretsmanager", key, "kms:EncryptionContext:SecretARN", credentials),
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

    def key(self, *aliases: str) -> str:
        """The ARN of a new key."""
        kms = self.client("kms")
        key = kms.create_key()["KeyMetadata"]["Arn"]
        for alias in aliases:
            kms.create_alias(AliasName=alias, TargetKeyId=key)
        return key

    def bucket(self, name: str, key: str) -> None:
        """A bucket as an environment has it: versioned and encrypted."""
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
        rules = [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
        self.s3.create_bucket(Bucket=name, **builds.LOCATION)
        self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        self.s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})

    def using(self, actions: list[str], service: str, keys: str, name: str, value: str) -> dict[str, Any]:
        """A statement over keys, through a service, under a condition on one more key."""
        condition = {
            "StringEquals": {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"},
            "ForAnyValue:StringEquals": {name: value},
        }
        return {"Action": actions, "Resource": keys, "Condition": condition}

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
