"""Build specifications, version 0.2: what a build is told to do.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

from dataclasses import dataclass, field
from typing import Any

import yaml

PHASES = ("install", "pre_build", "build", "post_build")
SHELLS = ("sh", "bash")
ON_FAILURE = ("ABORT", "CONTINUE")
KNOWN = {"version", "env", "phases", "artifacts"}
KNOWN_OF_ENV = {"shell", "variables", "parameter-store", "secrets-manager", "exported-variables"}
KNOWN_OF_PHASE = {"runtime-versions", "commands", "finally", "on-failure"}
KNOWN_OF_ARTIFACTS = {"files", "name", "base-directory", "discard-paths", "secondary-artifacts"}


class BuildspecError(Exception):
    """What the phase DOWNLOAD_SOURCE says with the code YAML_FILE_ERROR."""


@dataclass(frozen=True)
class Phase:
    """Commands of a phase; those of ``last`` run in any case. ``on_failure`` is empty where nothing is said."""

    commands: list[str] = field(default_factory=list)
    last: list[str] = field(default_factory=list)
    on_failure: str = ""


@dataclass(frozen=True)
class Files:
    """What makes up an artifact, with globs as the buildspec has them."""

    patterns: list[str]
    base: str = ""
    flat: bool = False
    name: str = ""


@dataclass(frozen=True)
class Buildspec:
    """``variables`` by type: PLAINTEXT, PARAMETER_STORE, SECRETS_MANAGER. ``secondary`` artifacts by identifier."""

    phases: dict[str, Phase]
    shell: str = "sh"
    variables: dict[str, dict[str, str]] = field(default_factory=dict)
    exported: list[str] = field(default_factory=list)
    artifacts: Files | None = None
    secondary: dict[str, Files] = field(default_factory=dict)


def parse(text: str) -> Buildspec:
    """BuildspecError for what CodeBuild can't read, and for what the emulator can't do."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        raise BuildspecError(str(problem)) from problem
    whole = _mapping(document, "buildspec")
    _known(whole, KNOWN, "")
    if str(whole.get("version")) != "0.2":
        raise BuildspecError(f"invalid buildspec version: {whole.get('version')}")
    phases = _mapping(whole.get("phases"), "phases")
    _known(phases, set(PHASES), "phases/")
    if not phases:
        raise BuildspecError("at least one phase is required")
    env = _mapping(whole.get("env") or {}, "env")
    _known(env, KNOWN_OF_ENV, "env/")
    shell = env.get("shell", "sh")
    if shell not in SHELLS:
        raise BuildspecError(f"invalid shell: {shell}")
    artifacts = _mapping(whole.get("artifacts") or {}, "artifacts")
    return Buildspec(
        {name: _phase(phases[name], f"phases/{name}") for name in PHASES if name in phases},
        shell,
        {
            "PLAINTEXT": _texts(env.get("variables"), "env/variables"),
            "PARAMETER_STORE": _texts(env.get("parameter-store"), "env/parameter-store"),
            "SECRETS_MANAGER": _texts(env.get("secrets-manager"), "env/secrets-manager"),
        },
        _list(env.get("exported-variables"), "env/exported-variables"),
        _files(artifacts, "artifacts") if artifacts.get("files") else None,
        {
            name: _files(_mapping(files, f"artifacts/secondary-artifacts/{name}"), name)
            for name, files in (artifacts.get("secondary-artifacts") or {}).items()
        },
    )


def _phase(value: Any, where: str) -> Phase:
    phase = _mapping(value, where)
    _known(phase, KNOWN_OF_PHASE, f"{where}/")
    on_failure = phase.get("on-failure", "")
    if on_failure and on_failure not in ON_FAILURE:
        raise BuildspecError(f"invalid value for {where}/on-failure: {on_failure}")
    commands = _list(phase.get("commands"), f"{where}/commands")
    return Phase(commands, _list(phase.get("finally"), f"{where}/finally"), on_failure)


def _files(value: dict[str, Any], where: str) -> Files:
    _known(value, KNOWN_OF_ARTIFACTS, f"{where}/")
    flat = str(value.get("discard-paths", "no")).lower() in ("yes", "true")
    patterns = _list(value.get("files"), f"{where}/files")
    return Files(patterns, str(value.get("base-directory") or ""), flat, str(value.get("name") or ""))


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BuildspecError(f"expected a mapping: {where}")
    return value


def _texts(value: Any, where: str) -> dict[str, str]:
    """Scalars become text as YAML writes them."""
    found = _mapping(value or {}, where)
    if any(isinstance(item, (dict, list)) for item in found.values()):
        raise BuildspecError(f"expected texts: {where}")
    return {str(name): _scalar(item) for name, item in found.items()}


def _scalar(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _list(value: Any, where: str) -> list[str]:
    items = value if isinstance(value, list) else [] if value is None else [value]
    for index, item in enumerate(items):
        if isinstance(item, (dict, list)):
            # A command with a colon and a space that isn't quoted.
            raise BuildspecError(
                f"Expected {where.rsplit('/', 1)[-1].capitalize()}[{index}] to be of string type: "
                "found subkeys instead"
            )
    return [_scalar(item) for item in items]


def _known(found: dict[str, Any], known: set[str], where: str) -> None:
    for name in sorted(set(map(str, found)) - known):
        raise BuildspecError(f"emulator: {where}{name} is not a key, or one that the emulator lacks")
