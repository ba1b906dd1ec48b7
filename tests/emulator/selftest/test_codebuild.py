"""CodeBuild: projects and what is refused of them, tags."""

from typing import Any

from emulator.selftest.harness import ACCOUNT, REGION, EmulatorTest

ARN = f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/bake"
TAGS = [{"key": "owner", "value": "selftest"}]
IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
BUILDSPEC = "{version: 0.2, phases: {build: {commands: ['true']}}}"


class ProjectTest(EmulatorTest):
    def setUp(self) -> None:
        super().setUp()
        self.builds = self.client("codebuild")
        self.build_role = self.role("build", "codebuild.amazonaws.com")
        self.allow(self.build_role)

    def settings(self, **changes: Any) -> dict[str, Any]:
        return {
            "name": "bake",
            "source": {"type": "CODEPIPELINE", "buildspec": BUILDSPEC},
            "artifacts": {"type": "CODEPIPELINE"},
            "environment": {
                "type": "LINUX_CONTAINER",
                "image": IMAGE,
                "computeType": "BUILD_GENERAL1_SMALL",
                "environmentVariables": [{"name": "A", "value": "1"}],
            },
            "serviceRole": self.build_role,
            **changes,
        }

    def create(self, **changes: Any) -> dict[str, Any]:
        return self.builds.create_project(**self.settings(tags=TAGS, **changes))["project"]


class Projects(ProjectTest):
    def test_a_project_comes_back_with_what_aws_fills_in(self) -> None:
        self.create(logsConfig={"cloudWatchLogs": {"status": "ENABLED", "groupName": "/g"}})
        (found,) = self.builds.batch_get_projects(names=["bake"])["projects"]
        self.assertEqual(
            {
                **self.settings(),
                "arn": ARN,
                "tags": TAGS,
                "source": {"type": "CODEPIPELINE", "buildspec": BUILDSPEC, "insecureSsl": False},
                "secondarySources": [],
                "secondarySourceVersions": [],
                "artifacts": {
                    "type": "CODEPIPELINE",
                    "name": "bake",
                    "packaging": "NONE",
                    "encryptionDisabled": False,
                },
                "secondaryArtifacts": [],
                "cache": {"type": "NO_CACHE"},
                "environment": {
                    "type": "LINUX_CONTAINER",
                    "image": IMAGE,
                    "computeType": "BUILD_GENERAL1_SMALL",
                    "environmentVariables": [{"name": "A", "value": "1", "type": "PLAINTEXT"}],
                    "privilegedMode": False,
                    "imagePullCredentialsType": "CODEBUILD",
                },
                "timeoutInMinutes": 60,
                "queuedTimeoutInMinutes": 480,
                "encryptionKey": f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/aws/s3",
                "badge": {"badgeEnabled": False},
                "logsConfig": {
                    "cloudWatchLogs": {"status": "ENABLED", "groupName": "/g"},
                    "s3Logs": {"status": "DISABLED", "encryptionDisabled": False},
                },
                "projectVisibility": "PRIVATE",
            },
            {name: value for name, value in found.items() if name not in ("created", "lastModified")},
        )

    def test_an_update_replaces_what_it_names_as_a_whole(self) -> None:
        made = self.create(description="first", timeoutInMinutes=30)
        environment = {**made["environment"], "environmentVariables": []}
        self.builds.update_project(name="bake", environment=environment, tags=[{"key": "a", "value": "b"}])
        self.builds.update_project(name="bake", description="")
        (found,) = self.builds.batch_get_projects(names=[ARN])["projects"]
        self.assertEqual(
            (30, "", [], [{"key": "a", "value": "b"}], made["created"]),
            (
                found["timeoutInMinutes"],
                found["description"],
                found["environment"]["environmentVariables"],
                found["tags"],
                found["created"],
            ),
        )
        self.assertGreater(found["lastModified"], made["lastModified"])
        self.refused("ResourceNotFoundException", self.builds.update_project, name="none")

    def test_unknown_names_are_told_apart(self) -> None:
        self.create()
        self.create(name="Deploy")
        found = self.builds.batch_get_projects(names=["none", "bake", "Deploy", "none"])
        self.assertEqual(
            (["bake", "Deploy"], ["none"]),
            ([project["name"] for project in found["projects"]], found["projectsNotFound"]),
        )
        self.assertEqual(["Deploy", "bake"], self.builds.list_projects()["projects"])
        names = [f"project-{n}" for n in range(101)]
        self.refused("InvalidInputException", self.builds.batch_get_projects, names=names)
        for _ in range(2):
            self.builds.delete_project(name="bake")
        self.assertEqual(["Deploy"], self.builds.list_projects()["projects"])

    def test_settings_that_are_refused(self) -> None:
        self.create()
        variables = [{"name": f"V{n}", "value": "x" * 2000} for n in range(3)]
        for why, changes in (
            ("characters", self.environment(*variables)),
            ("Duplicate", self.environment(variables[0], variables[0])),
            ("must be set to: CODEPIPELINE", {"artifacts": {"type": "NO_ARTIFACTS"}}),
            ("must be set to: CODEPIPELINE", {"source": {"type": "S3", "location": "b/k"}}),
            ("null location", {"source": {"type": "CODEPIPELINE", "location": "b/k"}}),
            ("null output name", {"artifacts": {"type": "NO_ARTIFACTS", "name": "a"}}),
            ("badges", {"badgeEnabled": True}),
            ("requires a buildspec", {"source": {"type": "NO_SOURCE"}}),
            ("timeoutInMinutes", {"timeoutInMinutes": 2161}),
            (
                "needs a group name",
                {"logsConfig": {"cloudWatchLogs": {"status": "ENABLED", "streamName": "s"}}},
            ),
            ("alphanumeric", {"name": "x" * 151}),
            ("does not match caller's account", {"serviceRole": "arn:aws:iam::111122223333:role/build"}),
        ):
            with self.subTest(why):
                name = {"name": "other"} if "name" not in changes else {}
                error = self.refused("InvalidInputException", self.create, **name, **changes)
                self.assertIn(why, str(error))
        self.assertIn(ARN, str(self.refused("ResourceAlreadyExistsException", self.create)))
        self.refused(
            "InvalidInputException", self.builds.update_project, name="bake", **self.environment(*variables)
        )

    def environment(self, *variables: dict[str, str]) -> dict[str, Any]:
        return {"environment": {**self.settings()["environment"], "environmentVariables": list(variables)}}

    def test_a_role_that_codebuild_may_not_assume(self) -> None:
        for role in (self.role("other", "ec2.amazonaws.com"), f"arn:aws:iam::{ACCOUNT}:role/none"):
            error = self.refused("InvalidInputException", self.create, serviceRole=role)
            self.assertIn(f"CodeBuild is not authorized to perform: sts:AssumeRole on {role}", str(error))
        self.control("POST", "limits", {"new_role_refused_seconds": 60})
        self.refused("InvalidInputException", self.create)
        self.control("POST", "limits", {"new_role_refused_seconds": 0})
        self.create()

    def test_projects_are_found_by_their_tags(self) -> None:
        self.create()
        found = self.client("resourcegroupstaggingapi").get_resources(
            TagFilters=[{"Key": "owner", "Values": ["selftest"]}], ResourceTypeFilters=["codebuild:project"]
        )
        self.assertEqual([ARN], [item["ResourceARN"] for item in found["ResourceTagMappingList"]])
        self.assertEqual(["build_project", "role"], self.kinds())
