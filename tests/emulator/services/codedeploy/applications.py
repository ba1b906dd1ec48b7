"""Applications, and the tags of applications and deployment groups."""

from typing import Any

from moto.codedeploy.models import CodeDeployBackend
from moto.codedeploy.responses import CodeDeployResponse
from moto.core.responses import ActionResult, EmptyResult

from emulator.patching import AwsError, operation
from emulator.services.codedeploy import model
from emulator.services.codedeploy.hooks import remove_hooks

MOST_IN_A_BATCH = 100


@operation(CodeDeployResponse)
def create_application(self: Any) -> ActionResult:
    backend, name = self.codedeploy_backend, self._get_param("applicationName")
    if self._get_param("computePlatform", "Server") != "Server":
        raise NotImplementedError("applications for other than instances")
    if name in backend.applications:
        raise AwsError(
            "ApplicationAlreadyExistsException",
            f"An application already exists with the specified name: {name}",
        )
    made = backend.applications[name] = model.Application(name)
    backend.tagger.tag_resource(model.application_arn(backend, name), self._get_param("tags", []))
    return ActionResult({"applicationId": made.id})


@operation(CodeDeployResponse)
def get_application(self: Any) -> ActionResult:
    found = model.application(self.codedeploy_backend, self._get_param("applicationName"))
    return ActionResult({"application": found.shown()})


@operation(CodeDeployResponse)
def batch_get_applications(self: Any) -> ActionResult:
    """Unknown names are an error, other than for deployment groups."""
    names = self._get_param("applicationNames")
    if len(names) > MOST_IN_A_BATCH:
        raise AwsError("BatchLimitExceededException", "The maximum number of names or IDs was exceeded.")
    found = [model.application(self.codedeploy_backend, name).shown() for name in names]
    return ActionResult({"applicationsInfo": found})


@operation(CodeDeployResponse)
def list_applications(self: Any) -> ActionResult:
    return ActionResult({"applications": sorted(self.codedeploy_backend.applications)})


@operation(CodeDeployResponse)
def delete_application(self: Any) -> ActionResult:
    """With all its deployment groups. An application that isn't there is no error."""
    backend, name = self.codedeploy_backend, self._get_param("applicationName")
    for group in backend.deployment_groups.pop(name, {}).values():
        remove_hooks(backend, group, list(group.hooks))
        backend.tagger.delete_all_tags_for_resource(model.group_arn(backend, name, group.name))
    if backend.applications.pop(name, None):
        backend.tagger.delete_all_tags_for_resource(model.application_arn(backend, name))
    return EmptyResult()


def _known_arn(backend: CodeDeployBackend, arn: str) -> str:
    """The ARN, if there is such an application or deployment group."""
    kind, _, name = arn.split(":", 5)[-1].partition(":")
    if kind == "application":
        model.application(backend, name)
    elif kind == "deploymentgroup":
        model.group(backend, *name.split("/", 1))
    else:
        raise AwsError("ArnNotSupportedException", f"The specified ARN is not supported: {arn}")
    return arn


@operation(CodeDeployResponse)
def list_tags_for_resource(self: Any) -> ActionResult:
    arn = _known_arn(self.codedeploy_backend, self._get_param("ResourceArn"))
    return ActionResult({"Tags": self.codedeploy_backend.tagger.list_tags_for_resource(arn)["Tags"]})


@operation(CodeDeployResponse)
def tag_resource(self: Any) -> ActionResult:
    arn = _known_arn(self.codedeploy_backend, self._get_param("ResourceArn"))
    self.codedeploy_backend.tagger.tag_resource(arn, self._get_param("Tags"))
    return EmptyResult()


@operation(CodeDeployResponse)
def untag_resource(self: Any) -> ActionResult:
    arn = _known_arn(self.codedeploy_backend, self._get_param("ResourceArn"))
    self.codedeploy_backend.tagger.untag_resource_using_names(arn, self._get_param("TagKeys"))
    return EmptyResult()
