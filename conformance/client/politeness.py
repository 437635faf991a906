"""What a target may be asked at once and in a row: pace, budget, pauses, when to give up.

Threads share it. Imports target and exchange only.
"""

from __future__ import annotations

from contextlib import contextmanager
from threading import BoundedSemaphore, Event, Lock
from typing import TYPE_CHECKING

from conformance import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.exchange import Exchange
    from conformance.target import Limits

#: After this many requests in a row without any answer, an origin is given up.
GIVE_UP_AFTER = 3
#: Breaking a connection off takes somebody who is there: many in a row are needed to give up.
BROKEN_OFF = frozenset({"ReadError", "WriteError", "CloseError", "RemoteProtocolError"})
PATIENCE_WITH_BREAKS = 10


class TargetUnusable(Exception):  # noqa: N818 - not an error of ours: the environment failed
    """No usable answer was had: connection, TLS, time-out, 429 to the end, budget spent."""

    def __init__(self, message: str, exchange: Exchange | None = None) -> None:
        super().__init__(message)
        self.exchange = exchange


class Politeness:
    """Keeps all threads of one client, together, to the limits of its target.

    `sleep` lets seconds pass where they are not real ones; else `stop` ends a wait.
    """

    def __init__(self, limits: Limits, sleep: Callable[[float], object] | None = None) -> None:
        self._limits = limits
        self._places = BoundedSemaphore(max(1, limits.concurrency))
        self._lock = Lock()
        self._begun = 0
        self._next_at = 0.0
        #: By origin: until when nobody asks it.
        self._pauses: dict[str, float] = {}
        self._silent: dict[str, float] = {}
        self._stopped = Event()
        self._sleep = sleep or self._stopped.wait

    def stop(self) -> None:
        """Let nothing more be sent: the run was broken off. Nobody waits any longer."""
        self._stopped.set()

    @contextmanager
    def turn(self, origin: str) -> Iterator[None]:
        """Wait until one more request may go out, and hold its place while it is under way.

        Raises:
            TargetUnusable: none may: the origin was given up, the budget is spent, the run stopped.
        """
        while True:
            self._refuse(origin)
            # A pause may be long: whoever asks another origin needs the place meanwhile.
            self._rest(self._pause_left(origin))
            with self._places:
                self._rest(self._next_slot())
                if self._pause_left(origin) > 0:  # it was asked for while this thread waited
                    continue
                self._begin(origin)
                yield
                return

    def pause(self, origin: str, seconds: float) -> None:
        """Have no thread ask the origin for as long as it asked (`Retry-After`)."""
        with self._lock:
            until = clock.monotonic() + seconds
            self._pauses[origin] = max(until, self._pauses.get(origin, until))

    def count(self, origin: str, error: str) -> None:
        """Count a request without answer towards giving the origin up; an answer ("") ends that."""
        weight = _weight(error)
        with self._lock:
            self._silent[origin] = self._silent.get(origin, 0.0) + weight if weight else 0.0

    def _refuse(self, origin: str) -> None:
        budget = self._limits.request_budget
        if self._stopped.is_set():
            raise TargetUnusable("the run was stopped")
        if self._silent.get(origin, 0.0) > GIVE_UP_AFTER - 0.5 / PATIENCE_WITH_BREAKS:
            raise TargetUnusable(
                f"{origin} was given up after {GIVE_UP_AFTER} requests in a row without an"
                f" answer ({GIVE_UP_AFTER * PATIENCE_WITH_BREAKS} where the connection was"
                " broken off)"
            )
        if budget and self._begun >= budget:
            raise TargetUnusable(f"the request budget of {budget} is spent (limits.request_budget)")

    def _begin(self, origin: str) -> None:
        """Count one more request, unless none may go out by now."""
        with self._lock:
            self._refuse(origin)
            self._begun += 1

    def _pause_left(self, origin: str) -> float:
        until = self._pauses.get(origin)
        return 0.0 if until is None else until - clock.monotonic()

    def _next_slot(self) -> float:
        """Take the next point in time that the pace allows, and return the seconds until then."""
        if not (rate := self._limits.requests_per_second):
            return 0.0
        with self._lock:
            now = clock.monotonic()
            slot = max(now, self._next_at)
            self._next_at = slot + 1.0 / rate
        return slot - now

    def _rest(self, seconds: float) -> None:
        if seconds > 0:
            self._sleep(seconds)


def _weight(error: str) -> float:
    """Say how much a failed request counts towards giving an origin up; 0.0 for an answer."""
    if not error:
        return 0.0
    return 1 / PATIENCE_WITH_BREAKS if error.partition(":")[0] in BROKEN_OFF else 1.0
