"""Target groups: same name with the same settings is the same group; health depends on use."""

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.elbv2.models import FakeHealthStatus, FakeTargetGroup, elbv2_backends
from moto.elbv2.responses import ELBV2Response

from emulator.patching import AwsError, wraps
from emulator.services.elbv2.actions import target_groups_used_by

# Request parameters and the attributes of moto's object that hold them.
SETTINGS = {
    "Protocol": "protocol",
    "Port": "port",
    "VpcId": "vpc_id",
    "TargetType": "target_type",
    "HealthCheckProtocol": "health_check_protocol",
    "HealthCheckPort": "health_check_port",
    "HealthCheckPath": "health_check_path",
    "HealthCheckIntervalSeconds": "health_check_interval_seconds",
    "HealthCheckTimeoutSeconds": "health_check_timeout_seconds",
    "HealthyThresholdCount": "healthy_threshold_count",
    "UnhealthyThresholdCount": "unhealthy_threshold_count",
    "Matcher": "matcher",
}


def _users(target_group: FakeTargetGroup) -> list[str]:
    """ARNs of the load balancers whose rules forward to the group; moto never forgets one."""
    backend = elbv2_backends[target_group.account_id][target_group.region_name]
    return [
        load_balancer.arn
        for load_balancer in backend.load_balancers.values()
        if target_group.arn in target_groups_used_by(load_balancer)
    ]


# moto assigns and appends to a list of its own, which is thereby ignored.
FakeTargetGroup.load_balancer_arns = property(_users, lambda self, value: None)


@wraps(ELBV2Response, "create_target_group")
def create_target_group(original: Any, self: Any) -> Any:
    params = self._get_params()
    for existing in self.elbv2_backend.target_groups.values():
        if existing.name == params["Name"]:
            given = {k: v for k, v in params.items() if k in SETTINGS}
            if all(str(getattr(existing, SETTINGS[k])) == str(v) for k, v in given.items()):
                return ActionResult({"TargetGroups": [existing]})
            raise AwsError(
                "DuplicateTargetGroupName",
                f"A target group with the same name '{params['Name']}' exists, but with different settings",
            )
    return original(self)


@wraps(ELBV2Response, "describe_target_groups")
def describe_target_groups(original: Any, self: Any) -> Any:
    """A load balancer without target groups has none; moto makes it an error."""
    arn = self._get_param("LoadBalancerArn")
    load_balancer = self.elbv2_backend.load_balancers.get(arn)
    if load_balancer and not target_groups_used_by(load_balancer):
        return ActionResult({"TargetGroups": []})
    return original(self)


@wraps(FakeTargetGroup, "health_for")
def health_for(
    original: Any, self: FakeTargetGroup, target: dict[str, Any], ec2_backend: EC2Backend
) -> FakeHealthStatus:
    """Targets are checked only when a load balancer uses the group, and once they run."""
    health = original(self, target, ec2_backend)
    if health.status != "healthy":
        return health
    instance = ec2_backend.get_instance_by_id(target["Id"])
    if not self.load_balancer_arns:
        health.status, health.reason = "unused", "Target.NotInUse"
        health.description = "Target group is not configured to receive traffic from the load balancer"
    elif instance and instance.state == "pending":
        health.status, health.reason = "initial", "Elb.RegistrationInProgress"
        health.description = "Target registration is in progress"
    return health
