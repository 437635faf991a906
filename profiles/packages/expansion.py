"""Expands value sets offline, as far as the loaded packages allow. Imports extent and filters.

Source: ValueSet.compose, https://hl7.org/fhir/R4/valueset.html#compositions. Expansion happens
when a value set is first asked for, over the packages loaded then: so a package that replaces
another replaces its codes in every value set too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from profiles.packages.extent import Extent, union
from profiles.packages.filters import select

if TYPE_CHECKING:
    from profiles.packages.facts import Facts

#: CodeSystem.content of which the codes are all there.
_COMPLETE = "complete"
_RETIRED = frozenset({"retired", "inactive"})


class Terminology(Protocol):
    """Finds the facts of code systems and value sets."""

    def code_system_facts(self, canonical: str) -> Facts | None:
        """Return a code system, None where no package has it."""
        ...

    def value_set_facts(self, canonical: str) -> Facts | None:
        """Return a value set, None where no package has it."""
        ...


def expand(facts: Facts, source: Terminology, seen: tuple[str, ...] = ()) -> Extent:
    """Return the codes of a value set.

    `seen` holds the value sets around this one: one that includes itself adds nothing new.
    """
    if "expansion" in facts:
        return Extent({s: frozenset(c) for s, c in facts["expansion"].items()})
    if "include" not in facts:
        return Extent(missing=frozenset({facts["url"]}))
    around = (*seen, facts["url"])
    active = facts.get("inactive", True) is False
    included = union(_part(i, source, around, active=active) for i in facts["include"])
    excluded = union(_part(e, source, around) for e in facts["exclude"])
    return included - excluded


def _part(
    include: Facts, source: Terminology, around: tuple[str, ...], *, active: bool = False
) -> Extent:
    """Return what one include or exclude stands for: all that it says holds at once."""
    extents = [_imported(url, source, around) for url in include.get("valueSet", ())]
    if "system" in include:
        extents.append(_of_system(include, source, active=active))
    if not extents:
        return Extent()
    total = extents[0]
    for extent in extents[1:]:
        total &= extent
    return total


def _imported(canonical: str, source: Terminology, around: tuple[str, ...]) -> Extent:
    facts = source.value_set_facts(canonical)
    if facts is None:
        return Extent(missing=frozenset({canonical}))
    if facts["url"] in around:
        return Extent()
    return expand(facts, source, around)


def _of_system(include: Facts, source: Terminology, *, active: bool) -> Extent:
    system = include["system"]
    if "concept" in include:
        # Codes that are listed are meant, whether or not the system is at hand.
        return Extent({system: frozenset(include["concept"])})
    facts = _system_facts(include, source)
    # Some systems say "complete" and list nothing: no list is known of them either.
    if facts is None or facts["content"] != _COMPLETE or not facts["codes"]:
        known = frozenset[str]() if "filter" in include else frozenset({system})
        return Extent(whole=known, unknown=frozenset({system}) - known)
    codes: frozenset[str] = frozenset(facts["codes"])
    for condition in include.get("filter", ()):
        chosen = _select(facts, condition)
        if chosen is None:
            return Extent(unknown=frozenset({system}))
        codes &= chosen
    return Extent({system: codes - _inactive(facts) if active else codes})


def _system_facts(include: Facts, source: Terminology) -> Facts | None:
    system = include["system"]
    pinned = f"{system}|{include['version']}" if "version" in include else system
    return source.code_system_facts(pinned) or source.code_system_facts(system)


def _select(facts: Facts, condition: Facts) -> frozenset[str] | None:
    try:
        return select(facts, condition)
    except re.error:
        return None


def _inactive(facts: Facts) -> frozenset[str]:
    properties = facts["properties"]
    flagged = {c for c, values in properties.get("inactive", {}).items() if True in values}
    retired = {c for c, v in properties.get("status", {}).items() if not _RETIRED.isdisjoint(v)}
    return frozenset(flagged | retired)
