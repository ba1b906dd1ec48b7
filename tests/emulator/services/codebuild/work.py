"""A build at work, in a thread of its own. It changes the build, and what AWS holds, only by handing that in."""

import queue
import shutil
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from emulator import own_calls
from emulator.patching import AwsError
from emulator.services.codebuild import buildspec, files, variables
from emulator.services.codebuild.build import FAILED, SUCCEEDED, TIMED_OUT, Build
from emulator.services.codebuild.buildspec import PHASES, Buildspec, BuildspecError, Phase
from emulator.services.codebuild.log import Log, open_stream
from emulator.services.codebuild.role import PhaseFailed
from emulator.services.codebuild.shell import Interrupted, Shell
from emulator.timing import timing

POLL = 0.1
# After these a failure ends the build; after BUILD there is still POST_BUILD, which may clean up.
ENDING = ("install", "pre_build")


def begin(build: Build) -> None:
    """Start the thread. Under the server's lock."""
    if build.complete:
        return
    build.enter("PROVISIONING")
    build.begin_to_count()
    threading.Thread(target=_Work(build).do, daemon=True).start()


class _Work:
    def __init__(self, build: Build) -> None:
        self._build, self._era = build, timing.era
        self._log = Log(build, self._change)
        self._kind = "PROVISIONING"

    def do(self) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="build-", ignore_cleanup_errors=True) as scratch:
                succeeded = self._whole(Path(scratch))
            self._change(lambda: self._build.end(SUCCEEDED if succeeded else FAILED))
        except Interrupted:
            pass
        except PhaseFailed as problem:
            self._leave(problem)
            self._change(lambda: self._build.end(FAILED))
        except Exception as problem:
            traceback.print_exc(file=sys.stderr)
            fault = PhaseFailed("INTERNAL_SERVICE_ERROR", f"emulator: {problem!r}")
            self._leave(fault)
            self._change(lambda: self._build.end("FAULT"))

    def _change(self, change: Callable[[], None]) -> None:
        timing.hand_in(self._era, change)

    def _ask(self, question: Callable[[], Any]) -> Any:
        """The answer to what is asked under the server's lock, or what it raises."""
        answers: queue.SimpleQueue[tuple[Any, Exception | None]] = queue.SimpleQueue()

        def answer() -> None:
            try:
                answers.put((question(), None))
            except Exception as problem:
                answers.put((None, problem))

        self._change(answer)
        while True:
            try:
                found, problem = answers.get(timeout=POLL)
            except queue.Empty:
                if not self._wanted():
                    raise Interrupted from None
                continue
            if problem:
                raise problem
            return found

    def _wanted(self) -> bool:
        """Whether the build is to go on; one that has taken too long ends here."""
        build = self._build
        if timing.era != self._era or build.complete:
            return False
        if build.deadline is not None and time.monotonic() > build.deadline:
            self._change(lambda: build.end(TIMED_OUT))
            return False
        return True

    def _enter(self, kind: str) -> None:
        self._kind = kind
        self._change(lambda: self._build.enter(kind))

    def _leave(self, problem: PhaseFailed | None = None) -> None:
        status = FAILED if problem else SUCCEEDED
        code, message = (problem.code, str(problem)) if problem else ("", "")
        self._log.note(f"Phase complete: {self._kind} State: {status}")
        self._log.note(f"Phase context status code: {code} Message: {message}")
        self._change(lambda: self._build.leave(status, code, message))

    def _whole(self, scratch: Path) -> bool:
        """Whether all phases have succeeded."""
        for name in ("home", "tmp"):
            (scratch / name).mkdir()
        key = self._ask(self._provision)
        self._enter("DOWNLOAD_SOURCE")
        sources = self._download(scratch)
        spec = self._read(sources[""])
        given = self._ask(lambda: variables.resolved(self._build, spec))
        self._leave()
        environment = variables.environment(self._build, scratch, sources, key, given)
        posix_bash = shutil.which("bash") if "amazonlinux" in environment["CODEBUILD_BUILD_IMAGE"] else None
        shell = Shell(spec.shell, posix_bash, scratch, sources[""])
        try:
            succeeded, uploading = self._phases(spec, shell, environment)
            self._export(spec, shell.environment() or environment)
            shell.leave()
        finally:
            shell.close()
        if uploading:
            succeeded &= self._upload(spec, sources[""])
        return succeeded

    def _provision(self) -> own_calls.Key:
        try:
            key = own_calls.issue(self._build.settings["serviceRole"], f"AWSCodeBuild-{self._build.uuid}")
        except AwsError as problem:
            raise PhaseFailed("ACCESS_DENIED", problem.message) from problem
        open_stream(self._build)
        return key

    def _download(self, scratch: Path) -> dict[str, Path]:
        """The folder of each input, by its name; the primary one is ""."""
        inputs, folders = self._build.inputs, {"": scratch / "src"}
        folders[""].mkdir()
        for number, wanted in enumerate(inputs):
            folder = folders.setdefault(wanted.name if number else "", scratch / f"src{number}")
            content = self._ask(lambda wanted=wanted: files.fetch(self._build, wanted))
            files.unpack(content, folder, wanted.key if wanted.key.endswith("/") else "")
        return folders

    def _read(self, source: Path) -> Buildspec:
        """The buildspec, which lies in the source unless the project has it: a text of several lines, or JSON."""
        text = self._build.settings["source"].get("buildspec") or ""
        if "\n" not in text and not text.lstrip().startswith("{"):
            path = source / (text or "buildspec.yml")
            if not path.is_file():
                raise PhaseFailed("YAML_FILE_ERROR", f"stat {path}: no such file or directory")
            text = path.read_text(errors="replace")
        try:
            return buildspec.parse(text)
        except BuildspecError as problem:
            raise PhaseFailed("YAML_FILE_ERROR", str(problem)) from problem

    def _phases(self, spec: Buildspec, shell: Shell, environment: dict[str, str]) -> tuple[bool, bool]:
        """Whether all commands have succeeded, and whether artifacts are to be uploaded."""
        succeeded = True
        for name in PHASES:
            phase = spec.phases.get(name, Phase())
            self._enter(name.upper())
            problem = self._phase(name.upper(), phase, shell, environment)
            self._leave(problem)
            if problem is None:
                continue
            if succeeded:
                shell.run("export CODEBUILD_BUILD_SUCCEEDING=0", environment, self._wanted, lambda _: None)
            succeeded = False
            if phase.on_failure == "ABORT" or (not phase.on_failure and name in ENDING):
                return False, False
        return succeeded, True

    def _phase(
        self, kind: str, phase: Phase, shell: Shell, environment: dict[str, str]
    ) -> PhaseFailed | None:
        self._log.note(f"Entering phase {kind}")
        problem = self._commands(phase.commands, shell, environment)
        return self._commands(phase.last, shell, environment) or problem

    def _commands(self, commands: list[str], shell: Shell, environment: dict[str, str]) -> PhaseFailed | None:
        """Up to the first that fails."""
        for command in commands:
            self._log.note(f"Running command {command}")
            status = shell.run(command, environment, self._wanted, self._log.say)
            if status:
                why = f"Error while executing command: {command}. Reason: exit status {status}"
                self._log.note(f"Command did not exit successfully {command} exit status {status}")
                return PhaseFailed("COMMAND_EXECUTION_ERROR", why)
        return None

    def _export(self, spec: Buildspec, environment: dict[str, str]) -> None:
        """What the buildspec wants exported, as far as the commands have exported it."""
        exported = [{"name": n, "value": environment[n]} for n in spec.exported if n in environment]
        for name in spec.exported:
            if name not in environment:
                self._log.note(f"Exported variable {name} isn't in the environment")

        def keep() -> None:
            self._build.exported = exported

        self._change(keep)

    def _upload(self, spec: Buildspec, source: Path) -> bool:
        self._enter("UPLOAD_ARTIFACTS")
        try:
            archives = files.artifacts(self._build, spec, source)
            self._ask(lambda: files.upload(self._build, archives))
        except PhaseFailed as problem:
            self._leave(problem)
            return False
        self._leave()
        return True
