"""IAM and KMS."""

import json
from typing import Any

from emulator.selftest.harness import ACCOUNT, TAGS, EmulatorTest

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ADMINISTRATOR = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class IamTest(EmulatorTest):
    def test_roles_are_unique_and_not_deleted_in_use(self) -> None:
        iam = self.client("iam")
        self.role("web")
        self.refused("EntityAlreadyExists", self.role, name="web")
        iam.put_role_policy(
            RoleName="web",
            PolicyName="read",
            PolicyDocument=policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}),
        )
        managed = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
        iam.attach_role_policy(RoleName="web", PolicyArn=managed)
        self.refused("NoSuchEntity", iam.attach_role_policy, RoleName="web", PolicyArn=managed + "x")
        iam.create_instance_profile(InstanceProfileName="web", Tags=TAGS)
        self.refused("EntityAlreadyExists", iam.create_instance_profile, InstanceProfileName="web")
        iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="web")
        self.refused(
            "LimitExceeded", iam.add_role_to_instance_profile, InstanceProfileName="web", RoleName="web"
        )
        self.assertEqual(["instance_profile", "role"], self.kinds())
        self.refused("DeleteConflict", iam.delete_instance_profile, InstanceProfileName="web")
        for undo in (
            lambda: iam.remove_role_from_instance_profile(InstanceProfileName="web", RoleName="web"),
            lambda: iam.detach_role_policy(RoleName="web", PolicyArn=managed),
            lambda: iam.delete_role_policy(RoleName="web", PolicyName="read"),
        ):
            self.refused("DeleteConflict", iam.delete_role, RoleName="web")
            undo()
        self.refused(
            "NoSuchEntity", iam.remove_role_from_instance_profile, InstanceProfileName="web", RoleName="web"
        )
        iam.delete_role(RoleName="web")
        self.assertEqual(TAGS, iam.list_instance_profile_tags(InstanceProfileName="web")["Tags"])
        iam.delete_instance_profile(InstanceProfileName="web")

    def test_managed_policies_are_limited_and_not_deleted_in_use(self) -> None:
        iam = self.client("iam")
        self.role("web")

        def text(length: int) -> str:
            return policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::" + "a" * length})

        made = iam.create_policy(PolicyName="own", Path="/env/", PolicyDocument=text(10), Tags=TAGS)
        arn = made["Policy"]["Arn"]
        self.assertEqual(f"arn:aws:iam::{ACCOUNT}:policy/env/own", arn)
        self.refused("LimitExceeded", iam.create_policy, PolicyName="long", PolicyDocument=text(6144))
        self.refused("LimitExceeded", iam.create_policy_version, PolicyArn=arn, PolicyDocument=text(6144))
        for length in range(4):
            iam.create_policy_version(PolicyArn=arn, PolicyDocument=text(length), SetAsDefault=True)
        self.refused("LimitExceeded", iam.create_policy_version, PolicyArn=arn, PolicyDocument=text(5))
        page = iam.get_account_authorization_details(Filter=["LocalManagedPolicy"])
        self.assertEqual([arn], [found["Arn"] for found in page["Policies"]])

        iam.attach_role_policy(RoleName="web", PolicyArn=arn)
        for n in range(9):
            other = iam.create_policy(PolicyName=f"other-{n}", PolicyDocument=text(n))["Policy"]["Arn"]
            iam.attach_role_policy(RoleName="web", PolicyArn=other)
        eleventh = iam.create_policy(PolicyName="eleventh", PolicyDocument=text(1))["Policy"]["Arn"]
        self.refused("LimitExceeded", iam.attach_role_policy, RoleName="web", PolicyArn=eleventh)
        iam.attach_role_policy(RoleName="web", PolicyArn=arn)  # again, which changes nothing
        self.refused("DeleteConflict", iam.delete_policy, PolicyArn=arn)
        iam.detach_role_policy(RoleName="web", PolicyArn=arn)
        self.refused("DeleteConflict", iam.delete_policy, PolicyArn=arn)
        for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        iam.delete_policy(PolicyArn=arn)
        self.refused("NoSuchEntity", iam.get_policy, PolicyArn=arn)

    def test_account_authorization_details(self) -> None:
        iam = self.client("iam")
        for number in range(3):
            self.role(f"role-{number}")
        iam.tag_role(RoleName="role-0", Tags=TAGS)
        iam.put_role_policy(
            RoleName="role-0",
            PolicyName="p",
            PolicyDocument=policy({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}),
        )
        iam.attach_role_policy(RoleName="role-0", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
        iam.create_instance_profile(InstanceProfileName="profile")
        iam.add_role_to_instance_profile(InstanceProfileName="profile", RoleName="role-0")
        page = iam.get_account_authorization_details(Filter=["Role"], MaxItems=2)
        rest = iam.get_account_authorization_details(Filter=["Role"], MaxItems=2, Marker=page["Marker"])
        self.assertEqual(
            (2, 1, False), (len(page["RoleDetailList"]), len(rest["RoleDetailList"]), rest["IsTruncated"])
        )
        role = page["RoleDetailList"][0]
        self.assertEqual(TAGS, role["Tags"])
        self.assertEqual(["p"], [p["PolicyName"] for p in role["RolePolicyList"]])
        self.assertEqual(["ReadOnlyAccess"], [p["PolicyName"] for p in role["AttachedManagedPolicies"]])
        self.assertEqual(["profile"], [p["InstanceProfileName"] for p in role["InstanceProfileList"]])


class KmsTest(EmulatorTest):
    def make_key(self, *statements: dict[str, Any]) -> str:
        made = self.client("kms").create_key(
            Policy=policy(*(statements or [ADMINISTRATOR])), Tags=[{"TagKey": "owner", "TagValue": "x"}]
        )
        return made["KeyMetadata"]["KeyId"]

    def test_policies_are_checked(self) -> None:
        kms = self.client("kms")
        role = self.role("user")
        use = {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "kms:Decrypt", "Resource": "*"}
        unknown = {**use, "Principal": {"AWS": role + "x"}}
        self.refused("MalformedPolicyDocumentException", kms.create_key, Policy="{")
        self.refused("MalformedPolicyDocumentException", kms.create_key, Policy=policy(use))
        error = self.refused(
            "MalformedPolicyDocumentException", kms.create_key, Policy=policy(ADMINISTRATOR, unknown)
        )
        self.assertIn("invalid principals", str(error))
        key = self.make_key(ADMINISTRATOR, use)
        self.assertEqual(
            [ADMINISTRATOR, use], json.loads(kms.get_key_policy(KeyId=key)["Policy"])["Statement"]
        )
        kms.put_key_policy(KeyId=key, Policy=policy(ADMINISTRATOR))
        self.refused("MalformedPolicyDocumentException", kms.put_key_policy, KeyId=key, Policy=policy(use))

    def test_aliases_are_unique(self) -> None:
        kms = self.client("kms")
        first, second = self.make_key(), self.make_key()
        kms.create_alias(AliasName="alias/env", TargetKeyId=first)
        self.refused("AlreadyExistsException", kms.create_alias, AliasName="alias/env", TargetKeyId=second)
        kms.update_alias(AliasName="alias/env", TargetKeyId=second)
        self.assertEqual(second, kms.describe_key(KeyId="alias/env")["KeyMetadata"]["KeyId"])
        self.assertEqual(["alias", "key", "key"], self.kinds())

    def test_rotation(self) -> None:
        kms = self.client("kms")
        key = self.make_key()
        kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)
        status = kms.get_key_rotation_status(KeyId=key)
        self.assertEqual((True, 180), (status["KeyRotationEnabled"], status["RotationPeriodInDays"]))
        kms.disable_key_rotation(KeyId=key)
        self.assertFalse(kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"])

    def test_a_key_pending_deletion(self) -> None:
        kms = self.client("kms")
        key = self.make_key()
        kms.create_alias(AliasName="alias/env", TargetKeyId=key)
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
        self.assertEqual("PendingDeletion", kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"])
        for call, params in (
            (kms.schedule_key_deletion, {"KeyId": key}),
            (kms.enable_key_rotation, {"KeyId": key}),
            (kms.create_alias, {"AliasName": "alias/other", "TargetKeyId": key}),
            (kms.tag_resource, {"KeyId": key, "Tags": [{"TagKey": "a", "TagValue": "b"}]}),
            (kms.encrypt, {"KeyId": key, "Plaintext": b"x"}),
        ):
            self.refused("KMSInvalidStateException", call, **params)
        self.assertEqual(["alias"], self.kinds())
        kms.delete_alias(AliasName="alias/env")
        self.assertEqual([], self.kinds())
        kms.cancel_key_deletion(KeyId=key)
        self.assertEqual("Disabled", kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"])
        self.refused("DisabledException", kms.enable_key_rotation, KeyId=key)
