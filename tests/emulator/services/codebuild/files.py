"""Sources that a build gets, artifacts that it gives. What touches S3 is called under the server's lock."""

import io
import zipfile
from pathlib import Path
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import S3Backend, s3_backends

from emulator import services
from emulator.services.codebuild import role
from emulator.services.codebuild.build import Build, Input
from emulator.services.codebuild.buildspec import Buildspec, Files
from emulator.services.codebuild.role import PhaseFailed

Content = list[tuple[str, bytes]]
PERMISSIONS_SHIFT = 16


def s3() -> S3Backend:
    services.load("s3")
    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"]


def fetch(build: Build, wanted: Input) -> Content:
    """The archive, or all objects of a folder; PhaseFailed if it can't be read."""
    where = f"for primary source and source version {build.source_version or ''}"
    key = wanted.key

    def refuse(why: str) -> PhaseFailed:
        return PhaseFailed("CLIENT_ERROR", f"error while downloading key {key}, error: {why} {where}")

    bucket = s3().buckets.get(wanted.bucket)
    if bucket is None:
        raise refuse("NoSuchBucket: The specified bucket does not exist")
    if key.endswith("/"):
        keys = [name for name in list(bucket.keys) if name.startswith(key)]
        return [content for name in keys for content in fetch(build, Input(wanted.bucket, name))]
    action = "s3:GetObjectVersion" if wanted.version else "s3:GetObject"
    found = s3().get_object(wanted.bucket, key, version_id=wanted.version)
    if role.lacks(build, action, f"{bucket.arn}/{key}") or (found and not role.may_decrypt(build, found)):
        raise refuse("AccessDenied: Access Denied")
    if found is None:
        raise refuse("NoSuchVersion" if wanted.version else "NoSuchKey: The specified key does not exist.")
    return [(key, found.value)]


def unpack(content: Content, folder: Path, prefix: str = "") -> None:
    """Archives are unpacked with the permissions that they hold; the objects of a folder are put in as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    for key, data in content:
        if not prefix and zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for item in archive.infolist():
                    path = Path(archive.extract(item, folder))
                    mode = item.external_attr >> PERMISSIONS_SHIFT & 0o777
                    if mode and not item.is_dir():
                        path.chmod(mode | 0o600)
        elif prefix:
            path = folder / key.removeprefix(prefix)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        else:
            raise PhaseFailed("CLIENT_ERROR", "zip: not a valid zip file for primary source")


def pack(files: Files, source: Path) -> bytes:
    """An archive of the files that an artifact is made of; PhaseFailed if there are none."""
    base = source / files.base
    found = sorted({path for pattern in files.patterns for path in _matching(base, pattern)})
    if not found:
        raise PhaseFailed("CLIENT_ERROR", "no matching artifact paths found")
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in found:
            inside = path.is_relative_to(base) and not files.flat
            archive.write(path, path.relative_to(base) if inside else path.name)
    return held.getvalue()


def _matching(base: Path, pattern: str) -> list[Path]:
    if pattern.startswith("/"):
        return [path for path in (Path(pattern),) if path.is_file()]
    return [path for path in base.glob(pattern) if path.is_file()]


def artifacts(build: Build, spec: Buildspec, source: Path) -> dict[str, bytes]:
    """The archives that are wanted of a build, by the name of the output; "" where no pipeline asks."""
    if build.outputs:
        several = len(build.outputs) > 1
        wanted = {
            out.name: spec.secondary.get(out.name) if several else spec.artifacts for out in build.outputs
        }
    elif build.settings["artifacts"]["type"] == "S3":
        wanted = {"": spec.artifacts}
    else:
        return {}
    if None in wanted.values():
        raise PhaseFailed("CLIENT_ERROR", "no artifact definition found in the buildspec")
    return {name: pack(files, source) for name, files in wanted.items() if files}


def upload(build: Build, archives: dict[str, bytes]) -> None:
    """Put the archives where they are wanted."""
    for output in build.outputs:
        key = output.kms_key or build.settings["encryptionKey"]
        _put(build, output.bucket, output.key, archives[output.name], key)
        build.artifact = {"location": f"arn:aws:s3:::{output.bucket}/{output.key}"}
    if "" in archives:
        wanted: dict[str, Any] = build.settings["artifacts"]
        if wanted["packaging"] != "ZIP":
            raise NotImplementedError("artifacts in S3 that aren't packed")
        by_build = build.uuid if wanted["namespaceType"] == "BUILD_ID" else ""
        path = "/".join(
            part.strip("/") for part in (wanted["path"], by_build, wanted["name"]) if part.strip("/")
        )
        _put(build, wanted["location"], path, archives[""], build.settings["encryptionKey"])
        build.artifact = {"location": f"arn:aws:s3:::{wanted['location']}/{path}"}


def _put(build: Build, bucket: str, key: str, content: bytes, kms_key: str) -> None:
    where = f"arn:aws:s3:::{bucket}/{key}"
    if role.lacks(build, "s3:PutObject", where) or not role.may_encrypt(build, kms_key, where):
        raise PhaseFailed("CLIENT_ERROR", "AccessDenied: Access Denied, status code: 403")
    if bucket not in s3().buckets:
        raise PhaseFailed(
            "CLIENT_ERROR", "NoSuchBucket: The specified bucket does not exist, status code: 404"
        )
    own = not kms_key.endswith(":alias/aws/s3")
    s3().put_object(bucket, key, content, encryption="aws:kms", kms_key_id=kms_key if own else None)
