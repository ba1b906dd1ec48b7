"""Takes GitLab's webhooks: a push that is known, allowed and mapped to a tenant starts one build.

Read it from ``handler`` at the end, upwards. What it needs to know comes by environment variables:

    BUILD_PROJECT       name of the CodeBuild project
    TOKEN_SECRET_ARN    secret in Secrets Manager: the webhook's secret token
    SIGNING_SECRET_ARN  secret: the webhook's signing token, whsec_…; empty where deliveries aren't signed
    GITLAB_HOST         gitlab.example.com, with its port where it isn't the usual one. A GitLab without TLS: http://…
    ALLOWED             JSON list of patterns of repositories; * stands for any text, slashes included
    REPOSITORIES        JSON object: repository → {"tenant": …, "kind": "software" or "infrastructure"}
    NAMING_RULE         regular expression with the groups tenant and kind, for repositories that aren't in it, or empty
    BRANCHES            JSON object: branch → environment

Answers: 202 build started; 200 nothing to do; 400 no valid delivery; 401 token or signature is wrong; 403 repository or
host isn't allowed; 404 nothing is known of the repository or branch; 500 AWS or the configuration fails: try again.
"""

import base64
import fnmatch
import functools
import hashlib
import hmac
import json
import os
import re
import time
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

# Lambda takes no more in one call: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST_BYTES = 6 * 1024 * 1024
# Seconds that a signature is good for: CodeBuild knows an idempotency token for as long, so nothing starts twice;
# where GitLab's clock is ahead, a second build may start, and finds nothing to upload.
SIGNATURE_AGE = 300
# Seconds that GitLab's clock may be ahead.
CLOCK_SKEW = 60
# Seconds that a secret is kept, and those after which a wrong token makes the Lambda look whether it has changed.
SECRET_AGE, SECRET_REFRESH = 300, 15
SHORTEST_TOKEN = 16
# Bytes. All variables of a build take about 5,500 characters, names included, and some of them are the project's own:
# https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
MOST_OF_USER, MOST_OF_MESSAGE = 100, 600
KINDS = ("software", "infrastructure")

COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
DELIVERY = re.compile(r"[A-Za-z0-9_-]{8,64}")
TENANT = re.compile(r"[a-z]([a-z0-9-]{0,30}[a-z0-9])?")
# https://docs.gitlab.com/user/reserved_names/: letters, digits, underscores, dots and hyphens.
SEGMENT = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*")
MOST_OF_PATH, MOST_OF_BRANCH = 255, 200
# What git check-ref-format refuses anywhere in a name.
NO_BRANCH = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)|^[-./]|[./]$|^@$")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Answer(Exception):
    """Ends a request: ``status`` of HTTP, and what the body says under ``word``."""

    def __init__(self, status: int, word: str, text: str) -> None:
        super().__init__(text)
        self.status, self.body = status, {word: text}


def refused(status: int, why: str) -> Answer:
    return Answer(status, "error", why)


# --- AWS ---


@functools.cache
def client(service: str):
    # GitLab waits ten seconds for its answer: calls that are throttled are tried again within them.
    retries = {"mode": "standard", "total_max_attempts": 6}
    return boto3.client(service, config=Config(connect_timeout=2, read_timeout=5, retries=retries))


@functools.cache
class Secret:
    """A secret's text, kept for a while. There is one of each ARN."""

    def __init__(self, arn: str) -> None:
        self._arn, self._text, self._since = arn, None, 0.0

    def text(self, oldest: float = SECRET_AGE) -> str:
        """The text as it was no more than ``oldest`` seconds ago."""
        now = time.monotonic()
        if self._text is None or now - self._since > oldest:
            text = client("secretsmanager").get_secret_value(SecretId=self._arn)["SecretString"]
            self._text, self._since = text.strip(), now
        return self._text


# --- The request ---


def headers_of(event: dict) -> dict[str, str]:
    """All headers by their names in lower case. One that was sent twice holds both values, and so fits nothing."""
    found: dict[str, list[str]] = {}
    for name, values in (event.get("multiValueHeaders") or {}).items():
        found.setdefault(name.lower(), []).extend(str(value) for value in values or [])
    for name, value in (event.get("headers") or {}).items():
        found.setdefault(name.lower(), [str(value)])
    return {name: ",".join(values) for name, values in found.items()}


def body_of(event: dict) -> bytes:
    if event.get("httpMethod") != "POST":
        raise refused(400, "Only POST is taken.")
    text = event.get("body") or ""
    try:
        body = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except ValueError:
        raise refused(400, "The body can't be decoded.") from None
    if len(body) > MOST_BYTES:
        raise refused(400, "The body is too large.")
    return body


# --- Who sends it ---


def same(given: str, expected: str) -> bool:
    """Takes as long whatever is given: digests are compared, which are of one length."""
    digests = (hashlib.sha256(text.encode(errors="replace")).digest() for text in (given, expected))
    return hmac.compare_digest(*digests)


