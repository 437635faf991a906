"""Properties of an object as a profile sees them: counted, sliced, checked. Imports the rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from profiles.validator.cardinality import too_few, too_many
from profiles.validator.problems import Found, both, problem, under

if TYPE_CHECKING:
    from collections.abc import Mapping

    from profiles.validator.problems import Check, Problem
    from profiles.validator.scope import Scope
    from profiles.validator.slicing import Slicing


@dataclass(frozen=True, slots=True)
class Property:
    """What a profile says of the number of an element's values.

    Attributes:
        name: the element's name.
        owner: the profile.
        rule: the element's id.
        low: the minimum where the profile raises it, else 0.
        high: the maximum where the profile lowers it, else None.
    """

    name: str
    owner: str
    rule: str
    low: int
    high: float | None

    def of(self, name: str) -> Property:
        """The same for another name."""
        return replace(self, name=name)

    def too_few(self, count: int) -> list[Problem]:
        """Fewer values than the profile asks for."""
        return too_few(self.name, self.low, count, self.owner, self.rule)

    def too_many(self, count: int) -> list[Problem]:
        """More values than the profile allows."""
        return too_many(self.name, self.high or 0, count, self.owner, self.rule)


@dataclass(frozen=True, slots=True)
class TypeSlice:
    """The slice of a choice that one type makes."""

    name: str
    low: int
    check: Check | None


@dataclass(frozen=True, slots=True)
class Rule:
    """What a profile says of one property.

    Attributes:
        check: takes the object that has the property.
        names: the JSON names of the property, where it says nothing of an object without them.
    """

    check: Check
    names: tuple[str, ...] = ()


def thing(properties: list[Rule]) -> Check | None:
    """An object: the properties that a profile says something of."""
    if not properties:
        return None
    always = tuple(each.check for each in properties if not each.names)
    find = {name: each.check for each in properties for name in each.names}.get

    def check(value: Any, scope: Scope) -> Found:
        if type(value) is not dict:
            return None  # its shape is reported
        found: Found = None
        for each in always:
            if (more := each(value, scope)) is not None:
                found = both(found, more)
        for key in value:
            rule = find(key)
            if rule is not None and (more := rule(value, scope)) is not None:
                found = both(found, more)
        return found

    return check


def single(spec: Property, item: Check | None) -> Rule | None:
    """A property of one value."""
    name, low, high = spec.name, spec.low, spec.high
    if item is None and not low and high is None:
        return None

    def check(owner: dict[str, Any], scope: Scope) -> Found:
        value = owner.get(name)
        if value is None:
            if low and f"_{name}" not in owner:
                return spec.too_few(0)
            return None
        if type(value) is list:
            return spec.too_few(0) if low else None  # the wrong shape counts as nothing
        if high == 0:
            return spec.too_many(1)
        if item is not None and (found := item(value, scope)) is not None:
            return under(f".{name}", found)
        return None

    return Rule(check) if low else Rule(check, (name,))


def listed(spec: Property, item: Check | None, slicing: Slicing | None) -> Rule | None:
    """A property of several values."""
    name, low = spec.name, spec.low
    high = float("inf") if spec.high is None else spec.high
    if item is None and not low and spec.high is None and slicing is None:
        return None

    def check(owner: dict[str, Any], scope: Scope) -> Found:
        values = owner.get(name)
        if type(values) is not list:
            values = _as_list(owner, name, values)
        found: Found = None
        if not low <= len(values) <= high:
            count = len(values)
            found = spec.too_few(count) if count < low else spec.too_many(count)
        if item is not None:
            for place, value in enumerate(values):
                if (more := item(value, scope)) is not None:
                    found = both(found, under(f".{name}[{place}]", more))
        if slicing is not None:
            more = slicing.judge(name, values, scope)
            found = found if more is None else both(found, more)
        return found

    needed = low or (slicing is not None and any(each.low for each in slicing.slices))
    return Rule(check) if needed else Rule(check, (name,))


def _as_list(owner: dict[str, Any], name: str, value: Any) -> list[Any]:
    """What counts as the values of an array that is missing or written otherwise."""
    if value is None:
        hidden = owner.get(f"_{name}")
        return [None] * len(hidden) if isinstance(hidden, list) else []
    return [value] if isinstance(value, dict) else []


@dataclass(frozen=True, slots=True)
class Choice:
    """What a profile says of a choice of types.

    Attributes:
        spec: how many values it has.
        items: what a value of each type that is left must hold to, by JSON name.
        names: the JSON names that the base allows.
        slices: its slices by JSON name.
        closed: whether a type must have a slice.
    """

    spec: Property
    items: Mapping[str, Check | None]
    names: frozenset[str]
    slices: Mapping[str, TypeSlice]
    closed: bool

    @property
    def says_something(self) -> bool:
        """Whether the profile adds anything to the base."""
        spec = self.spec
        counted = spec.low or spec.high is not None
        typed = len(self.items) < len(self.names) or self.slices
        return bool(counted or typed or any(self.items.values()))

    def present(self, key: str, value: Any, scope: Scope) -> Found:
        """Judge the value that is there."""
        spec, slices = self.spec, self.slices
        if spec.high == 0:
            return spec.too_many(1)
        stem = f".{spec.name.removesuffix('[x]')}"
        if key not in self.items:
            return _wrong_type(spec, key, self.items, stem)
        item, each = self.items[key], slices.get(key)
        found = None if item is None else item(value, scope)
        if each is None and self.closed and slices:
            return _merge(found and under(stem, found), _stray(spec, stem))
        if each is not None and each.check is not None:
            found = _merge(found, each.check(value, scope))
        return found and under(stem, found)


def choice(rule: Choice) -> Rule | None:
    """A choice of types, of which a profile may leave some and slice it by type."""
    if not rule.says_something:
        return None
    spec, names, present = rule.spec, rule.names, rule.present
    needed = tuple((key, each) for key, each in rule.slices.items() if each.low)

    def check(owner: dict[str, Any], scope: Scope) -> Found:
        found: Found = None
        key = next(iter(names.intersection(owner)), None)
        for wanted, each in needed:
            if wanted != key and f"_{wanted}" not in owner:
                found = both(found, _no_slice(spec, each))
        if key is not None:
            return _merge(found, present(key, owner[key], scope))
        if spec.low and not any(f"_{each}" in owner for each in rule.items):
            found = both(found, spec.too_few(0))
        return found

    return Rule(check) if spec.low or needed else Rule(check, tuple(sorted(names)))


def _merge(found: Found, more: Found) -> Found:
    return found if more is None else both(found, more)


def _wrong_type(spec: Property, key: str, items: Mapping[str, Any], stem: str) -> list[Problem]:
    said = f"one of {', '.join(sorted(items))} expected, not {key}"
    return problem("structure", said, "type", at=stem, profile=spec.owner, rule=spec.rule)


def _stray(spec: Property, stem: str) -> list[Problem]:
    said = f"is of no slice of {spec.rule}, and its slicing is closed"
    return problem("structure", said, "stray", at=stem, profile=spec.owner, rule=spec.rule)


def _no_slice(spec: Property, each: TypeSlice) -> list[Problem]:
    said = f"slice {each.name}: at least {each.low} expected, 0 found"
    cause = f"slice:{each.name}"
    return problem("required", said, cause, profile=spec.owner, rule=each.name)
