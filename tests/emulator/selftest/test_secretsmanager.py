"""Secrets Manager: secrets with a key of their own, that come, go and come back."""

from typing import Any

from emulator.selftest.harness import ACCOUNT, REGION, TAGS, EmulatorTest

NAME = "paas/gitlab_webhook/gitlab/token"


class SecretTest(EmulatorTest):
    def setUp(self) -> None:
        super().setUp()
        self.secrets, self.kms = self.client("secretsmanager"), self.client("kms")
        self.key = self.kms.create_key()["KeyMetadata"]["Arn"]

    def make(self, **changes: Any) -> str:
        """A secret; returns its ARN."""
        settings = {"Name": NAME, "SecretString": "first", "KmsKeyId": self.key, "Tags": TAGS, "Description": "a token"}
        return self.secrets.create_secret(**{**settings, **changes})["ARN"]

    def value(self) -> str:
        return self.secrets.get_secret_value(SecretId=NAME)["SecretString"]

    def seen(self) -> list[dict[str, Any]]:
        return [item for item in self.control("GET", "inventory") if item["kind"] == "secret"]


class Life(SecretTest):
    def test_a_secret_comes_back_as_it_was_made(self) -> None:
        arn = self.make()
        self.assertRegex(arn, rf"^arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{NAME}-[A-Za-z0-9]{{6}}$")
        for secret_id in (NAME, arn):
            found = self.secrets.describe_secret(SecretId=secret_id)
            self.assertEqual(
                (arn, NAME, "a token", self.key, TAGS),
                tuple(found[name] for name in ("ARN", "Name", "Description", "KmsKeyId", "Tags")),
            )
            self.assertNotIn("DeletedDate", found)
        self.assertEqual([(arn, NAME)], [(item["id"], item["name"]) for item in self.seen()])
        tagged = self.client("resourcegroupstaggingapi").get_resources(
            TagFilters=[{"Key": "owner", "Values": ["selftest"]}], ResourceTypeFilters=["secretsmanager"]
        )
        listed = [(item["ResourceARN"], item["Tags"]) for item in tagged["ResourceTagMappingList"]]
        self.assertEqual([(arn, TAGS)], listed)

    def test_what_changes_leaves_the_rest(self) -> None:
        arn = self.make()
        self.secrets.put_secret_value(SecretId=arn, SecretString="second")
        self.assertEqual("second", self.value())
        other = self.kms.create_key()["KeyMetadata"]["Arn"]
        self.secrets.update_secret(SecretId=arn, KmsKeyId=other, Description="another")
        self.secrets.tag_resource(SecretId=arn, Tags=[{"Key": "paas:version", "Value": "2"}])
        self.secrets.untag_resource(SecretId=arn, TagKeys=["owner"])
        found = self.secrets.describe_secret(SecretId=arn)
        self.assertEqual(
            (other, "another", [{"Key": "paas:version", "Value": "2"}]),
            tuple(found[name] for name in ("KmsKeyId", "Description", "Tags")),
        )
        self.assertEqual("second", self.value())

    def test_a_call_that_is_repeated_makes_nothing_twice(self) -> None:
        token = "t" * 32
        arn = self.make(ClientRequestToken=token)
        self.assertEqual(arn, self.make(ClientRequestToken=token))
        self.refused("ResourceExistsException", self.make, ClientRequestToken=token, SecretString="other")
        self.refused("ResourceExistsException", self.make)
        for _ in range(2):
            self.secrets.put_secret_value(SecretId=arn, SecretString="second", ClientRequestToken="u" * 32)
        versions = self.secrets.describe_secret(SecretId=arn)["VersionIdsToStages"]
        self.assertEqual({"t" * 32: ["AWSPREVIOUS"], "u" * 32: ["AWSCURRENT"]}, versions)

    def test_what_is_not_there(self) -> None:
        for call, more in (
            (self.secrets.describe_secret, {}),
            (self.secrets.get_secret_value, {}),
            (self.secrets.put_secret_value, {"SecretString": "x"}),
            (self.secrets.restore_secret, {}),
            (self.secrets.tag_resource, {"Tags": TAGS}),
            (self.secrets.delete_secret, {}),
        ):
            error = self.refused("ResourceNotFoundException", call, SecretId=NAME, **more)
            self.assertEqual(400, error.response["ResponseMetadata"]["HTTPStatusCode"])
        self.secrets.delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)
        self.secrets.create_secret(Name=NAME)
        error = self.refused("ResourceNotFoundException", self.secrets.get_secret_value, SecretId=NAME)
        self.assertIn("can't find the specified secret value for staging label: AWSCURRENT", str(error))
        self.refused("ValidationException", self.make, Name="a name with spaces")

    def test_a_generated_password(self) -> None:
        generate = self.secrets.get_random_password
        found = {generate(PasswordLength=40, ExcludePunctuation=True)["RandomPassword"] for _ in range(3)}
        self.assertEqual(3, len(found))
        for password in found:
            self.assertRegex(password, r"^[A-Za-z0-9]{40}$")


