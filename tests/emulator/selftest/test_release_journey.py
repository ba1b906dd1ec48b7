"""Pipelines at work: from the object in the bucket to what the instances serve."""

import json
from typing import Any

from emulator.selftest.harness import ACCOUNT, REGION
from emulator.selftest.test_codedeploy import BUCKET, CodeDeployTest, archive
from emulator.selftest.test_codepipeline import ARN, commands, deploy, source, stage
from emulator.selftest.test_pipelines import KEY, RunningTest

RULE_ARN = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/shop"


class Journey(RunningTest, CodeDeployTest):
    """The whole way: object, event, pipeline, deployment, instances."""

    def setUp(self) -> None:
        super().setUp()
        self.make()
        self.create()
        self.events_role = self.role("events", "events.amazonaws.com")

    def start(self, *_: Any, **__: Any) -> str:
        return self.pipelines.start_pipeline_execution(name="shop")["pipelineExecutionId"]

    def on(self, pattern: dict[str, Any]) -> None:
        events = self.client("events")
        events.put_rule(Name="shop", EventPattern=json.dumps(pattern))
        target = {"Id": "pipeline", "Arn": ARN, "RoleArn": self.events_role}
        events.put_targets(Rule="shop", Targets=[target])

    def send_events(self) -> None:
        self.s3.put_bucket_notification_configuration(
            Bucket=BUCKET, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )

    def open_to_trails(self) -> str:
        """The bucket, into which trails may write."""
        allow = {
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": ["s3:GetBucketAcl", "s3:PutObject"],
            "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        }
        self.s3.put_bucket_policy(
            Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        )
        return BUCKET

    def served(self) -> list[str]:
        """ETags of what the instances serve."""
        return [release["revision"]["etag"] for release in self.control("GET", "releases").values()]

    def etag(self) -> str:
        return self.s3.head_object(Bucket=BUCKET, Key=KEY)["ETag"].strip('"')

    def created(self, key: Any = KEY) -> dict[str, Any]:
        detail = {"bucket": {"name": [BUCKET]}, "object": {"key": [key]}}
        return {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}

    def test_the_first_release_is_served_at_once(self) -> None:
        self.assertEqual((["Succeeded"], [self.etag()]), (self.statuses(), self.served()))
        self.assertRegex(self.latest("Deploy")["externalExecutionId"], "^d-[0-9A-Z]{9}$")

    def test_an_object_starts_the_pipeline_and_is_served(self) -> None:
        self.send_events()
        self.on(self.created())
        self.release("appspec.yml", "new")
        self.s3.put_object(Bucket=BUCKET, Key="software/other.zip", Body=b"")
        self.assertEqual((["Succeeded"] * 2, [self.etag()]), (self.statuses(), self.served()))
        trigger = {"triggerType": "CloudWatchEvent", "triggerDetail": RULE_ARN}
        self.assertEqual(trigger, self.executions()[1]["trigger"])

    def test_what_must_hold_for_an_event_to_start_it(self) -> None:
        events = self.client("events")
        self.on(self.created())
        self.release()
        self.assertEqual(1, len(self.statuses()), "the bucket doesn't send events")
        self.send_events()
        events.disable_rule(Name="shop")
        self.release()
        self.assertEqual(1, len(self.statuses()), "the rule is off")
        events.enable_rule(Name="shop")
        self.client("iam").delete_role(RoleName="events")
        self.release()
        self.assertEqual(1, len(self.statuses()), "the role is gone")
        self.role("events", "events.amazonaws.com")
        self.release()
        self.assertEqual(2, len(self.statuses()))

    def test_patterns_on_keys(self) -> None:
        self.send_events()
        for key, starts in (
            ({"prefix": "software/"}, True),
            ({"wildcard": "software/*.zip"}, True),
            ({"wildcard": "software/*.tar"}, False),
            ({"suffix": ".zip"}, True),
            ({"anything-but": KEY}, False),
        ):
            with self.subTest(key):
                self.on(self.created(key))
                before = len(self.statuses())
                self.release()
                self.assertEqual(starts, len(self.statuses()) > before)

    def test_every_way_to_make_or_delete_an_object_is_an_event(self) -> None:
        def reasons(of: dict[str, Any]) -> dict[str, Any]:
            return {"source": ["aws.s3"], "detail": {"object": {"key": [KEY]}, **of}}

        upload = self.s3.create_multipart_upload(Bucket=BUCKET, Key=KEY)["UploadId"]
        part = self.s3.upload_part(
            Bucket=BUCKET, Key=KEY, UploadId=upload, PartNumber=1, Body=archive("appspec.yml")
        )
        self.s3.put_object(Bucket=BUCKET, Key="origin.zip", Body=archive("appspec.yml"))
        version = self.release()
        self.send_events()
        for reason, act in (
            ("PutObject", self.release),
            (
                "CopyObject",
                lambda: self.s3.copy_object(Bucket=BUCKET, Key=KEY, CopySource=f"{BUCKET}/origin.zip"),
            ),
            (
                "CompleteMultipartUpload",
                lambda: self.s3.complete_multipart_upload(
                    Bucket=BUCKET,
                    Key=KEY,
                    UploadId=upload,
                    MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
                ),
            ),
            ("DeleteObject", lambda: self.s3.delete_object(Bucket=BUCKET, Key=KEY)),
            ("DeleteObject", lambda: self.s3.delete_object(Bucket=BUCKET, Key=KEY, VersionId=version)),
        ):
            with self.subTest(reason):
                self.on(reasons({"reason": [reason]}))
                before = len(self.statuses())
                act()
                self.assertEqual(before + 1, len(self.statuses()))

    def test_a_trail_that_records_the_writes_starts_it_too(self) -> None:
        trails = self.client("cloudtrail")
        trails.create_trail(Name="env", S3BucketName=self.open_to_trails())
        parameters = {"bucketName": [BUCKET], "key": [KEY]}
        detail = {
            "eventSource": ["s3.amazonaws.com"],
            "eventName": ["PutObject"],
            "requestParameters": parameters,
        }
        self.on({"source": ["aws.s3"], "detail-type": ["AWS API Call via CloudTrail"], "detail": detail})

        def starts() -> bool:
            before = len(self.statuses())
            self.release()
            return len(self.statuses()) > before

        def select(mode: str, prefix: str) -> None:
            resource = {"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{BUCKET}/{prefix}"]}
            selector = {"ReadWriteType": mode, "IncludeManagementEvents": False, "DataResources": [resource]}
            trails.put_event_selectors(TrailName="env", EventSelectors=[selector])

        select("WriteOnly", "software/")
        self.assertFalse(starts(), "the trail isn't logging")
        trails.start_logging(Name="env")
        self.assertTrue(starts())
        select("ReadOnly", "software/")
        self.assertFalse(starts(), "only reads are recorded")
        select("All", "logs/")
        self.assertFalse(starts(), "other keys are recorded")
        fields = {
            "eventCategory": {"Equals": ["Data"]},
            "resources.type": {"Equals": ["AWS::S3::Object"]},
            "resources.ARN": {"StartsWith": [f"arn:aws:s3:::{BUCKET}/software/"]},
            "readOnly": {"Equals": ["false"]},
        }
        selector = {"FieldSelectors": [{"Field": name, **rule} for name, rule in fields.items()]}
        trails.put_event_selectors(TrailName="env", AdvancedEventSelectors=[selector])
        self.assertTrue(starts())

    def test_a_trail_records_what_was_refused_too(self) -> None:
        trails = self.client("cloudtrail")
        trails.create_trail(Name="env", S3BucketName=self.open_to_trails())
        resource = {"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{BUCKET}/software/"]}
        selector = {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": False, "DataResources": [resource]}
        trails.put_event_selectors(TrailName="env", EventSelectors=[selector])
        trails.start_logging(Name="env")
        for more, starts in (({}, 1), ({"errorCode": [{"exists": False}]}, 0)):
            detail = {"eventName": ["PutObject"], "requestParameters": {"key": [KEY]}, **more}
            self.on({"source": ["aws.s3"], "detail-type": ["AWS API Call via CloudTrail"], "detail": detail})
            before = len(self.statuses())
            put = {"Bucket": BUCKET, "Key": KEY, "Body": b"", "IfNoneMatch": "*"}
            self.refused("PreconditionFailed", self.s3.put_object, **put)
            self.assertEqual(before + starts, len(self.statuses()))

    def test_a_release_that_fails_leaves_the_old_one_and_the_execution_failed(self) -> None:
        old = self.served()
        self.release("appspec.yml", "fail")
        self.start()
        self.assertEqual((["Succeeded", "Failed"], old), (self.statuses(), self.served()))
        self.assertIn("too many individual instances failed", self.executions()[1]["statusSummary"])

    def test_a_deployment_takes_its_time(self) -> None:
        self.control("POST", "timing", {"deployment": {"run": 0.3}})
        self.release("appspec.yml", "new")
        self.start()
        self.assertEqual("InProgress", self.latest("Deploy")["status"])
        self.eventually([self.etag()], self.served)
        self.assertEqual(["Succeeded"] * 2, self.statuses())

    def test_the_idle_group_is_selected_by_a_command(self) -> None:
        self.make("green", autoScalingGroups=["green"])
        select = commands("Select", "GROUP=green", namespace="Select", outputVariables=["GROUP"])
        settings = {"ApplicationName": "shop", "DeploymentGroupName": "#{Select.GROUP}"}
        changed = self.declaration(
            stage("Source", source()), stage("Deploy", select, deploy(configuration=settings, runOrder=2))
        )
        self.pipelines.update_pipeline(pipeline=changed)
        self.start()
        self.eventually(["Succeeded"] * 2, self.statuses)
        self.assertEqual(2, len(self.served()))
