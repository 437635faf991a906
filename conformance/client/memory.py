"""What was worked out once in a run, by whichever thread came first. Imports nothing of ours."""

from __future__ import annotations

from concurrent.futures import Future
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Kept = TypeVar("Kept")


class Memory:
    """Keeps one value by key; threads that ask for it while it is made wait for it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[Hashable, Future[Any]] = {}

    def __repr__(self) -> str:
        return f"Memory({len(self._kept)})"

    def once(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """Return what `make` gave for this key the first time.

        What `make` raises is raised in all threads that wait for it, and forgotten.
        """
        with self._lock:
            known = self._kept.get(key)
            future: Future[Kept] = self._kept.setdefault(key, Future())
        if known is not None:
            return future.result()
        try:
            future.set_result(make())
        except BaseException as error:
            with self._lock:
                del self._kept[key]
            future.set_exception(error)
            raise
        return future.result()
