"""What a role may do: its own and its attached policies, within its permissions boundary, and what a key's policy adds.

Explicit denials win. Looked at are actions, resources and conditions, with the keys that ``asked.py`` fills in; a
condition on another key is met only where its operator makes do without the key (``…IfExists``, ``Null``, and
negations), as in AWS.
"""

import re
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID

from emulator import asked_keys, own_calls, policies
from emulator.asked import Asked, Context, asked
from emulator.aws_call import AwsCall
from emulator.limits import limits

Statement = dict[str, Any]
VARIABLE = re.compile(r"\$\{([^}]*)\}")


def lacking(call: AwsCall, key: own_calls.Key) -> Asked | None:
    """What the call needs and its role doesn't allow. Under the server's lock."""
    if not limits.build_roles_hold:
        return None
    return next((wanted for wanted in asked(call) if not allows(key.role_arn, wanted, key.caller)), None)


def allows(role_arn: str, wanted: Asked, caller: str = "") -> bool:
    """Whether the role may do this."""
    if not limits.build_roles_hold:
        return True
    context: Context = {
        "aws:PrincipalArn": role_arn,
        "aws:PrincipalAccount": DEFAULT_ACCOUNT_ID,
        "aws:SecureTransport": "true",
        **(asked_keys.context(wanted.resource) if wanted.action.startswith("kms:") else {}),
        **wanted.context,
    }
    own, boundary, role_id = _policies(role_arn)
    if role_id:
        context["aws:userid"] = f"{role_id}:{caller.rsplit('/', 1)[-1]}"
    effects = _effects(own, wanted, context)
    if "Deny" in effects:
        return False
    allowed = "Allow" in effects and (boundary is None or "Allow" in _effects(boundary, wanted, context))
    if wanted.action.startswith("kms:") and wanted.resource and ":key/" in wanted.resource:
        return _key_allows(wanted, context, allowed)
    return allowed


def _policies(role_arn: str) -> tuple[list[Statement], list[Statement] | None, str]:
    """The statements of a role and of its boundary, and its id. A role that is gone may do nothing."""
    from moto.iam.models import iam_backends

    iam = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
    role = next((role for role in iam.roles.values() if role.arn == role_arn), None)
    if role is None:
        return [], None, ""
    texts = [*role.policies.values(), *map(_document, role.managed_policies.values())]
    boundary = None
    if role.permissions_boundary_arn:
        from emulator.services import iam as ours

        ours.know_policy(iam, role.permissions_boundary_arn)
        limit = iam.managed_policies.get(role.permissions_boundary_arn)
        boundary = policies.statements(_document(limit)) if limit else []
    return [statement for text in texts for statement in policies.statements(text)], boundary, role.id


def _document(policy: Any) -> str:
    """Of the version in force."""
    return next(v.document for v in policy.versions if v.version_id == policy.default_version_id)


def _effects(statements: list[Statement], wanted: Asked, context: Context) -> set[str]:
    return {statement["Effect"] for statement in statements if _fits(statement, wanted, context)}


def _fits(statement: Statement, wanted: Asked, context: Context) -> bool:
    action = wanted.action.lower()
    if "Action" in statement:
        named = any(policies.like(action, p.lower()) for p in policies.as_list(statement["Action"]))
    else:
        named = not any(policies.like(action, p.lower()) for p in policies.as_list(statement["NotAction"]))
    return named and _on(statement, wanted, context) and _met(statement, wanted, context)


def _on(statement: Statement, wanted: Asked, context: Context) -> bool:
    if wanted.resource is None:
        # Who is denied something is denied it of a resource that is known.
        return statement["Effect"] == "Allow" or policies.as_list(statement.get("Resource")) == ["*"]
    if "NotResource" in statement:
        return not any(_names(p, wanted, context) for p in policies.as_list(statement["NotResource"]))
    return any(_names(p, wanted, context) for p in policies.as_list(statement.get("Resource", "*")))


def _names(pattern: str, wanted: Asked, context: Context) -> bool:
    return policies.like(wanted.resource or "*", _filled(pattern, context))


def _filled(pattern: str, context: Context) -> str:
    """With the values of policy variables; one without a value stands for nothing that there is."""
    return VARIABLE.sub(lambda match: str(context.get(match.group(1), "\0")), pattern)


def _met(statement: Statement, wanted: Asked, context: Context) -> bool:
    conditions = {
        operator: {
            key: [_filled(str(value), context) for value in policies.as_list(values)]
            for key, values in keys.items()
            if wanted.resource is not None or "resourcetag/" not in key.lower()
        }
        for operator, keys in statement.get("Condition", {}).items()
    }
    return policies.conditions_hold(conditions, context)


def _key_allows(wanted: Asked, context: Context, allowed: bool) -> bool:
    """A key's policy lets a role in itself, or leaves it to the policies of the account."""
    from moto.kms.models import kms_backends

    parts = (wanted.resource or "").split(":", 5)
    wanted_id = parts[5].removeprefix("key/")
    keys = [
        backend.keys[wanted_id]
        for backend in kms_backends[DEFAULT_ACCOUNT_ID].values()
        if wanted_id in backend.keys
    ]
    if not keys:
        return allowed
    context = {**context, "kms:CallerAccount": DEFAULT_ACCOUNT_ID}
    on_key = Asked(wanted.action, "*", wanted.context)
    effects = set()
    for statement in policies.statements(keys[0].policy):
        principal = statement.get("Principal")
        named = ["*"] if principal == "*" else policies.as_list((principal or {}).get("AWS"))
        direct = {"*", context["aws:PrincipalArn"]} & set(named)
        by_account = allowed and {f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:root", DEFAULT_ACCOUNT_ID} & set(named)
        if (direct or by_account) and _fits({**statement, "Resource": "*"}, on_key, context):
            effects.add(statement["Effect"])
    return effects == {"Allow"}
