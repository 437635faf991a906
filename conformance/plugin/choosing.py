"""Makes tests for the clauses that are asked for only. May import marks and applicability.

A suite names some three thousand clauses and cases: to make a test of each, to leave most of them
out, would take longer than many a run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.contract import load_contract
from conformance.plugin.applicability import is_selected
from conformance.plugin.marks import ROWS, clause_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _pytest.mark import ParameterSet


class Choosing:
    """Knows what a run was asked for (`--only`), and of which deployment its target is."""

    def __init__(self, deployment: str, only: Sequence[str]) -> None:
        self._deployment = deployment
        self._only = only

    def is_chosen(self, clause_id: str) -> bool:
        """Whether a clause is among those asked for, and said of the target's deployment."""
        clause = load_contract()[clause_id]
        return self._deployment in clause.deployments and is_selected(clause, self._only)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, obj: object) -> list[pytest.Item] | None:
        """Make nothing of a test whose clause is not chosen, or of whose rows none is."""
        for mark in getattr(obj, "pytestmark", ()):
            if mark.name == "clause" and not self.is_chosen(mark.args[0]):
                return []
            if mark.name == ROWS and not self._chosen(mark.args[1]):
                return []
        return None

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make one test of each row that is chosen."""
        for mark in metafunc.definition.iter_markers(ROWS):
            names, rows = mark.args
            metafunc.parametrize(names, self._chosen(rows))

    def _chosen(self, rows: Sequence[ParameterSet]) -> list[ParameterSet]:
        return [row for row in rows if self.is_chosen(clause_of(row))]
