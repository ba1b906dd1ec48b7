"""Executions of pipelines: how they walk, wait, stop and fail; the commands they run."""

import io
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

from emulator.selftest.test_codedeploy import BUCKET, LOCATION, archive
from emulator.selftest.test_codepipeline import PipelineTest, approval, commands, deploy, source, stage

KEY = "software/shop.zip"


class RunningTest(PipelineTest):
    """A versioned bucket with a release in it, and what an execution came to."""

    def setUp(self) -> None:
        super().setUp()
        self.s3 = self.client("s3")
        self.s3.create_bucket(Bucket=BUCKET, **LOCATION)
        self.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        self.release()

    def release(self, *names: str) -> str:
        """Put a release into the bucket; returns its version."""
        body = archive(*(names or ("appspec.yml",)))
        return self.s3.put_object(Bucket=BUCKET, Key=KEY, Body=body)["VersionId"]

    def start(self) -> str:
        return self.pipelines.start_pipeline_execution(name="shop")["pipelineExecutionId"]

    def executions(self) -> list[dict[str, Any]]:
        """Oldest first."""
        listed = self.pipelines.list_pipeline_executions(pipelineName="shop")["pipelineExecutionSummaries"]
        return listed[::-1]

    def statuses(self) -> list[str]:
        return [execution["status"] for execution in self.executions()]

    def stages(self) -> list[str | None]:
        states = self.pipelines.get_pipeline_state(name="shop")["stageStates"]
        return [state.get("latestExecution", {}).get("status") for state in states]

    def latest(self, stage_name: str, number: int = 0) -> dict[str, Any]:
        """The latest run of an action."""
        for state in self.pipelines.get_pipeline_state(name="shop")["stageStates"]:
            if state["stageName"] == stage_name:
                return state["actionStates"][number].get("latestExecution", {})
        raise AssertionError(stage_name)

    def answer(self, status: str, **changes: Any) -> None:
        wanted = {
            "pipelineName": "shop",
            "stageName": "Approval",
            "actionName": "Approval",
            "token": self.latest("Approval").get("token", "none"),
            "result": {"status": status, "summary": "as you like"},
            **changes,
        }
        self.pipelines.put_approval_result(**wanted)

    def with_approval(self, *more: dict[str, Any], **changes: Any) -> None:
        self.create(stage("Source", source()), stage("Approval", approval()), *more, **changes)


