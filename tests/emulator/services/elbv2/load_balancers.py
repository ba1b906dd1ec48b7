"""Load balancers: one per name, provisioning for a while, interfaces in every subnet."""

from typing import Any

from moto.core.responses import ActionResult
from moto.elbv2.models import ELBv2Backend, FakeLoadBalancer
from moto.elbv2.responses import ELBV2Response

from emulator.patching import AwsError, operation, wraps
from emulator.services.ec2 import interfaces
from emulator.timing import timing

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#load-balancer-attributes
APPLICATION_ATTRIBUTES = {
    "access_logs.s3.enabled": "false",
    "access_logs.s3.bucket": "",
    "access_logs.s3.prefix": "",
    "client_keep_alive.seconds": "3600",
    "connection_logs.s3.enabled": "false",
    "connection_logs.s3.bucket": "",
    "connection_logs.s3.prefix": "",
    "deletion_protection.enabled": "false",
    "idle_timeout.timeout_seconds": "60",
    "load_balancing.cross_zone.enabled": "true",
    "routing.http.desync_mitigation_mode": "defensive",
    "routing.http.drop_invalid_header_fields.enabled": "false",
    "routing.http.preserve_host_header.enabled": "false",
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
    "routing.http.xff_client_port.enabled": "false",
    "routing.http.xff_header_processing.mode": "append",
    "routing.http2.enabled": "true",
    "waf.fail_open.enabled": "false",
    "zonal_shift.config.enabled": "false",
}
MOST_DESCRIBED_AT_ONCE = 20
DEFAULT_PAGE_SIZE = 400


@wraps(ELBV2Response, "create_load_balancer")
def create_load_balancer(original: Any, self: Any) -> Any:
    params = self._get_params()
    params.setdefault("Scheme", "internet-facing")
    params.setdefault("Type", "application")
    backend = self.elbv2_backend
    subnets = _subnets(backend, params)
    groups = _security_groups(backend, params.get("SecurityGroups", []), subnets[0].vpc_id)
    params["SecurityGroups"] = groups
    for existing in backend.load_balancers.values():
        if existing.name == params["Name"]:
            if _same(existing, params, subnets):
                return ActionResult({"LoadBalancers": [existing]})
            raise AwsError(
                "DuplicateLoadBalancerName",
                f"A load balancer with the same name '{params['Name']}' exists, but with different settings",
            )
    answer = original(self)
    load_balancer = answer.result["LoadBalancers"][0]
    if load_balancer.type == "application":
        load_balancer.attrs = dict(APPLICATION_ATTRIBUTES)
    _place_interfaces(backend, load_balancer)
    timing.after("load_balancer", "create", lambda: setattr(load_balancer, "state", "active"))
    return answer


def _subnets(backend: Any, params: dict[str, Any]) -> list[Any]:
    ids = params.get("Subnets") or [m["SubnetId"] for m in params.get("SubnetMappings", [])]
    if not ids:
        raise AwsError("ValidationError", "You must specify subnets")
    try:
        subnets = [backend.ec2_backend.get_subnet(subnet_id) for subnet_id in ids]
    except Exception as error:
        raise AwsError("SubnetNotFound", f"The subnet ID '{ids}' does not exist") from error
    zones = [subnet.availability_zone for subnet in subnets]
    if len(set(zones)) < len(zones):
        raise AwsError(
            "InvalidConfigurationRequest",
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
        )
    if params.get("Type", "application") == "application" and len(zones) < 2:
        raise AwsError(
            "ValidationError", "At least two subnets in two different Availability Zones must be specified"
        )
    return subnets


def _security_groups(backend: Any, group_ids: list[str], vpc_id: str) -> list[str]:
    for group_id in group_ids:
        group = backend.ec2_backend.get_security_group_from_id(group_id)
        if group is None or group.vpc_id != vpc_id:
            raise AwsError(
                "InvalidSecurityGroup", f"Security group ID '{group_id}' does not exist in '{vpc_id}'"
            )
    return group_ids or [backend.ec2_backend.get_default_security_group(vpc_id).id]


