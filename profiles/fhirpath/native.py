"""The constraints that run on every element, as plain code. Imports values, steps, corrections.

Each function says what the expression in its decorator says (as corrected, `corrections.json`),
and a test holds the two together. Its focus is an object, or a `Node` for a primitive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from profiles.fhirpath.errors import EvaluationError
from profiles.fhirpath.model import CHOICE_TYPES, PRIMITIVES, TypeModel
from profiles.fhirpath.temporal import Temporal
from profiles.fhirpath.values import Node, compare, fields
from profiles.fhirpath.xhtml import read_narrative

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from profiles.fhirpath.code import Scope, Truth

#: By key and published expression: gives the code for a model.
NATIVE: dict[tuple[str, str], Callable[[TypeModel], Truth]] = {}
_VALUES = {f"value{suffix}": type_name for suffix, type_name in CHOICE_TYPES}


def native(key: str, expression: str) -> Callable[[Truth], Truth]:
    """Register a function as what a constraint's expression says."""

    def register(test: Truth) -> Truth:
        NATIVE[key, expression] = lambda _model: test
        return test

    return register


def _has(members: dict[str, Any], name: str) -> bool:
    """Whether an element is there: a value, or what stands beside a primitive."""
    value = members.get(name)
    if value is not None and value not in ([], [None], {}):
        return True
    return _has_shadow(members, name)


def _has_shadow(members: dict[str, Any], name: str) -> bool:
    shadow = members.get(f"_{name}")
    if type(shadow) is list:
        return any(type(one) is dict for one in shadow)
    return type(shadow) is dict


def _has_primitive(members: dict[str, Any], name: str) -> bool:
    """Whether a primitive is there that may not repeat: no object, no array."""
    value = members.get(name)
    if value is not None and type(value) not in {dict, list}:
        return True
    return _has_shadow(members, name)


def _has_object(members: dict[str, Any], name: str) -> bool:
    """Whether an object is there that may not repeat."""
    value = members.get(name)
    return type(value) is dict and value != {}


def _members(this: Any) -> dict[str, Any]:
    return this if type(this) is dict else fields(this) or {}


