"""Calls that the emulated services make themselves: the commands that a pipeline runs call AWS, which is this server.

They carry an access key of their own. They are logged apart, hit by no fault rule, and accepted whatever keys a test
accepts: what a test counts and breaks are its own calls.
"""

ACCESS_KEY = "ASIAEMULATORPIPELINE"

_server = {"endpoint": ""}


def listen_at(endpoint: str) -> None:
    """Note where the server of this process listens."""
    _server["endpoint"] = endpoint


def endpoint() -> str:
    return _server["endpoint"]