def _same(existing: FakeLoadBalancer, params: dict[str, Any], subnets: list[Any]) -> bool:
    """Whether a create call asks for just what exists; AWS then answers with that. Tags don't count."""
    return (
        {s.id for s in existing.subnets} == {s.id for s in subnets}
        and existing.scheme == params["Scheme"]
        and existing.type == params["Type"]
        and set(existing.security_groups) == set(params["SecurityGroups"])
    )


def _place_interfaces(backend: Any, load_balancer: FakeLoadBalancer) -> None:
    _remove_interfaces(backend, load_balancer)
    load_balancer.interfaces = [
        interfaces.create_managed(
            backend.ec2_backend,
            subnet.id,
            load_balancer.security_groups,
            "ELB " + load_balancer.arn.split(":loadbalancer/", 1)[1],
            public=load_balancer.scheme == "internet-facing",
        )
        for subnet in load_balancer.subnets
    ]


def _remove_interfaces(backend: Any, load_balancer: FakeLoadBalancer) -> None:
    for interface in getattr(load_balancer, "interfaces", []):
        interfaces.remove(backend.ec2_backend, interface)


@wraps(FakeLoadBalancer, "activate")
def activate(original: Any, self: FakeLoadBalancer) -> None:
    """moto activates a load balancer when it is first described; ours becomes active in time."""


@wraps(ELBV2Response, "delete_load_balancer")
def delete_load_balancer(original: Any, self: Any) -> Any:
    backend = self.elbv2_backend
    load_balancer = backend.load_balancers.get(self._get_param("LoadBalancerArn"))
    if load_balancer is None:
        return original(self)
    if load_balancer.attrs.get("deletion_protection.enabled") == "true":
        raise AwsError(
            "OperationNotPermitted",
            f"Load balancer '{load_balancer.arn}' cannot be deleted because deletion protection is enabled",
        )
    answer = original(self)
    # The load balancer is gone at once, its interfaces hold subnets and groups a little longer.
    timing.after("load_balancer", "delete", lambda: _remove_interfaces(backend, load_balancer))
    return answer


@operation(ELBv2Backend)
def describe_load_balancers(
    self: ELBv2Backend, arns: list[str] | None, names: list[str] | None
) -> list[FakeLoadBalancer]:
    """moto answers an unknown ARN or name with the one before it in the list."""
    if len(arns or []) > MOST_DESCRIBED_AT_ONCE or len(names or []) > MOST_DESCRIBED_AT_ONCE:
        raise AwsError("ValidationError", "Cannot have more than 20 load balancers described")
    everything = list(self.load_balancers.values())
    missing = set(arns or []) - {lb.arn for lb in everything} | set(names or []) - {
        lb.name for lb in everything
    }
    if missing:
        raise AwsError("LoadBalancerNotFound", f"Load balancers '{sorted(missing)}' not found")
    if not arns and not names:
        return everything
    return [lb for lb in everything if lb.arn in (arns or []) or lb.name in (names or [])]


@wraps(ELBV2Response, "describe_load_balancers")
def describe_load_balancers_page(original: Any, self: Any) -> Any:
    self._get_params().setdefault("PageSize", DEFAULT_PAGE_SIZE)
    return original(self)


@wraps(ELBV2Response, "set_security_groups")
def set_security_groups(original: Any, self: Any) -> Any:
    answer = original(self)
    backend = self.elbv2_backend
    _place_interfaces(backend, backend.load_balancers[self._get_param("LoadBalancerArn")])
    return answer


@wraps(ELBV2Response, "set_subnets")
def set_subnets(original: Any, self: Any) -> Any:
    answer = original(self)
    backend = self.elbv2_backend
    _place_interfaces(backend, backend.load_balancers[self._get_param("LoadBalancerArn")])
    return answer
