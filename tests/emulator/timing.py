"""How long AWS takes: per kind of object and phase, seconds; 0 means at once.

moto changes states immediately. Our patches hand the second half of such a change to
:meth:`Timing.after`; the server runs what has become due before each call takes effect. What drives itself
(pipelines) goes on even while nobody calls.
"""

import heapq
import itertools
import queue
import threading
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
    # First backup after creation; a modification begins late, and storage is optimised after it.
    "db_instance": ("create", "backup", "modify_start", "modify", "optimize", "delete"),
    "deployment": ("run",),
    "pipeline_action": ("run",),
    # How long it takes until a build gets to work, and how long its minutes are.
    "build": ("provisioning", "minute"),
    # How long a function of Lambda is Pending, and how long an update of it is InProgress.
    "function": ("create", "update"),
    # How long the name of a secret is taken that was deleted without a recovery window.
    "secret": ("delete",),
}
# Seconds of what takes time unless a test says otherwise.
DEFAULTS = {("build", "minute"): 60.0}

# These lead to more work of the services: they don't wait for the next call.
DRIVEN = {"build", "deployment", "pipeline_action"}
MOST_AT_ONCE = 1000


class Timing:
    """The delays in force and the changes still to come. Guarded by the server's lock, but for what other
    threads hand in."""

    def __init__(self) -> None:
        self.era = 0
        self._handed_in: queue.SimpleQueue[tuple[int, Callable[[], None]]] = queue.SimpleQueue()
        self._news = threading.Event()
        self._at_reset: list[Callable[[], None]] = []
        self.reset()

    def reset(self) -> None:
        # What a thread hands in that was started before a reset has no effect.
        self.era += 1
        self._delays = {
            kind: {phase: DEFAULTS.get((kind, phase), 0.0) for phase in phases}
            for kind, phases in KINDS.items()
        }
        self._pending: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        # When something that drives itself becomes due.
        self._alarms: list[float] = []
        for clear_up in self._at_reset:
            clear_up()

    def at_reset(self, clear_up: Callable[[], None]) -> None:
        """Have something cleared up with every reset."""
        self._at_reset.append(clear_up)

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
            self._push(seconds, change, kind in DRIVEN)

    def soon(self, change: Callable[[], None]) -> None:
        """Make a change right after the current call, whose answer doesn't depend on it."""
        self._push(0, change, True)

    def _push(self, seconds: float, change: Callable[[], None], driven: bool) -> None:
        due = time.monotonic() + seconds
        heapq.heappush(self._pending, (due, next(self._order), change))
        if driven:
            heapq.heappush(self._alarms, due)
            self._news.set()

    def hand_in(self, era: int, change: Callable[[], None]) -> None:
        """Make a change soon, from a thread without the lock that was started in the era."""
        self._handed_in.put((era, change))
        self._news.set()

    def settle(self) -> None:
        """Make the changes whose time has come, in order, with what follows from them at once. Changes that bring
        about each other for ever are left to the next call."""
        while not self._handed_in.empty():
            era, change = self._handed_in.get()
            if era == self.era:
                change()
        for _ in range(MOST_AT_ONCE):
            now = time.monotonic()
            if not self._pending or self._pending[0][0] > now:
                break
            heapq.heappop(self._pending)[2]()
        while self._alarms and self._alarms[0] <= now:
            heapq.heappop(self._alarms)

    def wait(self) -> None:
        """Return when a change that drives itself is due. For one thread without the lock."""
        while True:
            self._news.clear()
            try:
                due = self._alarms[0] - time.monotonic()
            except IndexError:
                due = None
            if not self._handed_in.empty() or (due is not None and due <= 0):
                return
            self._news.wait(due)


timing = Timing()
