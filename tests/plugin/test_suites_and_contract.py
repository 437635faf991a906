"""Every testable clause has a test, every test a clause that is to be tested."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from conformance.contract import load_contract, without_test

if TYPE_CHECKING:
    from collections.abc import Callable

    from suite_runs import Done, Place

#: A plugin for `-p`: prints the clause, the marks and the id of each test collected.
NAMES = """
from conformance.plugin.keys import CLAUSE

def pytest_collection_finish(session):
    for item in session.items:
        marks = [mark.args[0] for mark in item.iter_markers("clause")]
        print("ITEM", item.stash[CLAUSE].id, ",".join(marks), item.nodeid)
"""


Items = list[tuple[str, str, str]]


@pytest.fixture(scope="module", params=["mock:tooele", "mock:uhc"])
def collected(request: pytest.FixtureRequest, new_place: Callable[[], Place]) -> Done:
    return _collect(new_place(), request.param)


def _collect(place: Place, target: str) -> Done:
    (place.root / "plugins").mkdir()
    (place.root / "plugins" / "names.py").write_text(NAMES)
    paths = {"PYTHONPATH": str(place.root / "plugins")}
    return place.pytest_suites("--target", target, "--collect-only", "-q", "-p", "names", **paths)


@pytest.fixture(scope="module")
def items(collected: Done) -> Items:
    return _items(collected)


def _items(collected: Done) -> Items:
    """Return clause, clauses marked, and node id of each test of the suites."""
    found = re.findall(r"^ITEM (\S+) (\S+) (.+)$", collected.stdout, re.MULTILINE)
    return [(clause, marks, name) for clause, marks, name in found]


def test_collecting_only_writes_nothing(collected: Done) -> None:
    assert collected.code == 0, collected.stdout + collected.stderr
    assert not collected.out.exists()
    assert list(collected.cwd.iterdir()) == list(collected.home.iterdir()) == []


def test_every_test_names_just_one_known_clause(items: Items) -> None:
    known = {clause.id for clause in load_contract().clauses}
    assert len(items) > 200
    for clause, marks, _ in items:
        assert clause in known
        assert marks == clause


def test_every_clause_to_be_verified_by_a_test_is(new_place: Callable[[], Place]) -> None:
    collected = [_collect(new_place(), target) for target in ("mock:tooele", "mock:uhc")]
    verified = {clause for done in collected for clause, _, _ in _items(done)}
    assert without_test(load_contract().clauses, verified) == ()


def test_no_test_judges_a_clause_that_is_said_to_be_not_tested(items: Items) -> None:
    contract = load_contract()
    assert [clause for clause, _, _ in items if contract[clause].not_tested is not None] == []


def test_no_test_is_there_twice(items: Items) -> None:
    names = [name for _, _, name in items]
    assert len(names) == len(set(names))