class Executions(RunningTest):
    def test_a_new_pipeline_starts_by_itself_and_copies_the_object(self) -> None:
        version = self.release("appspec.yml", "index.html")
        self.with_approval(name="shop-with-a-long-name-indeed")
        listed = self.pipelines.list_pipeline_executions(pipelineName="shop-with-a-long-name-indeed")
        (execution,) = listed["pipelineExecutionSummaries"]
        self.assertEqual(
            ("InProgress", "CreatePipeline", version),
            (
                execution["status"],
                execution["trigger"]["triggerType"],
                execution["sourceRevisions"][0]["revisionId"],
            ),
        )
        (key,) = [
            item["Key"] for item in self.s3.list_objects_v2(Bucket=BUCKET)["Contents"] if item["Key"] != KEY
        ]
        self.assertRegex(key, "^shop-with-a-long-nam/Software/[0-9A-Za-z]{7}$")
        copied = self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        self.assertIn("index.html", zipfile.ZipFile(io.BytesIO(copied)).namelist())

    def test_a_source_that_is_not_there_fails(self) -> None:
        for why, undo in (
            ("object with key 'software/shop.zip' does not exist", {"S3Bucket": "fresh-bucket"}),
            ("does not have versioning enabled", {"S3Bucket": "plain-bucket"}),
            ("bucket with name 'no-bucket' does not exist", {"S3Bucket": "no-bucket"}),
        ):
            with self.subTest(why):
                if undo["S3Bucket"] != "no-bucket":
                    self.s3.create_bucket(Bucket=undo["S3Bucket"], **LOCATION)
                if undo["S3Bucket"] == "fresh-bucket":
                    enabled = {"Status": "Enabled"}
                    self.s3.put_bucket_versioning(Bucket="fresh-bucket", VersioningConfiguration=enabled)
                changed = source(configuration={"S3ObjectKey": KEY, **undo})
                self.create(stage("Source", changed), stage("Approval", approval()))
                self.assertEqual((["Failed"], ["Failed", None]), (self.statuses(), self.stages()))
                self.assertIn(why, self.latest("Source")["errorDetails"]["message"])
                self.assertIn(why, self.executions()[0]["statusSummary"])
                self.pipelines.delete_pipeline(name="shop")

    def test_an_approval_waits_for_its_answer(self) -> None:
        self.with_approval()
        self.assertEqual((["InProgress"], ["Succeeded", "InProgress"]), (self.statuses(), self.stages()))
        self.refused("InvalidApprovalTokenException", self.answer, status="Approved", token="x" * 36)
        self.refused("StageNotFoundException", self.answer, status="Approved", stageName="none")
        self.refused("ActionNotFoundException", self.answer, status="Approved", actionName="none")
        token = self.latest("Approval")["token"]
        self.answer("Approved")
        self.assertEqual(["Succeeded"], self.statuses())
        self.refused("ApprovalAlreadyCompletedException", self.answer, status="Approved", token=token)
        self.start()
        self.answer("Rejected")
        self.assertEqual(["Succeeded", "Failed"], self.statuses())
        self.assertEqual("as you like", self.latest("Approval")["summary"])

    def test_a_newer_execution_supersedes_the_one_that_waits(self) -> None:
        self.with_approval()
        first, second, third = self.executions()[0]["pipelineExecutionId"], self.start(), self.start()
        self.assertEqual(["InProgress", "Superseded", "InProgress"], self.statuses())
        state = self.pipelines.get_pipeline_state(name="shop")["stageStates"][1]
        self.assertEqual(
            (first, third),
            (
                state["latestExecution"]["pipelineExecutionId"],
                state["inboundExecution"]["pipelineExecutionId"],
            ),
        )
        self.answer("Approved")
        self.answer("Approved")
        self.assertEqual(["Succeeded", "Superseded", "Succeeded"], self.statuses())
        found = self.pipelines.get_pipeline_execution(pipelineName="shop", pipelineExecutionId=second)
        self.assertEqual("Superseded", found["pipelineExecution"]["status"])

    def test_a_queue_keeps_its_order(self) -> None:
        self.with_approval(executionMode="QUEUED")
        self.start()
        self.start()
        self.assertEqual(["InProgress"] * 3, self.statuses())
        for over in range(1, 4):
            self.answer("Approved")
            self.assertEqual(["Succeeded"] * over + ["InProgress"] * (3 - over), self.statuses())

    def test_an_update_doesn_t_change_what_is_under_way(self) -> None:
        self.with_approval()
        changed = self.declaration(
            stage("Source", source()), stage("Approval", approval()), stage("More", approval("B"))
        )
        self.pipelines.update_pipeline(pipeline=changed)
        self.answer("Approved")
        self.assertEqual(["Succeeded"], self.statuses())

    def test_stop(self) -> None:
        def stop(execution: str, **how: Any) -> None:
            self.pipelines.stop_pipeline_execution(pipelineName="shop", pipelineExecutionId=execution, **how)

        self.with_approval()
        first, second = self.executions()[0]["pipelineExecutionId"], self.start()
        stop(second)
        self.assertEqual(["InProgress", "Stopped"], self.statuses())
        stop(first)
        self.assertEqual("Stopping", self.statuses()[0])
        self.refused("DuplicatedStopRequestException", stop, execution=first)
        stop(first, abandon=True, reason="enough")
        self.assertEqual(("Stopped", "enough"), (self.statuses()[0], self.executions()[0]["statusSummary"]))
        self.assertEqual("Abandoned", self.latest("Approval")["status"])
        self.refused("PipelineExecutionNotStoppableException", stop, execution=first)
        self.start()
        self.assertEqual("InProgress", self.latest("Approval")["status"])
        self.pipelines.delete_pipeline(name="shop")
        self.refused("PipelineNotFoundException", self.start)

    def test_time_goes_on_while_nobody_looks(self) -> None:
        self.control("POST", "timing", {"pipeline_action": {"run": 0.2}})
        self.create(
            stage("Source", source()), stage("A", commands("A", "true")), stage("B", commands("B", "true"))
        )
        self.assertEqual(["InProgress"], self.statuses())
        time.sleep(1.5)
        self.assertEqual(["Succeeded"], self.statuses())

    def test_actions_are_listed_newest_first(self) -> None:
        self.with_approval()
        listed = self.pipelines.list_action_executions(pipelineName="shop")["actionExecutionDetails"]
        self.assertEqual(["Approval", "Source"], [item["actionName"] for item in listed])
        (artifact,) = listed[1]["output"]["outputArtifacts"]
        self.assertTrue(artifact["s3location"]["key"].startswith("shop/Software/"))
        self.assertEqual(KEY, listed[1]["input"]["resolvedConfiguration"]["S3ObjectKey"])


