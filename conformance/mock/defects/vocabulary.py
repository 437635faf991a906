"""Defects of which parameters a search understands. Imports the vocabulary and the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.defects.registry import defect
from conformance.mock.search.documented import Parameter, Vocabulary

if TYPE_CHECKING:
    from conformance.mock.search.request import SearchRequest

_UNLISTED = {
    "identifier": "token",
    "active": "token",
    "gender": "token",
    "phone": "token",
    "telecom": "token",
    "communication": "token",
    "address": "string",
    "address-city": "string",
    "address-state": "string",
    "address-postalcode": "string",
}


@defect("practitioner-unlisted-applied", breaks=["DIR-PRAC-UNLISTED-NOT-APPLIED"])
def honour_unlisted(vocabulary: Vocabulary) -> Vocabulary:
    """Practitioner: parameters of FHIR core that are not listed (identifier, ...) select rows."""
    if vocabulary.type != "Practitioner":
        return vocabulary
    return vocabulary.having(*(Parameter(name, typed) for name, typed in _UNLISTED.items()))


@defect(
    "service-include-refused",
    breaks=["DIR-HSVC-SEARCH-INCLUDE", "DIR-HSVC-INCLUDE-ORGANIZATION"],
)
def refuse_include(vocabulary: Vocabulary) -> Vocabulary:
    """HealthcareService: _include is refused as unknown."""
    return vocabulary.without("_include") if vocabulary.type == "HealthcareService" else vocabulary


@defect(
    "practitioner-revinclude-refused",
    breaks=["DIR-PRAC-SEARCH-REVINCLUDE", "DIR-PRAC-REVINCLUDE-ROLE-PRACTITIONER"],
)
def refuse_revinclude(vocabulary: Vocabulary) -> Vocabulary:
    """Practitioner: _revinclude is refused as unknown (the document prints `_reinclude`)."""
    return vocabulary.without("_revinclude") if vocabulary.type == "Practitioner" else vocabulary


@defect(
    "service-specialty-server-error",
    breaks=["DIR-HSVC-SEARCH-SPECIALTY", "DIR-HSVC-EXAMPLE-SPECIALTY"],
)
def fail_on_specialty(request: SearchRequest) -> SearchRequest:
    """HealthcareService: a search by specialty ends in an internal error (500)."""
    if request.type == "HealthcareService" and request.names("specialty"):
        raise RuntimeError("column hfj_spidx_token.sp_value does not exist")
    return request
