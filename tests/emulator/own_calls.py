"""Calls that the emulated services make themselves: the commands that pipelines and builds run call AWS, which is this
server.

They carry access keys of their own. They are logged apart, hit by no fault rule, and accepted whatever keys a test
accepts: what a test counts and breaks are its own calls.
"""

from dataclasses import dataclass

from moto.core import DEFAULT_ACCOUNT_ID

# Of the commands of pipelines, which may do everything.
ACCESS_KEY = "ASIAEMULATORPIPELINE"

_server = {"endpoint": ""}


@dataclass(frozen=True)
class Key:
    """Temporary credentials of a role."""

    access_key: str
    secret: str
    token: str
    role_arn: str
    # Of the session, as errors name it.
    caller: str


# They outlive a reset: what still calls with one of them isn't the test's.
_keys: dict[str, Key] = {}


def listen_at(endpoint: str) -> None:
    """Note where the server of this process listens."""
    _server["endpoint"] = endpoint


def endpoint() -> str:
    return _server["endpoint"]


def issue(role_arn: str, session: str) -> Key:
    """Credentials for what a service runs as a role. Under the server's lock."""
    from moto.sts.models import sts_backends

    backend = sts_backends[DEFAULT_ACCOUNT_ID]["aws"]
    assumed = backend.assume_role(
        region_name="us-east-1",
        role_session_name=session,
        role_arn=role_arn,
        policy="",
        duration=3600,
        external_id="",
    )
    key = Key(assumed.access_key_id, assumed.secret_access_key, assumed.session_token, role_arn, assumed.arn)
    _keys[key.access_key] = key
    return key


def known(access_key: str | None) -> bool:
    """Whether a call is one of ours."""
    return access_key == ACCESS_KEY or access_key in _keys


def key(access_key: str | None) -> Key | None:
    """The credentials of a role that the call carries."""
    return _keys.get(access_key or "")
