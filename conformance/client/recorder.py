"""Keeps each exchange once, in order, until the run log takes it. Imports `exchange` only."""

from __future__ import annotations

from contextvars import ContextVar
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.exchange import Exchange

#: The node id of the test that asks, where it runs ahead of its turn in a thread of its own.
ASKER: ContextVar[str] = ContextVar("asker", default="")


class Recorder:
    """Numbers exchanges and holds those not yet written to the run log.

    `worker` is the xdist worker's name, "" in a single process: it keeps numbers unique.
    """

    def __init__(self, worker: str = "") -> None:
        self._prefix = f"ex-{worker}-" if worker else "ex-"
        self._numbers = count(1)
        self._pending: list[Exchange] = []
        self._lock = Lock()
        self._askers: dict[str, str] = {}

    def next_id(self) -> str:
        """Return the id of the exchange about to be made."""
        return f"{self._prefix}{next(self._numbers):04d}"

    def add(self, exchange: Exchange) -> None:
        """Keep one finished exchange."""
        with self._lock:
            self._pending.append(exchange)
            if asker := ASKER.get():
                self._askers[exchange.id] = asker

    def asker_of(self, exchange: Exchange) -> str:
        """Return the node id of the test that asked ahead of its turn, "" for any other."""
        return self._askers.get(exchange.id, "")

    def drain(self) -> tuple[Exchange, ...]:
        """Return what was recorded since the last call, and forget it."""
        with self._lock:
            pending, self._pending = tuple(self._pending), []
        return pending
