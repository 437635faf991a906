"""Defects of a search as understood: what is dropped or mixed up. Imports search, registry."""

from __future__ import annotations

from dataclasses import replace
from string import ascii_lowercase
from typing import TYPE_CHECKING

from conformance.mock.defects.registry import defect
from conformance.mock.search.documented import Parameter
from conformance.mock.search.request import DEFAULT_COUNT

if TYPE_CHECKING:
    from conformance.mock.search.request import SearchRequest


@defect("location-state-ignored", breaks=["DIR-LOC-SEARCH-ADDRESS-STATE", "DIR-LOC-EXAMPLE-STATE"])
def ignore_state(request: SearchRequest) -> SearchRequest:
    """Location: drops address-state, as where an index was missing."""
    return request.without("address-state") if request.type == "Location" else request


@defect("location-id-ignored", breaks=["DIR-LOC-SEARCH-ID"])
def ignore_id(request: SearchRequest) -> SearchRequest:
    """Location: drops _id and answers with every location."""
    return request.without("_id") if request.type == "Location" else request


@defect("role-network-ignored", breaks=["DIR-ROLE-SEARCH-NETWORK"])
def ignore_network(request: SearchRequest) -> SearchRequest:
    """PractitionerRole: drops network, which lives in an extension the index does not see."""
    return request.without("network") if request.type == "PractitionerRole" else request


@defect("role-code-ignored", breaks=["DIR-ROLE-SEARCH-ROLE"])
def ignore_role(request: SearchRequest) -> SearchRequest:
    """PractitionerRole: drops role, as where only the name `code` was mapped."""
    return request.without("role") if request.type == "PractitionerRole" else request


@defect("role-lastupdated-ignored", breaks=["DIR-ROLE-SEARCH-LASTUPDATED"])
def ignore_last_updated(request: SearchRequest) -> SearchRequest:
    """PractitionerRole: drops _lastUpdated, so that a delta load is a full load."""
    return request.without("_lastUpdated") if request.type == "PractitionerRole" else request


@defect("network-type-returns-others", breaks=["DIR-NET-SEARCH-TYPE"])
def ignore_type(request: SearchRequest) -> SearchRequest:
    """Organization: drops type, so that `type=ntwk` gives providers and payers too."""
    return request.without("type") if request.type == "Organization" else request


@defect("service-count-ignored", breaks=["DIR-HSVC-SEARCH-COUNT"])
def ignore_count(request: SearchRequest) -> SearchRequest:
    """HealthcareService: pages have the default size whatever _count asks."""
    return replace(request, count=DEFAULT_COUNT) if request.type == "HealthcareService" else request


@defect("affiliation-getpagesoffset-ignored", breaks=["DIR-AFF-SEARCH-GETPAGESOFFSET"])
def ignore_offset(request: SearchRequest) -> SearchRequest:
    """OrganizationAffiliation: _getpagesoffset skips nothing."""
    return replace(request, offset=0) if request.type == "OrganizationAffiliation" else request


@defect("practitioner-id-list-first-only", breaks=["DIR-PRAC-ID-LIST"])
def first_id_only(request: SearchRequest) -> SearchRequest:
    """Practitioner: of comma-separated _id values only the first is looked up."""
    if request.type != "Practitioner":
        return request
    criteria = tuple(
        replace(c, alternatives=c.alternatives[:1]) if c.parameter.name == "_id" else c
        for c in request.criteria
    )
    return replace(request, criteria=criteria)


@defect("affiliation-roles-swapped", breaks=["DIR-AFF-SEARCH-PRIMARY-ORGANIZATION"])
def swap_organizations(request: SearchRequest) -> SearchRequest:
    """OrganizationAffiliation: primary-organization looks at participatingOrganization."""
    swapped = Parameter("participating-organization", "reference")
    criteria = tuple(
        replace(c, parameter=swapped) if c.parameter.name == "primary-organization" else c
        for c in request.criteria
    )
    return replace(request, criteria=criteria)


@defect("network-combination-ignored", breaks=["DIR-NET-SEARCH-COMBINED"])
def type_alone(request: SearchRequest) -> SearchRequest:
    """Organization: beside type no other parameter selects."""
    if request.type != "Organization" or not request.names("type"):
        return request
    kept = tuple(c for c in request.criteria if c.parameter.name == "type")
    return replace(request, criteria=kept)


@defect("practitioner-given-ignored", breaks=["DIR-PRAC-SEARCH-GIVEN", "DIR-PRAC-EXAMPLE-GIVEN"])
def ignore_given(request: SearchRequest) -> SearchRequest:
    """Practitioner: drops given."""
    return request.without("given") if request.type == "Practitioner" else request


@defect("practitioner-date-prefix-ignored", breaks=["DIR-PRAC-LASTUPDATED-PREFIXES"])
def ignore_prefix(request: SearchRequest) -> SearchRequest:
    """Practitioner: _lastUpdated looks for the date itself, whatever prefix it has."""
    if request.type != "Practitioner":
        return request
    criteria = tuple(
        replace(c, alternatives=tuple(value.lstrip(ascii_lowercase) for value in c.alternatives))
        if c.parameter.name == "_lastUpdated"
        else c
        for c in request.criteria
    )
    return replace(request, criteria=criteria)


@defect(
    "affiliation-specialty-server-error",
    breaks=["DIR-AFF-SEARCH-SPECIALTY", "DIR-AFF-EXAMPLE-SPECIALTY"],
)
def fail_on_affiliation_specialty(request: SearchRequest) -> SearchRequest:
    """OrganizationAffiliation: a search by specialty ends in an internal error (500)."""
    if request.type == "OrganizationAffiliation" and request.names("specialty"):
        raise RuntimeError("index specialty is being rebuilt")
    return request
