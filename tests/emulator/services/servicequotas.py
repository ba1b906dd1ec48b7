"""Service Quotas: the quotas of Elastic Load Balancing, as the emulator enforces them."""

import json
from typing import Any

from moto.servicequotas.responses import ServiceQuotasResponse

from emulator.limits import limits
from emulator.patching import AwsError, operation, wraps

SERVICE_CODE = "elasticloadbalancing"
FIXED = {
    "L-53DA6B97": ("Application Load Balancers per Region", 50),
    "L-B22855CB": ("Target Groups per Region", 3000),
    "L-B6DF7632": ("Listeners per Application Load Balancer", 50),
}


def _quotas() -> list[dict[str, Any]]:
    values = {
        **FIXED,
        "L-7EED9B64": ("Rules per Application Load Balancer", limits.rules_per_load_balancer),
        "L-9365A611": ("Certificates per Application Load Balancer", limits.certificates_per_listener),
    }
    return [
        {
            "ServiceCode": SERVICE_CODE,
            "ServiceName": "Elastic Load Balancing (ELB)",
            "QuotaCode": code,
            "QuotaName": name,
            "Value": float(value),
            "Unit": "None",
            "Adjustable": True,
            "GlobalQuota": False,
        }
        for code, (name, value) in values.items()
    ]


@operation(ServiceQuotasResponse)
def list_service_quotas(self: Any) -> str:
    if self._get_param("ServiceCode") == SERVICE_CODE:
        return json.dumps({"Quotas": _quotas()})
    return self.list_aws_default_service_quotas()


@wraps(ServiceQuotasResponse, "get_service_quota")
def get_service_quota(original: Any, self: Any) -> str:
    if self._get_param("ServiceCode") != SERVICE_CODE:
        return original(self)
    for quota in _quotas():
        if quota["QuotaCode"] == self._get_param("QuotaCode"):
            return json.dumps({"Quota": quota})
    raise AwsError(
        "NoSuchResourceException", "The request failed because the specified quota does not exist."
    )
