"""Pages of a search: back, again, unknown, without a token."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pytest

from conformance.checks import turning as check
from conformance.client.http import join
from conformance.plugin.marks import each_clause
from conformance.records import link_of
from suites.fhir import stimuli

if TYPE_CHECKING:
    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.exchange import Exchange
    from conformance.plugin.judge import Judge

ONE_PAGE = "no search of this type has a second page"
#: The name of a page handle, as HAPI has it.
HANDLE = "_getpages"


def pages_of(api: FhirApi, clause: Clause) -> tuple[Exchange, ...]:
    """Return the pages of a search that has several; none where there is none."""
    pair = stimuli.paged_and_whole(api, clause)
    pages = pair[0].pages if pair else ()
    return pages if len(pages) > 1 else ()


def link(page: Exchange, relation: str) -> str:
    """Return where a link leads, "" where there is none."""
    url = link_of(page, relation)
    return join(page.request.url, url) if url else ""


@each_clause("(DIR|PA)-[A-Z]+-PREVIOUS-LINK")
def test_previous_link_leads_back(api: FhirApi, clause: Clause, finding: Judge) -> None:
    pages = pages_of(api, clause)
    url = (link(pages[1], "previous") or link(pages[1], "prev")) if pages else ""
    finding.assess(
        check.gives_the_rows_of(pages[0], api.follow(url, purpose="previous link"), "previous")
        if url
        else (),
        otherwise="no page has a previous link" if pages else ONE_PAGE,
    )


@each_clause("(DIR|PA)-[A-Z]+-PAGE-STABLE")
def test_page_is_the_same_again(api: FhirApi, clause: Clause, finding: Judge) -> None:
    pages = pages_of(api, clause)
    url = link(pages[0], "next") if pages else ""
    finding.assess(
        check.gives_the_rows_of(pages[1], api.follow(url, purpose="next link, again"), "next")
        if url
        else (),
        otherwise=ONE_PAGE,
    )


@pytest.mark.tier("negative")
@each_clause("(DIR|PA)-[A-Z]+-PAGE-EXPIRED")
def test_unknown_page_is_refused(api: FhirApi, clause: Clause, finding: Judge) -> None:
    pages = pages_of(api, clause)
    parts = urlsplit(link(pages[0], "next") if pages else "")
    query = dict(parse_qsl(parts.query))
    gone = urlunsplit(parts._replace(query=urlencode({**query, HANDLE: stimuli.NO_SUCH_ID})))
    finding.assess(
        check.unknown_page_is_refused(api.follow(gone, purpose="a page that has expired"))
        if HANDLE in query
        else (),
        otherwise=f"no next link names its search as {HANDLE}",
    )


@pytest.mark.tier("negative")
@each_clause("PA-[A-Z]+-PAGE-TOKEN")
def test_page_needs_the_token(api: FhirApi, clause: Clause, finding: Judge) -> None:
    pages = pages_of(api, clause)
    url = link(pages[0], "next") if pages else ""
    finding.assess(
        check.page_needs_the_token(
            api.follow(url, purpose="next link, without a token", anonymous=True)
        )
        if url
        else (),
        otherwise=ONE_PAGE,
    )
