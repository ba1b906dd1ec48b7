"""How long AWS takes: per kind of object and phase, seconds; 0 means at once.

moto changes states immediately. Our patches hand the second half of such a change to
:meth:`Timing.after`; the server runs what has become due before each call takes effect.
"""

import heapq
import itertools
import time
from collections.abc import Callable
from typing import Any

KINDS = {
    "nat_gateway": ("create", "delete"),
    "load_balancer": ("create", "delete"),
    "auto_scaling_group": ("create", "delete"),
    "instance": ("create", "delete"),
    "image": ("create",),
    "instance_refresh": ("step",),
    "db_instance": ("create", "delete"),
    "deployment": ("run",),
    "pipeline_action": ("run",),
}


class Timing:
    """The delays in force and the changes still to come. Guarded by the server's lock."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._delays = {kind: dict.fromkeys(phases, 0.0) for kind, phases in KINDS.items()}
        self._pending: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def update(self, changes: dict[str, dict[str, float]]) -> None:
        """Raises ValueError on a kind or phase that doesn't exist; then nothing is changed.

        What is already under way keeps its old duration.
        """
        for kind, phases in changes.items():
            unknown = set(phases) - set(KINDS.get(kind, ()))
            if kind not in KINDS or unknown:
                raise ValueError(f"timing: no kind {kind!r} with phases {sorted(phases)}")
        for kind, phases in changes.items():
            self._delays[kind].update({phase: float(seconds) for phase, seconds in phases.items()})

    def show(self) -> dict[str, Any]:
        return self._delays

    def delay(self, kind: str, phase: str) -> float:
        """Seconds that the phase takes."""
        return self._delays[kind][phase]

    def after(self, kind: str, phase: str, change: Callable[[], None]) -> None:
        """Make a change when the phase that starts now is over: at once if it takes no time."""
        seconds = self.delay(kind, phase)
        if seconds <= 0:
            change()
        else:
            heapq.heappush(self._pending, (time.monotonic() + seconds, next(self._order), change))

    def settle(self) -> None:
        """Make the changes whose time has come, in order."""
        while self._pending and self._pending[0][0] <= time.monotonic():
            heapq.heappop(self._pending)[2]()


timing = Timing()
