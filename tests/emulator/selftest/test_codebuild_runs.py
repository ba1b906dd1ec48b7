"""Builds of CodeBuild: their phases, commands, variables, logs, artifacts, and how they end."""

import io
import json
import tempfile
import textwrap
import zipfile
from pathlib import Path
from typing import Any

from emulator.selftest.harness import ACCOUNT, REGION
from emulator.selftest.test_codebuild import ProjectTest

BUCKET = "sources-bucket"
LOCATION = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
GROUP = "/paas/builds"
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


def zipped(**files: str) -> bytes:
    """An archive; "__" in a name stands for a dot. Scripts may be executed."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in files.items():
            item = zipfile.ZipInfo(name.replace("__", "."))
            item.external_attr = (0o755 if name.endswith("__sh") else 0o644) << 16
            archive.writestr(item, text)
    return held.getvalue()


class BuildTest(ProjectTest):
    def setUp(self) -> None:
        super().setUp()
        self.s3, self.logs = self.client("s3"), self.client("logs")
        self.s3.create_bucket(Bucket=BUCKET, **LOCATION)
        self.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})

    def put(self, **files: str) -> str:
        """Put a source into the bucket; returns its version."""
        return self.s3.put_object(Bucket=BUCKET, Key="src/shop.zip", Body=zipped(**files))["VersionId"]

    def made(self, buildspec: str, **changes: Any) -> None:
        """A project without a source, whose log goes to a stream of its own."""
        logs = {"cloudWatchLogs": {"status": "ENABLED", "groupName": GROUP, "streamName": "bake"}}
        whole = {
            "source": {"type": "NO_SOURCE", "buildspec": textwrap.dedent(buildspec)},
            "artifacts": {"type": "NO_ARTIFACTS"},
            "logsConfig": logs,
            **changes,
        }
        self.create(**whole)

    def start(self, **overrides: Any) -> str:
        return self.builds.start_build(projectName="bake", **overrides)["build"]["id"]

    def build(self, build_id: str) -> dict[str, Any]:
        (found,) = self.builds.batch_get_builds(ids=[build_id])["builds"]
        return found

    def over(self, build_id: str) -> dict[str, Any]:
        """The build once it is complete."""
        self.eventually(True, lambda: self.build(build_id)["buildComplete"], seconds=20)
        return self.build(build_id)

    def run_build(self, buildspec: str, **overrides: Any) -> dict[str, Any]:
        """The end of a build of a new project with the buildspec."""
        self.made(buildspec)
        return self.over(self.start(**overrides))

    def lines(self, build: dict[str, Any]) -> list[str]:
        """What the commands printed."""
        return [line for line in self.log(build) if not line.startswith("[Container] ")]

    def log(self, build: dict[str, Any]) -> list[str]:
        where = {"logGroupName": build["logs"]["groupName"], "logStreamName": build["logs"]["streamName"]}
        events = self.logs.get_log_events(**where, startFromHead=True)["events"]
        return [event["message"].removesuffix("\n") for event in events]

    def exported(self, build: dict[str, Any]) -> dict[str, str]:
        return {item["name"]: item["value"] for item in build["exportedEnvironmentVariables"]}

    def phases(self, build: dict[str, Any]) -> dict[str, str | None]:
        return {phase["phaseType"]: phase.get("phaseStatus") for phase in build["phases"]}

    def context(self, build: dict[str, Any]) -> tuple[str, str, str]:
        """Phase, code and message of the first failure."""
        bad = next(p for p in build["phases"] if p.get("phaseStatus") not in (None, "SUCCEEDED"))
        (context,) = bad["contexts"]
        return bad["phaseType"], context["statusCode"], context["message"]


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


class Failures(BuildTest):
    def failing(self, phase: str, more: str = "", command: str = "exit 7") -> dict[str, Any]:
        """A build in which a command of one phase fails, and the others say their names."""
        names = ("install", "pre_build", "build", "post_build")
        said = {
            name: {"commands": [f"echo {name} $CODEBUILD_BUILD_SUCCEEDING"], "finally": [f"echo last {name}"]}
            for name in names
        }
        said[phase]["commands"] += [command, "echo never"]
        if more:
            said[phase]["on-failure"] = more
        return self.run_build(json.dumps({"version": 0.2, "phases": said}))

    def test_which_phases_follow_a_failure(self) -> None:
        before = ["install 1", "last install", "pre_build 1", "last pre_build"]
        through = [*before, "build 1", "last build"]
        for phase, more, expected in (
            ("install", "", before[:2]),
            ("pre_build", "", before),
            ("build", "", [*through, "post_build 0", "last post_build"]),
            ("build", "ABORT", through),
            ("post_build", "", [*through, "post_build 1", "last post_build"]),
            (
                "pre_build",
                "CONTINUE",
                [*before, "build 0", "last build", "post_build 0", "last post_build"],
            ),
        ):
            with self.subTest(f"{phase} {more}"):
                self.setUp()
                build = self.failing(phase, more)
                self.assertEqual(("FAILED", expected), (build["buildStatus"], self.lines(build)))
                reason = "Error while executing command: exit 7. Reason: exit status 7"
                self.assertEqual((phase.upper(), "COMMAND_EXECUTION_ERROR", reason), self.context(build))
                self.assertEqual("FAILED", self.phases(build)[phase.upper()])

    def test_commands_that_end_the_shell_end_themselves_only(self) -> None:
        build = self.run_build(
            """\
            version: 0.2
            env: {exported-variables: [A, B]}
            phases:
              build:
                commands:
                  - mkdir sub; cd sub; export A=1; exit 0
                  - echo "$A in $(basename "$PWD")"
                  - set -eu
                  - export B=2; false; echo never
              post_build: {commands: ['echo "$A $B"']}
            """
        )
        self.assertEqual("Reason: exit status 1", self.context(build)[2][-21:])
        self.assertEqual(
            (["1 in sub", "1 2"], {"A": "1", "B": "2"}), (self.lines(build), self.exported(build))
        )

    def test_a_command_that_is_no_shell_fails(self) -> None:
        build = self.failing("build", command="if then")
        self.assertEqual("BUILD", self.context(build)[0])
        self.assertNotIn("never", self.lines(build))
        self.assertIn("post_build 0", self.lines(build))

    def test_what_is_wrong_before_the_first_command(self) -> None:
        for spec, code, why in (
            ("version: 0.1\nphases: {build: {}}\n", "YAML_FILE_ERROR", "version"),
            ("version: 0.2\nphases: {build: {commands: [a: b]}}\n", "YAML_FILE_ERROR", "Commands[0]"),
            ("version: 0.2\nphases: [\n", "YAML_FILE_ERROR", "expected the node content"),
            ("version: 0.2\nphases: {built: {}}\n", "YAML_FILE_ERROR", "phases/built"),
            ("none.yml", "YAML_FILE_ERROR", "no such file"),
            (
                "version: 0.2\nenv: {parameter-store: {A: /none}}\nphases: {build: {}}\n",
                "Decrypted Variables Error",
                "parameter does not exist: /none",
            ),
            (
                "version: 0.2\nenv: {secrets-manager: {A: none}}\nphases: {build: {}}\n",
                "Secrets Manager Error Message",
                "can't find the specified secret",
            ),
        ):
            with self.subTest(why):
                self.setUp()
                build = self.run_build(spec)
                self.assertEqual(("DOWNLOAD_SOURCE", code), self.context(build)[:2])
                self.assertIn(why, self.context(build)[2])
                self.assertEqual("FAILED", build["buildStatus"])
                self.assertNotIn("BUILD", self.phases(build))

    def test_artifacts_that_aren_t_there_fail_the_build(self) -> None:
        self.made(
            "version: 0.2\nphases: {build: {commands: ['true']}}\nartifacts: {files: [none/*]}\n",
            artifacts={"type": "S3", "location": BUCKET, "packaging": "ZIP"},
        )
        build = self.over(self.start())
        expected = ("UPLOAD_ARTIFACTS", "CLIENT_ERROR", "no matching artifact paths found")
        self.assertEqual(expected, self.context(build))


class Ends(BuildTest):
    """Builds that don't come to their end by themselves."""

    SPEC = "version: 0.2\nphases: {build: {commands: ['echo $$ > %s; sleep 60'], finally: [echo never]}}\n"

    def sleeping(self, folder: str, **overrides: Any) -> tuple[str, Path]:
        """A build that sleeps, and the folder of its shell in /proc."""
        mark = Path(folder) / "process"
        mark.unlink(missing_ok=True)
        self.made(self.SPEC % mark)
        build = self.start(**overrides)
        self.eventually(True, lambda: mark.exists() and mark.read_text().endswith("\n"), seconds=10)
        return build, Path("/proc") / mark.read_text().strip()

    def test_a_stop_ends_all_processes(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            build, process = self.sleeping(folder)
            under_way = self.build(build)
            self.assertEqual(
                ("IN_PROGRESS", "BUILD", False),
                (under_way["buildStatus"], under_way["currentPhase"], under_way["buildComplete"]),
            )
            self.assertIn("Entering phase BUILD", "\n".join(self.log(under_way)))
            self.builds.stop_build(id=build)
            self.eventually(False, process.exists)
        stopped = self.over(build)
        self.assertEqual(("STOPPED", "STOPPED"), (stopped["buildStatus"], self.phases(stopped)["BUILD"]))
        self.assertNotIn("POST_BUILD", self.phases(stopped))
        self.builds.stop_build(id=build)
        self.assertEqual("STOPPED", self.build(build)["buildStatus"])
        self.assertNotIn("never", self.lines(stopped))
        self.refused("ResourceNotFoundException", self.builds.stop_build, id="bake:none")

    def test_the_time_is_limited(self) -> None:
        self.control("POST", "timing", {"build": {"minute": 0.1}})
        with tempfile.TemporaryDirectory() as folder:
            build, process = self.sleeping(folder, timeoutInMinutesOverride=5)
            ended = self.over(build)
            self.eventually(False, process.exists)
        self.assertEqual("TIMED_OUT", ended["buildStatus"])
        self.assertEqual(("BUILD", "BUILD_TIMED_OUT", "Build has timed out. "), self.context(ended))

    def test_a_reset_ends_them(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            _, process = self.sleeping(folder)
            self.control("POST", "reset")
            self.eventually(False, process.exists)

    def test_provisioning_takes_the_time_that_a_test_sets(self) -> None:
        self.control("POST", "timing", {"build": {"provisioning": 30}})
        self.made("version: 0.2\nphases: {build: {commands: ['true']}}\n")
        build = self.start()
        self.assertEqual("QUEUED", self.build(build)["currentPhase"])
        self.builds.stop_build(id=build)
        self.assertEqual("STOPPED", self.build(build)["buildStatus"])

    def test_the_end_of_the_emulator_ends_them(self) -> None:
        from emulator.selftest import harness

        process, endpoint = harness.start()
        self.endpoint = endpoint
        with process, tempfile.TemporaryDirectory() as folder:
            self.builds = self.client("codebuild")
            self.build_role = self.role("build", "codebuild.amazonaws.com")
            self.allow(self.build_role)
            _, shell = self.sleeping(folder)
            source = (shell / "cwd").resolve()
            self.assertTrue(source.is_dir())
            process.kill()
            self.eventually((False, False), lambda: (shell.exists(), source.exists()))
