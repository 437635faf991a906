"""Rewrites of the pages of a search: their links, the rows on them, totals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from rewriting import (
    ACCEPTED,
    LONE,
    PAGES,
    SEARCHED,
    WIDENED,
    each,
    included_of,
    is_widened,
    link_of,
    matches_of,
    on_bundles,
    on_each_bundle,
    outcome,
    rewrite,
    selecting,
    with_entries,
    with_link,
)

if TYPE_CHECKING:
    from rewriting_proxy import Forward
    from traffic import Answer, Asked

    Bundle = dict[str, Any]

#: What cannot be judged where pages after the first cannot be had.
UNREAD = (*PAGES, *WIDENED, ACCEPTED, each("SEARCH-GETPAGESOFFSET"), each("SEARCH-COUNT"))


@rewrite(
    breaks=[each("PAGING-COMPLETE")],
    also=[each("SEARCH-COUNT"), each("TOTAL"), each("SEARCH-GETPAGESOFFSET"), *SEARCHED],
    hides=UNREAD,
)
@on_each_bundle
def next_link_is_missing(bundle: Bundle) -> Bundle:
    """There is no next link: only the first page can be had."""
    return with_link(bundle, "next", "")


@rewrite(
    breaks=[each("PAGING-LINKS")],
    also=[*SEARCHED, each("PAGING-COMPLETE")],
    hides=UNREAD,
    spares=[LONE],
)
@on_bundles
def next_link_loops(asked: Asked, bundle: Bundle) -> Bundle | None:
    """The next link of a later page leads to that page again."""
    here = f"{link_of(bundle, 'next').partition('?')[0]}?{urlencode(asked.query)}"
    return with_link(bundle, "next", here) if asked.what == "page" else None


@rewrite(breaks=["PA-PAT-PAGING-LINKS", "PA-PAT-PAGING-COMPLETE"], also=["PA-PAT-.*"])
@on_bundles
def last_page_links_on(asked: Asked, bundle: Bundle) -> Bundle | None:
    """Patient: the only page has a next link, which brings the member once more."""
    if asked.type != "Patient" or asked.what != "search" or is_widened(asked):
        return None
    return with_link(bundle, "next", f"{link_of(bundle, 'self')}&_getpagesoffset=0")


@rewrite(
    breaks=[each("PAGING-LINKS")],
    also=[*SEARCHED, each("PAGING-COMPLETE")],
    hides=UNREAD,
    spares=[LONE],
)
@on_each_bundle
def next_link_leaves_the_origin(bundle: Bundle) -> Bundle | None:
    """Next links name a host of the network inside."""
    url = link_of(bundle, "next").replace("http://127.0.0.1", "http://fhir.inside.example")
    return with_link(bundle, "next", url) if url else None


@rewrite(
    breaks=[each("PAGING-LINKS")],
    also=[*SEARCHED, each("PAGING-COMPLETE"), each("SEARCH-COUNT"), each("BUNDLE")],
    hides=UNREAD,
    spares=[LONE],
)
def pages_have_expired(asked: Asked, forward: Forward) -> Answer:
    """What a next link leads to is answered 410."""
    return outcome(410, "not-found") if asked.what == "page" else forward(asked)


@rewrite(
    breaks=[each("PAGING-COMPLETE")],
    also=[each("TOTAL"), each("SEARCH-GETPAGESOFFSET"), *SEARCHED, *WIDENED],
)
@on_bundles
def page_loses_its_first_row(asked: Asked, bundle: Bundle) -> Bundle | None:
    """Every page after the first lacks its first row."""
    return with_entries(bundle, bundle.get("entry", [])[1:]) if asked.what == "page" else None


@rewrite(breaks=[each("PAGING-COMPLETE")], also=[each("BUNDLE"), each("SEARCH-COUNT")])
def page_repeats_a_row(asked: Asked, forward: Forward) -> Answer:
    """Every page after the first begins with the last row of the page before."""
    offset = int(asked.value("_getpagesoffset") or 0)
    if asked.what != "page" or not offset:
        return forward(asked)
    query = [
        (name, {"_getpagesoffset": str(offset - 1), "_count": str(int(value) + 1)}.get(name, value))
        if name in {"_getpagesoffset", "_count"} else (name, value)
        for name, value in asked.query
    ]  # fmt: skip
    answer, honest = forward(asked.having(query)), forward(asked).document
    if not answer.bears("Bundle"):
        return answer
    return answer.having({**answer.document, "link": honest["link"]})


@rewrite(breaks=[each("TOTAL")])
@on_each_bundle
def total_is_one_more(bundle: Bundle) -> Bundle:
    """Bundle.total counts one match more than there is."""
    return {**bundle, "total": bundle["total"] + 1}


@rewrite(breaks=[each("TOTAL")], also=[each("BUNDLE")])
@on_each_bundle
def total_is_a_string(bundle: Bundle) -> Bundle:
    """Bundle.total is a string."""
    return {**bundle, "total": str(bundle["total"])}


@rewrite(breaks=[each("TOTAL")])
@on_each_bundle
def total_is_of_the_page(bundle: Bundle) -> Bundle:
    """Bundle.total counts the matches of its page only."""
    return {**bundle, "total": len(matches_of(bundle))}


@rewrite(breaks=[each("TOTAL")], hides=[*WIDENED, ACCEPTED])
@on_each_bundle
def total_counts_included_rows(bundle: Bundle) -> Bundle:
    """Bundle.total counts included rows too."""
    return {**bundle, "total": bundle["total"] + len(included_of(bundle))}


@rewrite(breaks=[each("TOTAL")])
@on_bundles
def total_is_wrong_with_a_filter(asked: Asked, bundle: Bundle) -> Bundle | None:
    """Bundle.total of a search with a filter is that of the whole type."""
    other = [name for name, _ in selecting(asked) if name != "_id"]
    return {**bundle, "total": bundle["total"] + 1000} if other else None
