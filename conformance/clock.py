"""Time as a run sees it: the real one, or that of the log that is judged again. Imports nothing.

Only who asks here lives in the time of a log. Whatever else a process does keeps the real one: an
event loop that saw another time for a moment would sleep until the two agree.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class Source(Protocol):
    """Where time comes from; Python's `time` is one."""

    def monotonic(self) -> float:
        """Return seconds since some moment."""
        ...

    def sleep(self, seconds: float, /) -> object:
        """Let so many seconds pass."""
        ...


_sources: list[Source] = [time]


def monotonic() -> float:
    """Return seconds since some moment, as `time.monotonic()`."""
    return _sources[-1].monotonic()


def sleep(seconds: float) -> None:
    """Let so many seconds pass, as `time.sleep()`."""
    _sources[-1].sleep(seconds)


@contextmanager
def told_by(source: Source) -> Iterator[None]:
    """Have all threads of this process that ask here told the time by a source."""
    _sources.append(source)
    try:
        yield
    finally:
        _sources.remove(source)
