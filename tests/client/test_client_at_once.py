"""Several threads use one client: together they keep to the limits that one would keep."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from rough_server import http

from conformance.client import TargetUnusable
from conformance.client.deadline import Deadline
from conformance.client.memory import Memory
from conformance.client.politeness import Politeness
from conformance.client.together import together
from conformance.target import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Dial, Serve

ORIGIN = "https://fhir.example"


class Counting:
    """Answers once `least` requests are under way, and remembers how many were at most."""

    def __init__(self, least: int) -> None:
        self._meeting = threading.Barrier(least, timeout=30)
        self._lock = threading.Lock()
        self._now = 0
        self.most = 0

    def __call__(self, *_: object) -> bytes:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        self._meeting.wait()
        with self._lock:
            self._now -= 1
        return http(b"{}")


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_as_many_are_under_way_as_the_limit_says_and_no_more(
    serve: Serve, dial: Dial, at_once: int
) -> None:
    counting = Counting(least=at_once)
    there = dial(serve(counting).base, concurrency=at_once)
    answers = together([there.get] * 6)
    assert [answer.status for answer in answers] == [200] * 6
    assert counting.most == at_once


def test_threads_together_spend_one_budget(serve: Serve, dial: Dial) -> None:
    server = serve(http(b"{}"))
    there = dial(server.base, concurrency=4, request_budget=3)

    def ask() -> int:
        try:
            return there.get().status
        except TargetUnusable as why:
            return 0 if "request budget of 3 is spent" in str(why) else -1

    assert sorted(together([ask] * 8)) == [0] * 5 + [200] * 3
    assert len(server.asked) == 3


def test_threads_together_keep_one_pace(
    serve: Serve, dial: Dial, sleeps: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A clock that stands still: each one waits for the slot that it was given.
    still = SimpleNamespace(monotonic=lambda: 100.0)
    monkeypatch.setattr("conformance.client.politeness.clock", still)
    there = dial(serve(http(b"{}")).base, concurrency=4, requests_per_second=2)
    together([there.get] * 4)
    assert sorted(sleeps) == [0.5, 1.0, 1.5]


class Passing:
    """A clock that goes on as somebody sleeps; `during` may do something once in a sleep."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.slept = 1000.0, list[float]()
        self.during: Callable[[], object] = lambda: None
        clock = SimpleNamespace(monotonic=lambda: self.now)
        monkeypatch.setattr("conformance.client.politeness.clock", clock)

    def sleep(self, seconds: float) -> None:
        during, self.during = self.during, lambda: None
        during()
        self.slept.append(seconds)
        self.now += seconds


def test_what_one_thread_was_asked_to_wait_all_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Passing(monkeypatch)
    polite = Politeness(Limits(requests_per_second=0, concurrency=2), clock.sleep)
    polite.pause(ORIGIN, 7.0)
    with polite.turn("https://other.example"):
        assert clock.slept == []
    with polite.turn(ORIGIN):
        assert clock.slept == [7.0]


def test_a_shorter_pause_lets_nobody_through_early(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Passing(monkeypatch)
    polite = Politeness(Limits(requests_per_second=0, concurrency=2), clock.sleep)
    polite.pause(ORIGIN, 60.0)
    polite.pause(ORIGIN, 5.0)
    with polite.turn(ORIGIN):
        assert clock.now == 1060.0


def test_a_pause_that_is_asked_for_meanwhile_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Passing(monkeypatch)
    polite = Politeness(Limits(requests_per_second=0.5, concurrency=2), clock.sleep)
    with polite.turn(ORIGIN):
        pass
    clock.during = lambda: polite.pause(ORIGIN, 30.0)
    with polite.turn(ORIGIN):  # it waits for its place in the pace when another is told to wait
        assert clock.now >= 1030.0


def test_who_waits_for_one_origin_takes_no_place_of_another() -> None:
    polite = Politeness(Limits(requests_per_second=0, concurrency=1))
    polite.pause(ORIGIN, 50.0)

    def ask() -> None:
        with pytest.raises(TargetUnusable), polite.turn(ORIGIN):
            pass

    waiting = threading.Thread(target=ask, daemon=True)
    waiting.start()
    time.sleep(0.05)  # by now it waits
    came = threading.Event()

    def ask_other() -> None:
        with polite.turn("https://other.example"):
            came.set()

    threading.Thread(target=ask_other, daemon=True).start()
    assert came.wait(5)
    polite.stop()
    waiting.join(5)
    assert not waiting.is_alive()


def test_a_dead_origin_is_given_up_for_all_threads(dial: Dial) -> None:
    there = dial("http://127.0.0.1:9/R4", concurrency=4)

    def ask() -> str:
        with pytest.raises(TargetUnusable) as raised:
            there.get()
        return str(raised.value)

    said = [message for _ in range(3) for message in together([ask] * 4)]
    assert "given up" in said[-1]
    # Those that were under way when the third one failed are sent, none that came later.
    assert 3 <= len(there.recorder.drain()) <= 3 + 4 - 1


def test_nothing_is_sent_once_the_run_is_stopped(serve: Serve, dial: Dial) -> None:
    server = serve(http(b"{}"))
    there = dial(server.base)
    there.client.stop()
    with pytest.raises(TargetUnusable, match="the run was stopped"):
        there.get()
    assert server.asked == []


@pytest.mark.parametrize(
    ("answer", "limits"),
    [
        (http(b"", "429 Too Many Requests", "Retry-After: 50"), {}),
        (http(b"", "503 Later", "Retry-After: 50"), {}),
        (http(b"{}"), {"requests_per_second": 0.02}),
    ],
    ids=["429", "503", "pace"],
)
def test_a_stop_ends_each_wait_and_nothing_more_is_sent(
    serve: Serve, dial: Dial, answer: bytes, limits: dict[str, Any]
) -> None:
    server, said = serve(answer), []
    there = dial(server.base, **limits)

    def ask() -> None:
        with pytest.raises(TargetUnusable) as raised:
            [there.get() for _ in range(2)]
        said.append(str(raised.value))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    until = time.monotonic() + 5
    while not there.recorder.drain() and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.05)  # by now it waits
    there.client.stop()
    asking.join(5)
    assert said == ["the run was stopped"]
    assert len(server.asked) == 1


def test_each_thread_has_a_deadline_of_its_own() -> None:
    deadline = Deadline()
    deadline.at = time.monotonic() - 1
    assert together([lambda: deadline.left(3.0)]) == [3.0]


def test_a_value_is_made_once_whoever_comes_first() -> None:
    memory, made, begun, go = Memory(), [], threading.Event(), threading.Event()

    def make() -> str:
        begun.set()
        assert go.wait(5)
        made.append(1)
        return "value"

    def second() -> str:
        assert begun.wait(5)
        threading.Timer(0.01, go.set).start()
        return memory.once("key", make)

    assert together([lambda: memory.once("key", make), second]) == ["value"] * 2
    assert made == [1]


def test_what_could_not_be_made_is_made_anew() -> None:
    memory = Memory()

    def fail() -> Any:
        raise LookupError("not yet")

    with pytest.raises(LookupError, match="not yet"):
        memory.once("key", fail)
    assert repr(memory) == "Memory(0)"
    assert memory.once("key", lambda: 1) == 1
