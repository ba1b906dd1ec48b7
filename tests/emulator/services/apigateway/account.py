"""The account's own settings: the role with which API Gateway writes logs, one for all APIs of a region."""

from typing import Any

from moto.apigateway.models import APIGatewayBackend
from moto.apigateway.responses import APIGatewayResponse
from moto.core.responses import ActionResult

from emulator.patching import operation
from emulator.services import iam
from emulator.services.apigateway import patches
from emulator.services.apigateway.model import bad

SERVICE = "apigateway.amazonaws.com"


def role(backend: APIGatewayBackend) -> str | None:
    """The role's ARN."""
    return backend.__dict__.setdefault("account_settings", {}).get("cloudwatchRoleArn")


def _shown(backend: APIGatewayBackend) -> ActionResult:
    throttle = {"burstLimit": 5000, "rateLimit": 10000.0}
    own = {"cloudwatchRoleArn": found} if (found := role(backend)) else {}
    return ActionResult({"throttleSettings": throttle, "features": ["UsagePlans"], "apiKeyVersion": "4", **own})


@operation(APIGatewayResponse)
def get_account(self: Any) -> ActionResult:
    return _shown(self.backend)


@operation(APIGatewayResponse)
def update_account(self: Any) -> ActionResult:
    settings: dict[str, Any] = {}
    for one in patches.checked(self._get_param("patchOperations")):
        patches.replace(settings, one, {"cloudwatchRoleArn": str})
    wanted = settings.get("cloudwatchRoleArn")
    if wanted and not iam.service_may_assume(wanted, SERVICE):
        raise bad(
            "The role ARN does not have required permissions configured. Please grant trust permission for API "
            "Gateway and add the required role policy."
        )
    self.backend.__dict__["account_settings"] = settings
    return _shown(self.backend)
