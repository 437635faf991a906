"""Counts how the contract's clauses are verified, by area and resource. Imports `model`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from conformance.contract.model import Clause

#: The heading of clauses that belong to no one resource.
GENERAL = "(general)"


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One area and resource: clauses in all, those a test verifies, the others by reason."""

    area: str
    resource: str
    clauses: int
    tested: int
    not_tested: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """Return the row of `flexcheck contract coverage --json`."""
        return {
            "area": self.area,
            "resource": self.resource,
            "clauses": self.clauses,
            "tested": self.tested,
            "not_tested": self.not_tested,
        }


def coverage(clauses: Iterable[Clause]) -> tuple[CoverageRow, ...]:
    """Return a row for each area and resource, in contract order."""
    groups: dict[tuple[str, str], list[Clause]] = {}
    for clause in clauses:
        groups.setdefault((clause.area, clause.resource or GENERAL), []).append(clause)
    return tuple(_row(area, resource, group) for (area, resource), group in groups.items())


def without_test(clauses: Iterable[Clause], verified: Collection[str]) -> tuple[Clause, ...]:
    """Return the clauses that a test should verify and none does.

    `verified` holds the ids that tests name, as the collection of the suites finds them.
    """
    return tuple(c for c in clauses if c.not_tested is None and c.id not in verified)


def _row(area: str, resource: str, group: list[Clause]) -> CoverageRow:
    reasons = Counter(clause.not_tested.reason for clause in group if clause.not_tested)
    tested = len(group) - reasons.total()
    return CoverageRow(area, resource, len(group), tested, dict(sorted(reasons.items())))
