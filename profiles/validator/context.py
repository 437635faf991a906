"""Where an extension may stand (StructureDefinition.context). Imports `problems`.

https://hl7.org/fhir/R4/defining-extensions.html#context. An extension knows the type it stands on.
Whether it also stands on `Patient.contact.name`, only the objects around it know: so a problem
that they may clear goes up with the places that are allowed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from profiles.validator.problems import Problem

if TYPE_CHECKING:
    from profiles.definitions import Structure

INDEX = re.compile(r"\[\d+\]")
#: Of R5 those that R4 has no type for, too: the extensions package is made from one source.
ANYWHERE = frozenset(
    {"Element", "Resource", "DomainResource", "Base", "DataType", "BackboneType", "PrimitiveType"}
)
#: R5's names for resources that are published under a URL, and what tells those in R4.
CANONICAL = ("CanonicalResource", "MetadataResource")
PUBLISHED = ("status", "publisher", "date", "contact")


def places(structure: Structure) -> frozenset[str] | None:
    """The places that an extension is for; None where every place is, or nobody can tell."""
    found = set()
    for each in structure.context:
        expression = each.get("expression", "")
        if each.get("type") == "fhirpath" or expression in ANYWHERE or "#" in expression:
            return None
        found.add(expression)
    return frozenset(found) or None


def misplaced(url: str, allowed: frozenset[str]) -> Problem:
    """An extension that is not where it may be, unless an object around it says so."""
    said = f"the extension {url} is allowed on {', '.join(sorted(allowed))} only"
    return Problem("error", "extension", said, "context", rule="context", allowed=allowed)


def cleared(found: list[Problem], owner: dict[str, Any], name: str, step: str) -> list[Problem]:
    """Without the extensions that stand where they may, as the object around them sees."""
    return [
        each
        for each in found
        if each.allowed is None or not _allowed(each.allowed, owner, name, step + each.at)
    ]


def _allowed(allowed: frozenset[str], owner: dict[str, Any], name: str, at: str) -> bool:
    holder = INDEX.sub("", at).rpartition(".")[0]
    if f"{name}{holder}" in allowed or f"{name}{holder}[x]" in allowed:
        return True
    return not holder and name == "Extension" and owner.get("url") in allowed
