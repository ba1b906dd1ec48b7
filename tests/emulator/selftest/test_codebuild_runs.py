"""Builds of CodeBuild: their phases, commands, variables, logs and artifacts."""

import io
import json
import zipfile

from emulator.selftest.builds import BUCKET, GROUP, BuildTest
from emulator.selftest.harness import ACCOUNT, REGION

PHASES = [
    "SUBMITTED",
    "QUEUED",
    "PROVISIONING",
    "DOWNLOAD_SOURCE",
    "INSTALL",
    "PRE_BUILD",
    "BUILD",
    "POST_BUILD",
    "UPLOAD_ARTIFACTS",
    "FINALIZING",
    "COMPLETED",
]


class Runs(BuildTest):
    def test_a_build_walks_its_phases_and_tells_them(self) -> None:
        build = self.run_build(
            """\
            version: 0.2
            env:
              variables: {GREETING: hello, COUNT: 3}
              exported-variables: [ANSWER, NOBODY]
            phases:
              install: {runtime-versions: {python: 3.12}, commands: [echo one]}
              build:
                commands:
                  - mkdir sub && cd sub
                  - SAID="$GREETING $COUNT"
                  - |
                    cat <<END
                    in $(basename "$PWD"): $SAID
                    END
                    export ANSWER="$SAID!"
                  - sh -c 'echo "child sees ${SAID:-nothing} and $ANSWER"' >&2
                finally: [echo last]
            """
        )
        self.assertEqual(
            ("SUCCEEDED", "COMPLETED", {**dict.fromkeys(PHASES, "SUCCEEDED"), "COMPLETED": None}),
            (build["buildStatus"], build["currentPhase"], self.phases(build)),
        )
        self.assertEqual(PHASES, [phase["phaseType"] for phase in build["phases"]])
        self.assertEqual({"ANSWER": "hello 3!"}, self.exported(build))
        expected = ["one", "in sub: hello 3", "child sees nothing and hello 3!", "last"]
        self.assertEqual(expected, self.lines(build))
        log = "\n".join(self.log(build))
        self.assertRegex(log, r"\[Container\] \S+ \S+ Entering phase BUILD\n")
        places = [
            log.index(f"{what} {phase}")
            for phase in ("INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD")
            for what in ("Entering phase", "Phase complete:")
        ]
        self.assertEqual(sorted(places), places, log)
        uuid = build["id"].split(":")[1]
        self.assertEqual((GROUP, f"bake/{uuid}"), (build["logs"]["groupName"], build["logs"]["streamName"]))
        self.assertEqual(1, build["buildNumber"])
        self.assertIn("endTime", build)

    def test_the_environment(self) -> None:
        self.client("ssm").put_parameter(Name="/p", Value="from the store", Type="String")
        secret = json.dumps({"user": "admin"})
        self.client("secretsmanager").create_secret(Name="s", SecretString=secret)
        build = self.run_build(
            """\
            version: 0.2
            env:
              variables: {A: buildspec, B: buildspec, C: buildspec}
              parameter-store: {P: /p}
              secrets-manager: {S: "s:user"}
            phases:
              build:
                commands:
                  - echo "$A $B $C, $P, $S"
                  - echo "$CODEBUILD_BUILD_ID $CODEBUILD_BUILD_ARN $CODEBUILD_BUILD_NUMBER $AWS_REGION"
                  - '[ "$PWD" = "$CODEBUILD_SRC_DIR" ] && [ -w "$HOME" ] && [ -w "$TMPDIR" ] && [ -z "$PYTHONPATH" ]'
                  - echo "$CODEBUILD_LOG_PATH $CODEBUILD_BUILD_SUCCEEDING"
                  - aws sts get-caller-identity --query Arn --output text
            """,
            environmentVariablesOverride=[
                {"name": "B", "value": "start"},
                {"name": "C", "value": "/p", "type": "PARAMETER_STORE"},
            ],
        )
        uuid = build["id"].split(":")[1]
        arn = f"arn:aws:codebuild:{REGION}:{ACCOUNT}:build/{build['id']}"
        self.assertEqual(
            [
                "1 start from the store, from the store, admin",
                f"{build['id']} {arn} 1 {REGION}",
                f"bake/{uuid} 1",
                f"arn:aws:sts::{ACCOUNT}:assumed-role/build/AWSCodeBuild-{uuid}",
            ],
            self.lines(build),
            build,
        )

    def test_a_source_in_s3_has_versions_and_may_hold_the_buildspec(self) -> None:
        spec = "version: 0.2\nphases: {build: {commands: [./run.sh]}}\n"
        first = self.put(buildspec__yml=spec, run__sh='#!/bin/sh\necho "first $CODEBUILD_SOURCE_VERSION"\n')
        self.put(buildspec__yml=spec, run__sh="#!/bin/sh\necho second\n")
        self.create()
        source = {"sourceTypeOverride": "S3", "sourceLocationOverride": f"{BUCKET}/src/shop.zip"}
        own = {**source, "artifactsOverride": {"type": "NO_ARTIFACTS"}, "buildspecOverride": "buildspec.yml"}
        for version, said in ((first, f"first {first}"), (None, "second")):
            build = self.over(self.start(**own, **({"sourceVersion": version} if version else {})))
            self.assertEqual(([said], version), (self.lines(build), build.get("sourceVersion")), build)
        self.assertEqual(2, build["buildNumber"])
        self.assertEqual("/aws/codebuild/bake", build["logs"]["groupName"])
        error = self.refused("InvalidInputException", self.start, **source)
        self.assertIn("ArtifactsOverride must be set when using artifacts type CodePipelines", str(error))
        self.refused("InvalidInputException", self.start)
        missing = self.over(self.start(**{**own, "sourceLocationOverride": f"{BUCKET}/src/none.zip"}))
        phase, code, message = self.context(missing)
        self.assertEqual(("DOWNLOAD_SOURCE", "CLIENT_ERROR"), (phase, code))
        self.assertIn("NoSuchKey", message)

    def test_artifacts_go_to_s3(self) -> None:
        artifacts = {"type": "S3", "location": BUCKET, "path": "out", "name": "site.zip", "packaging": "ZIP"}
        self.made(
            """\
            version: 0.2
            phases: {build: {commands: [mkdir -p a/b, echo x > a/b/c, echo y > a/d, echo z > e]}}
            artifacts: {files: ["**/*"], base-directory: a}
            """,
            artifacts=artifacts,
        )
        build = self.over(self.start())
        self.assertEqual(f"arn:aws:s3:::{BUCKET}/out/site.zip", build["artifacts"]["location"], build)
        content = self.s3.get_object(Bucket=BUCKET, Key="out/site.zip")["Body"].read()
        self.assertEqual(["b/c", "d"], zipfile.ZipFile(io.BytesIO(content)).namelist())

    def test_amazon_linux_s_sh_is_bash(self) -> None:
        said = 'echo "${BASH_VERSION:+bash}, $(set -o | tr "\\t" " " | grep posix)"'
        build = self.run_build(json.dumps({"version": 0.2, "phases": {"build": {"commands": [said]}}}))
        self.assertRegex(self.lines(build)[0], "^bash, posix +on$")

    def test_the_same_token_gives_the_same_build(self) -> None:
        self.made("version: 0.2\nphases: {build: {commands: ['true']}}\n")
        first = self.start(idempotencyToken="t")
        self.assertEqual(first, self.start(idempotencyToken="t"))
        self.refused("InvalidInputException", self.start, idempotencyToken="t", timeoutInMinutesOverride=7)
        second = self.start(idempotencyToken="u")
        ids = [
            self.builds.list_builds_for_project(projectName="bake")["ids"],
            self.builds.list_builds()["ids"],
        ]
        self.assertEqual([[second, first]] * 2, ids)
        found = self.builds.batch_get_builds(ids=[first, "bake:none"])
        self.assertEqual(["bake:none"], found["buildsNotFound"])
        self.refused("ResourceNotFoundException", self.builds.list_builds_for_project, projectName="none")
        self.refused("ResourceNotFoundException", self.builds.start_build, projectName="none")
        self.refused("InvalidInputException", self.builds.batch_get_builds, ids=["bake"])

    def test_calls_are_logged_apart_under_the_build_s_own_key(self) -> None:
        self.control("POST", "faults", [{"service": "ssm", "action": "throttle"}])
        self.control("POST", "limits", {"accepted_access_keys": ["AKIAIOSFODNN7EXAMPLE"]})
        call = "aws ssm put-parameter --name /a --type String --value x"
        build = self.run_build(f"version: 0.2\nphases: {{build: {{commands: ['{call}']}}}}\n")
        self.assertEqual("SUCCEEDED", build["buildStatus"], self.log(build))
        (own,) = self.control("GET", "own-calls")["calls"]
        self.assertEqual("PutParameter", own["operation"])
        self.assertTrue(own["access_key"].startswith("ASIA"))
        self.assertNotIn("ssm:PutParameter", self.control("GET", "counts")["by_operation"])
