"""What Lambda holds: functions by name, kept by moto's backend."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from moto.awslambda.models import LambdaBackend, lambda_backends
from moto.core import DEFAULT_ACCOUNT_ID

from emulator.patching import AwsError
from emulator.timing import timing

SERVICE = "lambda.amazonaws.com"


@dataclass
class Function:
    """A function: ``settings`` are those of the API, completed; ``code`` is the archive."""

    arn: str
    settings: dict[str, Any]
    code: bytes
    code_sha256: str
    tags: dict[str, str]
    state: str = "Pending"
    update: str = "Successful"
    modified: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    revision: str = field(default_factory=lambda: str(uuid.uuid4()))
    # Statements of the resource policy, by their ids.
    statements: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Executions kept for the function, and at most so many at once.
    reserved: int | None = None
    running: int = 0
    # Deleted, though a call of it may still be under way.
    gone: bool = False
    # The id of the role that may decrypt the variables; a role made anew has another one.
    grantee: str | None = None

    @property
    def name(self) -> str:
        return self.settings["FunctionName"]

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]

    @property
    def log_group(self) -> str:
        return self.settings["LoggingConfig"]["LogGroup"]

    def touch(self) -> None:
        """Something has changed."""
        self.modified, self.revision = datetime.now(timezone.utc), str(uuid.uuid4())

    def grant(self) -> None:
        """Lambda lets the role, not its name, decrypt the variables."""
        self.grantee = role_id(self.settings["Role"])

    def can_decrypt(self) -> bool:
        has_variables = bool(self.settings.get("Environment", {}).get("Variables"))
        return not has_variables or self.grantee == role_id(self.settings["Role"])

    def begin_update(self) -> None:
        """The change takes its time."""
        self.touch()
        self.update = "InProgress"
        timing.after("function", "update", self._updated)

    def begin_life(self) -> None:
        timing.after("function", "create", self._active)

    def _updated(self) -> None:
        self.update = "Successful"

    def _active(self) -> None:
        self.state = "Active"

    def shown(self) -> dict[str, Any]:
        """The configuration, as the API shows it."""
        shown = {
            **self.settings,
            "FunctionArn": self.arn,
            "CodeSize": len(self.code),
            "CodeSha256": self.code_sha256,
            "Version": "$LATEST",
            "LastModified": f"{self.modified:%Y-%m-%dT%H:%M:%S}.{self.modified.microsecond // 1000:03d}+0000",
            "RevisionId": self.revision,
            "State": self.state,
            "LastUpdateStatus": self.update,
            # Off until a version is published.
            "SnapStart": {"ApplyOn": "None", **self.settings.get("SnapStart", {}), "OptimizationStatus": "Off"},
        }
        if "Layers" in shown:
            shown["Layers"] = [{"Arn": layer, "CodeSize": 1} for layer in shown["Layers"]]
        if self.state == "Pending":
            shown.update(StateReason="The function is being created.", StateReasonCode="Creating")
        if self.update == "InProgress":
            shown.update(
                LastUpdateStatusReason="The function is being created.", LastUpdateStatusReasonCode="Creating"
            )
        return shown


def functions(backend: LambdaBackend) -> dict[str, Function]:
    """By name."""
    return backend.__dict__.setdefault("functions_by_name", {})


def backend_of(region: str) -> LambdaBackend:
    return lambda_backends[DEFAULT_ACCOUNT_ID][region]


def arn(backend: LambdaBackend, name: str) -> str:
    return f"arn:aws:lambda:{backend.region_name}:{backend.account_id}:function:{name}"


def function(backend: LambdaBackend, name_or_arn: str) -> Function:
    """By name, partial or whole ARN, with or without ``$LATEST``; ResourceNotFoundException if there is none."""
    name = name_or_arn.rsplit(":function:", 1)[-1]
    name, _, version = name.partition(":")
    if version not in ("", "$LATEST"):
        raise NotImplementedError("versions and aliases of functions")
    found = functions(backend).get(name)
    if found is None:
        raise AwsError("ResourceNotFoundException", f"Function not found: {arn(backend, name)}")
    return found


def role_id(role_arn: str) -> str | None:
    from moto.iam.models import iam_backends

    roles = iam_backends[DEFAULT_ACCOUNT_ID]["aws"].roles.values()
    return next((role.id for role in roles if role.arn == role_arn), None)


def refused(message: str) -> AwsError:
    return AwsError("InvalidParameterValueException", message)
