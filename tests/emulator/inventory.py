"""Everything that exists and was made through the API, for "nothing of ours is left".

Left out is what a fresh account has (default VPC and its parts, AWS's own keys and policies, public
images and parameters) and what goes with its owner by itself (main route tables, default security
groups and ACLs, interfaces that a load balancer or NAT gateway holds).
"""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from moto.core.base_backend import BackendDict

Item = dict[str, Any]


def everything() -> list[Item]:
    """``{"service", "kind", "id", "name", "tags", "region"}`` of each object, in no promised order.

    Looks only into services that have been used: asking for others would load them.
    """
    found = []
    for backends in list(BackendDict._instances):
        look = COLLECTORS.get(backends.service_name)
        for _, region, backend in list(backends.iter_backends()) if look else []:
            for kind, object_id, name, tags in look(backend):
                found.append(
                    {
                        "service": backends.service_name,
                        "kind": kind,
                        "id": object_id,
                        "name": name,
                        "tags": tags,
                        "region": region,
                    }
                )
    return found


Found = Iterator[tuple[str, str, str, dict[str, str]]]


def _pairs(tags: list[dict[str, str]] | None) -> dict[str, str]:
    """A tag list, with keys in either case, as a dictionary."""
    return {t.get("Key", t.get("key")): t.get("Value", t.get("value")) for t in tags or []}


def _ec2(backend: Any) -> Found:
    default_vpc = getattr(backend.default_vpc, "id", None)

    def tags(object_id: str) -> dict[str, str]:
        return dict(backend.tags.get(object_id, {}))

    def named(kind: str, items: Any) -> Found:
        for item in items:
            yield kind, item.id, getattr(item, "name", None) or tags(item.id).get("Name", ""), tags(item.id)

    subnets = itertools.chain.from_iterable(by_zone.values() for by_zone in backend.subnets.values())
    groups = itertools.chain.from_iterable(by_vpc.values() for by_vpc in backend.groups.values())
    instances = [i for r in backend.reservations.values() for i in r.instances]
    own_interfaces = {nic.id for i in instances for nic in i.nics.values()}
    yield from named("vpc", (v for v in backend.vpcs.values() if v.id != default_vpc))
    yield from named("subnet", (s for s in subnets if s.vpc_id != default_vpc))
    yield from named("internet_gateway", backend.internet_gateways.values())
    yield from named("route_table", (t for t in backend.route_tables.values() if not t.main_association_id))
    for address in backend.addresses:
        object_tags = _pairs(address.get_tags())
        yield "address", address.allocation_id, object_tags.get("Name", ""), object_tags
    yield from named("nat_gateway", (n for n in backend.nat_gateways.values() if n.state != "deleted"))
    yield from named(
        "network_interface",
        (e for e in backend.enis.values() if not e.requester_managed and e.id not in own_interfaces),
    )
    yield from named("security_group", (g for g in groups if not g.is_default))
    yield from named("launch_template", backend.launch_templates.values())
    yield from named("instance", (i for i in instances if i.state != "terminated"))
    # Images that a test planted, or AWS, aren't listed, nor are volumes that go with their instance.
    own_images = [i for i in backend.amis.values() if i.owner_id == backend.account_id and not i.planted]
    planted = {i.id for i in backend.amis.values() if i.planted}
    yield from named("image", own_images)
    yield from named(
        "snapshot",
        (
            s
            for s in backend.snapshots.values()
            if s.owner_id == backend.account_id and s.from_ami not in planted
        ),
    )
    yield from named("volume", (v for v in backend.volumes.values() if not v.attachment))
    for key_pair in backend.key_pairs.values():
        yield "key_pair", key_pair.id, key_pair.key_name, tags(key_pair.id)


def _iam(backend: Any) -> Found:
    for role in backend.roles.values():
        if not role.path.startswith("/aws-service-role/"):
            yield "role", role.arn, role.name, _pairs(role.tags)
    for profile in backend.instance_profiles.values():
        yield "instance_profile", profile.arn, profile.name, _pairs(profile.tags)
    for policy in backend.managed_policies.values():
        if not policy.arn.startswith("arn:aws:iam::aws:"):
            yield "policy", policy.arn, policy.name, _pairs(policy.get_tags())


def _kms(backend: Any) -> Found:
    for key in backend.keys.values():
        aliases = list(key.aliases.values())
        if any(alias.alias_name.startswith("alias/aws/") for alias in aliases):
            continue
        if key.key_state != "PendingDeletion":
            yield "key", key.arn, key.description, backend.tagger.get_tag_dict_for_resource(key.id)
        for alias in aliases:
            yield "alias", alias.alias_arn, alias.alias_name, {}


def _s3(backend: Any) -> Found:
    for bucket in backend.buckets.values():
        yield "bucket", bucket.arn, bucket.name, backend.tagger.get_tag_dict_for_resource(bucket.arn)


