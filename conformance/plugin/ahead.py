"""Tests that run ahead of their turn, in threads: their requests are under way together.

Pytest stays as it is: it takes the tests one after the other, in its order, and where one has run
already it takes over what came of it. Which tests may do so, their suite tells
(`pytest_flexcheck_ahead`). Imports the recorder, to tell whose an exchange is.
"""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

import pytest

from conformance.client.recorder import ASKER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: How often a wait looks whether the user broke off, and how long broken-off threads may take.
GLANCE, PATIENCE = 0.5, 5.0


class Ahead:
    """Runs tests in `threads` threads, at most `most` more than pytest has taken over.

    `may_run` says which tests pytest would call at all.
    """

    def __init__(
        self,
        items: Sequence[pytest.Item],
        may_run: Callable[[pytest.Item], bool],
        *,
        threads: int,
        most: int,
    ) -> None:
        self._may_run = may_run
        self._most = most
        self._items = deque(items)
        self._later: deque[pytest.Item] = deque()
        #: Those that pytest calls itself.
        self._own: set[pytest.Item] = set()
        self._runs: dict[pytest.Item, Future[None]] = {}
        self._seconds: dict[pytest.Item, float] = {}
        self._taken = 0
        self.closed = False
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="flexcheck-ahead")

    def look(self, item: pytest.Item) -> None:
        """Start what may start now that pytest has come to an item."""
        if item not in self._runs:
            self._own.add(item)
        while len(self._runs) - self._taken < self._most:
            found = self._next()
            if found is None:
                return
            self._runs[found[0]] = self._pool.submit(self._run, *found)

    def _next(self) -> tuple[pytest.Function, Callable[[], Mapping[str, Any]]] | None:
        """Return the next test that may run, with what gives its arguments."""
        for queue in (self._later, self._items):
            while queue:
                item = queue[0]
                ready = None
                if item not in self._own and self._may_run(item):
                    ready = item.ihook.pytest_flexcheck_ahead(item=item)
                if ready == "later" and queue is self._later:
                    break
                queue.popleft()
                if ready == "later":
                    self._later.append(item)
                elif ready is not None and isinstance(item, pytest.Function):
                    return item, ready
        return None

    def _run(self, item: pytest.Function, arguments: Callable[[], Mapping[str, Any]]) -> None:
        started = time.perf_counter()
        ASKER.set(item.nodeid)
        try:
            item.obj(**arguments())
        finally:
            self._seconds[item] = time.perf_counter() - started

    def call(self, item: pytest.Item) -> bool:
        """Take over what came of a test, and raise what it raised; False where it did not run."""
        run = self._runs.get(item)
        if run is None:
            return False
        while not run.done():
            wait([run], GLANCE)
        self._taken += 1
        run.result()
        return True

    def seconds(self, item: pytest.Item) -> float | None:
        """Return how long a test took that ran ahead; None of one that did not."""
        return self._seconds.get(item)

    def close(self) -> None:
        """Begin nothing more, and wait a little for what is under way."""
        self.closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)
        # One that was cancelled before it began is never notified: that wait would be in vain.
        wait([run for run in self._runs.values() if not run.cancelled()], PATIENCE)
