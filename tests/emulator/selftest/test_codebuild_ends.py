"""How builds of CodeBuild fail, and what ends those that don't come to their end by themselves."""

import json
import tempfile
from pathlib import Path
from typing import Any

from emulator.selftest.builds import BUCKET, BuildTest


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
