"""A GitLab of one folder: Git over HTTP with a password, and builds of the webhook's buildspec beside an ``aws`` that
keeps objects and secrets in files."""

import base64
import json
import os
import subprocess
import sys
import tempfile
import threading
import unittest
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml

from webhook.deliveries import FILES

PASSWORD = "glpat-not-to-be-seen"
NOBODY = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
AUTHOR = {"GIT_AUTHOR_NAME": "Robin", "GIT_AUTHOR_EMAIL": "r@example.test"}
COMMITTER = {"GIT_COMMITTER_NAME": "Robin", "GIT_COMMITTER_EMAIL": "r@example.test"}

# As much of the AWS CLI as the buildspec uses. Each call leaves its arguments in calls.
AWS = """\
#!@python@
import hashlib, json, os, pathlib, shutil, subprocess, sys
store, arguments = pathlib.Path(os.environ["AWS_STORE"]), sys.argv[1:]
with open(store / "calls", "a") as calls:
    calls.write(json.dumps(arguments) + "\\n")
option = dict(zip(arguments[2::2], arguments[3::2]))
if arguments[:2] == ["secretsmanager", "get-secret-value"]:
    print((store / option["--secret-id"]).read_text())
    sys.exit()
held = store / option["--bucket"] / option["--key"]
def etag_now():
    return '"' + hashlib.md5(held.read_bytes()).hexdigest() + '"' if held.exists() else None
etag = etag_now()
if (store / "denied").exists():
    sys.exit("An error occurred (403) when calling the HeadObject operation: Forbidden")
if arguments[1] == "head-object":
    if etag is None:
        sys.exit("An error occurred (404) when calling the HeadObject operation: Not Found")
    print(etag, held.with_suffix(".commit").read_text(), sep="\\t")
elif arguments[1] == "put-object":
    if (store / "meanwhile").exists():
        (store / "meanwhile").rename(store / "happened")
        subprocess.run(["sh", store / "happened"], check=True, capture_output=True)
        etag = etag_now()
    if "--if-match" in option and etag is None:
        sys.exit("An error occurred (NoSuchKey) when calling the PutObject operation: no")
    if option.get("--if-match", etag) != etag or ("--if-none-match" in option and etag):
        sys.exit("An error occurred (PreconditionFailed) when calling the PutObject operation: no")
    held.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(option["--body"], held)
    held.with_suffix(".commit").write_text(option["--metadata"].removeprefix("commit="))
    print("version-1")
"""


class GitServer(BaseHTTPRequestHandler):
    """git http-backend behind a password."""

    repositories: Path
    asks_for_a_password = True
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        self.answer()

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        pass

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        expected = "Basic " + base64.b64encode(f"oauth2:{PASSWORD}".encode()).decode()
        if self.asks_for_a_password and self.headers.get("Authorization") != expected:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="GitLab"')
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.repositories),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            **NOBODY,
        }
        run = subprocess.run(["git", "http-backend"], input=body, capture_output=True, env=environment, check=False)
        head, _, content = run.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


