"""Defects of how values are compared and of what is found. Imports search, registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.mock.defects.registry import defect
from conformance.mock.search.values import fold

if TYPE_CHECKING:
    from conformance.mock.data.store import Row
    from conformance.mock.search.engine import Filter, SearchResult


@defect("practitioner-family-initial", breaks=["DIR-PRAC-SEARCH-FAMILY"])
def family_by_initial(found: Filter) -> Filter:
    """Practitioner: family compares first letters only, as a truncated index does."""
    if not found.judges("Practitioner", "family"):
        return found
    initials = tuple(fold(value)[:1] for value in found.alternatives)

    def accepts(row: Row) -> bool:
        return any(fold(name["family"]).startswith(initials) for name in row.resource["name"])

    return replace(found, accepts=accepts)


@defect("organization-name-loses-rows", breaks=["DIR-ORG-SEARCH-NAME", "DIR-ORG-EXAMPLE-NAME"])
def lose_names(result: SearchResult) -> SearchResult:
    """Organization: a search by name gives every second match only, as one shard of two."""
    if result.request.type != "Organization" or not result.request.names("name"):
        return result
    rows = result.rows[1::2]
    return replace(result, rows=rows, total=len(rows))


@defect(
    "service-category-finds-nothing",
    breaks=["DIR-HSVC-SEARCH-SERVICE-CATEGORY", "DIR-HSVC-EXAMPLE-NAME"],
)
def no_category(result: SearchResult) -> SearchResult:
    """HealthcareService: a search by service-category is always empty."""
    request = result.request
    if request.type == "HealthcareService" and request.names("service-category"):
        return replace(result, rows=(), total=0)
    return result


@defect("service-total-wrong", breaks=["DIR-HSVC-TOTAL"])
def count_a_ghost(result: SearchResult) -> SearchResult:
    """HealthcareService: Bundle.total counts a row that was deleted."""
    if result.request.type != "HealthcareService":
        return result
    return replace(result, total=result.total + 1)


@defect(
    "location-address-finds-nothing",
    breaks=["DIR-LOC-SEARCH-ADDRESS", "DIR-LOC-EXAMPLE-ADDRESS"],
)
def no_address(found: Filter) -> Filter:
    """Location: a search by address is always empty, as where the full-text index is off."""
    return _never(found) if found.judges("Location", "address") else found


@defect("location-postalcode-five-digits", breaks=["DIR-LOC-EXAMPLE-POSTALCODE"])
def five_digits(found: Filter) -> Filter:
    """Location: address-postalcode compares the first five digits only."""
    if not found.judges("Location", "address-postalcode"):
        return found
    starts = tuple(value[:5] for value in found.alternatives)

    def accepts(row: Row) -> bool:
        return str(row.resource.get("address", {}).get("postalCode", "")).startswith(starts)

    return replace(found, accepts=accepts)


@defect("organization-name-case-sensitive", breaks=["DIR-ORG-STRING-MATCHING"])
def case_sensitive(found: Filter) -> Filter:
    """Organization: name compares upper and lower case."""
    if not found.judges("Organization", "name"):
        return found

    def accepts(row: Row) -> bool:
        names = (row.resource["name"], *row.resource.get("alias", ()))
        return any(name.startswith(found.alternatives) for name in names)

    return replace(found, accepts=accepts)


@defect("practitioner-name-exact", breaks=["DIR-PRAC-EXAMPLE-NAME"])
def whole_names(found: Filter) -> Filter:
    """Practitioner: name must equal a family or given name, not begin it."""
    if not found.judges("Practitioner", "name"):
        return found
    wanted = {fold(value) for value in found.alternatives}

    def accepts(row: Row) -> bool:
        names = row.resource["name"]
        return any(fold(part) in wanted for n in names for part in (n["family"], *n["given"]))

    return replace(found, accepts=accepts)


@defect("role-token-system-not-split", breaks=["DIR-ROLE-TOKEN-SYSTEM"])
def no_systems(found: Filter) -> Filter:
    """PractitionerRole: tokens of the form `system|code` find nothing."""
    tokens = found.type == "PractitionerRole" and found.name in ("role", "specialty")
    return _never(found) if tokens and "|" in "".join(found.alternatives) else found


@defect("service-reference-needs-type", breaks=["DIR-HSVC-REFERENCE-FORMS"])
def no_bare_ids(found: Filter) -> Filter:
    """HealthcareService: organization=id finds nothing, organization=Organization/id does."""
    bare = not any("/" in value for value in found.alternatives)
    return _never(found) if bare and found.judges("HealthcareService", "organization") else found


@defect("role-unknown-specialty-ignored", breaks=["DIR-ROLE-EXAMPLE-SPECIALTY"])
def lenient_specialty(found: Filter) -> Filter:
    """PractitionerRole: a specialty that NUCC does not have is ignored, so that all roles match."""
    invented = found.alternatives == ("340000000X",)
    if not invented or not found.judges("PractitionerRole", "specialty"):
        return found
    return replace(found, accepts=lambda _: True)


def _never(found: Filter) -> Filter:
    return replace(found, accepts=lambda _: False)