class Commands(RunningTest):
    def run_commands(self, *lines: str, **changes: Any) -> str:
        """The status that an execution with these commands comes to."""
        self.create(stage("Source", source()), stage("Run", commands("Run", *lines, **changes)))
        self.eventually(False, lambda: "InProgress" in self.statuses(), seconds=30)
        return self.statuses()[0]

    def test_they_run_in_the_folder_of_the_artifact_and_export_variables(self) -> None:
        self.release("appspec.yml", "index.html")
        status = self.run_commands(
            "test -f index.html || exit 3",
            "A='one two'",
            'B="$A three"; export B',
            namespace="Run",
            outputVariables=["A", "B", "C"],
        )
        self.assertEqual("Succeeded", status, self.latest("Run"))
        detail = self.pipelines.list_action_executions(pipelineName="shop")["actionExecutionDetails"][0]
        self.assertEqual({"A": "one two", "B": "one two three"}, detail["output"]["outputVariables"])

    def test_the_first_that_fails_ends_the_execution(self) -> None:
        self.assertEqual("Failed", self.run_commands("echo so far", "(exit 7)", "echo never"))
        message = self.latest("Run")["errorDetails"]["message"]
        for expected in ("Exit status 7", "so far", "Command failed: (exit 7)"):
            self.assertIn(expected, message)
        self.assertIn("Exit status 7", self.executions()[0]["statusSummary"])
        self.assertNotIn("never", message)

    def test_they_call_aws_and_are_logged_apart(self) -> None:
        # Neither what a test breaks nor what it accepts is meant for them.
        self.control("POST", "faults", [{"service": "ssm", "action": "throttle"}])
        self.control("POST", "limits", {"accepted_access_keys": ["AKIAIOSFODNN7EXAMPLE"]})
        status = self.run_commands(
            "aws ssm put-parameter --name /a --type String --value 'x y' > said.json",
            "VALUE=$(aws ssm get-parameter --name /a --query Parameter.Value --output text)",
            namespace="Run",
            outputVariables=["VALUE"],
        )
        self.assertEqual("Succeeded", status, self.latest("Run"))
        detail = self.pipelines.list_action_executions(pipelineName="shop")["actionExecutionDetails"][0]
        self.assertEqual({"VALUE": "x y"}, detail["output"]["outputVariables"])
        own = [call["operation"] for call in self.control("GET", "own-calls")["calls"]]
        self.assertEqual(["PutParameter", "GetParameter"], own)
        self.assertNotIn("ssm:GetParameter", self.control("GET", "counts")["by_operation"])

    def test_what_is_left_of_them_ends_with_a_stop_or_a_reset(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for number, how in enumerate((self.abandon, lambda: self.control("POST", "reset"))):
                mark = Path(folder) / str(number)
                self.setUp()
                self.create(
                    stage("Source", source()), stage("Run", commands("Run", f"echo $$ > {mark}; sleep 30"))
                )
                self.eventually(True, lambda mark=mark: mark.exists() and mark.read_text().endswith("\n"))
                process = Path("/proc") / mark.read_text().strip()
                self.assertTrue(process.exists())
                how()
                self.eventually(False, process.exists)

    def abandon(self) -> None:
        execution = self.executions()[0]["pipelineExecutionId"]
        self.pipelines.stop_pipeline_execution(
            pipelineName="shop", pipelineExecutionId=execution, abandon=True
        )
        self.assertEqual(["Stopped"], self.statuses())

    def test_a_variable_that_nobody_exported_fails_the_action_that_wants_it(self) -> None:
        select = commands("Select", "true", namespace="Select", outputVariables=["GROUP"])
        wants = deploy(
            configuration={"ApplicationName": "shop", "DeploymentGroupName": "#{Select.GROUP}"}, runOrder=2
        )
        self.create(stage("Source", source()), stage("Deploy", select, wants))
        self.eventually(["Failed"], self.statuses)
        self.assertIn("Select.GROUP", self.latest("Deploy", 1)["errorDetails"]["message"])

    def test_a_failed_stage_can_be_tried_again(self) -> None:
        again = {"pipelineName": "shop", "stageName": "Run", "retryMode": "FAILED_ACTIONS"}
        check = "aws ssm get-parameter --name /ready"
        self.assertEqual("Failed", self.run_commands(check))
        execution = self.executions()[0]["pipelineExecutionId"]
        self.client("ssm").put_parameter(Name="/ready", Value="x", Type="String")
        self.pipelines.retry_stage_execution(pipelineExecutionId=execution, **again)
        self.eventually(["Succeeded"], self.statuses, seconds=30)
        self.refused(
            "StageNotRetryableException",
            self.pipelines.retry_stage_execution,
            pipelineExecutionId=execution,
            **again,
        )
        self.refused(
            "NotLatestPipelineExecutionException",
            self.pipelines.retry_stage_execution,
            pipelineExecutionId="0" * 36,
            **again,
        )
