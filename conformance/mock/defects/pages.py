"""Defects of paging and of included rows. Imports flow and the registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.flow import Page, Reply


@defect("practitioner-page-loses-row", breaks=["DIR-PRAC-PAGING-COMPLETE"])
def lose_row(page: Page) -> Page:
    """Practitioner: every second page lacks its first row, as an off-by-one does."""
    if page.type != "Practitioner" or not page.is_second:
        return page
    return replace(page, matches=page.matches[1:])


@defect("role-page-repeats-row", breaks=["DIR-ROLE-PAGING-COMPLETE"])
def repeat_row(page: Page) -> Page:
    """PractitionerRole: every second page begins with the last row of the page before."""
    if page.type != "PractitionerRole" or not page.is_second:
        return page
    before = page.result.rows[page.offset - 1 : page.offset]
    return replace(page, matches=(*before, *page.matches))


@defect("affiliation-next-link-missing", breaks=["DIR-AFF-PAGING-COMPLETE"])
def stop_early(page: Page) -> Page:
    """OrganizationAffiliation: there is no next link, so that only the first page can be had."""
    return replace(page, next_offset=None) if page.type == "OrganizationAffiliation" else page


#: The handle of the search that was paged last: what a cursor of the whole server would be at.
_PAGED_LAST = [""]


@defect("organization-pages-share-a-cursor", breaks=["DIR-ORG-PAGING-COMPLETE"])
def share_cursor(page: Page) -> Page:
    """Organization: a page loses a row where another search was paged since the page before."""
    if page.type != "Organization":
        return page
    before, _PAGED_LAST[0] = _PAGED_LAST[0], page.handle
    torn = page.offset and before != page.handle
    return replace(page, matches=page.matches[1:]) if torn else page


@defect("location-next-link-loops", breaks=["DIR-LOC-PAGING-LINKS"])
def loop(page: Page) -> Page:
    """Location: the next link of a page leads to that page again."""
    if page.type != "Location" or page.next_offset is None:
        return page
    return replace(page, next_offset=page.offset)


@defect("service-next-link-off-origin", breaks=["DIR-HSVC-PAGING-LINKS"])
def leave_origin(reply: Reply) -> Reply:
    """HealthcareService: next links name the host the server had before it moved."""
    if reply.searched != "HealthcareService":
        return reply
    links = [
        {**link, "url": "https://public.fhir.example/R4?" + link["url"].partition("?")[2]}
        if link["relation"] == "next"
        else link
        for link in reply.body["link"]
    ]
    return reply.with_body(link=links)


@defect("location-include-missing", breaks=["DIR-LOC-INCLUDE-ORGANIZATION"])
def forget_organizations(page: Page) -> Page:
    """Location: _include=Location:organization is accepted and adds nothing."""
    if not page.asks("Location:organization") or page.result.request.revincludes:
        return page
    return replace(page, included=())


@defect("network-include-missing", breaks=["DIR-NET-INCLUDE-PARTOF"])
def forget_payers(page: Page) -> Page:
    """Organization: _include=Organization:partof is accepted and adds nothing."""
    if not page.asks("Organization:partof") or page.result.request.revincludes:
        return page
    return replace(page, included=())


@defect("affiliation-include-unreferenced", breaks=["DIR-AFF-INCLUDE-NETWORK"])
def include_a_stray(page: Page) -> Page:
    """OrganizationAffiliation: included networks come with one that no match refers to."""
    if not page.asks("OrganizationAffiliation:network") or not page.included:
        return page
    model = page.included[0]
    stray = replace(model, id="stray", versions=({**model.resource, "id": "stray"},))
    return replace(page, included=(*page.included, stray))


@defect("organization-revinclude-missing", breaks=["DIR-ORG-REVINCLUDE-ROLE-ORGANIZATION"])
def forget_roles(page: Page) -> Page:
    """Organization: _revinclude=PractitionerRole:organization is accepted and adds nothing."""
    if not page.asks("PractitionerRole:organization") or page.type != "Organization":
        return page
    kept = tuple(row for row in page.included if row.type != "PractitionerRole")
    return replace(page, included=kept)


@defect("location-revinclude-half", breaks=["DIR-LOC-REVINCLUDE-ROLE-LOCATION"])
def keep_half_the_roles(page: Page) -> Page:
    """Location: _revinclude=PractitionerRole:location adds only half of the roles."""
    if not page.asks("PractitionerRole:location"):
        return page
    roles = [row for row in page.included if row.type == "PractitionerRole"]
    lost = {row.id for row in roles[::2]}
    return replace(page, included=tuple(row for row in page.included if row.id not in lost))


@defect("role-include-as-match", breaks=["DIR-ROLE-SEARCH-MODE"])
def include_as_match(reply: Reply) -> Reply:
    """PractitionerRole: included rows have the search mode `match`."""
    if reply.searched != "PractitionerRole":
        return reply
    entries = [{**entry, "search": {"mode": "match"}} for entry in reply.body.get("entry", ())]
    return reply.with_body(entry=entries or None)
