"""From an element to its children. Imports code, model and values.

Where the type of an element is known when the expression is compiled, so are its JSON keys, and a
step is a look-up. Elsewhere the keys are found in the JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from profiles.fhirpath.code import EMPTY, Code, Items, Run, Scope
from profiles.fhirpath.model import ABSTRACT, CHOICE_TYPES, PRIMITIVES, TypeModel
from profiles.fhirpath.values import Node, fields

#: Gives the children of one element.
Step = Callable[[Any], Items]


def step_of(model: TypeModel, types: tuple[str, ...], name: str) -> tuple[Step, tuple[str, ...]]:
    """Return how to get the children of that name, and their types."""
    facts = [model.element(type_name, name) for type_name in types]
    known = [fact for fact in facts if fact is not None]
    if not types or len(known) < len(facts):
        return _any_key(name), ()
    forms: dict[str, list[str]] = {}
    for key, type_name in dict.fromkeys(key for fact in known for key in fact.keys):
        forms.setdefault(key, []).append(type_name)
    is_list = any(fact.is_list for fact in known)
    steps = {key: _step(model, key, names, is_list=is_list) for key, names in forms.items()}
    found = tuple(dict.fromkeys(type_name for names in forms.values() for type_name in names))
    return (steps.popitem()[1] if len(steps) == 1 else _choice(steps)), found


def _step(model: TypeModel, key: str, types: list[str], *, is_list: bool) -> Step:
    if len(types) > 1:
        return lambda item: _members(fields(item) or {}, key)
    if types[0] in PRIMITIVES:
        return _primitive(key, f"_{key}", is_list=is_list)
    return _complex(key, model.keys(types[0]), is_list=is_list)


def _complex(key: str, known: frozenset[str], *, is_list: bool) -> Step:
    """Step to objects; what is none, or has nothing of its type, is no element of FHIR."""

    def step(item: Any) -> Items:
        if type(item) is not dict and (item := fields(item)) is None:
            return EMPTY
        value = item.get(key)
        if type(value) is dict:
            return EMPTY if known and known.isdisjoint(value) else [value]
        return _without_nulls(value) if is_list and type(value) is list else EMPTY

    return step


def _primitive(key: str, shadow: str, *, is_list: bool) -> Step:
    """Step to primitives; an object, or an array where none may be, is no element of FHIR."""

    def step(item: Any) -> Items:
        if type(item) is not dict and (item := fields(item)) is None:
            return EMPTY
        value = item.get(key)
        if shadow in item:
            return _with_shadow(value, item[shadow], "")
        kind = type(value)
        if kind is str:
            return [value]
        if kind is list:
            return _without_nulls(value) if is_list else EMPTY
        return EMPTY if value is None or kind is dict else [value]

    return step


def _without_nulls(value: Any) -> Items:
    return [one for one in value if one is not None] if None in value else value


def _choice(steps: dict[str, Step]) -> Step:
    forms = {name: step for key, step in steps.items() for name in (key, f"_{key}")}

    def step(item: Any) -> Items:
        if type(item) is not dict and (item := fields(item)) is None:
            return EMPTY
        for key in item:
            if key in forms:
                return forms[key](item)
        return EMPTY

    return step


def _members(item: dict[str, Any], key: str) -> Items:
    """Return the children under a JSON key, of whatever type."""
    value, shadow = item.get(key), item.get(f"_{key}")
    if shadow is not None:
        return _with_shadow(value, shadow, "")
    if type(value) is list:
        return _without_nulls(value)
    return EMPTY if value is None or value == {} else [value]


def _any_key(name: str) -> Step:
    choices = tuple((name + suffix, f"_{name}{suffix}") for suffix, _ in CHOICE_TYPES)
    shadow = f"_{name}"

    def step(item: Any) -> Items:
        if type(item) is not dict and (item := fields(item)) is None:
            return EMPTY
        if name in item or shadow in item:
            return _members(item, name)
        for key, beside in choices if any(key.startswith(name) for key in item) else ():
            if key in item or beside in item:
                return _members(item, key)
        return EMPTY

    return step


def _with_shadow(value: Any, shadow: Any, type_name: str) -> Items:
    """Join the values of a primitive with the ids and extensions beside them."""
    values = value if type(value) is list else [value]
    extras = shadow if type(shadow) is list else [shadow]
    found: Items = []
    for index in range(max(len(values), len(extras))):
        one = values[index] if index < len(values) else None
        extra = extras[index] if index < len(extras) else None
        if type(extra) is dict:
            found.append(Node(one, type_name, extra))
        elif one is not None:
            found.append(one)
    return found


def typed_step(model: TypeModel, name: str) -> Step:
    """Return how to get the children of that name as nodes that know their type."""
    untyped = _any_key(name)

    def step(item: Any) -> Items:
        members = fields(item)
        if members is None:
            return EMPTY
        fact = model.element(item.type, name) if type(item) is Node else None
        if fact is None:
            return [typed(found, _guessed(members, name, found)) for found in untyped(item)]
        return [
            typed(found, type_name)
            for key, type_name in fact.keys
            for found in _step(model, key, [type_name], is_list=fact.is_list)(item)
        ]

    return step


def _guessed(members: dict[str, Any], name: str, found: Any) -> str:
    if name not in members:
        for suffix, type_name in CHOICE_TYPES:
            if name + suffix in members or f"_{name}{suffix}" in members:
                return type_name
    return guess(found)


def guess(value: Any) -> str:
    """Return the FHIR type that a JSON value surely has, "" if there is none."""
    if type(value) is dict:
        name = value.get("resourceType")
        return name if isinstance(name, str) else ""
    return {bool: "boolean", int: "integer", float: "decimal"}.get(type(value), "")


def typed(value: Any, type_name: str) -> Node:
    """Return a node with its type; a resource says its type itself."""
    if type(value) is Node:
        return Node(value.value, value.type or type_name, value.extra)
    if type(value) is dict and (not type_name or type_name in ABSTRACT):
        type_name = guess(value) or type_name
    return Node(value, type_name)


def children(item: Any) -> Items:
    """Return all children, in the order of the JSON.

    >>> children({"resourceType": "Patient", "active": True, "name": [{}, {}]})
    [True, {}, {}]
    """
    members = fields(item) or {}
    found: Items = []
    for key in members:
        if key == "resourceType" or (key[0:1] == "_" and key[1:] in members):
            continue
        found += _members(members, key.removeprefix("_"))
    return found


def typed_children(model: TypeModel, item: Any) -> Items:
    """Return all children as nodes that know their type."""
    members = fields(item) or {}
    type_name = item.type if type(item) is Node else ""
    found: Items = []
    for key in members:
        if key == "resourceType" or (key[0:1] == "_" and key[1:] in members):
            continue
        name = key.removeprefix("_")
        fact = model.element(type_name, name)
        declared = fact.keys[0][1] if fact else ""
        found += [typed(one, declared or guess(one)) for one in _members(members, name)]
    return found


def from_focus(step: Step, types: tuple[str, ...]) -> Code:
    """Return the code of a step from `$this`."""
    return Code(lambda _scope, this: step(this), None, types)


def from_items(base: Run, step: Step, types: tuple[str, ...]) -> Code:
    """Return the code of a step from the items of a collection."""

    def run(scope: Scope, this: Any) -> Items:
        items = base(scope, this)
        if len(items) == 1:
            return step(items[0])
        found: Items = []
        for item in items:
            found += step(item)
        return found

    return Code(run, None, types)
