"""DB parameter groups: at most 20 parameters a call, only those of the family, kept while in use."""

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.rds.responses import RDSResponse

from emulator.patching import AwsError, operation
from emulator.services.rds import state, tags
from emulator.services.rds.model import DbInstance, ParameterGroup
from emulator.services.rds.parameters import BY_FAMILY, Parameter

# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBParameterGroup.html
MOST_PARAMETERS = 20
MOST_CHARACTERS = 255


@operation(RDSResponse)
def create_db_parameter_group(self: Any) -> ActionResult:
    account, params = state.of(self), self.params
    state.required(params, "DBParameterGroupName", "DBParameterGroupFamily", "Description")
    name = state.check_identifier("DBParameterGroupName", params["DBParameterGroupName"], MOST_CHARACTERS)
    if params["DBParameterGroupFamily"] not in BY_FAMILY:
        raise state.invalid(
            f"ParameterGroupFamily {params['DBParameterGroupFamily']} is not a valid parameter group family"
        )
    if name in account.parameter_groups:
        raise AwsError("DBParameterGroupAlreadyExists", f"Parameter group {name} already exists")
    made = sum(not group.is_default for group in account.parameter_groups.values())
    state.check_quota("db_parameter_groups", made, "DBParameterGroupQuotaExceeded", "DB parameter groups")
    group = ParameterGroup(
        name, params["DBParameterGroupFamily"], params["Description"], account.arn("pg", name)
    )
    tags.put(account, group.arn, params.get("Tags"))
    account.parameter_groups[name] = group
    return ActionResult({"DBParameterGroup": group.describe()})


@operation(RDSResponse)
def describe_db_parameter_groups(self: Any) -> ActionResult:
    account, params = state.of(self), self.params
    state.refuse_unbuilt(params, ("DBParameterGroupName", "MaxRecords", "Marker"))
    name = params.get("DBParameterGroupName")
    groups = [account.parameter_group(name)] if name else list(account.parameter_groups.values())
    found, marker = state.page(params, groups, lambda group: group.name)
    return ActionResult({"DBParameterGroups": [group.describe() for group in found], "Marker": marker})


def _changeable(self: Any) -> ParameterGroup:
    group = state.of(self).parameter_group(self.params.get("DBParameterGroupName"))
    if group.is_default:
        raise AwsError(
            "InvalidDBParameterGroupState", f"Default DBParameterGroup cannot be changed: {group.name}"
        )
    return group


def users(account: state.State, group: ParameterGroup) -> list[DbInstance]:
    return [instance for instance in account.instances.values() if instance.parameter_group is group]


def _known(group: ParameterGroup, wanted: dict[str, Any]) -> Parameter:
    parameter = BY_FAMILY[group.family].get(wanted.get("ParameterName") or "")
    if parameter is None:
        raise state.invalid(f"Could not find parameter with name: {wanted.get('ParameterName')}")
    return parameter


def _few(wanted: list[dict[str, Any]]) -> None:
    if len(wanted) > MOST_PARAMETERS:
        raise state.invalid(f"A maximum of {MOST_PARAMETERS} parameters can be modified in a single request.")


def _applied(self: Any, group: ParameterGroup, methods: list[str]) -> ActionResult:
    """Instances take dynamic parameters at once, and others when they are next rebooted."""
    for instance in users(state.of(self), group):
        if "pending-reboot" in methods:
            instance.apply_status = "pending-reboot"
    return ActionResult({"DBParameterGroupName": group.name})


@operation(RDSResponse)
def modify_db_parameter_group(self: Any) -> ActionResult:
    """All or none."""
    group, wanted = _changeable(self), self.params.get("Parameters") or []
    if not wanted:
        raise state.invalid("The parameter Parameters must be provided and must not be blank.")
    _few(wanted)
    for item in wanted:
        _known(group, item).check(item.get("ParameterValue"), item.get("ApplyMethod"))
    group.values.update({i["ParameterName"]: (i["ParameterValue"], i["ApplyMethod"]) for i in wanted})
    return _applied(self, group, [item["ApplyMethod"] for item in wanted])


@operation(RDSResponse)
def reset_db_parameter_group(self: Any) -> ActionResult:
    group, wanted = _changeable(self), self.params.get("Parameters") or []
    everything = self.params.get("ResetAllParameters", not wanted)
    if bool(wanted) == bool(everything):
        raise state.conflicting("Specify either ResetAllParameters or Parameters.")
    _few(wanted)
    for item in wanted:
        parameter = _known(group, item)
        if item.get("ApplyMethod") not in ("immediate", "pending-reboot"):
            raise state.invalid("You must supply ParameterName and ApplyMethod.")
        if parameter.apply_type == "static" and item["ApplyMethod"] == "immediate":
            raise state.conflicting("cannot use immediate apply method for static parameter")
    if everything:
        group.values.clear()
        return _applied(self, group, ["pending-reboot"])
    for item in wanted:
        group.values.pop(item["ParameterName"], None)
    return _applied(self, group, [item["ApplyMethod"] for item in wanted])


@operation(RDSResponse)
def describe_db_parameters(self: Any) -> ActionResult:
    params = self.params
    state.refuse_unbuilt(params, ("DBParameterGroupName", "Source", "MaxRecords", "Marker"))
    group = state.of(self).parameter_group(params.get("DBParameterGroupName"))
    source = params.get("Source")
    if source not in (None, "user", "system", "engine-default"):
        raise state.invalid(f"Invalid source: {source}")
    described = [
        parameter.describe(group.values.get(name)) for name, parameter in BY_FAMILY[group.family].items()
    ]
    wanted = [item for item in described if source in (None, item["Source"])]
    found, marker = state.page(params, wanted, lambda item: item["ParameterName"])
    return ActionResult({"Parameters": found, "Marker": marker})


@operation(RDSResponse)
def delete_db_parameter_group(self: Any) -> EmptyResult:
    account, group = state.of(self), _changeable(self)
    if users(account, group):
        raise AwsError(
            "InvalidDBParameterGroupState",
            f"One or more database instances are still members of this parameter group {group.name}, so the "
            "group cannot be deleted",
        )
    del account.parameter_groups[group.name]
    account.tags.pop(group.arn, None)
    return EmptyResult()
