"""Builds' roles and keys of KMS: told by alias, for S3 and for Secrets Manager."""

import json
from typing import Any

from emulator.selftest.builds import BUCKET
from emulator.selftest.harness import ACCOUNT, REGION
from emulator.selftest.test_codebuild_roles import RolesTest

OBJECTS = {"Action": ["s3:GetObject", "s3:PutObject"], "Resource": f"arn:aws:s3:::{BUCKET}/*"}
ENCRYPTING = ["kms:Decrypt", "kms:GenerateDataKey"]
SECRETS = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret"
DENIED = "(AccessDenied)"


class KeysTest(RolesTest):
    def setUp(self) -> None:
        super().setUp()
        self.kms = self.client("kms")
        self.key = self.kms.create_key()["KeyMetadata"]["Arn"]
        for alias in ("alias/paas-other", "alias/paas-dev"):
            self.kms.create_alias(AliasName=alias, TargetKeyId=self.key)

    def using(self, actions: list[str], service: str = "s3", **conditions: Any) -> dict[str, Any]:
        via = {"StringEquals": {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"}}
        return {"Action": actions, "Resource": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*", "Condition": via | conditions}

    def by_alias(self, *aliases: str, actions: list[str] = ENCRYPTING) -> dict[str, Any]:
        return self.using(actions, **{"ForAnyValue:StringEquals": {"kms:ResourceAliases": list(aliases)}})


class Objects(KeysTest):
    def setUp(self) -> None:
        super().setUp()
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self.key}
        rules = [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
        self.s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": rules})
        self.held = self.s3.put_object(Bucket=BUCKET, Key="held", Body=b"x")
        where = f"--bucket {BUCKET} --key"
        self.put = f"aws s3api put-object {where} a"
        self.get, self.head = (f"aws s3api {what} {where} held" for what in ("get-object", "head-object"))
        self.get += " out"

    def test_the_bucket_s_key_is_told_by_any_of_its_aliases(self) -> None:
        lines = (self.put, self.get, self.head)
        for expected, statements in (
            ([DENIED, DENIED, "fine"], []),
            (["fine"] * 3, [self.by_alias("alias/paas-dev")]),
            (["fine"] * 3, [self.by_alias("alias/paas-prod", "alias/paas-other")]),
            ([DENIED, DENIED, "fine"], [self.by_alias("alias/paas-prod")]),
            (["fine", DENIED, "fine"], [self.by_alias("alias/paas-dev", actions=["kms:GenerateDataKey"])]),
        ):
            self.assertEqual(expected, self.came_to([OBJECTS, *statements], *lines), statements)
        self.kms.delete_alias(AliasName="alias/paas-dev")
        self.assertEqual([DENIED], self.came_to([OBJECTS, self.by_alias("alias/paas-dev")], self.put))

    def test_the_encryption_context_is_the_object_or_under_a_bucket_key_the_bucket(self) -> None:
        arn = f"arn:aws:s3:::{BUCKET}"

        def told(value: str) -> dict[str, Any]:
            return self.using(ENCRYPTING, ArnLike={"kms:EncryptionContext:aws:s3:arn": value})

        self.assertEqual(["fine"], self.came_to([OBJECTS, told(arn)], self.put))
        self.assertEqual([DENIED], self.came_to([OBJECTS, told(f"{arn}/*")], self.put))

    def test_a_boundary_without_the_key_s_permissions_keeps_them_from_the_role(self) -> None:
        iam = self.client("iam")
        statements = [{"Effect": "Allow", "Action": ["logs:*", "s3:*"], "Resource": "*"}]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        boundary = iam.create_policy(PolicyName="boundary", PolicyDocument=document)["Policy"]["Arn"]
        lines = (self.put, self.head)
        role = [OBJECTS, self.by_alias("alias/paas-dev")]
        self.assertEqual(["fine", "fine"], self.came_to(role, *lines))
        iam.put_role_permissions_boundary(RoleName="build", PermissionsBoundary=boundary)
        self.assertEqual([DENIED, "fine"], self.came_to(role, *lines))

    def test_who_compares_with_what_is_there_may_see_it(self) -> None:
        put = f"{self.put.removesuffix(' a')} held --if-match '{self.held['ETag']}'"
        writing = {**OBJECTS, "Action": "s3:PutObject"}
        key = self.by_alias("alias/paas-dev")
        self.assertEqual([DENIED], self.came_to([writing, key], put))
        self.assertEqual(["fine"], self.came_to([OBJECTS, key], put))

    def test_parts_take_the_permission_to_decrypt(self) -> None:
        upload = f'id="$({self.put.replace("put-object", "create-multipart-upload")} --query UploadId --output text)"'
        part = f'{self.put.replace("put-object", "upload-part")} --part-number 1 --upload-id "$id" --body /etc/hostname'
        key = self.by_alias("alias/paas-dev", actions=["kms:GenerateDataKey"])
        self.assertEqual(["fine", DENIED], self.came_to([OBJECTS, key], upload, part))
        self.assertEqual(["fine", "fine"], self.came_to([OBJECTS, self.by_alias("alias/paas-dev")], upload, part))


class Secrets(KeysTest):
    def setUp(self) -> None:
        super().setUp()
        secrets = self.client("secretsmanager")
        self.secret = secrets.create_secret(Name="own", SecretString="x", KmsKeyId=self.key)["ARN"]
        secrets.create_secret(Name="plain", SecretString="x")

    def test_a_secret_with_a_key_takes_the_key_s_permission(self) -> None:
        denied = "(AccessDeniedException)"
        reading = {
            "Action": "secretsmanager:GetSecretValue",
            "Resource": [f"{SECRETS}:{name}-??????" for name in ("own", "plain")],
        }
        lines = [f"aws secretsmanager get-secret-value --secret-id {name}" for name in ("own", "plain", "none")]

        def of(secret: str) -> dict[str, Any]:
            context = {"kms:EncryptionContext:SecretARN": secret}
            return self.using(["kms:Decrypt"], "secretsmanager", ArnEquals=context)

        for expected, statements in (
            ([denied, "fine"], [reading]),
            ([denied, "fine"], [reading, self.using(["kms:Decrypt"], "s3")]),
            (["fine", "fine"], [reading, of(self.secret)]),
            ([denied, "fine"], [reading, of(self.secret[:-6] + "AbCdEf")]),
            ([denied, denied], [of(self.secret)]),
        ):
            self.assertEqual([*expected, denied], self.came_to(statements, *lines), statements)

    def test_a_secret_that_is_made_takes_the_key_and_the_permission_to_tag(self) -> None:
        denied = "(AccessDeniedException)"
        line = f"aws secretsmanager create-secret --name new --secret-string x --tags Key=a,Value=b --kms-key-id {self.key}"
        making = {
            "Action": ["secretsmanager:CreateSecret", "secretsmanager:TagResource"],
            "Resource": f"{SECRETS}:new-*",
        }
        key = self.using(ENCRYPTING, "secretsmanager")
        untagged = {**making, "Action": "secretsmanager:CreateSecret"}
        for statements in ([making], [untagged, key], [making, self.using(["kms:Decrypt"], "secretsmanager")]):
            self.assertEqual([denied], self.came_to(statements, line), statements)
        self.assertEqual(["fine"], self.came_to([making, key], line))

    def test_a_new_value_and_a_new_key_take_what_they_do_with_the_keys(self) -> None:
        denied = "(AccessDeniedException)"
        other = self.kms.create_key()["KeyMetadata"]["Arn"]
        changing = {"Action": ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret"], "Resource": self.secret}
        put = "aws secretsmanager put-secret-value --secret-id own --secret-string y"
        update = "aws secretsmanager update-secret --secret-id own"
        lines = (f"{update} --description y", put, f"{update} --kms-key-id {other}")
        for expected, actions in (
            (["fine", denied, denied], ["kms:DescribeKey"]),
            (["fine", "fine", denied], ["kms:GenerateDataKey", "kms:Decrypt"]),
            (["fine", "fine", "fine"], ["kms:GenerateDataKey", "kms:Decrypt", "kms:Encrypt"]),
        ):
            self.assertEqual(expected, self.came_to([changing, self.using(actions, "secretsmanager")], *lines), actions)
