"""IAM: eventual consistency towards other services, AWS-managed policies on demand."""

import json
from datetime import timezone
from functools import cache
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend, iam_backends
from moto.iam.policy_validation import IAMTrustPolicyDocumentValidator
from moto.iam.responses import IamResponse

from emulator import policies
from emulator.limits import limits
from emulator.patching import AwsError, operation, wraps

MANAGED_POLICY_PREFIX = "arn:aws:iam::aws:policy/"
DEFAULT_PAGE = 100
# Characters of a managed policy, white space aside, and managed policies of a role.
POLICY_SIZE = 6144
POLICIES_PER_ROLE = 10


def role_is_usable(arn: str) -> bool:
    """Whether other services know a role: it exists, and long enough."""
    roles = iam_backends[DEFAULT_ACCOUNT_ID]["aws"].get_roles()
    role = next((role for role in roles if role.arn == arn), None)
    return role is not None and not limits.refuses_role_made_at(_epoch(role.create_date))


def service_may_assume(arn: str, service: str, source_arn: str = "") -> bool:
    """Whether a service of AWS, acting for the object ``source_arn``, can take on a role: it is usable, and its
    trust policy lets the service in."""
    if not role_is_usable(arn):
        return False
    role = iam_backends[DEFAULT_ACCOUNT_ID]["aws"].get_role_by_arn(arn)
    context = {"aws:SourceAccount": DEFAULT_ACCOUNT_ID, "aws:SourceArn": source_arn}
    return policies.allows_service(role.assume_role_policy_document, service, "sts:AssumeRole", "*", context)


def profile_is_usable(name_or_arn: str) -> bool:
    """Whether other services know an instance profile, and the role in it."""
    name = name_or_arn.rsplit("/", 1)[-1]
    profile = iam_backends[DEFAULT_ACCOUNT_ID]["aws"].instance_profiles.get(name)
    if profile is None or limits.refuses_role_made_at(_epoch(profile.create_date)):
        return False
    return all(role_is_usable(role.arn) for role in profile.roles)


def _epoch(moment: Any) -> float:
    return moment.replace(tzinfo=timezone.utc).timestamp()


@cache
def _aws_managed_policies() -> dict[str, dict[str, Any]]:
    policies = json.loads(aws_managed_policies_data)
    return {f"{MANAGED_POLICY_PREFIX}{p['Path'].lstrip('/')}{name}": p for name, p in policies.items()}


def know_policy(backend: IAMBackend, arn: str) -> None:
    """Make one of AWS's own policies known. All 1300 of them would slow every start."""
    data = _aws_managed_policies().get(arn) if arn.startswith(MANAGED_POLICY_PREFIX) else None
    if data and arn not in backend.managed_policies:
        name = arn.rsplit("/", 1)[-1]
        policy = AWSManagedPolicy.from_data(name, backend.account_id, backend.region_name, data)
        backend.managed_policies[arn] = policy


def _know_policy_first(name: str) -> None:
    @wraps(IamResponse, name)
    def known(original: Any, self: Any) -> Any:
        know_policy(self.backend, self._get_param("PolicyArn") or "")
        return original(self)


for _operation in (
    "attach_role_policy",
    "attach_user_policy",
    "attach_group_policy",
    "get_policy",
    "get_policy_version",
):
    _know_policy_first(_operation)


@wraps(IamResponse, "create_role")
def create_role(original: Any, self: Any) -> Any:
    """moto checks a trust policy when it is changed only."""
    IAMTrustPolicyDocumentValidator(self._get_param("AssumeRolePolicyDocument")).validate()
    return original(self)


@wraps(IamResponse, "remove_role_from_instance_profile")
def remove_role_from_instance_profile(original: Any, self: Any) -> Any:
    name, role_name = self._get_param("InstanceProfileName"), self._get_param("RoleName")
    profile = self.backend.get_instance_profile(name)
    if role_name not in [role.name for role in profile.roles]:
        raise AwsError("NoSuchEntity", f"The role with name {role_name} cannot be found.")
    return original(self)


@operation(IamResponse)
def list_instance_profile_tags(self: Any) -> ActionResult:
    profile = self.backend.get_instance_profile(self._get_param("InstanceProfileName"))
    return ActionResult({"Tags": profile.tags, "IsTruncated": False})


@wraps(IamResponse, "get_account_authorization_details")
def get_account_authorization_details(original: Any, self: Any) -> Any:
    """Pages of ``MaxItems`` roles (AWS's default is 100); moto answers with everything at once."""
    answer = original(self)
    start = int(self._get_param("Marker") or 0)
    end = start + (self._get_int_param("MaxItems") or DEFAULT_PAGE)
    result = answer.result
    roles = list(result["RoleDetailList"])
    result["RoleDetailList"] = roles[start:end]
    if end < len(roles):
        result.update(IsTruncated=True, Marker=str(end))
    if start:
        result.update(UserDetailList=[], GroupDetailList=[], Policies=[])
    return answer


def _check_size(document: str | None) -> None:
    if len("".join((document or "").split())) > POLICY_SIZE:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for PolicySize: {POLICY_SIZE}")


@wraps(IamResponse, "create_policy")
def create_policy(original: Any, self: Any) -> Any:
    """White space doesn't count."""
    _check_size(self._get_param("PolicyDocument"))
    return original(self)


@wraps(IamResponse, "create_policy_version")
def create_policy_version(original: Any, self: Any) -> Any:
    _check_size(self._get_param("PolicyDocument"))
    return original(self)


@wraps(IamResponse, "delete_policy")
def delete_policy(original: Any, self: Any) -> Any:
    """moto deletes whatever there is."""
    policy = self.backend.get_policy(self._get_param("PolicyArn"))
    if policy.attachment_count:
        raise AwsError("DeleteConflict", "Cannot delete a policy attached to entities.")
    if len(policy.versions) > 1:
        raise AwsError(
            "DeleteConflict",
            "This policy has more than one version. Before you delete a policy, you must delete the policy's "
            "versions. The default version is deleted with the policy.",
        )
    return original(self)


@wraps(IamResponse, "attach_role_policy")
def attach_role_policy(original: Any, self: Any) -> Any:
    attached = self.backend.get_role(self._get_param("RoleName")).managed_policies
    again = attached.get(self._get_param("PolicyArn"))
    if again:
        again.attachment_count -= 1  # AWS changes nothing; moto counts it twice
    elif len(attached) >= POLICIES_PER_ROLE:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for PoliciesPerRole: {POLICIES_PER_ROLE}")
    return original(self)