def _logs(backend: Any) -> Found:
    for group in backend.groups.values():
        yield "log_group", group.arn, group.name, backend.list_tags_for_resource(group.arn)


def _cloudtrail(backend: Any) -> Found:
    for trail in backend.trails.values():
        tags = backend.tagging_service.get_tag_dict_for_resource(trail.arn)
        yield "trail", trail.arn, trail.trail_name, tags


def _elbv2(backend: Any) -> Found:
    tags: Callable[[str], dict[str, str]] = backend.tagging_service.get_tag_dict_for_resource
    for load_balancer in backend.load_balancers.values():
        yield "load_balancer", load_balancer.arn, load_balancer.name, tags(load_balancer.arn)
        for listener in load_balancer.listeners.values():
            yield "listener", listener.arn, str(listener.port), tags(listener.arn)
            for rule in listener._non_default_rules.values():
                yield "rule", rule.arn, str(rule.priority), tags(rule.arn)
    for target_group in backend.target_groups.values():
        yield "target_group", target_group.arn, target_group.name, tags(target_group.arn)


def _autoscaling(backend: Any) -> Found:
    for group in backend.autoscaling_groups.values():
        yield "auto_scaling_group", group.arn, group.name, _pairs(group.tags)
    for policy in backend.policies.values():
        yield "scaling_policy", policy.arn, policy.name, {}


def _ssm(backend: Any) -> Found:
    for name, versions in list(backend._parameters.items()):
        if versions and not name.startswith("/aws/"):
            yield (
                "parameter",
                versions[-1].name,
                versions[-1].name,
                dict(backend._resource_tags["Parameter"].get(name, {})),
            )


def _codebuild(backend: Any) -> Found:
    for project in backend.codebuild_projects.values():
        yield "build_project", project.arn, project.name, dict(project.tags)


def _codedeploy(backend: Any) -> Found:
    tags: Callable[[str], dict[str, str]] = backend.tagger.get_tag_dict_for_resource
    prefix = f"arn:aws:codedeploy:{backend.region_name}:{backend.account_id}"
    for application in backend.applications:
        arn = f"{prefix}:application:{application}"
        yield "application", arn, application, tags(arn)
        for group in backend.deployment_groups.get(application, {}):
            arn = f"{prefix}:deploymentgroup:{application}/{group}"
            yield "deployment_group", arn, group, tags(arn)


def _codepipeline(backend: Any) -> Found:
    for pipeline in backend.pipelines.values():
        yield "pipeline", pipeline.arn, pipeline.name, dict(pipeline.tags)


def _events(backend: Any) -> Found:
    for bus in backend.event_buses.values():
        for rule in bus.rules.values():
            yield "event_rule", rule.arn, rule.name, backend.tagger.get_tag_dict_for_resource(rule.arn)


def _rds(backend: Any) -> Found:
    # Nothing, where only others have looked into moto's RDS, which isn't ours then.
    state = getattr(backend, "mysql", None)
    if state is None:
        return
    named = {
        "db_instance": state.instances,
        "db_subnet_group": state.subnet_groups,
        "db_parameter_group": {n: g for n, g in state.parameter_groups.items() if not g.is_default},
        "db_snapshot": state.snapshots,
    }
    for kind, items in named.items():
        for name, item in items.items():
            yield kind, item.arn, name, dict(state.tags.get(item.arn, {}))


def _secretsmanager(backend: Any) -> Found:
    for secret in backend.secrets.values():
        if not secret.is_deleted():
            yield "secret", secret.arn, secret.name, _pairs(secret.tags)


def _lambda(backend: Any) -> Found:
    for name, function in backend.__dict__.get("functions_by_name", {}).items():
        yield "function", function.arn, name, dict(function.tags)


def _apigateway(backend: Any) -> Found:
    place = f"arn:aws:apigateway:{backend.region_name}::/restapis"
    for api in backend.__dict__.get("rest_apis", {}).values():
        yield "rest_api", f"{place}/{api.id}", api.settings["name"], dict(api.tags)
        for stage in api.stages.values():
            yield "stage", f"{place}/{api.id}/stages/{stage.name}", stage.name, dict(stage.tags)


COLLECTORS: dict[str, Callable[[Any], Found]] = {
    "apigateway": _apigateway,
    "autoscaling": _autoscaling,
    "cloudtrail": _cloudtrail,
    "codebuild": _codebuild,
    "codedeploy": _codedeploy,
    "codepipeline": _codepipeline,
    "ec2": _ec2,
    "elbv2": _elbv2,
    "events": _events,
    "iam": _iam,
    "kms": _kms,
    "lambda": _lambda,
    "logs": _logs,
    "rds": _rds,
    "s3": _s3,
    "secretsmanager": _secretsmanager,
    "ssm": _ssm,
}
