"""STS: roles that don't exist can't be assumed; the keys it hands out are accepted."""

from typing import Any

from moto.sts.models import AssumedRole, STSBackend

from emulator.limits import limits
from emulator.patching import AwsError, wraps
from emulator.services import iam


@wraps(STSBackend, "assume_role")
def assume_role(original: Any, self: STSBackend, *args: Any, **kwargs: Any) -> AssumedRole:
    arn = kwargs["role_arn"]
    if not iam.role_is_usable(arn):
        raise AwsError(
            "AccessDenied",
            f"User: arn:aws:iam::{self.account_id}:user/moto is not authorized to perform: "
            f"sts:AssumeRole on resource: {arn}",
        )
    assumed = original(self, *args, **kwargs)
    limits.issue(assumed.access_key_id)
    return assumed
