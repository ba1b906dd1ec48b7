"""CodePipeline: declarations and what is refused of them, versions, tags."""

from typing import Any

from emulator.selftest.harness import ACCOUNT, REGION, EmulatorTest

ARN = f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:shop"
TAGS = [{"key": "owner", "value": "selftest"}]
SOURCE = {"S3Bucket": "releases-bucket", "S3ObjectKey": "software/shop.zip", "PollForSourceChanges": "false"}


def action(name: str, category: str, provider: str, **more: Any) -> dict[str, Any]:
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "actionTypeId": kind, **more}


def source(**changes: Any) -> dict[str, Any]:
    more = {"configuration": SOURCE, "outputArtifacts": [{"name": "Software"}], **changes}
    return action("Source", "Source", "S3", **more)


def deploy(**changes: Any) -> dict[str, Any]:
    configuration = {"ApplicationName": "shop", "DeploymentGroupName": "web"}
    more = {"configuration": configuration, "inputArtifacts": [{"name": "Software"}], **changes}
    return action("Deploy", "Deploy", "CodeDeploy", **more)


def commands(name: str, *lines: str, **changes: Any) -> dict[str, Any]:
    more = {"commands": list(lines), "inputArtifacts": [{"name": "Software"}], **changes}
    return action(name, "Compute", "Commands", **more)


def approval(name: str = "Approval") -> dict[str, Any]:
    return action(name, "Approval", "Manual")


def stage(name: str, *actions: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "actions": list(actions)}


class PipelineTest(EmulatorTest):
    def setUp(self) -> None:
        super().setUp()
        self.pipelines = self.client("codepipeline")
        self.pipeline_role = self.role("pipeline", "codepipeline.amazonaws.com")

    def declaration(self, *stages: dict[str, Any], **changes: Any) -> dict[str, Any]:
        return {
            "name": "shop",
            "roleArn": self.pipeline_role,
            "artifactStore": {"type": "S3", "location": "releases-bucket"},
            "pipelineType": "V2",
            "executionMode": "SUPERSEDED",
            "stages": list(stages) or [stage("Source", source()), stage("Deploy", deploy())],
            **changes,
        }

    def create(self, *stages: dict[str, Any], **changes: Any) -> None:
        self.pipelines.create_pipeline(pipeline=self.declaration(*stages, **changes), tags=TAGS)


class Declarations(PipelineTest):
    def test_a_pipeline_comes_back_whole_and_counts_its_versions(self) -> None:
        self.create()
        found = self.pipelines.get_pipeline(name="shop")
        self.assertEqual((ARN, 1), (found["metadata"]["pipelineArn"], found["pipeline"]["version"]))
        self.assertEqual(1, found["pipeline"]["stages"][1]["actions"][0]["runOrder"])
        self.assertEqual(SOURCE, found["pipeline"]["stages"][0]["actions"][0]["configuration"])
        self.refused("PipelineNameInUseException", self.create)
        changed = {**found["pipeline"], "executionMode": "QUEUED"}
        self.assertEqual(2, self.pipelines.update_pipeline(pipeline=changed)["pipeline"]["version"])
        modes = [
            self.pipelines.get_pipeline(name="shop", **which)["pipeline"]["executionMode"]
            for which in ({}, {"version": 1}, {"version": 2})
        ]
        self.assertEqual(["QUEUED", "SUPERSEDED", "QUEUED"], modes)
        self.refused("PipelineVersionNotFoundException", self.pipelines.get_pipeline, name="shop", version=3)
        listed = self.pipelines.list_pipelines()["pipelines"]
        self.assertEqual([("shop", 2, "V2")], [(p["name"], p["version"], p["pipelineType"]) for p in listed])
        self.pipelines.delete_pipeline(name="shop")
        self.pipelines.delete_pipeline(name="shop")
        self.refused("PipelineNotFoundException", self.pipelines.get_pipeline, name="shop")
        self.refused("ResourceNotFoundException", self.pipelines.update_pipeline, pipeline=changed)

    def test_a_role_that_codepipeline_may_not_assume(self) -> None:
        for role in (self.role("other", "ec2.amazonaws.com"), f"arn:aws:iam::{ACCOUNT}:role/none"):
            error = self.refused("InvalidStructureException", self.create, roleArn=role)
            self.assertIn(f"CodePipeline is not authorized to perform AssumeRole on role {role}", str(error))
        self.control("POST", "limits", {"new_role_refused_seconds": 60})
        self.refused("InvalidStructureException", self.create)
        self.control("POST", "limits", {"new_role_refused_seconds": 0})
        self.create()

    def test_declarations_that_are_refused(self) -> None:
        structure, declaration = "InvalidStructureException", "InvalidActionDeclarationException"
        first, last = stage("Source", source()), stage("Deploy", deploy())
        twice = stage("Twice", approval("A"), approval("A"))
        unknown = {"ApplicationName": "shop", "DeploymentGroupName": "#{Select.GROUP}"}
        self_made = commands("Select", "true", namespace="Select", outputVariables=["GROUP"])
        for why, code, stages in (
            ("minimum of 2 stages", structure, [first]),
            ("only contains source", structure, [last, first]),
            ("first stage", structure, [first, stage("More", source()), last]),
            ("Stage names", structure, [first, last, last]),
            ("Action names", structure, [first, twice, last]),
            (
                "not declared as Output",
                structure,
                [first, stage("D", deploy(inputArtifacts=[{"name": "X"}]))],
            ),
            ("used more than once", structure, [stage("S", source(), {**source(), "name": "B"}), last]),
            ("missing required", declaration, [first, stage("D", deploy(configuration={}))]),
            (
                "unknown configuration",
                declaration,
                [stage("S", source(configuration={**SOURCE, "A": "b"})), last],
            ),
            ("inputArtifacts", declaration, [first, stage("D", deploy(inputArtifacts=[]))]),
            (
                "namespace that does not exist",
                declaration,
                [first, stage("D", deploy(configuration=unknown))],
            ),
            (
                "namespace that does not exist",
                declaration,
                [first, stage("D", self_made, deploy(configuration=unknown))],
            ),
            ("can't have commands", declaration, [first, stage("D", deploy(commands=["true"]))]),
        ):
            with self.subTest(why):
                self.assertIn(why, str(self.refused(code, lambda s=stages: self.create(*s))))
        self.refused(structure, self.create, pipelineType="V1")
        self.assertEqual([], self.pipelines.list_pipelines()["pipelines"])

    def test_tags(self) -> None:
        self.create()
        self.assertEqual(TAGS, self.pipelines.list_tags_for_resource(resourceArn=ARN)["tags"])
        self.pipelines.tag_resource(resourceArn=ARN, tags=[{"key": "a", "value": "1"}])
        self.pipelines.untag_resource(resourceArn=ARN, tagKeys=["owner"])
        self.assertEqual(
            [{"key": "a", "value": "1"}], self.pipelines.list_tags_for_resource(resourceArn=ARN)["tags"]
        )
        found = [item for item in self.control("GET", "inventory") if item["kind"] == "pipeline"]
        self.assertEqual([(ARN, {"a": "1"})], [(item["id"], item["tags"]) for item in found])
        reserved = [{"key": "aws:x", "value": "1"}]
        self.refused("InvalidTagsException", self.pipelines.tag_resource, resourceArn=ARN, tags=reserved)
        self.refused(
            "ResourceNotFoundException", self.pipelines.list_tags_for_resource, resourceArn=f"{ARN}x"
        )
        self.refused("NotImplemented", self.pipelines.list_webhooks)
