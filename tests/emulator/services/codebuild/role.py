"""The service role of a build: what CodeBuild itself does with it. Under the server's lock."""

from typing import Any

from emulator.services.codebuild.build import Build


class PhaseFailed(Exception):
    """A phase can't go on: code and message are those of its context."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def lacks(build: Build, action: str, resource: str) -> bool:
    return False


def may_decrypt(build: Build, found: Any) -> bool:
    return True


def may_encrypt(build: Build, kms_key: str) -> bool:
    return True
