"""Sends several requests at the same time. Imports nothing of ours."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Sent = TypeVar("Sent")


def together(calls: Sequence[Callable[[], Sent]]) -> list[Sent]:
    """Start all calls at one moment, each in a thread, and return what they gave, in order.

    Raises:
        Exception: what the first call that failed raised, once all have ended.
    """
    start = Barrier(len(calls))

    def run(call: Callable[[], Sent]) -> Sent:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]
