"""The shell that runs a build's commands, one after the other, and keeps what they set.

A command that ends the shell ends itself only: the next one gets a new shell with the environment and the folder that
were left. All processes of a build end with it, and with the emulator, however that ends.
"""

import contextlib
import os
import secrets
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

# It takes the paths of commands from what was its standard input, and tells their ends on what was its output, where
# nothing that a command redirects gets in between.
DRIVER = """\
exec 8<&0 9>&1 </dev/null
trap 'env -0 >"@scratch@/environment"; pwd >"@scratch@/folder"' EXIT
while IFS= read -r __command <&8; do
  . "$__command"
  __status=$?
  env -0 >"@scratch@/environment" 2>/dev/null || :
  pwd >"@scratch@/folder"
  printf '@mark@%s\\n' "$__status" >&9
done
"""
# Ends the group of processes when the emulator is gone, and the pipe with it, and clears up after it.
GUARD = 'cat >/dev/null; kill -9 "-$0"; rm -rf "$1"'
POLL = 0.1
LAST_WORDS = 0.3


class Interrupted(Exception):
    """Nobody wants the command any more."""


class Shell:
    """``program`` is ``sh`` or ``bash``; ``posix_bash`` is there where ``sh`` is to be bash, as on Amazon Linux."""

    def __init__(self, program: str, posix_bash: str | None, scratch: Path, folder: Path) -> None:
        self._arguments = [program, str(scratch / "driver")]
        self._executable = posix_bash if program == "sh" else None
        self._scratch, self._folder = scratch, folder
        self._mark = f"\x1e{secrets.token_hex(16)} ".encode()
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._commands = 0
        text = DRIVER.replace("@scratch@", str(scratch)).replace("@mark@", self._mark.decode())
        (scratch / "driver").write_text(text)

    def run(
        self,
        command: str,
        environment: dict[str, str],
        wanted: Callable[[], bool],
        said: Callable[[str], None],
    ) -> int:
        """The command's exit status; ``environment`` is that of a new shell, unless an earlier one left its own.
        ``said`` gets each line that is printed. Interrupted once it isn't ``wanted``."""
        self._commands += 1
        file = self._scratch / f"command-{self._commands}"
        file.write_text(f"{command}\n")
        if self._process is None or self._process.poll() is not None:
            self._begin(self.environment() or environment)
        process = self._process
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(f"{file}\n".encode())
            process.stdin.flush()
        return self._follow(process, wanted, said)

    def environment(self) -> dict[str, str]:
        """What the last command has left exported."""
        try:
            pairs = (self._scratch / "environment").read_text(errors="replace").split("\0")
        except FileNotFoundError:
            return {}
        return dict(pair.split("=", 1) for pair in pairs if "=" in pair)

    def close(self) -> None:
        """End all that still runs."""
        for process in (self._guard, self._process):
            if process is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                for pipe in (process.stdin, process.stdout):
                    if pipe is not None:
                        with contextlib.suppress(BrokenPipeError):
                            pipe.close()
        self._guard = self._process = None

    def leave(self) -> None:
        """Let the shell come to its end, so that what it traps there runs, and end what is left."""
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(BrokenPipeError, subprocess.TimeoutExpired):
                self._process.stdin.close()
                self._process.wait(timeout=1)
        self.close()

    def _begin(self, environment: dict[str, str]) -> None:
        self.close()
        folder = self._folder
        with contextlib.suppress(FileNotFoundError):
            folder = Path((self._scratch / "folder").read_text().removesuffix("\n"))
        self._process = subprocess.Popen(
            self._arguments,
            executable=self._executable,
            cwd=folder if folder.is_dir() else self._folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        os.set_blocking(self._process.stdout.fileno(), False)
        guard = ["sh", "-c", GUARD, str(self._process.pid), str(self._scratch)]
        self._guard = subprocess.Popen(guard, stdin=subprocess.PIPE, start_new_session=True)

    def _follow(
        self, process: subprocess.Popen[bytes], wanted: Callable[[], bool], said: Callable[[str], None]
    ) -> int:
        """Read what is printed up to the mark, or to the end of the shell."""
        rest, quiet_since = b"", None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                if not wanted():
                    self.close()
                    raise Interrupted
                read = process.stdout.read() if selector.select(POLL) else None
                if read:
                    *lines, rest = (rest + read).split(b"\n")
                    for line in lines:
                        text, mark, status = line.partition(self._mark)
                        if text or not mark:
                            said(text.decode(errors="replace"))
                        if mark:
                            return int(status)
                    quiet_since = None
                elif process.poll() is not None:
                    # What the shell left running may hold the pipe for ever.
                    quiet_since = quiet_since or time.monotonic()
                    if read == b"" or time.monotonic() - quiet_since > LAST_WORDS:
                        if rest:
                            said(rest.decode(errors="replace"))
                        return process.returncode if process.returncode >= 0 else 128 - process.returncode
                elif read == b"":
                    time.sleep(POLL)  # the output is closed, the shell isn't over
