"""What an uploaded archive starts: the tenant's pipeline, by S3's own event or by CloudTrail's record of the upload."""

import json
from typing import Any

from emulator.selftest.harness import ACCOUNT, REGION
from webhook.journey import BUCKET, JourneyTest

KEY = "software/acme.zip"
PIPELINE = f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:acme"


def action(category: str, provider: str, **more: Any) -> dict[str, Any]:
    return {
        "name": category,
        "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"},
        **more,
    }


class Triggers(JourneyTest):
    def setUp(self) -> None:
        super().setUp()
        self.pipelines, self.events = self.client("codepipeline"), self.client("events")
        configuration = {"S3Bucket": BUCKET, "S3ObjectKey": KEY, "PollForSourceChanges": "false"}
        source = action("Source", "S3", configuration=configuration, outputArtifacts=[{"name": "Release"}])
        stages = [{"name": one["name"], "actions": [one]} for one in (source, action("Approval", "Manual"))]
        declared = {
            "name": "acme",
            "roleArn": self.role("pipeline", "codepipeline.amazonaws.com"),
            "artifactStore": {"type": "S3", "location": BUCKET},
            "stages": stages,
            "pipelineType": "V2",
        }
        self.pipelines.create_pipeline(pipeline=declared)
        self.repository("shops/acme")

    def on(self, detail_type: str, detail: dict[str, Any]) -> None:
        """Let events start the pipeline."""
        pattern = {"source": ["aws.s3"], "detail-type": [detail_type], "detail": detail}
        self.events.put_rule(Name="acme", EventPattern=json.dumps(pattern))
        role = self.role("events", "events.amazonaws.com")
        self.events.put_targets(Rule="acme", Targets=[{"Id": "pipeline", "Arn": PIPELINE, "RoleArn": role}])

    def pushed(self, **files: str) -> str:
        """The version of the archive that a push ends in."""
        commit = self.push("shops/acme", **files)
        build = self.over(self.deliver("shops/acme", commit, f"delivery-{commit}")[1])
        self.assertEqual(build["buildStatus"], "SUCCEEDED", self.log(build))
        found = self.s3.head_object(Bucket=BUCKET, Key=KEY)
        self.assertEqual(found["Metadata"], {"commit": commit})
        return found["VersionId"]

    def started(self) -> list[str]:
        """Versions of the archive that executions began with, but for the one of the pipeline's creation."""
        listed = self.pipelines.list_pipeline_executions(pipelineName="acme")["pipelineExecutionSummaries"]
        by_event = [one for one in listed if one["trigger"]["triggerType"] == "CloudWatchEvent"]
        return [one["sourceRevisions"][0]["revisionId"] for one in reversed(by_event)]

    def check(self) -> None:
        first = self.pushed(a="1")
        self.eventually([first], self.started)
        self.eventually([first, self.pushed(a="2")], self.started)

    def test_events_of_s3(self) -> None:
        events = {"EventBridgeConfiguration": {}}
        self.s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=events)
        self.on("Object Created", {"bucket": {"name": [BUCKET]}, "object": {"key": [KEY]}})
        self.check()

    def test_cloudtrail_s_records_of_writes(self) -> None:
        trails = self.client("cloudtrail")
        allow = {
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": ["s3:GetBucketAcl", "s3:PutObject"],
            "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        self.s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)
        trails.create_trail(Name="environment", S3BucketName=BUCKET)
        recorded = {"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{BUCKET}/software/"]}
        selector = {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": False, "DataResources": [recorded]}
        trails.put_event_selectors(TrailName="environment", EventSelectors=[selector])
        trails.start_logging(Name="environment")
        uploads = {
            "eventSource": ["s3.amazonaws.com"],
            "eventName": ["PutObject", "CopyObject", "CompleteMultipartUpload"],
            "errorCode": [{"exists": False}],
            "requestParameters": {"bucketName": [BUCKET], "key": [KEY]},
        }
        self.on("AWS API Call via CloudTrail", uploads)
        self.check()
