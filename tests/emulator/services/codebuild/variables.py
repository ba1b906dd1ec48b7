"""The variables that a build's commands find.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
"""

import json
import os
import re
import sys
from pathlib import Path

from emulator import own_calls, services
from emulator.services.codebuild import role
from emulator.services.codebuild.build import Build
from emulator.services.codebuild.buildspec import Buildspec
from emulator.services.codebuild.role import PhaseFailed


def resolved(build: Build, spec: Buildspec) -> dict[str, str]:
    """Those of the buildspec, and over them those of the project and of the start; PhaseFailed where a parameter or
    a secret can't be read. Under the server's lock."""
    found = {
        name: _value(build, kind, value)
        for kind, variables in spec.variables.items()
        for name, value in variables.items()
    }
    for variable in build.settings["environment"]["environmentVariables"]:
        found[variable["name"]] = _value(build, variable["type"], variable["value"])
    return found


def _value(build: Build, kind: str, value: str) -> str:
    if kind == "PARAMETER_STORE":
        return _parameter(build, value)
    return _secret(build, value) if kind == "SECRETS_MANAGER" else value


def _parameter(build: Build, name: str) -> str:
    services.load("ssm")
    from moto.ssm.models import ssm_backends

    region, account = build.backend.region_name, build.backend.account_id
    arn = name if name.startswith("arn:") else f"arn:aws:ssm:{region}:{account}:parameter/{name.lstrip('/')}"
    if role.lacks(build, "ssm:GetParameters", arn):
        raise PhaseFailed("Decrypted Variables Error", f"AccessDeniedException: ssm:GetParameters on {arn}")
    found = ssm_backends[account][region].get_parameter(name)
    if found is None:
        raise PhaseFailed("Decrypted Variables Error", f"parameter does not exist: {name}")
    return found.value


def _secret(build: Build, reference: str) -> str:
    """``secret-id:json-key:version-stage:version-id``; all but the id may be left out."""
    services.load("secretsmanager")
    from moto.secretsmanager.models import secretsmanager_backends

    match = re.fullmatch(r"((?:arn:[^:]*:[^:]*:[^:]*:[^:]*:secret:)?[^:]+)((?::[^:]*){0,3})", reference)
    if match is None:
        raise PhaseFailed("Secrets Manager Error Message", f"invalid secret reference: {reference}")
    secret_id, rest = match.group(1), (match.group(2).split(":") + [""] * 4)[1:4]
    backend = secretsmanager_backends[build.backend.account_id][build.backend.region_name]
    secret = backend.secrets.get(secret_id)
    missing = "ResourceNotFoundException: Secrets Manager can't find the specified secret."
    if secret is None or secret.is_deleted():
        raise PhaseFailed("Secrets Manager Error Message", missing)
    if role.lacks(build, "secretsmanager:GetSecretValue", secret.arn):
        raise PhaseFailed("Secrets Manager Error Message", "AccessDeniedException")
    key, stage, version = rest
    text = backend.get_secret_value(secret_id, version or None, stage or None).get("SecretString") or ""
    if not key:
        return text
    try:
        return str(json.loads(text)[key])
    except (ValueError, KeyError, TypeError) as problem:
        raise PhaseFailed("Secrets Manager Error Message", f"the secret has no key {key}") from problem


def environment(
    build: Build, scratch: Path, sources: dict[str, Path], key: own_calls.Key, variables: dict[str, str]
) -> dict[str, str]:
    """Of our own environment the way to programs only; the AWS command line lies beside this Python. ``sources`` has
    the folder of each input by its name, the primary one under ""."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    region = build.backend.region_name
    return {
        "PATH": programs,
        "HOME": str(scratch / "home"),
        "TMPDIR": str(scratch / "tmp"),
        "LANG": "C.UTF-8",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ENDPOINT_URL": own_calls.endpoint(),
        "AWS_ACCESS_KEY_ID": key.access_key,
        "AWS_SECRET_ACCESS_KEY": key.secret,
        "AWS_SESSION_TOKEN": key.token,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
        **variables,
        "CI": "true",
        "CODEBUILD_CI": "true",
        "CODEBUILD_BUILD_ARN": build.arn,
        "CODEBUILD_BUILD_ID": build.id,
        "CODEBUILD_BUILD_IMAGE": build.settings["environment"]["image"],
        "CODEBUILD_BUILD_NUMBER": str(build.number),
        "CODEBUILD_BUILD_SUCCEEDING": "1",
        "CODEBUILD_INITIATOR": build.initiator,
        "CODEBUILD_KMS_KEY_ID": build.settings["encryptionKey"],
        "CODEBUILD_LOG_PATH": build.log_stream or "",
        "CODEBUILD_RESOLVED_SOURCE_VERSION": build.resolved_version or "",
        "CODEBUILD_SOURCE_VERSION": build.source_version or "",
        "CODEBUILD_START_TIME": str(int(build.started.timestamp() * 1000)),
        **{_folder(name): str(folder) for name, folder in sources.items()},
    }


def _folder(name: str) -> str:
    return f"CODEBUILD_SRC_DIR_{name}" if name else "CODEBUILD_SRC_DIR"
