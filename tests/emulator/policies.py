"""A small evaluator of resource policies: may a service of AWS do this?

It knows principals, actions, resources and the conditions that guard against the confused deputy; a
condition on a key that the question doesn't fill in counts as unmet, as in AWS.
"""

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any


def allows_service(
    policy: str | None, service: str, action: str, resource: str, context: dict[str, str]
) -> bool:
    """Whether a policy (JSON text) lets a service principal do an action on a resource.

    ``context`` holds the condition keys of the request, such as ``aws:SourceArn``.
    """
    context = {"aws:SecureTransport": "true", **context}
    matching = [
        statement
        for statement in statements(policy)
        if _names(statement.get("Principal"), service)
        and _matches(statement.get("Action"), action, ignore_case=True)
        and _matches(statement.get("Resource", "*"), resource)
        and conditions_hold(statement.get("Condition", {}), context)
    ]
    effects = {statement.get("Effect") for statement in matching}
    return "Allow" in effects and "Deny" not in effects


def statements(policy: str | None) -> list[dict[str, Any]]:
    """The statements of a policy document; ValueError if it is not JSON with statements."""
    if not policy:
        return []
    document = json.loads(policy)
    found = document.get("Statement") if isinstance(document, dict) else None
    found = [found] if isinstance(found, dict) else found
    if not isinstance(found, list) or not all(isinstance(s, dict) for s in found):
        raise ValueError("the policy has no statements")
    return found


def role_arns(policy: str) -> set[str]:
    """ARNs of roles that the policy names as principals."""
    arns = set()
    for statement in statements(policy):
        principal = statement.get("Principal")
        named = as_list(principal.get("AWS")) if isinstance(principal, dict) else []
        arns |= {arn for arn in named if ":role/" in arn}
    return arns


def as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _names(principal: Any, service: str) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, dict):
        return False
    return service in as_list(principal.get("Service")) or "*" in as_list(principal.get("AWS"))


def like(value: str, pattern: str) -> bool:
    """Whether a pattern with ``*`` and ``?`` fits; brackets mean nothing to IAM."""
    return fnmatchcase(value, pattern.replace("[", "[[]"))


def _matches(patterns: Any, value: str, ignore_case: bool = False) -> bool:
    fold = str.lower if ignore_case else str
    return any(fnmatchcase(fold(value), fold(pattern)) for pattern in as_list(patterns))


def conditions_hold(conditions: dict[str, dict[str, Any]], context: Mapping[str, str | list[str]]) -> bool:
    """Whether all conditions of a statement are met. Keys of several values take an operator for sets."""
    lowered = {key.lower(): value for key, value in context.items()}
    return all(
        _condition_of_set_holds(operator, lowered.get(key.lower()), as_list(wanted))
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _condition_of_set_holds(operator: str, actual: str | list[str] | None, wanted: list[Any]) -> bool:
    kind, _, plain = operator.rpartition(":")
    if not kind:
        several = isinstance(actual, list)
        return _condition_holds(plain, (actual[0] if actual else None) if several else actual, wanted)
    found = [_condition_holds(plain, value, wanted) for value in as_list(actual)]
    return all(found) if kind == "ForAllValues" else any(found)


def _condition_holds(operator: str, actual: str | None, wanted: list[Any]) -> bool:
    if operator == "Null":
        return (actual is None) == (str(wanted[0]).lower() == "true")
    optional = operator.endswith("IfExists")
    operator = operator.removesuffix("IfExists")
    negated = operator.startswith(("StringNot", "ArnNot", "NumericNot"))
    if actual is None:
        return optional or negated
    if operator == "Bool":
        return actual.lower() == str(wanted[0]).lower()
    if "Like" in operator or operator.startswith("Arn"):
        found = any(like(actual, str(pattern)) for pattern in wanted)
    elif "IgnoreCase" in operator:
        found = actual.lower() in [str(value).lower() for value in wanted]
    else:
        found = actual in [str(value) for value in wanted]
    return found != negated
