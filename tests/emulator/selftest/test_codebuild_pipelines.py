"""Pipelines that build: artifacts and variables on their way through, approvals between, what ends a build."""

import io
import json
import tempfile
import textwrap
import zipfile
from pathlib import Path
from typing import Any

from emulator.selftest.test_codebuild import ARN, ProjectTest
from emulator.selftest.test_codepipeline import action, approval, source, stage
from emulator.selftest.test_pipelines import RunningTest


def build(name: str, variables: Any = None, *inputs: str, **more: Any) -> dict[str, Any]:
    """An action that runs the project ``bake``."""
    configuration = {"ProjectName": "bake", **more.pop("configuration", {})}
    if variables:
        text = (
            variables
            if isinstance(variables, str)
            else json.dumps([{"name": key, "value": value} for key, value in variables.items()])
        )
        configuration["EnvironmentVariables"] = text
    artifacts = [{"name": artifact} for artifact in inputs or ("Software",)]
    return action(name, "Build", "CodeBuild", configuration=configuration, inputArtifacts=artifacts, **more)


class BuildingTest(RunningTest, ProjectTest):
    def setUp(self) -> None:
        super().setUp()
        self.allow(self.pipeline_role)

    def project(self, buildspec: str) -> None:
        self.create_project(source={"type": "CODEPIPELINE", "buildspec": textwrap.dedent(buildspec)})

    def create_project(self, **changes: Any) -> None:
        self.builds.create_project(**self.settings(**changes))

    def over(self, status: str) -> None:
        self.eventually([status], self.statuses, seconds=30)

    def detail(self, name: str) -> dict[str, Any]:
        listed = self.pipelines.list_action_executions(pipelineName="shop")["actionExecutionDetails"]
        return next(item for item in listed if item["actionName"] == name)

    def last_build(self) -> dict[str, Any]:
        newest = self.builds.list_builds()["ids"][:1]
        return self.builds.batch_get_builds(ids=newest)["builds"][0]


