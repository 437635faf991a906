"""Counts how the contract's clauses are verified, by area and resource. Imports `model`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.contract.model import SUITE_TO_COME

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from conformance.contract.model import Clause

#: The heading of clauses that belong to no one resource.
GENERAL = "(general)"


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One area and resource: clauses in all, those a test verifies, the others by reason.

    Among the reasons is `suite-to-come`: what a request can test and no suite tests yet.
    """

    area: str
    resource: str
    clauses: int
    tested: int
    not_tested: dict[str, int]

    @property
    def to_come(self) -> int:
        """Return how many clauses wait for a suite."""
        return self.not_tested.get(SUITE_TO_COME, 0)

    @property
    def attested(self) -> int:
        """Return how many clauses no request can test, so that a person attests them."""
        return self.clauses - self.tested - self.to_come

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
        # A scope names a resource; its promise is about authorization in general.
        resource = "" if clause.kind == "scope" else clause.resource
        groups.setdefault((clause.area, resource or GENERAL), []).append(clause)
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
