"""Defects of the searches of the clinical resources. Imports search and the registry.

Condition, Encounter and Immunization come from one service: one fault shows in all of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.mock.defects.registry import defect
from conformance.mock.search.request import DEFAULT_COUNT

if TYPE_CHECKING:
    from conformance.mock.search.documented import Vocabulary
    from conformance.mock.search.engine import Filter
    from conformance.mock.search.request import SearchRequest

CLINICAL = ("Condition", "Encounter", "Immunization")
_DATES = ("onset-date", "date")
_ENDS = {"gt": "ge", "lt": "le"}


def of_each(suffix: str, codes: str = "COND ENC IMM") -> list[str]:
    """Return the clauses of these resource codes that end alike."""
    return [f"PA-{code}-{suffix}" for code in codes.split()]


@defect("clinical-count-ignored", breaks=of_each("SEARCH-COUNT"))
def ignore_count(request: SearchRequest) -> SearchRequest:
    """Clinical resources: pages have the default size, whatever _count says."""
    return replace(request, count=DEFAULT_COUNT) if request.type in CLINICAL else request


@defect("clinical-offset-ignored", breaks=of_each("SEARCH-GETPAGESOFFSET"))
def ignore_offset(request: SearchRequest) -> SearchRequest:
    """Clinical resources: a search starts at its first row, whatever _getpagesoffset says."""
    return replace(request, offset=0) if request.type in CLINICAL else request


@defect("clinical-id-ignored", breaks=of_each("SEARCH-ID"))
def ignore_id(request: SearchRequest) -> SearchRequest:
    """Clinical resources: drops _id."""
    return request.without("_id") if request.type in CLINICAL else request


@defect("clinical-date-ignored", breaks=[*of_each("SEARCH-DATE", "ENC IMM"), "PA-ENC-EXAMPLE-DATE"])
def ignore_date(request: SearchRequest) -> SearchRequest:
    """Encounter and Immunization: drops date."""
    return request.without("date") if request.type in CLINICAL else request


@defect("condition-lastupdated-ignored", breaks=["PA-COND-SEARCH-LASTUPDATED"])
def ignore_last_updated(request: SearchRequest) -> SearchRequest:
    """Condition: drops _lastUpdated."""
    return request.without("_lastUpdated") if request.type == "Condition" else request


@defect("clinical-date-bounds-included", breaks=of_each("DATE-PREFIXES"))
def include_bounds(request: SearchRequest) -> SearchRequest:
    """Clinical resources: dates take `gt` for `ge` and `lt` for `le`."""
    if request.type not in CLINICAL:
        return request
    criteria = tuple(
        replace(
            found,
            alternatives=tuple(_ENDS.get(v[:2], v[:2]) + v[2:] for v in found.alternatives),
        )
        if found.parameter.name in _DATES
        else found
        for found in request.criteria
    )
    return replace(request, criteria=criteria)


@defect("clinical-patient-not-indexed", breaks=of_each("SEARCH-PATIENT"))
def no_patient_index(found: Filter) -> Filter:
    """Clinical resources: a search by patient finds nothing, as where an index was not built."""
    if found.type not in CLINICAL or found.name != "patient":
        return found
    return replace(found, accepts=lambda _: False)


@defect("clinical-unknown-patient-ignored", breaks=of_each("EXAMPLE-PATIENT"))
def ignore_unknown_patient(found: Filter) -> Filter:
    """Clinical resources: a patient id of digits, as nobody has one, is left out of the search."""
    if found.type not in CLINICAL or found.name != "patient":
        return found
    numbers = all(value.rpartition("/")[2].isdecimal() for value in found.alternatives)
    return replace(found, accepts=lambda _: True) if numbers else found


@defect(
    "clinical-revinclude-refused",
    breaks=[
        *of_each("SEARCH-REVINCLUDE", "ENC IMM"),
        *of_each("REVINCLUDE-PROV-TARGET", "ENC IMM"),
    ],
)
def refuse_revinclude(vocabulary: Vocabulary) -> Vocabulary:
    """Encounter and Immunization: _revinclude is refused as unknown (printed `_reinclude`)."""
    return vocabulary.without("_revinclude") if vocabulary.type in CLINICAL else vocabulary


@defect("clinical-revinclude-unlimited", breaks=of_each("REVINCLUDE-LIMITED", "ENC IMM"))
def any_revinclude(vocabulary: Vocabulary) -> Vocabulary:
    """Encounter and Immunization: _revinclude=Provenance:entity adds provenances, too."""
    if vocabulary.type not in CLINICAL or not vocabulary.revincludes:
        return vocabulary
    return replace(vocabulary, revincludes=(*vocabulary.revincludes, "Provenance:entity"))
