"""Reduces a CodeSystem to codes, their order in a hierarchy and their properties. Imports facts.

Source: CodeSystem, https://hl7.org/fhir/R4/codesystem.html#hierarchy (nesting, and the properties
`parent`, `child` and `subsumedBy` where a code has several parents).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from profiles.packages.facts import Facts

_UP = frozenset({"parent", "subsumedBy"})
_HIERARCHY = _UP | {"child"}


def code_system_facts(resource: Facts) -> Facts:
    """Return a CodeSystem without prose.

    `codes` are in document order; `children` gives the indices of the codes right below one by
    its own index (as text, for JSON); `properties` gives values by code, by property: none for a
    property that is declared and that no code has. What `children` says is left out, and so is a
    text property of which a value has a space: that is prose. `displays` gives, in the order of
    `codes`, marks of the displays (`display_mark`).

    >>> facts = code_system_facts({"url": "s", "concept": [{"code": "a", "concept": [
    ...     {"code": "b"}]}]})
    >>> facts["codes"], facts["children"]
    (['a', 'b'], {'0': [1]})
    """
    rows = list(_walk(resource.get("concept", ()), None))
    order = {concept["code"]: index for index, (concept, _) in reversed(list(enumerate(rows)))}
    return {
        "url": resource.get("url", ""),
        "version": resource.get("version", ""),
        "content": resource.get("content", ""),
        "caseSensitive": resource.get("caseSensitive", False),
        "codes": [concept["code"] for concept, _ in rows],
        "displays": [_marks(concept) for concept, _ in rows],
        "children": _children(rows, order),
        "properties": _properties(rows, resource.get("property", ())),
    }


def display_mark(display: str) -> str:
    """Return six hex digits by which a display is recognized, whatever its case and spaces.

    A display is prose, which facts leave out; whether a coding has the right one can still be told.

    >>> display_mark("Active") == display_mark(" active ") != display_mark("Inactive")
    True
    """
    plain = " ".join(display.casefold().split())
    return f"{crc32(plain.encode('utf-8', 'replace')) & 0xFFFFFF:06x}"


def _marks(concept: Facts) -> str:
    """Return the marks of a code's display and its English designations, "" where it has none."""
    texts = [concept["display"]] if concept.get("display") else []
    texts.extend(
        each["value"]
        for each in concept.get("designation", ())
        if texts and each.get("value") and each.get("language", "en").startswith("en")
    )
    return "".join(dict.fromkeys(map(display_mark, texts)))


def _walk(concepts: Sequence[Facts], parent: str | None) -> Iterator[tuple[Facts, str | None]]:
    for concept in concepts:
        yield concept, parent
        yield from _walk(concept.get("concept", ()), concept["code"])


def _children(
    rows: Sequence[tuple[Facts, str | None]], order: dict[str, int]
) -> dict[str, list[int]]:
    links: dict[int, set[int]] = {}
    for index, (concept, parent) in enumerate(rows):
        if parent is not None:
            links.setdefault(order[parent], set()).add(index)
        for name, value in _values(concept):
            other = order.get(str(value))
            if other is None:
                continue
            if name in _UP:
                links.setdefault(other, set()).add(index)
            elif name == "child":
                links.setdefault(index, set()).add(other)
    return {str(index): sorted(links[index]) for index in sorted(links)}


def _properties(
    rows: Sequence[tuple[Facts, str | None]], declared: Sequence[Facts]
) -> dict[str, dict[str, list[Any]]]:
    found: dict[str, dict[str, list[Any]]] = {str(p.get("code")): {} for p in declared}
    prose = set(_HIERARCHY)
    for concept, _ in rows:
        for name, value in _values(concept):
            found.setdefault(name, {}).setdefault(concept["code"], []).append(value)
            if isinstance(value, str) and " " in value:
                prose.add(name)
    return {name: found[name] for name in sorted(found) if name not in prose}


def _values(concept: Facts) -> Iterator[tuple[str, Any]]:
    for item in concept.get("property", ()):
        for name, value in item.items():
            if name.startswith("value"):
                yield item["code"], value["code"] if name == "valueCoding" else value
