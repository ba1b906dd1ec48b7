"""Security groups: in use can't be deleted, rules are added all or none, and are the same whatever their description."""

import copy
import itertools
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.responses import EC2Response

from emulator.patching import AwsError, operation, wraps
from emulator.services.ec2 import interfaces


@wraps(EC2Response, "create_security_group")
def create_security_group(original: Any, self: Any) -> Any:
    if vpc_id := self._get_param("VpcId"):
        self.ec2_backend.get_vpc(vpc_id)
    name = self._get_param("GroupName")
    if name.startswith("sg-"):
        raise AwsError("InvalidParameterValue", f"Value ({name}) for parameter GroupName is invalid.")
    return original(self)


@wraps(EC2Response, "delete_security_group")
def delete_security_group(original: Any, self: Any) -> Any:
    backend, group_id = self.ec2_backend, self._get_param("GroupId")
    group = backend.get_security_group_from_id(group_id)
    if group is None:
        raise AwsError("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
    if group.is_default:
        raise AwsError(
            "CannotDelete",
            f'the specified group: "{group_id}" name: "default" cannot be deleted by a user',
        )
    if interfaces.with_group(backend, group_id) or _referring(backend, group_id):
        raise AwsError("DependencyViolation", f"resource {group_id} has a dependent object")
    return original(self)


def _referring(backend: Any, group_id: str) -> bool:
    """Whether a rule of another group names this one."""
    groups = itertools.chain.from_iterable(groups.values() for groups in backend.groups.values())
    return any(
        (rule.source_group or {}).get("GroupId") == group_id
        for group in groups
        if group.id != group_id
        for rule in itertools.chain(group.ingress_rules, group.egress_rules)
    )


@wraps(SecurityGroupRule, "__eq__")
def same_rule(original: Any, self: Any, other: Any) -> bool:
    """moto tells rules that name a group apart by their description."""
    if _plain(self.source_group) != _plain(other.source_group):
        return False
    like = copy.copy(self)
    like.source_group = other.source_group
    return original(like, other)


def _plain(source_group: dict[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (source_group or {}).items() if name != "Description"}


def _authorize(self: Any, direction: str) -> ActionResult:
    """moto keeps the rules before a bad one, and answers with the last permission's rules only."""
    backend = self.ec2_backend
    group_id = self._get_param("GroupId") or self._get_param("GroupName")
    group = backend.get_security_group_by_name_or_id(group_id)
    if group is None:
        raise AwsError("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
    before = (list(group.ingress_rules), list(group.egress_rules))
    authorize = getattr(backend, f"authorize_security_group_{direction}")
    try:
        added = [authorize(**permission)[0] for permission in self._process_rules_from_querystring()]
    except Exception:
        group.ingress_rules, group.egress_rules = before
        raise
    return ActionResult({"Return": True, "SecurityGroupRules": list(itertools.chain(*added))})


@operation(EC2Response)
def authorize_security_group_ingress(self: Any) -> ActionResult:
    return _authorize(self, "ingress")


@operation(EC2Response)
def authorize_security_group_egress(self: Any) -> ActionResult:
    return _authorize(self, "egress")


def _refuse_unknown_rules(self: Any, direction: str) -> None:
    group = self.ec2_backend.get_security_group_from_id(self._get_param("GroupId"))
    known = {rule.id for rule in getattr(group, f"{direction}_rules")} if group else set()
    for rule_id in self._get_param("SecurityGroupRuleIds", []):
        if group and rule_id not in known:
            raise AwsError(
                "InvalidSecurityGroupRuleId.NotFound",
                f"The security group rule ID '{rule_id}' does not exist",
            )


@wraps(EC2Response, "revoke_security_group_ingress")
def revoke_security_group_ingress(original: Any, self: Any) -> Any:
    _refuse_unknown_rules(self, "ingress")
    return original(self)


@wraps(EC2Response, "revoke_security_group_egress")
def revoke_security_group_egress(original: Any, self: Any) -> Any:
    _refuse_unknown_rules(self, "egress")
    return original(self)
