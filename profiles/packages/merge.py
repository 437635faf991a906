"""Lays one differential element over the element it constrains. Imports definitions.

Source: https://hl7.org/fhir/R4/elementdefinition.html#interpretation (what a profile may change).
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from profiles.definitions import Element

#: Names by which a node is found, not facts to lay over.
_IDENTITY = frozenset({"id", "path", "sliceName", "base"})
_ONE_OF = ("fixed", "pattern")
#: Types that a binding can be on: eld-11, https://hl7.org/fhir/R4/elementdefinition.html#constraints.
_CODED = frozenset({"code", "Coding", "CodeableConcept", "Quantity", "string", "uri"})


def merge(element: Element, over: Element) -> None:
    """Change `element` to what it is under the constraints of `over`."""
    for name, value in over.items():
        if name in _IDENTITY or value in ((), []):
            continue
        if name in _MERGERS:
            element[name] = _MERGERS[name](element.get(name), value)
        else:
            _drop_other_value(element, name)
            element[name] = deepcopy(value)
    if "binding" in element and not _bindable(element):
        del element["binding"]


def _bindable(element: Element) -> bool:
    """Return whether some type has codes; the HL7 publisher drops a binding where none has."""
    types = element.get("type", ())
    return not types or any(kind["code"] in _CODED for kind in types)


def _drop_other_value(element: Element, name: str) -> None:
    """A fixed value takes the place of another one; so does a pattern."""
    for prefix in _ONE_OF:
        if name.startswith(prefix):
            for other in [o for o in element if o.startswith(prefix) and o != name]:
                del element[other]


def _constraints(old: Any, new: Any) -> Any:
    """Constraints add up; one with a key that is there already says it anew."""
    kept = {c["key"]: c for c in old or ()}
    return [*{**kept, **{c["key"]: deepcopy(c) for c in new}}.values()]


def _conditions(old: Any, new: Any) -> Any:
    return list(dict.fromkeys([*(old or ()), *new]))


def _overlay(old: Any, new: Any) -> Any:
    return {**(old or {}), **deepcopy(new)}


_MERGERS = {
    "constraint": _constraints,
    "condition": _conditions,
    "binding": _overlay,
    "slicing": _overlay,
}
