"""Launch templates: versions by number, made from other versions, deleted; complete listings."""

import copy
import re
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateVersion
from moto.ec2.responses import EC2Response
from moto.ec2.utils import parse_user_data

from emulator.patching import AwsError, operation, wraps

NAME_PATTERN = re.compile(r"[a-zA-Z0-9().\-/_]{3,128}")


def _find(self: Any) -> LaunchTemplate:
    template_id, name = self._get_param("LaunchTemplateId"), self._get_param("LaunchTemplateName")
    backend = self.ec2_backend
    return (
        backend.get_launch_template(template_id) if template_id else backend.get_launch_template_by_name(name)
    )


def _version_not_found(template: LaunchTemplate, number: Any) -> AwsError:
    return AwsError(
        "InvalidLaunchTemplateId.VersionNotFound",
        f"Could not find the specified version {number} for the launch template with ID {template.id}.",
    )


@wraps(LaunchTemplate, "get_version")
def get_version(original: Any, self: LaunchTemplate, num: Any) -> LaunchTemplateVersion:
    """moto takes the number as an index, which is wrong once a version has been deleted."""
    if str(num).lower() == "$latest":
        return self.versions[-1]
    number = self.default_version_number if str(num).lower() == "$default" else num
    for version in self.versions:
        if str(version.number) == str(number):
            return version
    raise _version_not_found(self, num)


@wraps(LaunchTemplate, "default_version")
def default_version(original: Any, self: LaunchTemplate) -> LaunchTemplateVersion:
    return self.get_version("$Default")


@wraps(LaunchTemplate, "create_version")
def create_version(
    original: Any, self: LaunchTemplate, data: dict[str, Any], description: str
) -> LaunchTemplateVersion:
    """Numbers are never used again."""
    self.last_number = getattr(self, "last_number", 0) + 1
    version = LaunchTemplateVersion(self, self.last_number, data, description)
    self.versions.append(version)
    return version


def _describe(template: LaunchTemplate) -> dict[str, Any]:
    return {
        "CreateTime": template.create_time,
        "CreatedBy": f"arn:aws:iam::{template.ec2_backend.account_id}:root",
        "DefaultVersionNumber": template.default_version_number,
        "LatestVersionNumber": template.latest_version_number,
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "Tags": template.get_tags(),
    }


def _describe_version(template: LaunchTemplate, version: LaunchTemplateVersion) -> dict[str, Any]:
    return {
        "CreateTime": version.create_time,
        "CreatedBy": f"arn:aws:iam::{template.ec2_backend.account_id}:root",
        "DefaultVersion": template.is_default(version),
        "LaunchTemplateData": version.data,
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "VersionDescription": version.description,
        "VersionNumber": version.number,
    }


def _template_data(self: Any) -> dict[str, Any]:
    data = copy.deepcopy(self._get_param("LaunchTemplateData", {}))
    if data.get("UserData"):
        data["UserData"] = parse_user_data(data["UserData"])
    for mapping in data.get("BlockDeviceMappings", []):
        if "Ebs" in mapping and mapping["Ebs"].get("KmsKeyId") and not mapping["Ebs"].get("Encrypted"):
            raise AwsError(
                "InvalidParameterDependency",
                "The parameter KmsKeyId requires the parameter Encrypted to be set.",
            )
    return data


@operation(EC2Response)
def create_launch_template(self: Any) -> ActionResult:
    """moto adds the template's own tags to the template's data, which shows as drift."""
    name = self._get_param("LaunchTemplateName")
    if not NAME_PATTERN.fullmatch(name):
        raise AwsError("InvalidLaunchTemplateName.MalformedException", f"The name '{name}' is malformed.")
    template = self.ec2_backend.create_launch_template(
        name,
        self._get_param("VersionDescription"),
        _template_data(self),
        self._parse_tag_specification("launch-template"),
    )
    return ActionResult({"LaunchTemplate": _describe(template)})


@operation(EC2Response)
def create_launch_template_version(self: Any) -> ActionResult:
    template = _find(self)
    data = _template_data(self)
    source = self._get_param("SourceVersion")
    if source:
        data = {**copy.deepcopy(template.get_version(source).data), **data}
    version = template.create_version(data, self._get_param("VersionDescription"))
    return ActionResult({"LaunchTemplateVersion": _describe_version(template, version)})


@operation(EC2Response)
def delete_launch_template_versions(self: Any) -> ActionResult:
    """Deletes what it can; the default version and unknown versions are reported back."""
    template = _find(self)
    deleted, refused = [], []
    for number in self._get_param("Versions", []):
        version = next((v for v in template.versions if str(v.number) == str(number)), None)
        entry = {
            "LaunchTemplateId": template.id,
            "LaunchTemplateName": template.name,
            "VersionNumber": int(number),
        }
        if version is None:
            error = {"Code": "launchTemplateVersionDoesNotExist", "Message": "The version does not exist."}
            refused.append({**entry, "ResponseError": error})
        elif template.is_default(version):
            error = {"Code": "unexpectedError", "Message": "The default version cannot be deleted."}
            refused.append({**entry, "ResponseError": error})
        else:
            template.versions.remove(version)
            deleted.append(entry)
    return ActionResult(
        {
            "SuccessfullyDeletedLaunchTemplateVersions": deleted,
            "UnsuccessfullyDeletedLaunchTemplateVersions": refused,
        }
    )


@wraps(EC2Backend, "describe_launch_templates")
def find_launch_templates(
    original: Any,
    self: Any,
    template_names: list[str] | None = None,
    template_ids: list[str] | None = None,
    filters: Any = None,
) -> list[LaunchTemplate]:
    """moto leaves unknown ids out of the answer."""
    for template_id in template_ids or []:
        self.get_launch_template(template_id)
    return original(self, template_names, template_ids, filters)


@operation(EC2Response)
def describe_launch_templates(self: Any) -> ActionResult:
    """moto cuts the listing at 15 and says nothing."""
    templates = self.ec2_backend.describe_launch_templates(
        template_names=self._get_param("LaunchTemplateNames", []),
        template_ids=self._get_param("LaunchTemplateIds", []),
        filters=self._filters_from_querystring(),
    )
    page, token = _page(self, templates)
    return ActionResult({"LaunchTemplates": [_describe(t) for t in page], "NextToken": token})


@operation(EC2Response)
def describe_launch_template_versions(self: Any) -> ActionResult:
    wanted = self._get_param("Versions", [])
    if self._get_param("LaunchTemplateId") or self._get_param("LaunchTemplateName"):
        template = _find(self)
        least, most = self._get_param("MinVersion", 1), self._get_param("MaxVersion", float("inf"))
        found = [
            (template, version)
            for version in ([template.get_version(n) for n in wanted] or template.versions)
            if float(least) <= version.number <= float(most)
        ]
    elif set(wanted) and set(wanted) <= {"$Latest", "$Default"}:
        templates = self.ec2_backend.launch_templates.values()
        found = [(template, template.get_version(n)) for template in templates for n in wanted]
    else:
        raise AwsError("MissingParameter", "Specify a launch template, or $Latest or $Default as versions.")
    page, token = _page(self, found)
    result = [_describe_version(template, version) for template, version in page]
    return ActionResult({"LaunchTemplateVersions": result, "NextToken": token})


def _page(self: Any, items: list[Any]) -> tuple[list[Any], str | None]:
    """Up to ``MaxResults`` items (AWS's default is 200); the token is the offset of the next."""
    start = int(self._get_param("NextToken") or 0)
    end = start + self._get_int_param("MaxResults", 200)
    return items[start:end], str(end) if end < len(items) else None
