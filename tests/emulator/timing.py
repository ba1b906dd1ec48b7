"""How long AWS takes: per kind of object and phase, seconds; 0 means at once."""

import time
from typing import Any

KINDS = {
    "nat_gateway": ("create", "delete"),
    "load_balancer": ("create", "delete"),
    "auto_scaling_group": ("create", "delete"),
    "instance": ("create", "delete"),
    "image": ("create",),
    "instance_refresh": ("step",),
    "db_instance": ("create", "delete"),
}


class Timing:
    """The delays in force. Objects keep the moment they become ready, so a change of the delays
    touches only what is made afterwards."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._delays = {kind: dict.fromkeys(phases, 0.0) for kind, phases in KINDS.items()}

    def update(self, changes: dict[str, dict[str, float]]) -> None:
        """Raises ValueError on a kind or phase that doesn't exist; then nothing is changed."""
        for kind, phases in changes.items():
            unknown = set(phases) - set(KINDS.get(kind, ()))
            if kind not in KINDS or unknown:
                raise ValueError(f"timing: no kind {kind!r} with phases {sorted(phases)}")
        for kind, phases in changes.items():
            self._delays[kind].update({phase: float(s) for phase, s in phases.items()})

    def show(self) -> dict[str, Any]:
        return self._delays

    def delay(self, kind: str, phase: str) -> float:
        """Seconds that the phase takes."""
        return self._delays[kind][phase]

    def moment(self, kind: str, phase: str) -> float:
        """The time (``time.monotonic``) at which a phase that starts now will be over."""
        return time.monotonic() + self._delays[kind][phase]


timing = Timing()


def over(moment: float | None) -> bool:
    """Whether a moment from :meth:`Timing.moment` has come. None, nothing awaited, counts as over."""
    return moment is None or time.monotonic() >= moment
