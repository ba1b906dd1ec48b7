"""Command line: ``python -m webhook.gitlab``: a GitLab of one folder, which tells a webhook of what is pushed to it.

Prints one line of JSON, ``{"origin": "http://127.0.0.1:PORT", "password": "…"}``, as soon as it listens, and ends when its
standard input does. Git works on ``ORIGIN/PATH.git`` with the user ``oauth2`` and the password. The rest is JSON:

| call | body, answer |
|---|---|
| ``POST /-/projects`` | ``{"path": "shops/acme"}``: makes an empty repository |
| ``PUT /-/hook`` | ``url``, ``token``, ``signing_token`` (``whsec_…``, or null), ``times`` (that each push is told of): of all projects |
| ``GET /-/deliveries`` | a list: ``id``, ``repository``, ``branch``, ``commit``, ``answered`` (ISO 8601, local time), ``status``, ``body``; without the last three while there is no answer |

As GitLab does, it answers the push first and delivers then: once for each branch, with the newest twenty commits.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
import uuid
from datetime import datetime
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from webhook.deliveries import signed
from webhook.payloads import NOTHING, commit, push
from webhook.pushing import NOBODY, PASSWORD, GitServer

# GitLab tells of no more: https://docs.gitlab.com/user/project/integrations/webhook_events/#push-events
MOST_COMMITS = 20
# Seconds. GitLab itself waits for ten, on machines that have less to do:
# https://docs.gitlab.com/administration/instance_limits/#webhook-timeout
PATIENCE = 60
# Leaves the branches that Git has just updated, a line each, where the server finds them.
POST_RECEIVE = '#!/bin/sh\nnew="$(mktemp -p .)" && cat > "$new" && mv "$new" "received.${new##*.}"\n'


class GitLab:
    """The repositories, the webhook, and what became of its deliveries."""

    def __init__(self, repositories: Path) -> None:
        self.repositories, self.origin = repositories, ""
        self.hook: dict[str, Any] | None = None
        self.deliveries: list[dict[str, Any]] = []
        self.taking = threading.Lock()

    def git(self, path: str, *arguments: str) -> str:
        command = ["git", "--git-dir", str(self.folder(path)), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | NOBODY).stdout

    def folder(self, path: str) -> Path:
        return self.repositories / f"{path}.git"

    def make(self, path: str) -> None:
        self.folder(path).mkdir(parents=True)
        self.git(path, "init", "--quiet", "--bare", "--initial-branch=dev")
        for name in ("http.receivepack", "uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
            self.git(path, "config", name, "true")
        hook = self.folder(path) / "hooks/post-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(POST_RECEIVE)
        hook.chmod(0o755)

    def received(self, path: str) -> None:
        """Delivers what was pushed to this repository."""
        with self.taking:
            lines = []
            for file in sorted(self.folder(path).glob("received.*")):
                lines += file.read_text().splitlines()
                file.unlink()
        for line in lines:
            before, after, ref = line.split(" ", 2)
            if self.hook and ref.startswith("refs/heads/"):
                told = self.told(path, before, after, ref)
                for _ in range(self.hook["times"]):
                    threading.Thread(target=self.deliver, args=(self.hook, told), daemon=True).start()

    def told(self, path: str, before: str, after: str, ref: str) -> dict[str, Any]:
        """A delivery that is yet to be sent."""
        project = {
            "name": path.rpartition("/")[2],
            "namespace": path.rpartition("/")[0],
            "path_with_namespace": path,
            "web_url": f"{self.origin}/{path}",
            "homepage": f"{self.origin}/{path}",
            "git_http_url": f"{self.origin}/{path}.git",
            "http_url": f"{self.origin}/{path}.git",
        }
        deleted = after.strip("0") == ""
        since = after if before.strip("0") == "" else f"{before}..{after}"
        commits, user = [], "Robin Example"
        if not deleted:
            listed = self.git(path, "log", "--reverse", f"-{MOST_COMMITS}", "-z", "--format=%H%n%B", since)
            commits = [commit(*one.split("\n", 1)) for one in listed.split("\0") if one]
            commits = [one | {"url": f"{self.origin}/{path}/-/commit/{one['id']}"} for one in commits]
            user = self.git(path, "log", "-1", "--format=%cn", after).strip()
        payload = push(
            ref=ref,
            before=before if before.strip("0") else NOTHING,
            after=after,
            checkout_sha=None if deleted else after,
            user_name=user,
            project=project,
            commits=commits,
            total_commits_count=0 if deleted else int(self.git(path, "rev-list", "--count", since)),
        )
        branch = ref.removeprefix("refs/heads/")
        entry = {"id": str(uuid.uuid4()), "repository": path, "branch": branch, "commit": after}
        return {"entry": entry, "body": json.dumps(payload, ensure_ascii=False).encode()}

    def deliver(self, hook: dict[str, Any], told: dict[str, Any]) -> None:
        """Sends it; a second time it is the same, under the same key."""
        entry = dict(told["entry"])
        self.deliveries.append(entry)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "GitLab/18.5.0",
            "Idempotency-Key": entry["id"],
            "X-Gitlab-Event": "Push Hook",
            "X-Gitlab-Webhook-UUID": str(uuid.uuid5(uuid.NAMESPACE_URL, hook["url"])),
            "X-Gitlab-Instance": self.origin,
            "X-Gitlab-Event-UUID": str(uuid.uuid4()),
            "X-Gitlab-Token": hook["token"],
        }
        if hook["signing_token"]:
            key = base64.b64decode(hook["signing_token"].removeprefix("whsec_"))
            signature = signed(told["body"], delivery=entry["id"], key=key)
            headers |= {name.replace("_", "-"): value for name, value in signature.items()}
        request = urllib.request.Request(hook["url"], data=told["body"], headers=headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as answer:
            status, body = answer.code, answer.read()
        except OSError as error:
            status, body = 0, str(error).encode()
        entry |= {"status": status, "body": body.decode(errors="replace"), "answered": datetime.now().astimezone().isoformat()}


class Server(GitServer):
    """Git, and what controls it."""

    gitlab: GitLab

    def do_GET(self) -> None:
        self.control() if self.path.startswith("/-/") else self.answer()

    def do_POST(self) -> None:
        if self.path.startswith("/-/"):
            return self.control()
        self.answer()
        path, _, service = self.path.partition(".git/")
        if service == "git-receive-pack":
            self.gitlab.received(path.removeprefix("/"))

    def do_PUT(self) -> None:
        self.control()

    def control(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer: Any = None
        match self.command, self.path:
            case "POST", "/-/projects":
                self.gitlab.make(json.loads(body)["path"])
            case "PUT", "/-/hook":
                self.gitlab.hook = json.loads(body)
            case "GET", "/-/deliveries":
                answer = list(self.gitlab.deliveries)
            case _:
                return self.send_error(404)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())


class Listener(ThreadingHTTPServer):
    # Ten pushes at once are many connections at once.
    request_queue_size = 128


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="gitlab-") as folder:
        gitlab = GitLab(Path(folder))
        served = {"repositories": gitlab.repositories, "gitlab": gitlab}
        server = Listener(("127.0.0.1", 0), type("Here", (Server,), served))
        gitlab.origin = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        print(json.dumps({"origin": gitlab.origin, "password": PASSWORD}), flush=True)
        while sys.stdin.buffer.read(4096):
            pass


if __name__ == "__main__":
    main()