class Pipelines(BuildingTest):
    def test_artifacts_variables_and_an_approval_on_their_way(self) -> None:
        version = self.release("appspec.yml", "index.html")
        self.project(
            """\
            version: 0.2
            env: {exported-variables: [IMAGE]}
            phases:
              build:
                commands:
                  - test -f index.html
                  - |
                    case $STEP in
                      bake) export IMAGE="image of $SOURCE" ;;
                      plan) mkdir out && printf %s "$IMAGE" > out/plan ;;
                      apply) export IMAGE="$(cat "$CODEBUILD_SRC_DIR_Plan/plan") applied" ;;
                    esac
            artifacts: {files: ["*"], base-directory: out}
            """
        )
        bake = build("Bake", {"STEP": "bake", "SOURCE": "#{Source.VersionId}"}, namespace="Bake")
        image = {"IMAGE": "#{Bake.IMAGE}"}
        plan = build("Plan", {"STEP": "plan", **image}, outputArtifacts=[{"name": "Plan"}])
        apply = build(
            "Apply",
            {"STEP": "apply", **image},
            "Software",
            "Plan",
            runOrder=3,
            namespace="Apply",
            configuration={"PrimarySource": "Software"},
        )
        self.create(
            stage("Source", source(namespace="Source")),
            stage("Bake", bake),
            stage("Approval", plan, {**approval(), "runOrder": 2}, apply),
        )
        self.eventually("InProgress", lambda: self.latest("Approval", 1).get("status"), seconds=30)
        self.assertEqual("Succeeded", self.latest("Approval", 0)["status"])
        self.assertEqual({}, self.latest("Approval", 2))
        planned = self.last_build()
        (place,) = [artifact["s3location"] for artifact in self.detail("Plan")["output"]["outputArtifacts"]]
        self.assertRegex(place["key"], "^shop/Plan/[0-9A-Za-z]{7}$")
        content = self.s3.get_object(Bucket=place["bucket"], Key=place["key"])["Body"].read()
        self.assertEqual(["plan"], zipfile.ZipFile(io.BytesIO(content)).namelist())
        self.assertEqual(
            ("codepipeline/shop", version, f"arn:aws:s3:::{place['bucket']}/{place['key']}"),
            (planned["initiator"], planned["resolvedSourceVersion"], planned["artifacts"]["location"]),
        )
        token = self.latest("Approval", 1)["token"]
        self.answer("Approved", token=token)
        self.over("Succeeded")
        expected = {"IMAGE": f"image of {version} applied"}
        self.assertEqual(expected, self.detail("Apply")["output"]["outputVariables"])
        self.assertEqual(
            self.last_build()["id"],
            self.detail("Apply")["output"]["executionResult"]["externalExecutionId"],
        )

    def test_a_rejected_approval_ends_the_stage_in_the_middle(self) -> None:
        self.project("version: 0.2\nphases: {build: {commands: ['true']}}\n")
        order = [build("Plan"), {**approval(), "runOrder": 2}, build("Apply", runOrder=3)]
        self.create(stage("Source", source()), stage("Approval", *order))
        self.eventually("InProgress", lambda: self.latest("Approval", 1).get("status"), seconds=30)
        self.answer("Rejected", token=self.latest("Approval", 1)["token"])
        self.over("Failed")
        self.assertEqual({}, self.latest("Approval", 2))
        self.assertEqual(1, len(self.builds.list_builds()["ids"]))

    def test_a_failed_build_says_where(self) -> None:
        self.project("version: 0.2\nphases: {build: {commands: [exit 3]}}\n")
        self.create(stage("Source", source()), stage("Bake", build("Bake")))
        self.over("Failed")
        error = self.latest("Bake")["errorDetails"]
        expected = (
            "Build terminated with state: FAILED. Phase: BUILD, Code: COMMAND_EXECUTION_ERROR, Message: "
            "Error while executing command: exit 3. Reason: exit status 3"
        )
        self.assertEqual(("JobFailed", expected), (error["code"], error["message"]))

    def test_what_can_t_be_started(self) -> None:
        self.project("version: 0.2\nphases: {build: {commands: ['true']}}\n")
        for why, wanted in (
            ("Project cannot be found", build("Bake", configuration={"ProjectName": "none"})),
            ("Invalid JSON format", build("Bake", "{not json")),
            ("Invalid JSON format", build("Bake", '[{"name": "A"}]')),
        ):
            with self.subTest(why):
                self.create(stage("Source", source()), stage("Bake", wanted))
                self.over("Failed")
                self.assertIn(why, self.latest("Bake")["errorDetails"]["message"])
                self.pipelines.delete_pipeline(name="shop")

    def test_the_pipeline_s_role_starts_the_build(self) -> None:
        self.project("version: 0.2\nphases: {build: {commands: ['true']}}\n")
        self.allow(self.pipeline_role, {"Action": "codebuild:StartBuild", "Resource": f"{ARN}-other"})
        self.create(stage("Source", source()), stage("Bake", build("Bake")))
        self.over("Failed")
        message = self.latest("Bake")["errorDetails"]["message"]
        self.assertIn(f"not authorized to perform: codebuild:StartBuild on resource: {ARN}", message)

    def test_declarations_that_are_refused(self) -> None:
        first = stage("Source", source())
        made = build("Plan", outputArtifacts=[{"name": "Plan"}])
        both = build("Apply", None, "Software", "Plan", runOrder=2)
        other = build("Apply", None, "Software", configuration={"PrimarySource": "Plan"})
        unknown = build("Bake", configuration={"Project": "bake"})
        for why, stages in (
            ("PrimarySource", [first, stage("Build", made, both)]),
            ("PrimarySource", [first, stage("Build", other)]),
            ("unknown configuration 'Project'", [first, stage("Build", unknown)]),
        ):
            with self.subTest(why), self.assertRaises(self.pipelines.exceptions.ClientError) as caught:
                self.create(*stages)
            self.assertIn(why, str(caught.exception))

    def test_who_abandons_an_execution_stops_its_build(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            mark = Path(folder) / "mark"
            self.project(f"version: 0.2\nphases: {{build: {{commands: ['echo $$ > {mark}; sleep 60']}}}}\n")
            self.create(stage("Source", source()), stage("Bake", build("Bake")))
            self.eventually(True, lambda: mark.exists() and mark.read_text().endswith("\n"), seconds=10)
            process = Path("/proc") / mark.read_text().strip()
            execution = self.executions()[0]["pipelineExecutionId"]
            self.pipelines.stop_pipeline_execution(
                pipelineName="shop", pipelineExecutionId=execution, abandon=True
            )
            self.eventually(False, process.exists)
        self.assertEqual((["Stopped"], "STOPPED"), (self.statuses(), self.last_build()["buildStatus"]))
        self.assertEqual("Abandoned", self.latest("Bake")["status"])
