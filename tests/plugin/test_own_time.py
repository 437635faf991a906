"""The processor time of a run: ours is counted, the embedded mock's is not."""

from __future__ import annotations

import gc
import sys
import threading
import time
import weakref

import pytest

from conformance.plugin.collecting import THRESHOLDS, collecting_seldom
from conformance.plugin.owntime import MOCK_THREAD, OwnTime

BURNT = 0.05


def _burn(done: threading.Event, end: threading.Event) -> None:
    while time.thread_time() < BURNT:
        pass
    done.set()
    end.wait(10)


@pytest.mark.parametrize(("name", "counted"), [("another", True), (MOCK_THREAD, False)])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells no other thread's time")
def test_the_time_of_the_mock_s_thread_is_not_ours(name: str, counted: bool) -> None:  # noqa: FBT001 - pytest's way
    own, done, end = OwnTime(), threading.Event(), threading.Event()
    thread = threading.Thread(target=_burn, args=(done, end), name=name)
    thread.start()
    try:
        assert done.wait(30)
        assert (own.so_far() >= BURNT) is counted
    finally:
        end.set()
        thread.join()


def test_the_mock_s_thread_has_that_name() -> None:
    from conformance.mock import start_mock  # noqa: PLC0415 - what it starts is looked at

    with start_mock(practitioners=1):
        assert MOCK_THREAD in {thread.name for thread in threading.enumerate()}


class _Garbage:
    """What holds itself."""

    def __init__(self) -> None:
        self.me = self


def test_what_one_run_held_is_let_go_when_the_next_begins() -> None:
    try:
        with collecting_seldom():
            held = _Garbage()
        gone = weakref.ref(held)
        del held
        with collecting_seldom():
            assert gone() is None
    finally:
        gc.unfreeze()


def test_a_process_that_looks_after_its_garbage_is_left_alone() -> None:
    before = gc.get_threshold()
    gc.set_threshold(5_000, 7, 7)
    try:
        with collecting_seldom():
            assert gc.get_threshold() == (5_000, 7, 7)
        assert gc.get_freeze_count() == 0
    finally:
        gc.set_threshold(*before)


def test_garbage_is_looked_for_as_before_once_a_run_has_ended() -> None:
    before = gc.get_threshold()
    try:
        with collecting_seldom():
            assert gc.get_threshold() == THRESHOLDS
        assert gc.get_threshold() == before
    finally:
        gc.unfreeze()
