"""One validator asked by several threads, as the tests of a run do that run ahead of their turn."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Any

from profiles import Validator

if TYPE_CHECKING:
    from profiles.definitions import Structure
    from profiles.packages import Library

THREADS = 4
PATIENTS = [{"resourceType": "Patient", "id": str(n), "birthDate": "wrong"} for n in range(THREADS)]


class Watched:
    """The definitions of a library, each slow to come, counting who asks at the same time."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = Lock()
        self._asking = 0
        self.most = 0

    def type(self, name: str) -> Structure | None:
        """Return a data type, so late that another thread could ask for it too."""
        with self._lock:
            self._asking += 1
            self.most = max(self.most, self._asking)
        time.sleep(0.005)
        try:
            return self._library.type(name)
        finally:
            with self._lock:
                self._asking -= 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)


def test_threads_take_turns(library: Library) -> None:
    watched = Watched(library)
    validator = Validator(watched)  # type: ignore[arg-type]  # what else it is asked is passed on
    with ThreadPoolExecutor(THREADS) as pool:
        reports = list(pool.map(validator.validate, PATIENTS))
    assert watched.most == 1
    assert [
        issue.expression for each in reports for issue in each.issues if issue.rule != "dom-6"
    ] == (["Patient.birthDate"] * THREADS)
