"""S3, CloudWatch Logs, CloudTrail and SSM parameters."""

import concurrent.futures
from typing import Any

from botocore.exceptions import ClientError

from emulator.selftest.harness import ACCOUNT, REGION, TAGS, EmulatorTest
from emulator.selftest.test_identity import ADMINISTRATOR, policy

BUCKET = f"env-{ACCOUNT}-{REGION}"
BUCKET_ARN = f"arn:aws:s3:::{BUCKET}"
TRAIL_ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/env"
GROUP_ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/env"
LOCATION = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
NO_PLAIN_HTTP = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [BUCKET_ARN, f"{BUCKET_ARN}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
KEY_FOR_LOGS = {
    "Effect": "Allow",
    "Principal": {"Service": f"logs.{REGION}.amazonaws.com"},
    "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
    "Resource": "*",
    "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": GROUP_ARN}},
}
KEY_FOR_TRAIL = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudtrail.amazonaws.com"},
    "Action": "kms:GenerateDataKey*",
    "Resource": "*",
    "Condition": {"StringEquals": {"aws:SourceArn": TRAIL_ARN}},
}


def bucket_for_trail(source: str = TRAIL_ARN, prefix: str = "logs/") -> list[dict[str, Any]]:
    principal = {"Service": "cloudtrail.amazonaws.com"}
    condition = {"StringEquals": {"aws:SourceArn": source}}
    write = {"StringEquals": {"aws:SourceArn": source, "s3:x-amz-acl": "bucket-owner-full-control"}}
    files = f"{BUCKET_ARN}/{prefix}AWSLogs/{ACCOUNT}/*"
    return [
        NO_PLAIN_HTTP,
        {
            "Effect": "Allow",
            "Principal": principal,
            "Action": "s3:GetBucketAcl",
            "Resource": BUCKET_ARN,
            "Condition": condition,
        },
        {
            "Effect": "Allow",
            "Principal": principal,
            "Action": "s3:PutObject",
            "Resource": files,
            "Condition": write,
        },
    ]


