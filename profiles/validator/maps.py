"""ConceptMaps: the codes that they map are those of their code systems. Imports `problems`.

https://hl7.org/fhir/R4/conceptmap.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from profiles.validator.problems import under

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiles.validator.compiler import Compiler
    from profiles.validator.problems import Check, Found, Problem
    from profiles.validator.scope import Scope


def mapped(of: Compiler) -> Check:
    """Each code of a group is one of the group's source or target, where a package has that."""
    coding = of.terminology.coding

    def judged(system: Any, owner: dict[str, Any], scope: Scope) -> list[Problem]:
        return coding({"system": system, "code": owner.get("code")}, scope) or []

    def check(value: dict[str, Any], scope: Scope) -> Found:
        found: list[Problem] = []
        for at, group in _rows(value, "group"):
            for step, element in _rows(group, "element"):
                found += under(at + step, judged(group.get("source"), element, scope))
                for last, target in _rows(element, "target"):
                    more = judged(group.get("target"), target, scope)
                    found += under(at + step + last, more)
        return found or None

    return check


def _rows(owner: dict[str, Any], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    values = owner.get(name)
    for place, each in enumerate(values if isinstance(values, list) else ()):
        if isinstance(each, dict):
            yield f".{name}[{place}]", each
