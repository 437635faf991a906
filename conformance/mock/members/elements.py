"""Which elements the members' search parameters look at. Imports the search's extractors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.mock.search.elements import as_codes, coded, either, plain, referred

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.mock.data.plan import Resource
    from conformance.mock.search.elements import Extractor
    from conformance.mock.search.engine import Rows

_EOB = "ExplanationOfBenefit"


def spans(element: str) -> Extractor:
    """Return an extractor of a Period, as `start/end` with either of them possibly empty."""

    def extract(resource: Resource) -> Iterator[str]:
        period: dict[str, Any] | None = resource.get(element)
        if period:
            yield f"{period.get('start', '')}/{period.get('end', '')}"

    return extract


def _identifiers(resource: Resource) -> Iterator[str]:
    for identifier in resource["identifier"]:
        yield f"{identifier.get('system', '')}|{identifier['value']}"


_EXTRACTORS: dict[tuple[str, str], Extractor] = {
    ("Coverage", "patient"): referred("beneficiary"),
    (_EOB, "patient"): referred("patient"),
    (_EOB, "provider"): referred("provider"),
    (_EOB, "identifier"): _identifiers,
    # CARIN BB, SearchParameter/explanationofbenefit-service-date
    (_EOB, "service-date"): either(spans("billablePeriod"), plain("item", "servicedDate")),
    (_EOB, "type"): coded("type"),
    # Not listed for ExplanationOfBenefit: only the defect eob-unlisted-applied gets here.
    (_EOB, "created"): plain("created"),
    (_EOB, "disposition"): plain("disposition"),
    (_EOB, "status"): as_codes(plain("status")),
    (_EOB, "coverage"): plain("insurance", "coverage", "reference"),
    (_EOB, "facility"): referred("facility"),
    (_EOB, "insurer"): referred("insurer"),
    ("Condition", "onset-date"): either(plain("onsetDateTime"), spans("onsetPeriod")),
    ("Encounter", "date"): spans("period"),
    ("Immunization", "date"): plain("occurrenceDateTime"),
    ("Immunization", "patient"): referred("patient"),
    ("Procedure", "date"): plain("performedDateTime"),
    ("Observation", "date"): plain("effectiveDateTime"),
    ("Observation", "category"): coded("category"),
    ("Observation", "code"): coded("code"),
    ("Provenance", "target"): referred("target"),
    # Not listed: only clinical-revinclude-unlimited and patient-unlisted-applied get here.
    ("Provenance", "entity"): referred("target"),
    ("Patient", "gender"): as_codes(plain("gender")),
}
_BOUND = {
    ("Immunization", "status"): "http://hl7.org/fhir/event-status",
    ("Procedure", "status"): "http://hl7.org/fhir/event-status",
    ("MedicationRequest", "status"): "http://hl7.org/fhir/CodeSystem/medicationrequest-status",
    ("MedicationRequest", "intent"): "http://hl7.org/fhir/CodeSystem/medicationrequest-intent",
    (
        "MedicationDispense",
        "status",
    ): "http://terminology.hl7.org/CodeSystem/medicationdispense-status",
}
"""The code system that the value set of a `code` element is of."""


def extractor(_: Rows, kind: str, parameter: str) -> Extractor:
    """Return what finds the values of a parameter in a resource."""
    if parameter == "_id":
        return plain("id")
    if parameter == "_lastUpdated":
        return plain("meta", "lastUpdated")
    if (kind, parameter) in _EXTRACTORS:
        return _EXTRACTORS[kind, parameter]
    if parameter == "patient":
        return referred("subject")
    return _bound(plain(parameter), _BOUND[kind, parameter])


def _bound(extract: Extractor, system: str) -> Extractor:
    """Return an extractor of a `code` element, with the code system it is bound to."""
    return lambda resource: (f"{system}|{value}" for value in extract(resource))
