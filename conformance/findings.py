"""Assertions and findings: what was judged, and what came of it. Imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Outcome(StrEnum):
    """What became of one clause in one test (DESIGN, section 2)."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    WARNING = "warning"
    SKIP = "skip"
    ERROR = "error"
    NOT_APPLICABLE = "not-applicable"
    WAIVED = "waived"


class Expectation(StrEnum):
    """How binding a clause is (FHIR `conformance-expectation`)."""

    SHALL = "SHALL"
    SHALL_NOT = "SHALL-NOT"
    SHOULD = "SHOULD"
    SHOULD_NOT = "SHOULD-NOT"
    MAY = "MAY"

    @property
    def binding(self) -> bool:
        """Whether breaking it is a failure rather than a warning."""
        return self in {Expectation.SHALL, Expectation.SHALL_NOT}


@dataclass(frozen=True, slots=True)
class Assertion:
    """One thing judged: where, what was expected, what was observed, on which exchange."""

    holds: bool
    at: str
    expected: str
    observed: str
    exchange: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One clause judged by one test, with what the verdict rests on.

    `held` and `broken` count every assertion made; `assertions` keeps all broken ones up to a
    cap and a sample of those that held. `case` tells several findings of one clause apart.
    """

    clause: str
    case: str
    outcome: Outcome
    message: str
    assertions: tuple[Assertion, ...]
    held: int
    broken: int
    exchanges: tuple[str, ...]
    test: str
    seconds: float = 0.0


def verdict(assertions: Iterable[Assertion], expectation: Expectation, *, strict: bool) -> Outcome:
    """Turn assertions into an outcome: none is `skip`; a broken SHOULD is only a warning."""
    made = tuple(assertions)
    if not made:
        return Outcome.SKIP
    if all(assertion.holds for assertion in made):
        return Outcome.PASS
    return Outcome.FAIL if expectation.binding or strict else Outcome.WARNING
