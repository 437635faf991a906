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
    """One thing judged: where, what was expected, what was observed, on which exchange.

    `times` is for how many things of one kind it stands: a fault of thousands of rows is told by a
    few of them and one assertion for the rest.
    """

    holds: bool
    at: str
    expected: str
    observed: str
    exchange: str = ""
    times: int = 1


@dataclass(frozen=True, slots=True)
class ElementCount:
    """In how many resources a must-support element or slice is there, and in how many it could be.

    `element` is its id in the profile; `absent` counts the resources without it in which its
    parent is there.
    """

    element: str
    present: int
    absent: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which must-support elements and slices of a profile some resource has, over a run.

    `resources` is how many there were; `elements` are all that the profile marks, in its order.
    """

    profile: str
    resources: int
    elements: tuple[ElementCount, ...]

    @property
    def never_seen(self) -> tuple[str, ...]:
        """The ids of those that no resource has."""
        return tuple(item.element for item in self.elements if not item.present)

    @property
    def seen(self) -> int:
        """How many of them some resource has."""
        return sum(item.present > 0 for item in self.elements)

    def __str__(self) -> str:
        """Tell the number, as reports do."""
        return (
            f"{self.seen} of {len(self.elements)} must-support elements and slices seen in"
            f" {self.resources:,} resource{'' if self.resources == 1 else 's'}"
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """One clause judged by one test, with what the verdict rests on.

    `held` and `broken` count every assertion made; `assertions` keeps all broken ones up to a
    cap and a sample of those that held. `case` tells several findings of one clause apart.
    `coverage` is the must-support coverage of a profile, where the clause is about that.
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
    coverage: Coverage | None = None


def verdict(assertions: Iterable[Assertion], expectation: Expectation, *, strict: bool) -> Outcome:
    """Turn assertions into an outcome: none is `skip`; a broken SHOULD is only a warning."""
    made = tuple(assertions)
    if not made:
        return Outcome.SKIP
    if all(assertion.holds for assertion in made):
        return Outcome.PASS
    return Outcome.FAIL if expectation.binding or strict else Outcome.WARNING
