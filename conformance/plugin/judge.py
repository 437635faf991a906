"""The `finding` fixture's object: takes a check's assertions and gives the verdict.

May import findings and contract model.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest

from conformance.findings import Assertion, Coverage, Finding, Outcome, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.contract.model import Clause

#: How many assertions a finding keeps in full; the counts tell the rest.
BROKEN_KEPT, HELD_KEPT = 100, 10
#: How much of an observed value a message shows.
SHOWN = 300


class Judge:
    """Collects the assertions of one test and turns them into its outcome."""

    def __init__(self, clause: Clause, *, strict: bool) -> None:
        self._clause = clause
        self._strict = strict
        self._assertions: list[Assertion] = []
        self._coverage: Coverage | None = None
        self.outcome = Outcome.SKIP
        self.message = "not demonstrated: the test made no assertion"

    def __repr__(self) -> str:
        return f"Judge({self._clause.id}, {len(self._assertions)} assertions)"

    def show(self, coverage: Coverage) -> None:
        """Keep the must-support coverage of a profile as evidence of the finding."""
        self._coverage = coverage

    def assess(self, assertions: Iterable[Assertion], *, otherwise: str = "") -> None:
        """Judge the clause by a check's assertions. Call it once, last in a test.

        Args:
            assertions: what a check yields.
            otherwise: why there may be nothing to judge; the reason of the skip.
        """
        self._assertions = list(assertions)
        self.outcome = verdict(self._assertions, self._clause.expectation, strict=self._strict)
        self.message = self._say(otherwise)
        if self.outcome is Outcome.SKIP:
            pytest.skip(self.message)
        if self.outcome is Outcome.FAIL:
            pytest.fail(f"{self._clause.id}: {self.message}", pytrace=False)

    def _say(self, otherwise: str) -> str:
        if self.outcome is Outcome.SKIP:
            return f"not demonstrated: {otherwise or 'nothing was there to judge'}"
        broken = [assertion for assertion in self._assertions if not assertion.holds]
        told = f"{self._coverage}; " if self._coverage else ""
        judged = _number(self._assertions)
        if not broken:
            return f"{told}{judged} judged, all hold"
        first = broken[0]
        return (
            f"{told}{_number(broken)} of {judged} judged do not hold; first: at {first.at}:"
            f" expected {_shown(first.expected)}, observed {_shown(first.observed)}"
        )

    def exchange_ids(self) -> tuple[str, ...]:
        """Return the exchanges the assertions were made on, in order, each once."""
        named = (item.exchange for item in self._assertions if item.exchange)
        return tuple(dict.fromkeys(named))

    def conclude(
        self, outcome: Outcome, message: str, *, case: str, test: str, seconds: float
    ) -> Finding:
        """Return the finding; `outcome` and `message` may be an error's instead of our own."""
        held = [item for item in self._assertions if item.holds]
        broken = [item for item in self._assertions if not item.holds]
        kept = (*islice(broken, BROKEN_KEPT), *islice(held, HELD_KEPT))
        return Finding(
            clause=self._clause.id,
            case=case,
            outcome=outcome,
            message=message,
            assertions=tuple(kept),
            held=_number(held),
            broken=_number(broken),
            exchanges=self.exchange_ids(),
            test=test,
            seconds=round(seconds, 4),
            coverage=self._coverage,
        )


def _number(assertions: Iterable[Assertion]) -> int:
    return sum(assertion.times for assertion in assertions)


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
