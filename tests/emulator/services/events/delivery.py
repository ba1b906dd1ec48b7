"""Events on their way: every enabled rule of the default bus whose pattern matches starts its pipelines and
functions."""

import json
import uuid
from datetime import datetime, timezone
from typing import Any

from moto.codepipeline.models import codepipeline_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.events.models import Rule, events_backends

from emulator import services
from emulator.services import iam
from emulator.services.events.rules import SERVICE
from emulator.timing import timing


def send(region: str, source: str, detail_type: str, resources: list[str], detail: dict[str, Any]) -> None:
    """Put an event on the default bus of a region. It is delivered right after the current call."""
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": DEFAULT_ACCOUNT_ID,
        "time": f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}",
        "region": region,
        "resources": resources,
        "detail": detail,
    }
    timing.soon(lambda: _deliver(region, event))


def _deliver(region: str, event: dict[str, Any]) -> None:
    rules = events_backends[DEFAULT_ACCOUNT_ID][region].event_buses["default"].rules
    for rule in list(rules.values()):
        if rule.state == "ENABLED" and rule.event_pattern.matches_event(event):
            for target in rule.targets:
                start = _call if target["Arn"].startswith("arn:aws:lambda:") else _start
                start(rule, target, event)


def _start(rule: Rule, target: dict[str, Any], _event: dict[str, Any]) -> None:
    """A target that is gone, or whose role is, gets nothing; AWS counts that as a failed invocation."""
    services.load("codepipeline")
    from emulator.services.codepipeline import executions

    _, _, _, region, account, name = target["Arn"].split(":", 5)
    backend = codepipeline_backends[account][region]
    if name in backend.pipelines and iam.service_may_assume(target["RoleArn"], SERVICE, rule.arn):
        executions.start(backend, backend.pipelines[name], "CloudWatchEvent", rule.arn)


def _call(rule: Rule, target: dict[str, Any], event: dict[str, Any]) -> None:
    """A function gets the event if it is there and lets the rule in."""
    services.load("awslambda")
    from emulator.services.awslambda import invocations, permissions
    from emulator.services.awslambda.model import backend_of, functions

    _, _, _, region, _, _, name = target["Arn"].split(":", 6)
    found = functions(backend_of(region)).get(name)
    if found is not None and permissions.lets_in(found, SERVICE, rule.arn):
        invocations.later(region, name, json.loads(target["Input"]) if target.get("Input") else event)