def check_token(headers: dict[str, str]) -> None:
    """The token may just have been replaced: if it is wrong, the secret is read once more, though not for each request
    of somebody who guesses."""
    given = headers.get("x-gitlab-token", "")
    kept = Secret(os.environ["TOKEN_SECRET_ARN"])
    for oldest in (SECRET_AGE, SECRET_REFRESH):
        expected = kept.text(oldest)
        if len(expected) < SHORTEST_TOKEN:
            raise ValueError("the token in Secrets Manager is too short")
        if same(given, expected):
            return
    raise refused(401, "X-Gitlab-Token is missing or wrong.")


def signature(signing_token: str, delivery: str, timestamp: str, body: bytes) -> str:
    """https://docs.gitlab.com/user/project/integrations/webhooks/#signing-tokens, as Standard Webhooks has it."""
    key = base64.b64decode(signing_token.removeprefix("whsec_"), validate=True)
    if len(key) < SHORTEST_TOKEN:
        raise ValueError("the signing token in Secrets Manager is too short")
    signed = hmac.new(key, f"{delivery}.{timestamp}.".encode(errors="replace") + body, hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()


def check_signature(headers: dict[str, str], body: bytes) -> None:
    """Once there is a signing token, a delivery without a signature is refused: anybody could leave it out."""
    if not os.environ.get("SIGNING_SECRET_ARN"):
        return
    delivery, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "").split(" ")
    kept = Secret(os.environ["SIGNING_SECRET_ARN"])
    for oldest in (SECRET_AGE, SECRET_REFRESH):
        expected = signature(kept.text(oldest), delivery, timestamp, body)
        # All of them are compared, so that their order tells nothing.
        if any([same(one, expected) for one in given]):
            break
    else:
        raise refused(401, "webhook-signature is missing or wrong.")
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise refused(401, "webhook-timestamp is no time.")
    if not -CLOCK_SKEW <= time.time() - int(timestamp) <= SIGNATURE_AGE:
        raise refused(401, "webhook-timestamp is too far from the present time.")


def delivery_of(headers: dict[str, str]) -> str:
    """What a repeated delivery has in common with the first one. Only webhook-id is signed, so it stands alone where
    signatures are asked for. GitLab sends the same in Idempotency-Key; before 17.4 it had the event's id at most."""
    signed = ("webhook-id",)
    every = ("idempotency-key", *signed, "x-gitlab-event-uuid")
    names = signed if os.environ.get("SIGNING_SECRET_ARN") else every
    return next((headers[name] for name in names if DELIVERY.fullmatch(headers.get(name, ""))), "")


# --- What it says ---


def push_of(headers: dict[str, str], body: bytes) -> dict:
    try:
        payload = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise refused(400, "The body isn't JSON.") from None
    if not isinstance(payload, dict):
        raise refused(400, "The body isn't a JSON object.")
    # System hooks tell pushes, too, of the whole GitLab: a push would start a build for each kind of hook.
    if headers.get("x-gitlab-event", "Push Hook") != "Push Hook":
        raise Answer(200, "ignored", "Only push events of projects and groups start builds.")
    if payload.get("object_kind") != "push":
        raise refused(400, "The body is no push event.")
    return payload


def text_of(payload: dict, *names: str) -> str:
    """The text at a path of names, or nothing."""
    for name in names:
        payload = payload.get(name) if isinstance(payload, dict) else None
    return payload if isinstance(payload, str) else ""


def cut(text: str, most: int) -> str:
    """No more than ``most`` bytes of UTF-8, without control characters other than tabs and ends of lines."""
    kept = CONTROL.sub("", text).encode(errors="replace")[:most]
    return kept.decode(errors="ignore").strip()


def is_branch(name: str) -> bool:
    return 0 < len(name.encode(errors="replace")) <= MOST_OF_BRANCH and not NO_BRANCH.search(name)


def is_repository(path: str) -> bool:
    segments = path.split("/")
    named = all(SEGMENT.fullmatch(one) and not one.endswith((".", ".git")) for one in segments)
    return len(segments) > 1 and named and len(path) <= MOST_OF_PATH


def message_of(payload: dict) -> str:
    """The message of the newest commit, which is among the twenty that GitLab tells of, or else of the last of them."""
    commits = payload.get("commits")
    told = [one for one in commits if isinstance(one, dict)] if isinstance(commits, list) else []
    newest = [one for one in told if one.get("id") == payload.get("after")] or told
    return text_of(newest[-1], "message") if newest else ""


def origin() -> tuple[str, str]:
    """Scheme and host of GitLab."""
    scheme, _, host = os.environ["GITLAB_HOST"].rpartition("://")
    return scheme or "https", host.rstrip("/").lower()


