"""Slicing: which slice a value belongs to, how many each may have. Imports `discriminators`.

https://hl7.org/fhir/R4/profiling.html#slicing
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from profiles.validator.cardinality import too_many
from profiles.validator.problems import Found, both, problem, under

if TYPE_CHECKING:
    from collections.abc import Callable

    from profiles.validator.discriminators import Discriminator
    from profiles.validator.problems import Check, Problem
    from profiles.validator.scope import Scope


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice, compiled.

    Attributes:
        name: `identifier:NPI`, with the path of the element before it.
        tests: what a value must pass to be of this slice.
        low, high: how many values it may have.
        check: what a value of it must hold to.
        inner: its re-slicing.
    """

    name: str
    tests: tuple[Discriminator, ...]
    low: int
    high: float
    check: Check | None
    inner: Slicing | None = None

    def has(self, value: Any, scope: Scope) -> bool:
        """Whether a value belongs to the slice."""
        return all(each.holds(value, scope) for each in self.tests)


@dataclass(frozen=True, slots=True)
class Slicing:
    """The slices of an element of several values.

    Attributes:
        element: its name, for messages.
        owner: the profile.
        rules: open, closed or openAtEnd.
        unusable: why the slicing cannot be evaluated, "" where it can.
    """

    element: str
    owner: str
    slices: tuple[Slice, ...]
    rules: str
    ordered: bool
    unusable: str = ""

    def judge(self, items: list[tuple[str, Any]], scope: Scope) -> Found:
        """Judge values; `items` are (step below the parent, value)."""
        if self.unusable:
            return self._unusable(items)
        counts = [0] * len(self.slices)
        found: Found = None
        inner: dict[int, list[tuple[str, Any]]] = {}
        last, tail = 0, False
        pick = _picker(self.slices)
        for step, value in items:
            place = pick(value, scope)
            if place is None:
                tail = True
                if self.rules == "closed":
                    found = both(found, under(step, self._stray(value, scope)))
                continue
            each = self.slices[place]
            counts[place] += 1
            if each.check is not None and (more := each.check(value, scope)) is not None:
                found = both(found, under(step, more))
            if each.inner is not None:
                inner.setdefault(place, []).append((step, value))
            found = self._in_order(found, step, place, last, tail=tail)
            last = place
        for place, count in enumerate(counts):
            each = self.slices[place]
            if not each.low <= count <= each.high:
                found = both(found, self._wrong_count(each, count, items, scope))
            if each.inner is not None and count:
                found = _merge(found, each.inner.judge(inner[place], scope))
        return found

    def _in_order(self, found: Found, step: str, place: int, last: int, *, tail: bool) -> Found:
        if self.ordered and place < last:
            said = f"slice {self.slices[place].name} must stand before {self.slices[last].name}"
        elif self.rules == "openAtEnd" and tail:
            said = f"slice {self.slices[place].name} must stand before what is of no slice"
        else:
            return found
        more = problem("structure", said, "slice-order", at=step, profile=self.owner)
        return both(found, more)

    def _unusable(self, items: list[tuple[str, Any]]) -> Found:
        found: Found = None
        for step, _ in items:
            said = f"slicing cannot be evaluated: {self.unusable}"
            more = problem("structure", said, "slicing", at=step, profile=self.owner)
            found = both(found, more)
        return found

    def _stray(self, value: Any, scope: Scope) -> list[Problem]:
        said = f"is of no slice of {self.element}, and its slicing is closed"
        nearest = self._nearest([("", value)], self.slices, scope)
        message = f"{said}; {nearest}" if nearest else said
        return problem("structure", message, "stray", profile=self.owner, rule=self.element)

    def _wrong_count(
        self, each: Slice, count: int, items: list[tuple[str, Any]], scope: Scope
    ) -> list[Problem]:
        if count > each.high:
            return too_many(each.name, each.high, count, self.owner, each.name)
        said = f"slice {each.name}: at least {each.low} expected, {count} found"
        nearest = self._nearest(items, (each,), scope)
        message = f"{said}; {nearest}" if nearest else said
        cause = f"slice:{each.name}"
        return problem("required", message, cause, profile=self.owner, rule=each.name)

    def _nearest(
        self, items: list[tuple[str, Any]], slices: tuple[Slice, ...], scope: Scope
    ) -> str:
        """The value and slice that came nearest, and what was missing."""
        best: tuple[int, str] | None = None
        for step, value in items:
            for each in slices:
                failed = [test.says for test in each.tests if not test.holds(value, scope)]
                if failed and (best is None or len(failed) < best[0]):
                    subject = f"{step.lstrip('.')} " if step else ""
                    best = (len(failed), f"{subject}is not {each.name}: {'; '.join(failed)}")
        return best[1] if best else ""


def _merge(found: Found, more: Found) -> Found:
    return found if more is None else both(found, more)


def _picker(slices: tuple[Slice, ...]) -> Callable[[Any, Scope], int | None]:
    """Which slice a value is of: by its URL at once, else by trying each."""

    def pick(value: Any, scope: Scope) -> int | None:
        for place, each in enumerate(slices):
            if each.has(value, scope):
                return place
        return None

    return pick