class Deletion(SecretTest):
    def test_without_a_recovery_window_the_name_is_free_at_once(self) -> None:
        arn = self.make()
        self.secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
        self.assertEqual([], self.seen())
        self.refused("ResourceNotFoundException", self.secrets.describe_secret, SecretId=arn)
        self.assertNotEqual(arn, self.make())

    def test_without_a_recovery_window_it_may_take_a_while(self) -> None:
        """AWS: "use appropriate back off and retry logic"."""
        self.control("POST", "timing", {"secret": {"delete": 0.3}})
        arn = self.make()
        for _ in range(2):
            self.secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
        for call, more in ((self.make, {}), (self.secrets.restore_secret, {"SecretId": arn})):
            self.assertIn("because it was deleted", str(self.refused("InvalidRequestException", call, **more)))
        self.assertEqual([], self.seen())

        def free() -> bool:
            return not self.secrets.list_secrets(IncludePlannedDeletion=True)["SecretList"]

        self.eventually(True, free)
        self.make()

    def test_a_secret_that_is_scheduled_can_only_be_looked_at_and_restored(self) -> None:
        arn = self.make()
        self.secrets.delete_secret(SecretId=arn, RecoveryWindowInDays=7)
        self.assertIn("DeletedDate", self.secrets.describe_secret(SecretId=arn))
        self.assertEqual([], self.seen())
        for call, more in (
            (self.secrets.get_secret_value, {}),
            (self.secrets.put_secret_value, {"SecretString": "x"}),
            (self.secrets.update_secret, {"Description": "x"}),
            (self.secrets.tag_resource, {"Tags": TAGS}),
            (self.secrets.untag_resource, {"TagKeys": ["owner"]}),
        ):
            error = self.refused("InvalidRequestException", call, SecretId=arn, **more)
            self.assertIn("marked for deletion", str(error))
        self.assertIn("already scheduled for deletion", str(self.refused("InvalidRequestException", self.make)))
        self.secrets.restore_secret(SecretId=arn)
        self.assertEqual("first", self.value())
        self.secrets.restore_secret(SecretId=arn)


class Keys(SecretTest):
    def test_a_key_has_to_be_usable(self) -> None:
        key_id = self.key.rsplit("/", 1)[-1]
        self.make()
        self.refused("EncryptionFailure", self.make, Name="other", KmsKeyId=self.key[:-4] + "0000")
        self.kms.disable_key(KeyId=key_id)
        self.refused("EncryptionFailure", self.make, Name="other")
        self.refused("EncryptionFailure", self.secrets.put_secret_value, SecretId=NAME, SecretString="x")
        self.refused("DecryptionFailure", self.secrets.get_secret_value, SecretId=NAME)
        self.secrets.describe_secret(SecretId=NAME)
        self.kms.enable_key(KeyId=key_id)
        self.assertEqual("first", self.value())
        self.kms.schedule_key_deletion(KeyId=key_id)
        self.refused("DecryptionFailure", self.secrets.get_secret_value, SecretId=NAME)
        self.secrets.delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)
