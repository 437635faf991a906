"""Slicing: which slice a value belongs to, how many each may have. Imports `discriminators`.

https://hl7.org/fhir/R4/profiling.html#slicing
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from profiles.validator.bindings import ABSOLUTE
from profiles.validator.cardinality import too_many
from profiles.validator.problems import Found, both, problem, under

if TYPE_CHECKING:
    from profiles.validator.discriminators import Discriminator
    from profiles.validator.problems import Check, Problem
    from profiles.validator.scope import Scope

REMEMBERED = 10_000
#: Of sub-extensions none is known but the slices, and those that are defined on their own.
SUB_EXTENSIONS = "sub-extensions"


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


Pick = Callable[[Any, "Scope"], int | None]


@dataclass(frozen=True, slots=True)
class Slicing:
    """The slices of an element of several values.

    Attributes:
        element: its id, for messages.
        owner: the profile.
        rules: open, closed, openAtEnd or SUB_EXTENSIONS.
        pick: which slice a value is of.
        unusable: why the slicing cannot be evaluated, "" where it can.
    """

    element: str
    owner: str
    slices: tuple[Slice, ...]
    rules: str
    ordered: bool
    pick: Pick
    unusable: str = ""

    def judge(self, name: str, values: list[Any], scope: Scope) -> Found:
        """Judge the values of the element `name`."""
        if self.unusable and values:
            return self._unusable(name, values)
        pick, slices = self.pick, self.slices
        places = [pick(value, scope) for value in values]
        found: Found = None
        for index, place in enumerate(places):
            check = None if place is None else slices[place].check
            if check is not None and (more := check(values[index], scope)) is not None:
                found = both(found, under(f".{name}[{index}]", more))
        for place, each in enumerate(slices):
            count = places.count(place)
            if not each.low <= count <= each.high:
                found = both(found, self._wrong_count(each, count, name, values, scope))
            if each.inner is not None and count:
                mine = [index for index, one in enumerate(places) if one == place]
                found = _merge(found, _inner(each.inner, mine, name, values, scope))
        if None in places and self.rules in {"closed", SUB_EXTENSIONS}:
            found = _merge(found, self._strays(name, values, places, scope))
        if self.ordered or self.rules == "openAtEnd":
            found = _merge(found, self._order(name, places))
        return found

    def _order(self, name: str, places: list[int | None]) -> Found:
        found: Found = None
        last, tail = 0, False
        for index, place in enumerate(places):
            if place is None:
                tail = True
                continue
            said = self._out_of_order(place, last, tail=tail)
            if said:
                at = f".{name}[{index}]"
                more = problem("structure", said, "slice-order", at=at, profile=self.owner)
                found = both(found, more)
            last = place
        return found

    def _out_of_order(self, place: int, last: int, *, tail: bool) -> str:
        name = self.slices[place].name
        if self.ordered and place < last:
            return f"slice {name} must stand before {self.slices[last].name}"
        if self.rules == "openAtEnd" and tail:
            return f"slice {name} must stand before what is of no slice"
        return ""

    def _unusable(self, name: str, values: list[Any]) -> Found:
        found: Found = None
        for index, _ in enumerate(values):
            said = f"slicing cannot be evaluated: {self.unusable}"
            at = f".{name}[{index}]"
            more = problem("structure", said, "slicing", at=at, profile=self.owner)
            found = both(found, more)
        return found

    def _strays(
        self, name: str, values: list[Any], places: list[int | None], scope: Scope
    ) -> Found:
        found: list[Problem] = []
        for index, place in enumerate(places):
            if place is not None or (self.rules == SUB_EXTENSIONS and _is_defined(values[index])):
                continue
            said = f"is of no slice of {self.element}, and its slicing is closed"
            nearest = self._nearest([("", values[index])], self.slices, scope)
            message = f"{said}; {nearest}" if nearest else said
            at = f".{name}[{index}]"
            found += problem(
                "structure", message, "stray", at=at, profile=self.owner, rule=self.element
            )
        return found or None

    def _wrong_count(
        self, each: Slice, count: int, name: str, values: list[Any], scope: Scope
    ) -> list[Problem]:
        if count > each.high:
            return too_many(each.name, each.high, count, self.owner, each.name)
        said = f"slice {each.name}: at least {each.low} expected, {count} found"
        items = [(f"{name}[{index}]", value) for index, value in enumerate(values)]
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
                    subject = f"{step} " if step else ""
                    best = (len(failed), f"{subject}is not {each.name}: {'; '.join(failed)}")
        return best[1] if best else ""


def _is_defined(value: Any) -> bool:
    """Whether an extension has a definition of its own: its URL is absolute."""
    url = value.get("url") if isinstance(value, dict) else None
    return isinstance(url, str) and ABSOLUTE.match(url) is not None


def _inner(inner: Slicing, mine: list[int], name: str, values: list[Any], scope: Scope) -> Found:
    """Re-slicing, of those values that are of the slice."""
    found = inner.judge(name, [values[index] for index in mine], scope)
    for each in found or ():
        head, _, tail = each.at.partition("]")
        if head.startswith(f".{name}["):
            each.at = f".{name}[{mine[int(head[len(name) + 2 :])]}]{tail}"
    return found


def _merge(found: Found, more: Found) -> Found:
    return found if more is None else both(found, more)


def picker(slices: tuple[Slice, ...]) -> Pick:
    """Which slice a value is of: by its URL, by the codes at one path, else by trying each."""
    urls = [each.tests[0].url for each in slices if len(each.tests) == 1]
    if len(urls) == len(slices) and None not in urls:
        return _by_url({url: place for place, url in reversed(list(enumerate(urls)))})
    coded = {test.coded for each in slices for test in each.tests}
    if len(coded) == 1 and all(len(each.tests) == 1 for each in slices) and None not in coded:
        return _by_codes(str(coded.pop()), slices)
    return _by_trying(slices)


def _by_trying(slices: tuple[Slice, ...]) -> Pick:
    def pick(value: Any, scope: Scope) -> int | None:
        for place, each in enumerate(slices):
            if each.has(value, scope):
                return place
        return None

    return pick


def _by_url(places: dict[str | None, int]) -> Pick:
    def pick(value: Any, scope: Scope) -> int | None:
        url = value.get("url") if type(value) is dict else None
        return places.get(url) if type(url) is str else None

    return pick


def _by_codes(name: str, slices: tuple[Slice, ...]) -> Pick:
    """Where only the codes of one CodeableConcept tell slices apart, each is tried once."""
    tried = _by_trying(slices)
    known: dict[tuple[str, str], int | None] = {}

    def pick(value: Any, scope: Scope) -> int | None:
        key = _only_code(value, name)
        if key is None:
            return tried(value, scope)
        if key in known:
            return known[key]
        before = len(scope.not_checked)
        place = tried(value, scope)
        if len(scope.not_checked) == before and len(known) < REMEMBERED:
            known[key] = place
        return place

    return pick


def _only_code(value: Any, name: str) -> tuple[str, str] | None:
    """The system and code of a concept that has one coding with both."""
    concept = value.get(name) if type(value) is dict and name else value
    codings = concept.get("coding") if type(concept) is dict else None
    if type(codings) is not list or len(codings) != 1 or type(codings[0]) is not dict:
        return None
    system, code = codings[0].get("system"), codings[0].get("code")
    return (system, code) if type(system) is str and type(code) is str else None
