"""ACM: tokens that outlive their certificate, certificates in use."""

from typing import Any

from moto.acm.models import AWSCertificateManagerBackend, CertBundle
from moto.elbv2.models import elbv2_backends

from emulator.patching import AwsError, wraps


def _listeners_with(account_id: str, region: str, arn: str) -> list[str]:
    """ARNs of the load balancers that present a certificate; moto keeps those that are gone."""
    return [
        load_balancer.arn
        for load_balancer in elbv2_backends[account_id][region].load_balancers.values()
        if any(arn in listener.certificates for listener in load_balancer.listeners.values())
    ]


def _in_use_by(certificate: CertBundle) -> list[str]:
    _, _, _, region, account_id, _ = certificate.arn.split(":", 5)
    return _listeners_with(account_id, region, certificate.arn)


# moto assigns and appends to a list of its own, which is thereby ignored.
CertBundle.in_use_by = property(_in_use_by, lambda self, value: None)


@wraps(AWSCertificateManagerBackend, "_get_arn_from_idempotency_token")
def known_arn(original: Any, self: AWSCertificateManagerBackend, token: str) -> str | None:
    """moto fails when the token of a deleted certificate comes again."""
    arn = original(self, token)
    return arn if arn in self._certificates or arn == "account_config" else None


@wraps(AWSCertificateManagerBackend, "delete_certificate")
def delete_certificate(original: Any, self: AWSCertificateManagerBackend, arn: str) -> None:
    if arn in self._certificates and self._certificates[arn].in_use_by:
        raise AwsError("ResourceInUseException", f"Certificate {arn} is in use.")
    original(self, arn)
