"""Contained resources (dom-2 to dom-5). Imports `problems`.

https://hl7.org/fhir/R4/references.html#contained
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from profiles.validator.problems import Problem, both, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiles.validator.problems import Found
    from profiles.validator.scope import Scope

#: A narrative may show a contained image, or lead to what is contained.
IN_NARRATIVE = re.compile(r"(?:src|href)\s*=\s*[\"'](#[^\"']+)")


def contained(value: dict[str, Any], scope: Scope) -> Found:
    """What a DomainResource demands of the resources it contains."""
    inside = value.get("contained")
    if inside is None:
        return None
    found: Found = None
    led_to: set[str] | None = None
    names: set[Any] = set()
    for place, each in enumerate(inside if isinstance(inside, list) else ()):
        if not isinstance(each, dict):
            continue
        if led_to is None:
            led_to = set()
            for text in _texts(value):
                led_to.update([text] if text[:1] == "#" else IN_NARRATIVE.findall(text))
        for more in _faults(each, f".contained[{place}]", led_to):
            found = both(found, more)
        if isinstance(name := each.get("id"), str):
            if name in names:
                said = f"two contained resources have the id {name!r}"
                at = f".contained[{place}]"
                found = both(found, problem("invalid", said, "contained-id", at=at, rule="id"))
            names.add(name)
    return found


def _faults(each: dict[str, Any], at: str, led_to: set[str]) -> Iterator[list[Problem]]:
    if "contained" in each:
        said = "a contained resource must not contain resources itself"
        yield problem("invariant", said, "key:dom-2", at=at, rule="dom-2")
    name = each.get("id")
    if f"#{name}" not in led_to and "#" not in set(_texts(each)):
        said = f"nothing refers to the contained resource {name!r}, nor does it to its container"
        yield problem("invariant", said, "key:dom-3", at=at, rule="dom-3")
    meta = each.get("meta")
    if not isinstance(meta, dict):
        return
    if "versionId" in meta or "lastUpdated" in meta:
        said = "a contained resource must have no meta.versionId and no meta.lastUpdated"
        yield problem("invariant", said, "key:dom-4", at=at, rule="dom-4")
    if "security" in meta:
        said = "a contained resource must have no meta.security"
        yield problem("invariant", said, "key:dom-5", at=at, rule="dom-5")


def _texts(value: Any) -> Iterator[str]:
    """Every text in a resource; iterative, for no depth may break it."""
    todo = [value]
    while todo:
        each = todo.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            todo.extend(each.values())
        elif isinstance(each, list):
            todo.extend(each)


def has_narrative(value: dict[str, Any], scope: Scope) -> Found:
    """A resource should have a narrative (dom-6, a warning; not for contained ones)."""
    if "text" in value or scope.resource is not scope.root:
        return None
    said = "a resource should have narrative for robust management"
    return [Problem("warning", "invariant", said, "key:dom-6", "", "", "dom-6")]
