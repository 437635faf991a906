"""The JSON shape of objects and arrays. Imports `problems`.

https://hl7.org/fhir/R4/json.html: no unknown property, nothing empty, nothing null but the padding
of a primitive array beside its `_x` array.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from profiles.validator.context import cleared
from profiles.validator.problems import Problem, both, problem, shown, under

if TYPE_CHECKING:
    from profiles.validator.problems import Check, Found
    from profiles.validator.scope import Scope

NAMES = {dict: "an object", list: "an array", type(None): "null", str: "a string"}
#: Causes that only the sibling property can clear: `x` for `_x`, `_x` for `x`.
NULL, BARE = "null", "bare"


def kind(value: Any) -> str:
    """The JSON kind of a value in words."""
    return NAMES.get(type(value), "a simple value")


def many(item: Check) -> Check:
    """An array of objects."""

    def check(value: Any, scope: Scope) -> Found:
        if type(value) is not list:
            return _no_array(value, item, scope)
        found: Found = None
        for place, each in enumerate(value):
            if (more := item(each, scope)) is not None:
                found = both(found, under(f"[{place}]", more))
        return found if value else problem("structure", "an array cannot be empty", "empty")

    return check


def simple_many(item: Check) -> Check:
    """An array of primitives.

    https://hl7.org/fhir/R4/json.html#primitive forbids an empty one, and null but beside `_x`; the
    HL7 validator passes over both (JsonParser.parseChildPrimitive), so they are warnings.
    """

    def check(value: Any, scope: Scope) -> Found:
        if type(value) is not list:
            return problem("structure", f"must be an array, not {kind(value)}", "json", rule="json")
        found: Found = None
        for place, each in enumerate(value):
            if (more := item(each, scope)) is not None:
                more = _mild(more) if each is None else more
                found = both(found, under(f"[{place}]", more))
        return found if value else _mild(problem("structure", "an array cannot be empty", "empty"))

    return check


def _mild(found: list[Problem]) -> list[Problem]:
    for each in found:
        each.severity = "warning"
    return found


def _no_array(value: Any, item: Check, scope: Scope) -> list[Problem]:
    found = problem("structure", f"must be an array, not {kind(value)}", "json", rule="json")
    if isinstance(value, dict):
        found.extend(item(value, scope) or ())
    return found


def no_object(value: Any) -> list[Problem]:
    """A value that should be an object."""
    return problem("structure", f"an object is expected, not {kind(value)}", "json", rule="json")


def thing(rows: dict[str, Check], rules: Check | None, name: str) -> Check:
    """An object: each property by its own check, then the rules of the whole.

    `rows` may change while it is used: its checks compile themselves on first use.
    """
    find = rows.get

    def check(value: Any, scope: Scope) -> Found:
        if type(value) is not dict:
            return no_object(value)
        found: Found = None
        for key, each in value.items():
            row = find(key)
            if row is None:
                found = both(found, _unknown(key, name))
            elif (more := row(each, scope)) is not None:
                found = _grown(found, more, key, value, name)
        if len(value) < 2 and (not value or "id" in value):  # noqa: PLR2004 - ele-1
            found = both(found, _empty(value))
        if rules is not None and (more := rules(value, scope)) is not None:
            found = both(found, more)
        return found

    return check


def _grown(found: Found, more: list[Problem], key: str, owner: dict[str, Any], name: str) -> Found:
    """The problems so far and those of a property, without what its surroundings make good."""
    step = f".{key.lstrip('_')}"
    more = cleared(_cleared(key, owner, more), owner, name, step)
    return both(found, under(step, more)) if more else found


def _unknown(key: str, name: str) -> list[Problem]:
    place = f".{key}" if str(key).isidentifier() else ""
    said = f"{shown(key)} is no property of {name}"
    return problem("structure", said, f"unknown:{key}", at=place, rule="json")


def _empty(value: dict[str, Any]) -> list[Problem]:
    said = "an object must have content" + (", not just an id" if value else "")
    return problem("structure", said, "empty", rule="ele-1")


def _cleared(key: str, owner: dict[str, Any], found: list[Problem]) -> list[Problem]:
    """Without what the sibling property makes good: null padding, a bare `_x`."""
    other = owner.get(key[1:] if key[0] == "_" else f"_{key}")
    return [each for each in found if not (each.cause in {NULL, BARE} and _fills(other, each))]


def _fills(other: Any, each: Problem) -> bool:
    if not each.at:
        return each.cause == BARE and other is not None and not isinstance(other, list)
    if not isinstance(other, list) or not each.at[1:-1].isdigit():
        return False
    place = int(each.at[1:-1])
    return place < len(other) and other[place] is not None


def sibling(element: Check, name: str, *, listed: bool) -> Check:
    """The `_x` of a primitive of a type: an Element, or an array of them padded with null."""

    def one(value: Any, scope: Scope) -> Found:
        if value is None:
            return problem("structure", "is null where its value is absent", NULL, rule="json")
        found = element(value, scope)
        if found is not None:
            found = [each for each in found if not _made_good(each, value, name)] or None
        if type(value) is dict and "extension" not in value:
            bare = problem("structure", "neither a value nor an extension", BARE, rule="ele-1")
            return both(found, bare)
        return found

    return simple_many(one) if listed else one


def _made_good(each: Problem, value: Any, name: str) -> bool:
    """An id alone is no empty element here, and an extension may be meant for the type."""
    if each.cause == "empty" and not each.at:
        return bool(value)
    return each.allowed is not None and name in each.allowed and each.at.count(".") == 1
