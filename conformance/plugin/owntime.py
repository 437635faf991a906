"""How much time of the processor a run took us; what the embedded mock took is not ours.

Imports nothing of ours.
"""

from __future__ import annotations

import threading
import time

#: The thread in which the mock answers (`conformance/mock/server.py`).
MOCK_THREAD = "flexcheck-mock"


class OwnTime:
    """Counts the processor seconds of this process from the moment it is made."""

    def __init__(self) -> None:
        self._before = _seconds()

    def so_far(self) -> float:
        """Return the seconds until now."""
        return _seconds() - self._before


def _seconds() -> float:
    return time.process_time() - sum(
        _of_thread(thread.ident)
        for thread in threading.enumerate()
        if thread.name == MOCK_THREAD and thread.ident is not None
    )


def _of_thread(ident: int) -> float:
    clock_of = getattr(time, "pthread_getcpuclockid", None)
    # Windows tells no other thread's time: the embedded mock's counts as ours there.
    return time.clock_gettime(clock_of(ident)) if clock_of else 0.0
