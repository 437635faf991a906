"""Defects of what searches of Patient Access understand and select. Imports search, registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.mock.defects.registry import defect
from conformance.mock.search.documented import Parameter, Vocabulary
from conformance.mock.search.request import DEFAULT_COUNT

if TYPE_CHECKING:
    from conformance.mock.data.store import Row
    from conformance.mock.search.engine import Filter, SearchResult
    from conformance.mock.search.request import SearchRequest

_EOB = "ExplanationOfBenefit"
_UNLISTED = {
    "created": "date",
    "disposition": "string",
    "status": "token",
    "coverage": "reference",
    "facility": "reference",
    "provider": "reference",
    "insurer": "reference",
}


@defect("eob-patient-not-required", breaks=["PA-EOB-PATIENT-REQUIRED"])
def without_patient(vocabulary: Vocabulary) -> Vocabulary:
    """ExplanationOfBenefit: a search without patient is answered."""
    return replace(vocabulary, required=()) if vocabulary.type == _EOB else vocabulary


@defect("eob-unlisted-applied", breaks=["PA-EOB-UNLISTED-NOT-APPLIED"])
def honour_unlisted(vocabulary: Vocabulary) -> Vocabulary:
    """ExplanationOfBenefit: parameters of FHIR core that are not listed (status, ...) select."""
    if vocabulary.type != _EOB:
        return vocabulary
    return vocabulary.having(*(Parameter(name, typed) for name, typed in _UNLISTED.items()))


@defect("coverage-unlisted-ignored", breaks=["PA-COV-UNLISTED-REFUSED"])
def ignore_unlisted(vocabulary: Vocabulary) -> Vocabulary:
    """Coverage: parameters that are not listed are left out without a word."""
    return replace(vocabulary, lenient=True) if vocabulary.type == "Coverage" else vocabulary


@defect("eob-include-refused", breaks=["PA-EOB-SEARCH-INCLUDE", "PA-EOB-INCLUDE-PROVIDER"])
def refuse_include(vocabulary: Vocabulary) -> Vocabulary:
    """ExplanationOfBenefit: _include is refused as unknown."""
    return vocabulary.without("_include") if vocabulary.type == _EOB else vocabulary


@defect("eob-service-date-ignored", breaks=["PA-EOB-SEARCH-SERVICE-DATE"])
def ignore_service_date(request: SearchRequest) -> SearchRequest:
    """ExplanationOfBenefit: drops service-date."""
    return request.without("service-date") if request.type == _EOB else request


@defect("eob-type-ignored", breaks=["PA-EOB-SEARCH-TYPE", "PA-EOB-EXAMPLE-TYPE"])
def ignore_type(request: SearchRequest) -> SearchRequest:
    """ExplanationOfBenefit: drops type."""
    return request.without("type") if request.type == _EOB else request


@defect("eob-identifier-ignored", breaks=["PA-EOB-SEARCH-IDENTIFIER"])
def ignore_identifier(request: SearchRequest) -> SearchRequest:
    """ExplanationOfBenefit: drops identifier."""
    return request.without("identifier") if request.type == _EOB else request


@defect("immunization-status-ignored", breaks=["PA-IMM-SEARCH-STATUS"])
def ignore_status(request: SearchRequest) -> SearchRequest:
    """Immunization: drops status, so that vaccinations that were not done are found as done."""
    return request.without("status") if request.type == "Immunization" else request


@defect("condition-onset-date-ignored", breaks=["PA-COND-SEARCH-ONSET-DATE"])
def ignore_onset_date(request: SearchRequest) -> SearchRequest:
    """Condition: drops onset-date."""
    return request.without("onset-date") if request.type == "Condition" else request


@defect("coverage-count-ignored", breaks=["PA-COV-SEARCH-COUNT"])
def ignore_count(request: SearchRequest) -> SearchRequest:
    """Coverage: pages have the default size, whatever _count says."""
    return replace(request, count=DEFAULT_COUNT) if request.type == "Coverage" else request


@defect("eob-service-date-start-only", breaks=["PA-EOB-DATE-PREFIXES"])
def start_only(found: Filter) -> Filter:
    """ExplanationOfBenefit: service-date compares the day and drops its prefix."""
    if not found.judges(_EOB, "service-date"):
        return found
    days = tuple(value.lstrip("abeglnpqst") for value in found.alternatives)

    def accepts(row: Row) -> bool:
        return str(row.resource["billablePeriod"]["start"]).startswith(days)

    return replace(found, accepts=accepts)


@defect("eob-reference-needs-type", breaks=["PA-EOB-REFERENCE-FORMS"])
def no_bare_ids(found: Filter) -> Filter:
    """ExplanationOfBenefit: patient=id finds nothing, patient=Patient/id does."""
    bare = not any("/" in value for value in found.alternatives)
    if not bare or not found.judges(_EOB, "patient"):
        return found
    return replace(found, accepts=lambda _: False)


@defect("eob-token-system-not-split", breaks=["PA-EOB-TOKEN-SYSTEM"])
def no_systems(found: Filter) -> Filter:
    """ExplanationOfBenefit: tokens of the form `system|code` find nothing."""
    tokens = found.type == _EOB and found.name in ("identifier", "type")
    if not tokens or "|" not in "".join(found.alternatives):
        return found
    return replace(found, accepts=lambda _: False)


@defect("eob-total-wrong", breaks=["PA-EOB-TOTAL"])
def count_a_ghost(result: SearchResult) -> SearchResult:
    """ExplanationOfBenefit: Bundle.total counts a claim that was withdrawn."""
    if result.request.type != _EOB:
        return result
    return replace(result, total=result.total + 1)


@defect("eob-production-without-claims", breaks=["PA-PRODUCTION-CLAIMS"])
def no_claims(result: SearchResult) -> SearchResult:
    """ExplanationOfBenefit: every search is empty, as where the claims feed was not connected."""
    return replace(result, rows=(), total=0) if result.request.type == _EOB else result
