"""Quotas, credentials and other rules of the account that a test can set."""

import time
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass
class Limits:
    """Defaults are AWS's own quotas.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html
    """

    target_groups_per_load_balancer: int = 100
    rules_per_load_balancer: int = 100
    certificates_per_listener: int = 25
    condition_values_per_rule: int = 5
    db_instances: int = 40
    db_parameter_groups: int = 50
    db_snapshots: int = 100
    db_subnet_groups: int = 50
    new_role_refused_seconds: float = 0
    accepted_access_keys: list[str] | None = None
    instance_refresh_fails: bool = False
    tagging_index_stands_still: bool = False
    # Whether builds may do what their roles' policies allow, and nothing else.
    build_roles_hold: bool = True

    def __post_init__(self) -> None:
        self._issued_keys: set[str] = set()

    def issue(self, access_key: str) -> None:
        """Accept temporary credentials that STS has just handed out."""
        self._issued_keys.add(access_key)

    def update(self, changes: dict[str, Any]) -> None:
        """Raises ValueError on a name that doesn't exist; then nothing is changed."""
        unknown = set(changes) - {f.name for f in fields(self)}
        if unknown:
            raise ValueError(f"limits: no such names: {', '.join(sorted(unknown))}")
        for name, value in changes.items():
            setattr(self, name, value)

    def reset(self) -> None:
        self.update(asdict(Limits()))
        self._issued_keys.clear()

    def show(self) -> dict[str, Any]:
        return asdict(self)

    def accepts(self, access_key: str | None) -> bool:
        """Whether credentials are known. Unsigned requests carry none and pass."""
        keys = self.accepted_access_keys
        return keys is None or access_key is None or access_key in {*keys, *self._issued_keys}

    def refuses_role_made_at(self, made: float) -> bool:
        """Whether a role or instance profile made then (epoch seconds) is still unknown to other
        services: IAM is eventually consistent, other services learn of a role a little later."""
        return time.time() - made < self.new_role_refused_seconds


limits = Limits()
