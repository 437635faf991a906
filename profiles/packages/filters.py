"""Selects codes of a code system by one filter of a value set. Imports facts.

Source: ValueSet.compose.include.filter, https://hl7.org/fhir/R4/valueset-filter-operator.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from profiles.packages.facts import Facts

#: Names that mean the code itself in a hierarchy.
_CONCEPT = frozenset({"concept", "code"})
_LINKS = frozenset({"parent", "subsumedBy", "child"})


def select(system: Facts, condition: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the codes that meet a filter; None where that cannot be told from the facts.

    >>> system = {"codes": ["a", "b"], "children": {"0": [1]}, "properties": {}}
    >>> sorted(select(system, {"property": "concept", "op": "is-a", "value": "a"}))
    ['a', 'b']
    """
    name = str(condition.get("property", ""))
    op, value = str(condition.get("op", "")), str(condition.get("value", ""))
    if op in _HIERARCHY:
        # Below a code that this version of the system has not, there may be anything.
        known = name in _CONCEPT and value in system["codes"]
        return _HIERARCHY[op](system, value) if known else None
    test = _TESTS.get(op)
    values = _lookup(system, name)
    if test is None or values is None:
        return None
    return frozenset(c for c in system["codes"] if test(values.get(c, ()), value))


def _lookup(system: Facts, name: str) -> Mapping[str, list[Any]] | None:
    """Return the values of a property by code; None for one that the facts leave out."""
    codes: list[str] = system["codes"]
    if name in _CONCEPT:
        return {code: [code] for code in codes}
    if name in system["properties"]:
        found: Mapping[str, list[Any]] = system["properties"][name]
        return found
    if name in _LINKS:
        return _links(system, up=name != "child")
    return None


def descendants(system: Facts, code: str) -> frozenset[str]:
    """Return all codes below one, by any of their parents."""
    children: Mapping[str, list[int]] = system["children"]
    codes: list[str] = system["codes"]
    waiting = [index for index, found in enumerate(codes) if found == code]
    seen: set[int] = set()
    while waiting:
        below = [c for c in children.get(str(waiting.pop()), ()) if c not in seen]
        seen.update(below)
        waiting.extend(below)
    return frozenset(codes[index] for index in seen)


def _links(system: Facts, *, up: bool) -> Mapping[str, list[Any]]:
    """Return the codes right above (or below) by code."""
    codes: list[str] = system["codes"]
    table: dict[str, list[Any]] = {}
    for parent, children in system["children"].items():
        for child in children:
            pair = codes[int(parent)], codes[child]
            here, there = reversed(pair) if up else pair
            table.setdefault(here, []).append(there)
    return table


def _is_a(system: Facts, code: str) -> frozenset[str]:
    return descendants(system, code) | {code}


def _is_not_a(system: Facts, code: str) -> frozenset[str]:
    return frozenset(system["codes"]) - _is_a(system, code)


def _generalizes(system: Facts, code: str) -> frozenset[str]:
    return frozenset(c for c in system["codes"] if code in _is_a(system, c))


_HIERARCHY: Mapping[str, Callable[[Facts, str], frozenset[str]]] = {
    "is-a": _is_a,
    "descendent-of": descendants,
    "is-not-a": _is_not_a,
    "generalizes": _generalizes,
}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _equals(values: Any, wanted: str) -> bool:
    return any(_text(v) == wanted for v in values)


def _in(values: Any, wanted: str) -> bool:
    options = {option.strip() for option in wanted.split(",")}
    return any(_text(v) in options for v in values)


def _not_in(values: Any, wanted: str) -> bool:
    return not _in(values, wanted)


def _exists(values: Any, wanted: str) -> bool:
    return bool(values) == (wanted == "true")


def _matches(values: Any, wanted: str) -> bool:
    # FHIR: the whole value must match.
    return any(re.fullmatch(wanted, _text(v)) for v in values)


_TESTS: Mapping[str, Callable[[Any, str], bool]] = {
    "=": _equals,
    "in": _in,
    "not-in": _not_in,
    "exists": _exists,
    "regex": _matches,
}
