"""How a suite names its clauses. May import the contract."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from conformance.contract import load_contract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from _pytest.mark import ParameterSet

    from conformance.contract.model import Clause

#: The mark of a test that is made for several clauses or cases (`choosing.py`).
ROWS = "rows"


def clauses_like(pattern: str, **fields: str) -> list[Clause]:
    """Return the testable clauses whose id matches a regular expression and whose fields agree."""
    return [
        clause
        for clause in _like(pattern)
        if all(getattr(clause, name) == value for name, value in fields.items())
    ]


@cache
def _like(pattern: str) -> tuple[Clause, ...]:
    shape = re.compile(pattern)
    return tuple(
        load_contract().select(
            lambda clause: clause.not_tested is None and shape.fullmatch(clause.id) is not None
        )
    )


def each_clause(pattern: str, **fields: str) -> pytest.MarkDecorator:
    """Parametrize a test by contract rows: argument `clause`, test id = clause id.

    Raises:
        LookupError: no clause matches, so that the test would silently judge nothing.
    """
    return pytest.mark.rows(
        "clause",
        [
            pytest.param(clause, id=clause.id, marks=pytest.mark.clause(clause.id))
            for clause in _some(pattern, fields)
        ],
    )


def each_case(
    pattern: str, cases: Callable[[Clause], Sequence[str]], **fields: str
) -> pytest.MarkDecorator:
    """Parametrize a test by contract rows and the cases of each: arguments `clause` and `case`.

    `cases` names what tells several findings of one clause apart.

    Raises:
        LookupError: no clause matches.
    """
    return pytest.mark.rows(
        ("clause", "case"),
        [
            pytest.param(
                clause,
                case,
                id=f"{clause.id}:{case}",
                marks=pytest.mark.clause(clause.id, case=case),
            )
            for clause in _some(pattern, fields)
            for case in cases(clause)
        ],
    )


def cases_of(clause_id: str, cases: Iterable[str]) -> pytest.MarkDecorator:
    """Parametrize a test by the cases of one clause: argument `case`, a finding for each."""
    return pytest.mark.rows(
        "case",
        [
            pytest.param(
                case, id=f"{clause_id}:{case}", marks=pytest.mark.clause(clause_id, case=case)
            )
            for case in cases
        ],
    )


def clause_of(row: ParameterSet) -> str:
    """Return the id of the clause that a row of a test is made for."""
    return next(str(mark.args[0]) for mark in row.marks if mark.name == "clause")


def _some(pattern: str, fields: dict[str, str]) -> list[Clause]:
    found = clauses_like(pattern, **fields)
    if not found:
        raise LookupError(f"no testable clause matches {pattern!r} {fields or ''}")
    return found
