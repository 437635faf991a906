"""Of what is not asked for no test is made."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from conformance.plugin.choosing import Choosing
from conformance.plugin.marks import ROWS, clause_of, each_clause


@each_clause("DIR-(LOC|PRAC)-READ")
def many(clause: Any) -> None:
    """A test of two clauses."""


@pytest.mark.clause("DIR-METADATA")
def one() -> None:
    """A test of one clause."""


def helper() -> None:
    """No test, for all that this can tell."""


@pytest.mark.parametrize(
    ("only", "unmade"),
    [
        ((), []),
        (("DIR",), []),
        (("DIR-LOC",), [one]),
        (("DIR-METADATA",), [many]),
        (("TOKEN",), [many, one]),
    ],
)
def test_nothing_is_made_of_a_test_without_a_chosen_clause(
    only: tuple[str, ...], unmade: list[object]
) -> None:
    choosing = Choosing("tooele", only)
    made = {obj: choosing.pytest_pycollect_makeitem(obj) for obj in (many, one, helper)}
    assert [obj for obj, items in made.items() if items == []] == unmade
    assert all(items is None for obj, items in made.items() if obj not in unmade)


def test_a_deployment_whose_document_does_not_say_it_has_no_test() -> None:
    assert Choosing("uhc", ()).pytest_pycollect_makeitem(many) == []


@pytest.mark.parametrize(
    ("only", "rows"),
    [((), ["DIR-LOC-READ", "DIR-PRAC-READ"]), (("DIR-PRAC",), ["DIR-PRAC-READ"])],
)
def test_one_test_is_made_of_each_chosen_row(only: tuple[str, ...], rows: list[str]) -> None:
    made: list[tuple[str, list[str]]] = []
    marks = [mark for mark in many.pytestmark if mark.name == ROWS]  # type: ignore[attr-defined]
    metafunc: Any = SimpleNamespace(
        definition=SimpleNamespace(iter_markers=lambda _: marks),
        parametrize=lambda names, given: made.append((names, [clause_of(row) for row in given])),
    )
    Choosing("tooele", only).pytest_generate_tests(metafunc)
    assert made == [("clause", rows)]
