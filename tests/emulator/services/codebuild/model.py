"""What CodeBuild holds. moto's backend keeps it: ``codebuild_projects`` by name, ``build_metadata`` by build id, the
newest last."""

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from moto.codebuild.models import CodeBuildBackend

from emulator.patching import AwsError

Pairs = list[dict[str, str]]


def now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass
class Project:
    """A project: ``settings`` are those of the API, completed, but for the tags."""

    arn: str
    settings: dict[str, Any]
    tags: dict[str, str]
    created: datetime = field(default_factory=now)
    modified: datetime = field(default_factory=now)
    # The number of the newest build.
    builds: int = 0

    @property
    def name(self) -> str:
        return self.settings["name"]

    def shown(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            **self.settings,
            "arn": self.arn,
            "tags": [{"key": key, "value": value} for key, value in sorted(self.tags.items())],
            "created": self.created,
            "lastModified": self.modified,
        }


def arn(backend: CodeBuildBackend, resource: str) -> str:
    """The ARN of ``project/…`` or ``build/…``."""
    return f"arn:aws:codebuild:{backend.region_name}:{backend.account_id}:{resource}"


def refused(message: str) -> AwsError:
    return AwsError("InvalidInputException", message)


def find(backend: CodeBuildBackend, name_or_arn: str) -> Project | None:
    """The project of a name or an ARN."""
    return backend.codebuild_projects.get(name_or_arn.rsplit(":project/", 1)[-1])


def project(backend: CodeBuildBackend, name_or_arn: str) -> Project:
    """ResourceNotFoundException if there is none."""
    found = find(backend, name_or_arn)
    if found is None:
        wanted = name_or_arn if ":" in name_or_arn else arn(backend, f"project/{name_or_arn}")
        raise AwsError("ResourceNotFoundException", f"Project cannot be found: {wanted}")
    return found
