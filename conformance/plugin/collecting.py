"""Python's garbage collector in a run, which holds what it was sent to its end: no garbage.

Imports nothing of ours.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Python's own thresholds. A process that has set others looks after its garbage itself.
USUAL = frozenset({(700, 10, 10), (2000, 10, 10), (2000, 10, 0)})
#: Objects made before the young are looked at, and how seldom the old are: looking through all
#: the documents of a run takes half a second, and was a sixth of its time.
THRESHOLDS = (20_000, 20, 1_000)


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Look for garbage less often; at the end leave what is held alone, until the next run."""
    before = gc.get_threshold()
    if before not in USUAL:
        yield
        return
    if gc.get_freeze_count():  # a run before this one, in the same process
        gc.unfreeze()
        gc.collect()
    gc.set_threshold(*THRESHOLDS)
    try:
        yield
    finally:
        # pytest looks through everything five times when it ends.
        gc.freeze()
        gc.set_threshold(*before)