class GitLabTest(unittest.TestCase):
    """A GitLab with repositories that are pushed to."""

    def setUp(self) -> None:
        super().setUp()
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.root = Path(held.name)
        self.repositories = self.root / "gitlab"
        for folder in ("gitlab", "work"):
            (self.root / folder).mkdir()
        self.server = type("Server", (GitServer,), {"repositories": self.repositories})
        server = ThreadingHTTPServer(("127.0.0.1", 0), self.server)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.origin = f"http://127.0.0.1:{server.server_port}"

    def git(self, repository: str, *arguments: str, **environment: str) -> str:
        """Git in the work tree of a repository, which is bare on the server."""
        whole = os.environ | NOBODY | AUTHOR | COMMITTER | environment
        command = ["git", "-c", "protocol.file.allow=always", *arguments]
        folder = self.root / "work" / repository
        return subprocess.run(command, cwd=folder, env=whole, check=True, capture_output=True, text=True).stdout.strip()

    def repository(self, name: str, object_format: str = "sha1") -> None:
        (self.root / "work" / name).mkdir(parents=True)
        bare = str(self.repositories / f"{name}.git")
        self.git(name, "init", "-q", "--bare", f"--object-format={object_format}", bare)
        self.git(name, "init", "-q", "-b", "dev", f"--object-format={object_format}")
        self.git(name, "remote", "add", "origin", bare)
        self.git(name, "--git-dir", bare, "config", "uploadpack.allowFilter", "true")
        self.git(name, "--git-dir", bare, "config", "uploadpack.allowAnySHA1InWant", "true")

    def push(self, name: str, branch: str = "dev", **files: str) -> str:
        """Commit files, "__" standing for a dot, onto what is checked out, and push it; returns the commit."""
        for file, text in files.items():
            path = self.root / "work" / name / file.replace("__", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git(name, "add", "--all")
        self.git(name, "commit", "-q", "--allow-empty", "-m", "A step")
        self.git(name, "push", "-q", "--force", "origin", f"HEAD:refs/heads/{branch}")
        return self.git(name, "rev-parse", "HEAD")


class BuildTest(GitLabTest):
    """Builds beside an ``aws`` of files."""

    def setUp(self) -> None:
        super().setUp()
        self.store = self.root / "aws"
        for folder in ("aws", "home", "bin", "tmp"):
            (self.root / folder).mkdir()
        (self.store / "credentials").write_text(PASSWORD)
        program = self.root / "bin/aws"
        program.write_text(AWS.replace("@python@", sys.executable))
        program.chmod(0o755)

    def build(self, commit: str, repository: str = "shops/acme", succeeds: bool = True, **changes: str) -> str:
        """Run the buildspec as CodeBuild does; returns its log. The shell's own files are all it leaves."""
        push = {"commit": commit, "user": "R", "message": '"; touch hurt', "repository": repository, "branch": "dev"}
        variables = {
            "PATH": f"{self.root / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.root / "home"),
            "TMPDIR": str(self.root / "tmp"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "AWS_STORE": str(self.store),
            "BUCKETS": json.dumps({"dev": "bucket-dev", "prod": "bucket-prod"}),
            "CREDENTIALS_SECRET_ARN": "credentials",
            "COMMIT": commit,
            "BRANCH": "dev",
            "CLONE_URL": f"{self.origin}/{repository}.git",
            "TENANT": "acme",
            "KIND": "software",
            "ENVIRONMENT": "dev",
            "PUSH": base64.b64encode(json.dumps(push).encode()).decode(),
        }
        buildspec = yaml.safe_load((FILES / "webhook.yml").read_text())
        phases = {name: phase["commands"] for name, phase in buildspec["phases"].items()}
        script = "status=0\n"
        for text in phases["install"] + phases["build"]:
            # Not behind && or in a condition, where Bash would leave set -e out of account.
            script += f'if [ "$status" = 0 ]; then\n. {self.command(text)}\nstatus=$?\nfi\n'
        script += "".join(f". {self.command(text)}\n" for text in phases["post_build"]) + "exit $status\n"
        variables |= buildspec["env"]["variables"] | changes
        run = subprocess.run(
            ["bash", "-c", script],
            cwd=self.root / "home",
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.assertEqual(run.returncode == 0, succeeds, run.stdout)
        self.assertEqual(list((self.root / "tmp").iterdir()), [], "what the build has left")
        return run.stdout

    def command(self, text: str) -> Path:
        """A command as a file that the build's shell reads."""
        file = self.root / f"command-{len(list(self.root.glob('command-*')))}"
        file.write_text(text)
        return file

    def archive(self, key: str = "software/acme.zip", bucket: str = "bucket-dev") -> zipfile.ZipFile:
        return zipfile.ZipFile(self.store / bucket / key)

    def commit_of(self, key: str = "software/acme", bucket: str = "bucket-dev") -> str:
        """What the object's metadata says."""
        return (self.store / bucket / f"{key}.commit").read_text()

    def calls(self) -> list[list[str]]:
        file = self.store / "calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
