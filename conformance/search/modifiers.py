"""Search modifiers (FHIR R4 search.html#modifiers): what they select. Imports search modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.search.matching import Match, match
from conformance.search.query import Criterion, unescape
from conformance.search.values import values_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.search.definitions import ParameterDefinition

#: One that no version of FHIR has.
INVENTED = "flexcheck"
#: The modifiers of R4 that are asked of a parameter of each type.
MODIFIERS = {
    "string": ("exact", "contains"),
    "token": ("not",),
    "reference": ("missing",),
    "date": ("missing",),
}


def match_modified(
    resource: Mapping[str, Any], definition: ParameterDefinition, modifier: str, wanted: str
) -> Match:
    """Say whether a resource matches `name:modifier=wanted`; `MAY` for what is not known here."""
    held = values_of(resource, definition)
    if modifier == "missing":
        return _if((not held) == (wanted == "true"))
    if modifier == "exact":
        return _if(unescape(wanted) in held)
    if modifier == "contains":
        part = unescape(wanted).casefold()
        # Accents may be folded or not: only what every server finds is a must.
        return Match.YES if any(part in value.casefold() for value in held) else Match.MAY
    if modifier == "not":
        found = match(resource, definition, Criterion(definition.name, wanted))
        return {Match.YES: Match.NO, Match.NO: Match.YES}.get(found, Match.MAY)
    return Match.MAY


def _if(condition: bool) -> Match:  # noqa: FBT001 - it is what it turns into a match
    return Match.YES if condition else Match.NO
