"""Tests that run ahead of their turn: pytest takes over what came of them, in its own order."""

from __future__ import annotations

import threading
import tomllib
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import tomli_w
from suite_runs import Place, only

from conformance.mock import start_mock
from conformance.plugin.ahead import Ahead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path


class Item(pytest.Function):
    """A test whose suite answers as it is told to."""

    def __init__(self, name: str, body: Callable[..., None], answer: Any = dict) -> None:
        self._name = name
        self.body = body
        self.answer = answer

    @property
    def nodeid(self) -> str:
        return self._name

    @property
    def obj(self) -> Callable[..., None]:
        return self.body

    @property
    def ihook(self) -> Any:
        return SimpleNamespace(pytest_flexcheck_ahead=lambda item: item.answer)


def item(name: str, body: Callable[..., None] = lambda: None, answer: Any = dict) -> Item:
    """Make an item without pytest's own way of making nodes."""
    made = object.__new__(Item)
    Item.__init__(made, name, body, answer)
    return made


@pytest.fixture
def ahead() -> Iterator[Callable[..., Ahead]]:
    made: list[Ahead] = []

    def make(*items: Item, most: int = 10, may_run: Callable[..., bool] = lambda _: True) -> Ahead:
        made.append(Ahead(items, may_run, threads=2, most=most))
        return made[0]

    yield make
    for one in made:
        one.close()


def test_two_run_at_the_same_time_and_their_results_are_taken_over(ahead: Any) -> None:
    meeting = threading.Barrier(2, timeout=30)

    def fail() -> None:
        meeting.wait()
        raise LookupError("what the test raised")

    current = item("current", answer=None)
    good, bad = item("good", lambda: (meeting.wait(), None)[1]), item("bad", fail)
    runs = ahead(current, good, bad)
    runs.look(current)
    assert runs.call(current) is False
    assert runs.call(good) is True
    with pytest.raises(LookupError, match="what the test raised"):
        runs.call(bad)
    assert runs.seconds(current) is None
    assert runs.seconds(good) is not None


def test_a_skip_is_a_skip(ahead: Any) -> None:
    skipping = item("skipping", lambda: pytest.skip("no data"))
    runs = ahead(item("current", answer=None), skipping)
    runs.look(item("current"))
    with pytest.raises(pytest.skip.Exception, match="no data"):
        runs.call(skipping)


def test_the_suite_gives_the_arguments_in_the_thread(ahead: Any) -> None:
    given: list[tuple[int, str]] = []

    def arguments() -> Mapping[str, Any]:
        return {"value": 3, "thread": threading.current_thread().name}

    asking = item("asking", lambda value, thread: given.append((value, thread)), arguments)
    runs = ahead(asking)
    runs.look(item("current"))
    assert runs.call(asking)
    assert given == [(3, "flexcheck-ahead_0")]


def test_what_must_not_run_waits_for_its_turn(ahead: Any) -> None:
    refused, allowed = item("refused"), item("allowed")
    runs = ahead(refused, allowed, may_run=lambda one: one is allowed)
    runs.look(item("current"))
    assert (runs.call(refused), runs.call(allowed)) == (False, True)


def test_a_suite_that_says_later_is_asked_again(ahead: Any) -> None:
    first, second, other = item("1", answer="later"), item("2", answer="later"), item("3")
    runs = ahead(first, second, other)
    runs.look(item("current"))
    assert [runs.call(one) for one in (first, second, other)] == [False, False, True]
    first.answer = second.answer = dict
    runs.look(item("next"))
    assert [runs.call(one) for one in (first, second)] == [True, True]


def test_no_more_run_ahead_than_is_allowed(ahead: Any) -> None:
    items = [item(str(number)) for number in range(5)]
    runs = ahead(*items, most=2)
    runs.look(item("current"))
    assert [runs.call(one) for one in items] == [True, True, False, False, False]
    runs.look(items[2])
    # The third is pytest's own by now; the two that were taken over make room for two others.
    assert [runs.call(one) for one in items[2:]] == [False, True, True]


def test_what_has_not_begun_is_not_begun_after_the_end(ahead: Any) -> None:
    begun, go, ran = threading.Event(), threading.Event(), []

    def hold() -> None:
        begun.set()
        assert go.wait(5)

    runs = ahead(item("1", hold), item("2", hold), item("3", lambda: ran.append(3)))
    runs.look(item("current"))
    assert begun.wait(5)
    threading.Timer(0.01, go.set).start()
    runs.close()
    assert ran == []


def test_the_end_waits_for_what_is_under_way_only(
    ahead: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = threading.Barrier(3, timeout=30), threading.Event()
    waited: list[bool] = []

    def hold() -> None:
        begun.wait()
        assert go.wait(5)

    def look(runs: Any, _patience: float) -> None:
        waited.extend(run.cancelled() for run in runs)

    runs = ahead(item("1", hold), item("2", hold), item("3"), item("4"))
    runs.look(item("current"))
    begun.wait()
    monkeypatch.setattr("conformance.plugin.ahead.wait", look)
    runs.close()
    go.set()
    assert waited == [False, False]


def _with_concurrency(target: Path, at_once: int) -> str:
    tables = tomllib.loads(target.read_text("utf-8"))
    tables["limits"]["concurrency"] = at_once
    changed = target.with_name(f"at-once-{at_once}.toml")
    changed.write_bytes(tomli_w.dumps(tables).encode())
    return str(changed)


@pytest.mark.parametrize(("at_once", "chosen"), [(3, "DIR-LOC"), (1, "DIR-LOC-READ")])
def test_a_run_keeps_as_many_requests_under_way_as_its_target_allows(
    place: Place, at_once: int, chosen: str
) -> None:
    with start_mock(practitioners=10, latency=5) as mock:
        target = _with_concurrency(mock.target_file, at_once)
        done = place.pytest_suites("--target", target, *only(chosen))
        assert mock.load.most == at_once
        assert mock.load.requests == len(done.run.exchanges)
    assert done.code == 0, done.stdout
    said = [finding.test for finding in done.run.findings]
    assert len(said) == len(set(said)) >= 3


def test_what_was_sent_ahead_of_an_early_end_is_in_the_log(place: Place) -> None:
    with start_mock(practitioners=10, defects=["location-state-ignored"]) as mock:
        done = place.pytest_suites("--target", str(mock.target_file), *only("DIR-LOC"), "-x")
        assert done.run.footer == {}
        assert mock.load.requests == len(done.run.exchanges)
        assert len(done.lines) == 1 + len(done.run.clauses) + len(done.run.exchanges) + len(
            done.run.findings
        )
