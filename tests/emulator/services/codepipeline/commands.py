"""Commands of a pipeline, run for real: by ``sh``, in a scratch folder that holds the first input artifact, with the
AWS command line on this emulator. What they print is kept in the failed action's message only."""

import io
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

from emulator import own_calls
from emulator.services.codepipeline.executions import IN_PROGRESS, ActionRun, Execution, fail, succeed
from emulator.timing import timing

SECONDS = 120
SHOWN = 600


def begin(execution: Execution, run: ActionRun, artifacts: list[bytes]) -> None:
    """Run the commands of an action in a thread; the action ends when they do."""
    era, region = timing.era, execution.backend.region_name

    def work() -> None:
        try:
            variables = _run(run, region, artifacts, lambda: era == timing.era and run.status == IN_PROGRESS)
        except (OSError, subprocess.SubprocessError, zipfile.BadZipFile, CommandFailed) as problem:
            message = str(problem)
            timing.hand_in(era, lambda: fail(execution, run, message))
        else:
            timing.hand_in(era, lambda: _over(execution, run, variables))

    threading.Thread(target=work, daemon=True).start()


def _over(execution: Execution, run: ActionRun, variables: dict[str, str]) -> None:
    run.variables = variables
    succeed(execution, run)


class CommandFailed(Exception):
    """What the failed action says."""


def script(commands: list[str], variables: list[str], exported: Path) -> str:
    """One shell runs all commands, as CodePipeline does, and stops at the first that fails; then it writes what the
    variables hold, those that are set."""
    steps = [
        f"{command}\n__status=$?; [ $__status -eq 0 ] || "
        f"{{ echo {shlex.quote(f'Command failed: {command}')} >&2; exit $__status; }}"
        for command in commands
    ]
    file = shlex.quote(str(exported))
    writes = [
        f'[ -z "${{{name}+x}}" ] || printf \'%s=%s\\0\' {name} "${name}" >> {file}' for name in variables
    ]
    return "\n".join([*steps, *writes, ":"])


def _run(run: ActionRun, region: str, artifacts: list[bytes], wanted: Callable[[], bool]) -> dict[str, str]:
    with tempfile.TemporaryDirectory(prefix="pipeline-") as scratch:
        home, exported = Path(scratch), Path(scratch) / "exported"
        source = home / "src"
        zipfile.ZipFile(io.BytesIO(artifacts[0])).extractall(source)
        source.mkdir(exist_ok=True)
        exported.touch()
        text = script(run.action["commands"], run.action.get("outputVariables") or [], exported)
        process = subprocess.Popen(
            ["sh", "-c", text],
            cwd=source,
            env=_environment(home, source, region),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        said = _finish(process, wanted)
        if process.returncode:
            raise CommandFailed(f"Exit status {process.returncode}. {said[-SHOWN:].strip()}")
        pairs = exported.read_text().split("\0")[:-1]
        return dict(pair.split("=", 1) for pair in pairs)


def _finish(process: subprocess.Popen[str], wanted: Callable[[], bool]) -> str:
    """What the process printed until it ended, or was ended because nobody waits for it any more."""
    left = SECONDS
    while True:
        try:
            return process.communicate(timeout=0.2)[0]
        except subprocess.TimeoutExpired:
            left -= 0.2
            if process.poll() is None and (left <= 0 or not wanted()):
                os.killpg(process.pid, signal.SIGKILL)


def _environment(home: Path, source: Path, region: str) -> dict[str, str]:
    """Nothing of our own environment but the way to programs; the AWS command line lies beside this Python."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {
        "PATH": programs,
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "CODEBUILD_SRC_DIR": str(source),
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ENDPOINT_URL": own_calls.endpoint(),
        "AWS_ACCESS_KEY_ID": own_calls.ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
    }
