"""Certificates of listeners: they must exist and be issued; one default, up to 25 more."""

from typing import Any

from moto.acm.models import acm_backends
from moto.core.responses import ActionResult
from moto.elbv2.models import FakeListener
from moto.elbv2.responses import ELBV2Response

from emulator.limits import limits
from emulator.patching import AwsError, operation


def require(backend: Any, arn: str) -> None:
    """Raise CertificateNotFound or UnsupportedCertificate unless a listener may use it."""
    if not backend._certificate_exists(arn):
        raise AwsError("CertificateNotFound", f"Certificate '{arn}' not found")
    certificates = acm_backends[backend.account_id][backend.region_name]._certificates
    if arn in certificates and certificates[arn].status != "ISSUED":
        raise AwsError(
            "UnsupportedCertificate",
            f"The certificate '{arn}' must have a fully-qualified domain name, a supported "
            "signature, and a supported RSA key size.",
        )


def _listener(self: Any) -> FakeListener:
    return self.elbv2_backend.describe_listeners(None, [self._get_param("ListenerArn")])[0]


def _named(self: Any) -> list[str]:
    return [c["CertificateArn"] for c in self._get_param("Certificates", [])]


@operation(ELBV2Response)
def add_listener_certificates(self: Any) -> ActionResult:
    """Adding one that is there changes nothing. The default certificate doesn't count."""
    listener, arns = _listener(self), _named(self)
    for arn in arns:
        require(self.elbv2_backend, arn)
    added = [arn for arn in dict.fromkeys(arns) if arn not in listener.certificates]
    if len(listener.certificates) - 1 + len(added) > limits.certificates_per_listener:
        raise AwsError(
            "TooManyCertificates",
            "The maximum number of certificates on load balancer "
            f"'{listener.load_balancer_arn}' has been reached",
        )
    listener.certificates += added
    return ActionResult({"Certificates": [{"CertificateArn": arn, "IsDefault": False} for arn in arns]})


@operation(ELBV2Response)
def remove_listener_certificates(self: Any) -> ActionResult:
    listener, arns = _listener(self), _named(self)
    if listener.certificates and listener.certificates[0] in arns:
        raise AwsError("OperationNotPermitted", "Default certificate cannot be removed")
    listener.certificates = [arn for arn in listener.certificates if arn not in arns]
    return ActionResult({})
