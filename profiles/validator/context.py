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
ANYWHERE = frozenset({"Element", "Base", "DataType", "BackboneType", "PrimitiveType"})
#: R5's names for resources that are published under a URL, and what tells those in R4.
CANONICAL = ("CanonicalResource", "MetadataResource")
PUBLISHED = ("status", "publisher", "date", "contact")

_PUBLISHED_AT = "http://hl7.org/fhir/StructureDefinition/"
#: Places that extensions are used at in R4 itself, though their definitions do not list them; the
#: HL7 validator knows them (InstanceValidator.fixContexts).
ALSO_AT = {
    f"{_PUBLISHED_AT}structuredefinition-fhir-type": "ElementDefinition.type",
    f"{_PUBLISHED_AT}regex": "ElementDefinition.type",
    f"{_PUBLISHED_AT}structuredefinition-normative-version": "Element",
    f"{_PUBLISHED_AT}capabilitystatement-expectation": "Element",
    f"{_PUBLISHED_AT}capabilitystatement-prohibited": "Element",
}


def places(structure: Structure) -> frozenset[str] | None:
    """The places that an extension is for; None where every place is, or nobody can tell.

    Those that FHIRPath tells are no part of it (`conditions`).
    """
    also = ALSO_AT.get(structure.url)
    found = {also} if also else set()
    for each in structure.context:
        expression = each.get("expression", "")
        if each.get("type") == "fhirpath":
            continue
        if expression in ANYWHERE or "#" in expression:
            return None
        found.add(expression)
    return frozenset(found) if structure.context else None


def misplaced(url: str, allowed: frozenset[str]) -> Problem:
    """An extension that is not where it may be, unless an object around it says so."""
    where = ", ".join(sorted(allowed)) or "what its FHIRPath contexts name"
    said = f"the extension {url} is allowed on {where} only"
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
    if "resourceType" in owner and f"DomainResource{holder}" in allowed:
        return True
    on_value = holder.startswith(".value") and holder.count(".") == 1
    return (on_value or not holder) and name == "Extension" and owner.get("url") in allowed
