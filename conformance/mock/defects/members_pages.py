"""Defects of paging, of included rows and of bundles in Patient Access. Imports flow, registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.mock.flow import Page, Reply

_EOB = "ExplanationOfBenefit"


@defect("eob-page-loses-row", breaks=["PA-EOB-PAGING-COMPLETE"])
def lose_row(page: Page) -> Page:
    """ExplanationOfBenefit: every second page lacks its first row, as an off-by-one does."""
    if page.type != _EOB or not page.is_second:
        return page
    return replace(page, matches=page.matches[1:])


@defect("observation-page-repeats-row", breaks=["PA-OBS-PAGING-COMPLETE"])
def repeat_row(page: Page) -> Page:
    """Observation: every second page begins with the last row of the page before."""
    if page.type != "Observation" or not page.is_second:
        return page
    before = page.result.rows[page.offset - 1 : page.offset]
    return replace(page, matches=(*before, *page.matches))


@defect("encounter-next-link-loops", breaks=["PA-ENC-PAGING-LINKS"])
def loop(page: Page) -> Page:
    """Encounter: the next link of a page leads to that page again."""
    if page.type != "Encounter" or page.next_offset is None:
        return page
    return replace(page, next_offset=page.offset)


@defect("eob-next-link-off-origin", breaks=["PA-EOB-PAGING-LINKS"])
def leave_origin(reply: Reply) -> Reply:
    """ExplanationOfBenefit: next links name the host the server had before it moved."""
    if reply.searched != _EOB:
        return reply
    links = [
        {**link, "url": "https://sandbox.fhir.example/R4?" + link["url"].partition("?")[2]}
        if link["relation"] == "next"
        else link
        for link in reply.body["link"]
    ]
    return reply.with_body(link=links)


@defect("eob-include-provider-missing", breaks=["PA-EOB-INCLUDE-PROVIDER"])
def forget_providers(page: Page) -> Page:
    """ExplanationOfBenefit: _include=ExplanationOfBenefit:provider adds nothing."""
    kept = tuple(row for row in page.included if row.type == "Patient")
    return replace(page, included=kept) if page.type == _EOB else page


@defect("eob-include-patient-missing", breaks=["PA-EOB-INCLUDE-PATIENT"])
def forget_patient(page: Page) -> Page:
    """ExplanationOfBenefit: _include=ExplanationOfBenefit:patient adds nothing."""
    kept = tuple(row for row in page.included if row.type != "Patient")
    return replace(page, included=kept) if page.type == _EOB else page


@defect("encounter-revinclude-missing", breaks=["PA-ENC-REVINCLUDE-PROV-TARGET"])
def forget_provenance(page: Page) -> Page:
    """Encounter: _revinclude=Provenance:target is accepted and adds nothing."""
    return replace(page, included=()) if page.type == "Encounter" else page


@defect("immunization-revinclude-half", breaks=["PA-IMM-REVINCLUDE-PROV-TARGET"])
def keep_half(page: Page) -> Page:
    """Immunization: _revinclude=Provenance:target adds the provenance of every second row only."""
    return replace(page, included=page.included[1::2]) if page.type == "Immunization" else page


@defect("eob-include-as-match", breaks=["PA-EOB-SEARCH-MODE"])
def include_as_match(reply: Reply) -> Reply:
    """ExplanationOfBenefit: included rows have the search mode `match`."""
    return _entries(reply, _EOB, lambda entry: {**entry, "search": {"mode": "match"}})


@defect("coverage-wrong-type-in-bundle", breaks=["PA-COV-BUNDLE"])
def other_type(reply: Reply) -> Reply:
    """Coverage: rows of search results are shown as `InsurancePlan`."""

    def change(entry: dict[str, Any]) -> dict[str, Any]:
        return {**entry, "resource": {**entry["resource"], "resourceType": "InsurancePlan"}}

    return _entries(reply, "Coverage", change)


@defect("patient-self-link-missing", breaks=["PA-PAT-SELF-LINK"])
def no_self_link(reply: Reply) -> Reply:
    """Patient: search results have no self link."""
    if reply.searched != "Patient":
        return reply
    links = [link for link in reply.body["link"] if link["relation"] != "self"]
    return reply.with_body(link=links or None)


@defect("encounter-post-finds-half", breaks=["PA-ENC-POST-SAME"])
def half_by_post(reply: Reply) -> Reply:
    """Encounter: a search by POST finds every second row of what it finds by GET."""
    if reply.call.method != "POST" or reply.searched != "Encounter":
        return reply
    return reply.with_body(entry=reply.body.get("entry", [])[::2] or None)


def _entries(reply: Reply, kind: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Reply:
    if reply.searched != kind:
        return reply
    return reply.with_body(entry=[change(e) for e in reply.body.get("entry", ())] or None)