def _objects(members: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    value = members.get(name)
    for one in value if type(value) is list else (value,):
        if type(one) is dict:
            yield one


_NO_CHILDREN = frozenset({"id", "_id", "resourceType"})


@native("ele-1", "hasValue() or (children().count() > id.count())")
def ele_1(_scope: Scope, this: Any) -> bool:
    """Every element has a value or children; an id alone is none."""
    if type(this) is not dict:
        if type(this) is not Node:
            return this is not None and this != "" and type(this) is not list
        if this.value is not None and this.value != "" and type(this.value) is not dict:
            return True
    members = _members(this)
    for name, value in members.items():  # nearly always settled by the first text
        if type(value) is str and name not in _NO_CHILDREN and name[:1] != "_":
            return True
    return any(
        name not in _NO_CHILDREN and _has(members, name.removeprefix("_")) for name in members
    )


def ext_1(model: TypeModel) -> Truth:
    """An extension has a value or extensions, not both."""
    known = {name: model.keys(type_name) for name, type_name in _VALUES.items()}

    def has_value(members: dict[str, Any]) -> bool:
        for key in members:
            name = key.removeprefix("_")
            type_name = _VALUES.get(name)
            if type_name in PRIMITIVES:
                return _has_primitive(members, name)
            if type_name is not None:
                value = members.get(name)
                # An object that has nothing of its type is no element of FHIR.
                if type(value) is not dict or not known[name]:
                    return type(value) is dict and value != {}
                return not known[name].isdisjoint(value)
        return False

    def test(_scope: Scope, this: Any) -> bool:
        members = _members(this)
        return _has(members, "extension") is not has_value(members)

    return test


NATIVE["ext-1", "extension.exists() != value.exists()"] = ext_1


@native("per-1", "start.hasValue().not() or end.hasValue().not() or (start <= end)")
def per_1(_scope: Scope, this: Any) -> bool | None:
    """A period starts before it ends; None where the precision leaves it open."""
    members = _members(this)
    start, end = members.get("start"), members.get("end")
    if not start or not end or type(start) in {dict, list} or type(end) in {dict, list}:
        return True
    first, last = Temporal.parse(str(start), "datetime"), Temporal.parse(str(end), "datetime")
    if first is None or last is None:
        raise EvaluationError(f"{start!r} or {end!r} is no dateTime")
    order = first.compare(last)
    return None if order is None else order <= 0


@native("dom-2", "contained.contained.empty()")
def dom_2(_scope: Scope, this: Any) -> bool:
    """A contained resource contains none."""
    members = _members(this)
    if "contained" not in members:
        return True
    return not any(_has(one, "contained") for one in _objects(members, "contained"))


@native(
    "dom-3",
    "contained.where((('#'+id in (%resource.descendants().reference"
    " | %resource.descendants().as(canonical) | %resource.descendants().as(uri)"
    " | %resource.descendants().as(url))) or descendants().where(reference = '#').exists()"
    " or descendants().where(as(canonical) = '#').exists()"
    " or descendants().where(as(canonical) = '#').exists()).not()).trace('unmatched', id).empty()",
)
def dom_3(scope: Scope, this: Any) -> bool:
    """A contained resource is referred to, or refers to its container.

    Any text `#id` counts as a reference to it: nobody but a reference writes that.
    """
    members = _members(this)
    if "contained" not in members:
        return True
    used = set(_texts(_members(scope.resource)))
    return all(
        f"#{one['id']}" in used or "#" in _texts(one)
        for one in _objects(members, "contained")
        if type(one.get("id")) is str
    )


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if type(one) is str and one[:1] == "#":
            yield one
        elif type(one) is dict:
            waiting += one.values()
        elif type(one) is list:
            waiting += one


@native("dom-4", "contained.meta.versionId.empty() and contained.meta.lastUpdated.empty()")
def dom_4(_scope: Scope, this: Any) -> bool:
    """A contained resource has no version and no time of update."""
    return not any(
        _has(meta, "versionId") or _has(meta, "lastUpdated") for meta in _contained_meta(this)
    )


@native("dom-5", "contained.meta.security.empty()")
def dom_5(_scope: Scope, this: Any) -> bool:
    """A contained resource has no security label."""
    return not any(_has(meta, "security") for meta in _contained_meta(this))


def _contained_meta(this: Any) -> Iterator[dict[str, Any]]:
    members = _members(this)
    if "contained" in members:
        for one in _objects(members, "contained"):
            yield from _objects(one, "meta")


@native("dom-6", "text.`div`.exists()")
def dom_6(scope: Scope, this: Any) -> bool:
    """A resource has narrative, but for a contained one."""
    if scope.root is not None and scope.root != scope.resource:
        return True
    return any(_has(text, "div") for text in _objects(_members(this), "text"))


@native("qty-3", "code.empty() or system.exists()")
def qty_3(_scope: Scope, this: Any) -> bool:
    """A unit's code has its system."""
    members = _members(this)
    return not _has_primitive(members, "code") or _has_primitive(members, "system")


@native("cpt-2", "value.empty() or system.exists()")
def cpt_2(_scope: Scope, this: Any) -> bool:
    """A contact point's value has its system."""
    members = _members(this)
    return not _has_primitive(members, "value") or _has_primitive(members, "system")


@native("sqty-1", "comparator.empty()")
def sqty_1(_scope: Scope, this: Any) -> bool:
    """A simple quantity has no comparator."""
    return not _has_primitive(_members(this), "comparator")


@native(
    "rat-1",
    "(numerator.empty() xor denominator.exists()) and (numerator.exists() or extension.exists())",
)
def rat_1(_scope: Scope, this: Any) -> bool:
    """Numerator and denominator come together, or an extension says why neither is there."""
    members = _members(this)
    numerator = _has_object(members, "numerator")
    if numerator is not _has_object(members, "denominator"):
        return False
    return numerator or _has(members, "extension")


@native("rng-2", "low.empty() or high.empty() or (low <= high)")
def rng_2(_scope: Scope, this: Any) -> bool | None:
    """A range's low end is not above its high end; None where their units differ."""
    members = _members(this)
    if not _has_object(members, "low") or not _has_object(members, "high"):
        return True
    order = compare(members.get("low"), members.get("high"))
    return None if order is None else order <= 0


@native(
    "ref-1",
    "reference.startsWith('#').not()"
    " or (reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))",
)
def ref_1(scope: Scope, this: Any) -> bool:
    """A local reference has its contained resource."""
    reference = _members(this).get("reference")
    if type(reference) is not str or reference[:1] != "#" or reference == "#":
        return True
    root = _members(scope.resource if scope.root is None else scope.root)
    return any(one.get("id") == reference[1:] for one in _objects(root, "contained"))


@native("txt-1", "htmlChecks()")
def txt_1(_scope: Scope, this: Any) -> bool:
    """A narrative has only the elements and attributes that it may have."""
    text = this.value if type(this) is Node else this
    return type(text) is str and not read_narrative(text).faults


@native("txt-2", "htmlChecks()")
def txt_2(_scope: Scope, this: Any) -> bool:
    """A narrative has some content that is not white space."""
    text = this.value if type(this) is Node else this
    return type(text) is str and read_narrative(text).content