def check_host(payload: dict) -> None:
    try:
        url = urlsplit(text_of(payload, "project", "git_http_url"))
        host, port = url.hostname, url.port
    except ValueError:
        host = None
    if not host:
        raise refused(400, "project.git_http_url is no URL.")
    usual = {"http": 80, "https": 443}.get(url.scheme)
    if (host if port in (None, usual) else f"{host}:{port}") != origin()[1]:
        raise refused(403, "The repository is on another host.")


def told_of(repository: str) -> tuple[str, str]:
    """Tenant and kind of a repository."""
    if not any(fnmatch.fnmatchcase(repository, pattern) for pattern in json.loads(os.environ["ALLOWED"])):
        raise refused(403, "The repository isn't allowed.")
    told = json.loads(os.environ["REPOSITORIES"]).get(repository) or {}
    rule = os.environ.get("NAMING_RULE")
    if not told and rule and (match := re.fullmatch(rule, repository)):
        told = match.groupdict()
    tenant, kind = told.get("tenant") or "", told.get("kind") or ""
    if not TENANT.fullmatch(tenant) or kind not in KINDS:
        raise refused(404, "The repository belongs to no tenant.")
    return tenant, kind


# --- What comes of it ---


def variables_of(payload: dict, log: dict) -> dict[str, str]:
    """The variables of the build. All but PUSH are of an alphabet of their own or known here; PUSH, what people wrote
    included, is base64: there is nothing in it that a shell could take for its own. ``log`` gets what is known."""
    ref, commit = text_of(payload, "ref"), text_of(payload, "after")
    branch = ref.removeprefix("refs/heads/")
    repository = text_of(payload, "project", "path_with_namespace")
    if branch == ref or not is_branch(branch):
        raise refused(400, "ref is no branch.")
    if not COMMIT.fullmatch(commit):
        raise refused(400, "after is no commit.")
    if not is_repository(repository):
        raise refused(400, "project.path_with_namespace is no repository.")
    log.update(repository=repository, branch=branch, commit=commit)
    if not commit.strip("0"):
        raise Answer(200, "ignored", "The branch is deleted.")
    check_host(payload)
    tenant, kind = told_of(repository)
    log.update(tenant=tenant, kind=kind)
    environment = json.loads(os.environ["BRANCHES"]).get(branch)
    if not environment:
        raise refused(404, "The branch belongs to no environment.")
    log.update(environment=environment)
    push = {
        "commit": commit,
        "user": cut(text_of(payload, "user_name") or text_of(payload, "user_username"), MOST_OF_USER),
        "message": cut(message_of(payload), MOST_OF_MESSAGE),
        "repository": repository,
        "branch": branch,
    }
    scheme, host = origin()
    return {
        "COMMIT": commit,
        "BRANCH": branch,
        "CLONE_URL": f"{scheme}://{host}/{repository}.git",
        "TENANT": tenant,
        "KIND": kind,
        "ENVIRONMENT": environment,
        "PUSH": base64.b64encode(json.dumps(push, ensure_ascii=False).encode()).decode(),
    }


def start(variables: dict[str, str], delivery: str, before: str) -> str:
    """The build's id. CodeBuild answers a repeated token with the build that it has started, and refuses one that
    comes with other variables: so the token stands for all of them, and two branches of one push stay two builds."""
    what = json.dumps([delivery, before, variables], sort_keys=True)
    given = [{"name": name, "value": value, "type": "PLAINTEXT"} for name, value in variables.items()]
    return client("codebuild").start_build(
        projectName=os.environ["BUILD_PROJECT"],
        environmentVariablesOverride=given,
        idempotencyToken=hashlib.sha256(what.encode()).hexdigest(),
    )["build"]["id"]


def answer_to(event: dict, log: dict) -> Answer:
    """The answer to a request. ``log`` gets what is known of it on the way: nothing that wasn't checked."""
    try:
        body = body_of(event)
        headers = headers_of(event)
        check_token(headers)
        check_signature(headers, body)
        payload = push_of(headers, body)
        log.update(delivery=delivery_of(headers))
        variables = variables_of(payload, log)
        return Answer(202, "build", start(variables, log["delivery"], text_of(payload, "before")))
    except Answer as answer:
        return answer
    except Exception as error:  # Whatever it is, GitLab gets an answer, and the log its kind, but no text of others.
        code = getattr(error, "response", {}).get("Error", {}).get("Code")
        log.update(failure=code or type(error).__name__)
        return refused(500, "The build can't be started. Try again later.")


def handler(event: dict, context) -> dict:
    """Lambda's entry: an event of API Gateway's REST proxy, payload 1.0."""
    since = time.monotonic()
    log = {"request": getattr(context, "aws_request_id", None)}
    answer = answer_to(event, log)
    log.update(status=answer.status, **answer.body, milliseconds=round((time.monotonic() - since) * 1000))
    print(json.dumps(log), flush=True)
    return {
        "statusCode": answer.status,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store"},
        "body": json.dumps(answer.body),
    }