class BucketTest(EmulatorTest):
    def setUp(self) -> None:
        super().setUp()
        self.s3 = self.client("s3")
        self.s3.create_bucket(Bucket=BUCKET, **LOCATION)

    def test_a_new_bucket(self) -> None:
        self.refused("BucketAlreadyOwnedByYou", self.s3.create_bucket, Bucket=BUCKET, **LOCATION)
        self.refused("IllegalLocationConstraintException", self.s3.create_bucket, Bucket="elsewhere")
        block = self.s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
        self.assertEqual({True}, set(block.values()))
        rules = self.s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
        self.assertEqual("AES256", rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"])
        self.refused("404", self.s3.head_bucket, Bucket="none-such-bucket")
        self.refused("404", self.s3.head_object, Bucket=BUCKET, Key="none")
        self.refused("NoSuchBucketPolicy", self.s3.get_bucket_policy, Bucket=BUCKET)
        self.refused(
            "NoSuchLifecycleConfiguration", self.s3.get_bucket_lifecycle_configuration, Bucket=BUCKET
        )
        self.refused("NoSuchTagSet", self.s3.get_bucket_tagging, Bucket=BUCKET)

    def test_configurations_come_back_as_they_were_set(self) -> None:
        for notification in ({"EventBridgeConfiguration": {}}, {}):
            self.s3.put_bucket_notification_configuration(
                Bucket=BUCKET, NotificationConfiguration=notification
            )
            found = self.s3.get_bucket_notification_configuration(Bucket=BUCKET)
            found.pop("ResponseMetadata")
            self.assertEqual(notification, found)
        rule = {"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 1}}
        self.s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule]})
        self.assertEqual([rule], self.s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"])
        self.s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": TAGS})
        self.assertEqual(TAGS, self.s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"])
        self.s3.delete_bucket(Bucket=BUCKET)
        self.s3.create_bucket(Bucket=BUCKET, **LOCATION)
        self.refused("NoSuchTagSet", self.s3.get_bucket_tagging, Bucket=BUCKET)

    def test_tags_on_creation(self) -> None:
        configuration = {**LOCATION["CreateBucketConfiguration"], "Tags": TAGS}
        self.s3.create_bucket(Bucket="tagged-bucket", CreateBucketConfiguration=configuration)
        self.assertEqual(TAGS, self.s3.get_bucket_tagging(Bucket="tagged-bucket")["TagSet"])

    def test_policies_are_checked(self) -> None:
        public = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"{BUCKET_ARN}/*",
        }
        self.refused("MalformedPolicy", self.s3.put_bucket_policy, Bucket=BUCKET, Policy="x")
        self.refused("AccessDenied", self.s3.put_bucket_policy, Bucket=BUCKET, Policy=policy(public))
        foreign = {**NO_PLAIN_HTTP, "Resource": "arn:aws:s3:::other/*"}
        self.refused("MalformedPolicy", self.s3.put_bucket_policy, Bucket=BUCKET, Policy=policy(foreign))
        role = {**public, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/none"}}
        self.refused("MalformedPolicy", self.s3.put_bucket_policy, Bucket=BUCKET, Policy=policy(role))
        self.s3.put_bucket_policy(Bucket=BUCKET, Policy=policy(NO_PLAIN_HTTP))
        self.s3.put_object(Bucket=BUCKET, Key="a b/ü.txt", Body=b"text")
        self.assertEqual(b"text", self.s3.get_object(Bucket=BUCKET, Key="a b/ü.txt")["Body"].read())

    def test_a_bucket_with_versions_is_not_empty(self) -> None:
        self.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        for body in (b"1", b"2"):
            self.s3.put_object(Bucket=BUCKET, Key="a", Body=body)
        self.s3.delete_object(Bucket=BUCKET, Key="a")
        self.refused("BucketNotEmpty", self.s3.delete_bucket, Bucket=BUCKET)
        listed = self.s3.list_object_versions(Bucket=BUCKET)
        items = [
            {"Key": v["Key"], "VersionId": v["VersionId"]}
            for v in listed["Versions"] + listed["DeleteMarkers"]
        ]
        self.assertEqual(3, len(items))
        self.s3.delete_objects(Bucket=BUCKET, Delete={"Objects": items})
        self.s3.delete_bucket(Bucket=BUCKET)


class LogsTest(EmulatorTest):
    def test_groups_keys_and_tags(self) -> None:
        logs, kms = self.client("logs"), self.client("kms")
        key = kms.create_key(Policy=policy(ADMINISTRATOR))["KeyMetadata"]
        self.refused("AccessDeniedException", logs.create_log_group, logGroupName="/env", kmsKeyId=key["Arn"])
        kms.put_key_policy(KeyId=key["KeyId"], Policy=policy(ADMINISTRATOR, KEY_FOR_LOGS))
        self.refused(
            "AccessDeniedException", logs.create_log_group, logGroupName="/other", kmsKeyId=key["Arn"]
        )
        logs.create_log_group(logGroupName="/env", kmsKeyId=key["Arn"], tags={"owner": "x"})
        self.refused("ResourceAlreadyExistsException", logs.create_log_group, logGroupName="/env")
        logs.put_retention_policy(logGroupName="/env", retentionInDays=3)
        self.refused(
            "InvalidParameterException", logs.put_retention_policy, logGroupName="/env", retentionInDays=2
        )
        group = logs.describe_log_groups(logGroupNamePrefix="/env")["logGroups"][0]
        self.assertEqual(
            (3, key["Arn"], f"{GROUP_ARN}:*"), (group["retentionInDays"], group["kmsKeyId"], group["arn"])
        )
        logs.disassociate_kms_key(logGroupName="/env")
        self.assertNotIn("kmsKeyId", logs.describe_log_groups()["logGroups"][0])
        logs.associate_kms_key(logGroupName="/env", kmsKeyId=key["Arn"])
        self.assertEqual({"owner": "x"}, logs.list_tags_for_resource(resourceArn=GROUP_ARN)["tags"])
        logs.delete_log_group(logGroupName="/env")
        self.refused("ResourceNotFoundException", logs.list_tags_for_resource, resourceArn=GROUP_ARN)
        logs.create_log_group(logGroupName="/env")
        self.assertEqual({}, logs.list_tags_for_resource(resourceArn=GROUP_ARN)["tags"])


class TrailTest(EmulatorTest):
    def setUp(self) -> None:
        super().setUp()
        self.s3, self.trails, kms = self.client("s3"), self.client("cloudtrail"), self.client("kms")
        self.s3.create_bucket(Bucket=BUCKET, **LOCATION)
        self.key = kms.create_key(Policy=policy(ADMINISTRATOR, KEY_FOR_TRAIL))["KeyMetadata"]["Arn"]
        self.client("logs").create_log_group(logGroupName="/env")
        self.settings = {
            "Name": "env", "S3BucketName": BUCKET, "S3KeyPrefix": "logs",
            "KmsKeyId": self.key, "TagsList": TAGS,
            "CloudWatchLogsLogGroupArn": f"{GROUP_ARN}:*",
            "CloudWatchLogsRoleArn": self.role("trail", "cloudtrail.amazonaws.com"),
        }  # fmt: skip

    def allow(self, *statements: dict[str, Any]) -> None:
        self.s3.put_bucket_policy(Bucket=BUCKET, Policy=policy(*statements))

    def refuse(self, code: str, **changes: Any) -> None:
        self.refused(code, self.trails.create_trail, **{**self.settings, **changes})

    def test_permissions_are_checked(self) -> None:
        self.refuse("InsufficientS3BucketPolicyException")
        self.allow(*bucket_for_trail(source=TRAIL_ARN + "x"))
        self.refuse("InsufficientS3BucketPolicyException")
        self.allow(*bucket_for_trail(prefix="other/"))
        self.refuse("InsufficientS3BucketPolicyException")
        self.allow(*bucket_for_trail())
        self.refuse("S3BucketDoesNotExistException", S3BucketName="none-such-bucket")
        self.refuse("KmsKeyNotFoundException", KmsKeyId=self.key[:-1])
        self.refuse("InvalidCloudWatchLogsLogGroupArnException", CloudWatchLogsLogGroupArn=GROUP_ARN)
        self.control("POST", "limits", {"new_role_refused_seconds": 60})
        self.refuse("InvalidCloudWatchLogsRoleArnException")
        self.control("POST", "limits", {"new_role_refused_seconds": 0})
        self.client("kms").put_key_policy(KeyId=self.key, Policy=policy(ADMINISTRATOR))
        self.refuse("InsufficientEncryptionPolicyException")

    def test_trail_and_selectors(self) -> None:
        self.allow(*bucket_for_trail())
        self.trails.create_trail(**self.settings)
        self.refuse("TrailAlreadyExistsException")
        self.assertTrue(
            self.trails.get_event_selectors(TrailName="env")["EventSelectors"][0]["IncludeManagementEvents"]
        )
        advanced = [{"Name": "writes", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}]
        classic = [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": False, "DataResources": []}]
        for kind, selectors in (
            ("AdvancedEventSelectors", advanced),
            ("EventSelectors", classic),
            ("AdvancedEventSelectors", advanced),
        ):
            self.trails.put_event_selectors(TrailName="env", **{kind: selectors})
            found = self.trails.get_event_selectors(TrailName="env")
            found.pop("ResponseMetadata")
            self.assertEqual({"TrailARN": TRAIL_ARN, kind: selectors}, found)
        self.trails.start_logging(Name="env")
        self.assertTrue(self.trails.get_trail_status(Name="env")["IsLogging"])
        self.assertEqual(
            TAGS, self.trails.list_tags(ResourceIdList=[TRAIL_ARN])["ResourceTagList"][0]["TagsList"]
        )
        self.assertEqual([], self.trails.describe_trails(trailNameList=["other"])["trailList"])
        self.assertEqual("env", self.trails.describe_trails(trailNameList=["env"])["trailList"][0]["Name"])
        self.trails.delete_trail(Name=TRAIL_ARN)
        self.refused("TrailNotFoundException", self.trails.delete_trail, Name="env")
        self.refused("ResourceNotFoundException", self.trails.list_tags, ResourceIdList=[TRAIL_ARN])


class ParameterTest(EmulatorTest):
    def test_one_writer_wins(self) -> None:
        def attempt(number: int) -> str:
            try:
                self.client("ssm").put_parameter(
                    Name="/env/acme", Value=str(number), Type="String", Tags=TAGS
                )
            except ClientError as error:
                return error.response["Error"]["Code"]
            return "made"

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            outcomes = sorted(pool.map(attempt, range(8)))
        self.assertEqual(["ParameterAlreadyExists"] * 7 + ["made"], outcomes)
        ssm = self.client("ssm")
        tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/env/acme")["TagList"]
        self.assertEqual(TAGS, tags)
        self.assertEqual(2, ssm.put_parameter(Name="/env/acme", Value="new", Overwrite=True)["Version"])

    def test_by_path_in_pages_of_ten(self) -> None:
        ssm = self.client("ssm")
        for number in range(12):
            ssm.put_parameter(Name=f"/env/t{number}", Value="{}", Type="String")
        ssm.put_parameter(Name="/env/t0/deep", Value="{}", Type="String")
        page = ssm.get_parameters_by_path(Path="/env")
        rest = ssm.get_parameters_by_path(Path="/env", NextToken=page["NextToken"])
        self.assertEqual((10, 2), (len(page["Parameters"]), len(rest["Parameters"])))
        self.refused("ValidationException", ssm.get_parameters_by_path, Path="/env", MaxResults=11)
        pages = ssm.get_paginator("get_parameters_by_path").paginate(Path="/env", Recursive=True)
        self.assertEqual(13, sum(len(page["Parameters"]) for page in pages))

    def test_limits_and_public_parameters(self) -> None:
        ssm, ec2 = self.client("ssm"), self.client("ec2")
        self.refused(
            "ValidationException", ssm.put_parameter, Name="/env/big", Value="x" * 4097, Type="String"
        )
        self.refused("ParameterNotFound", ssm.delete_parameter, Name="/env/none")
        for architecture in ("x86_64", "arm64"):
            name = f"/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{architecture}"
            image = ssm.get_parameter(Name=name)["Parameter"]["Value"]
            self.assertEqual(architecture, ec2.describe_images(ImageIds=[image])["Images"][0]["Architecture"])
        self.assertEqual([], self.kinds())
