"""Listeners: one per port, with a certificate that exists."""

from typing import Any

from moto.core.responses import ActionResult
from moto.elbv2.models import ELBv2Backend, FakeAction, FakeListener
from moto.elbv2.responses import ELBV2Response
from moto.elbv2.ssl_policies import SSL_POLICIES

from emulator.patching import AwsError, operation, wraps
from emulator.services.elbv2 import actions, certificates

DEFAULT_SSL_POLICY = "ELBSecurityPolicy-2016-08"


@operation(ELBv2Backend)
def describe_listeners(
    self: ELBv2Backend, load_balancer_arn: str | None, listener_arns: list[str] | None
) -> list[FakeListener]:
    """moto leaves unknown ARNs out as long as one is known."""
    if load_balancer_arn:
        if load_balancer_arn not in self.load_balancers:
            raise AwsError("LoadBalancerNotFound", f"Load balancer '{load_balancer_arn}' not found")
        return list(self.load_balancers[load_balancer_arn].listeners.values())
    everything = {arn: li for lb in self.load_balancers.values() for arn, li in lb.listeners.items()}
    if set(listener_arns or []) - set(everything):
        raise AwsError("ListenerNotFound", "One or more listeners not found")
    return [everything[arn] for arn in listener_arns or []]


def _check(self: Any, load_balancer: Any, protocol: str | None, port: int | None, own: Any = None) -> None:
    """Port free, policy known, certificate issued. ``own`` is the listener being modified."""
    for other in load_balancer.listeners.values():
        if other is not own and other.port == port:
            raise AwsError(
                "DuplicateListener",
                f"A listener already exists on this port for this load balancer '{load_balancer.arn}'",
            )
    policy = self._get_param("SslPolicy")
    if policy and policy not in SSL_POLICIES:
        raise AwsError("SSLPolicyNotFound", f"SSL policy '{policy}' not found")
    given = self._get_param("Certificates", [])
    if len(given) > 1:
        raise AwsError("ValidationError", "You must specify exactly one certificate")
    for certificate in given:
        certificates.require(self.elbv2_backend, certificate["CertificateArn"])
    if protocol in ("HTTPS", "TLS") and not given and not (own and own.certificates):
        raise AwsError("ValidationError", f"A certificate must be specified for {protocol} listeners")


@wraps(ELBV2Response, "create_listener")
def create_listener(original: Any, self: Any) -> Any:
    params, backend = self._get_params(), self.elbv2_backend
    load_balancer = backend.load_balancers.get(params["LoadBalancerArn"])
    if load_balancer is None:
        raise AwsError("LoadBalancerNotFound", f"Load balancer '{params['LoadBalancerArn']}' not found")
    params["DefaultActions"] = [actions.complete_action(a) for a in params.get("DefaultActions", [])]
    _check(self, load_balancer, params.get("Protocol"), params.get("Port"))
    actions.check_target_groups(backend, load_balancer, params["DefaultActions"])
    answer = original(self)
    listener = answer.result["Listeners"][0]
    if listener.protocol not in ("HTTPS", "TLS"):
        listener.ssl_policy = None
    return answer


@operation(ELBV2Response)
def modify_listener(self: Any) -> ActionResult:
    """A new default certificate takes the place of the old one, the others stay; moto drops them."""
    backend, params = self.elbv2_backend, self._get_params()
    listener = backend.describe_listeners(None, [params["ListenerArn"]])[0]
    load_balancer = backend.load_balancers[listener.load_balancer_arn]
    protocol, port = params.get("Protocol", listener.protocol), params.get("Port", listener.port)
    new_actions = [actions.complete_action(a) for a in params.get("DefaultActions", [])]
    _check(self, load_balancer, protocol, port, own=listener)
    actions.check_target_groups(backend, load_balancer, new_actions)
    listener.protocol, listener.port = protocol, port
    _set_security(listener, params)
    if new_actions:
        backend_actions = [FakeAction(action) for action in new_actions]
        backend._validate_actions(backend_actions)
        listener.default_actions = backend_actions
        listener._default_rule[0].actions = backend_actions
    return ActionResult({"Listeners": [listener]})


def _set_security(listener: FakeListener, params: dict[str, Any]) -> None:
    if listener.protocol not in ("HTTPS", "TLS"):
        listener.ssl_policy, listener.certificate, listener.certificates = None, None, []
        return
    listener.ssl_policy = params.get("SslPolicy") or listener.ssl_policy or DEFAULT_SSL_POLICY
    if params.get("Certificates"):
        default = params["Certificates"][0]["CertificateArn"]
        others = [arn for arn in listener.certificates[1:] if arn != default]
        listener.certificate, listener.certificates = default, [default, *others]
