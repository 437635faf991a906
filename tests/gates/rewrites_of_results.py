"""Rewrites of search results: pages and their links, totals, bundles, modes, included rows."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from rewriting import (
    INCLUDES,
    REVINCLUDES,
    SELECTING,
    all_entries,
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

#: Clauses that are judged on pages after the first: where these cannot be had, more is lost.
PAGES = (each("PAGING-COMPLETE"), each("PAGING-LINKS"), each("TOTAL"))
SEARCHED = (*SELECTING, each("LASTUPDATED-PREFIXES"), "DIR-NET-SEARCH-TYPE")
WIDENED = (INCLUDES, REVINCLUDES)
ACCEPTED = r"DIR-[A-Z]+-SEARCH-(REV)?INCLUDE"
#: The values of `_revinclude` that something can refer by.
REACHING = (
    r"DIR-(ORG|PRAC)-REVINCLUDE-.*"
    r"|DIR-LOC-REVINCLUDE-(HSVC-LOCATION|HSVC-COVERAGE-AREA|AFF-LOCATION|ROLE-LOCATION)"
)
#: What cannot be judged where pages after the first cannot be had.
UNREAD = (*PAGES, *WIDENED, ACCEPTED, each("SEARCH-GETPAGESOFFSET"))


@rewrite(
    breaks=[each("PAGING-COMPLETE")],
    also=[each("SEARCH-COUNT"), each("TOTAL"), each("SEARCH-GETPAGESOFFSET"), *SEARCHED],
    hides=UNREAD,
)
@on_each_bundle
def next_link_is_missing(bundle: Bundle) -> Bundle:
    """There is no next link: only the first page can be had."""
    return with_link(bundle, "next", "")


@rewrite(breaks=[each("PAGING-LINKS")], also=[*SEARCHED, each("PAGING-COMPLETE")], hides=UNREAD)
@on_bundles
def next_link_loops(asked: Asked, bundle: Bundle) -> Bundle | None:
    """The next link of a later page leads to that page again."""
    here = f"{link_of(bundle, 'next').partition('?')[0]}?{urlencode(asked.query)}"
    return with_link(bundle, "next", here) if asked.what == "page" else None


@rewrite(breaks=[each("PAGING-LINKS")], also=[*SEARCHED, each("PAGING-COMPLETE")], hides=UNREAD)
@on_each_bundle
def next_link_leaves_the_origin(bundle: Bundle) -> Bundle | None:
    """Next links name a host of the network inside."""
    url = link_of(bundle, "next").replace("http://127.0.0.1", "http://fhir.inside.example")
    return with_link(bundle, "next", url) if url else None


@rewrite(
    breaks=[each("PAGING-LINKS")],
    also=[*SEARCHED, each("PAGING-COMPLETE"), each("SEARCH-COUNT"), each("BUNDLE")],
    hides=UNREAD,
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
    return answer.having({**answer.document, "link": honest["link"]})


@rewrite(breaks=[each("BUNDLE")], also=[each("SEARCH-COUNT"), each("PAGING-COMPLETE")])
@on_bundles
def row_is_repeated(asked: Asked, bundle: Bundle) -> Bundle | None:
    """A page holds its first row twice."""
    entries = bundle.get("entry", [])
    return with_entries(bundle, [*entries[:1], *entries]) if not is_widened(asked) else None


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


@rewrite(breaks=[each("BUNDLE")])
@on_each_bundle
def bundle_is_a_collection(bundle: Bundle) -> Bundle:
    """Search results are a Bundle of type collection."""
    return {**bundle, "type": "collection"}


@rewrite(breaks=[each("BUNDLE")])
@on_each_bundle
def full_url_is_missing(bundle: Bundle) -> Bundle:
    """Entries have no fullUrl."""
    for entry in bundle.get("entry", ()):
        del entry["fullUrl"]
    return bundle


@rewrite(breaks=[each("BUNDLE")])
@on_each_bundle
def full_url_is_of_another_row(bundle: Bundle) -> Bundle:
    """fullUrl names another id than its resource."""
    return _with_other_urls(bundle)


def _with_other_urls(bundle: Bundle) -> Bundle:
    for entry in bundle.get("entry", ()):
        entry["fullUrl"] += "-x"
    return bundle


@rewrite(breaks=[each("BUNDLE")])
@on_each_bundle
def full_url_is_relative(bundle: Bundle) -> Bundle:
    """fullUrl is relative."""
    for entry in bundle.get("entry", ()):
        entry["fullUrl"] = "/".join(entry["fullUrl"].split("/")[-2:])
    return bundle


@rewrite(breaks=[each("BUNDLE")])
@on_bundles
def full_url_is_wrong_with_a_filter(asked: Asked, bundle: Bundle) -> Bundle | None:
    """fullUrl has no id in the results of a search with a filter."""
    other = [name for name, _ in selecting(asked) if name != "_id"]
    return _with_other_urls(bundle) if other else None


@rewrite(breaks=[each("BUNDLE")])
@on_each_bundle
def bundle_has_an_unknown_property(bundle: Bundle) -> Bundle:
    """The Bundle has a property that FHIR does not know."""
    return {**bundle, "pageCount": 1}


@rewrite(breaks=[each("BUNDLE")])
@on_each_bundle
def entry_without_resource(bundle: Bundle) -> Bundle:
    """A Bundle ends with an entry that holds no resource."""
    empty = {"fullUrl": "urn:uuid:0", "search": {"mode": "match"}}
    return with_entries(bundle, [*bundle.get("entry", ()), empty])


@rewrite(
    breaks=[each("BUNDLE")],
    also=[
        *SEARCHED,
        each("SEARCH"),
        each("SEARCH-MODE"),
        each("UNLISTED-NOT-APPLIED"),
        each("PROFILE"),
        each("WELL-FORMED"),
        ".*",
    ],
)
@on_each_bundle
def row_has_another_type(bundle: Bundle) -> Bundle | None:
    """The last match of a page has another resource type."""
    if not matches_of(bundle):
        return None
    matches_of(bundle)[-1]["resource"]["resourceType"] = "Basic"
    return bundle


@rewrite(
    breaks=[each("SEARCH-MODE")],
    # Organizations that are added to Organizations cannot be told from matches.
    also=["DIR-ORG-PAGING-COMPLETE", "DIR-ORG-TOTAL", "DIR-ORG-SEARCH-INCLUDE"],
)
@on_each_bundle
def mode_is_missing(bundle: Bundle) -> Bundle:
    """Entries do not tell their search mode."""
    for entry in bundle.get("entry", ()):
        del entry["search"]
    return bundle


@rewrite(
    breaks=[each("SEARCH-MODE")],
    also=[each("BUNDLE"), *PAGES, *WIDENED, ACCEPTED],
)
@on_each_bundle
def included_are_matches(bundle: Bundle) -> Bundle:
    """Included rows have the mode `match`; and so has any row of a type that includes nothing."""
    for entry in bundle.get("entry", ()):
        entry["search"] = {"mode": "match"}
    return bundle


@rewrite(
    breaks=[each("SEARCH-MODE")],
    also=[
        *PAGES,
        each("SEARCH-COUNT"),
        each("SEARCH-GETPAGESOFFSET"),
        *WIDENED,
        ACCEPTED,
    ],
    alone=True,
)
@on_each_bundle
def matches_are_included(bundle: Bundle) -> Bundle:
    """Matches have the mode `include`."""
    for entry in bundle.get("entry", ()):
        entry["search"] = {"mode": "include"}
    return bundle


@rewrite(breaks=[each("SELF-LINK")])
@on_each_bundle
def self_link_is_missing(bundle: Bundle) -> Bundle:
    """There is no self link."""
    return with_link(bundle, "self", "")


@rewrite(breaks=[each("SELF-LINK")])
@on_each_bundle
def self_link_drops_parameters(bundle: Bundle) -> Bundle:
    """The self link names no parameter."""
    return with_link(bundle, "self", link_of(bundle, "self").partition("?")[0])


@rewrite(breaks=[each("SELF-LINK")])
@on_bundles
def self_link_changes_a_value(asked: Asked, bundle: Bundle) -> Bundle | None:
    """The self link names the parameters of a filter with other values."""
    return _with_query(asked, bundle, [(name, f"{value}x") for name, value in selecting(asked)])


@rewrite(breaks=[each("SELF-LINK")], also=[each("UNLISTED-REFUSED")])
@on_bundles
def self_link_names_one_more(asked: Asked, bundle: Bundle) -> Bundle | None:
    """The self link names a filter that was not asked for."""
    return _with_query(asked, bundle, [*asked.query, ("_lastUpdated", "ge2020-01-01")])


def _with_query(asked: Asked, bundle: Bundle, query: list[tuple[str, str]]) -> Bundle | None:
    own = link_of(bundle, "self").partition("?")[0]
    if asked.what == "page":
        return None
    return with_link(bundle, "self", f"{own}?{urlencode(query)}")


@rewrite(breaks=[INCLUDES])
@on_bundles
def includes_bring_nothing(asked: Asked, bundle: Bundle) -> Bundle | None:
    """_include is accepted and adds nothing."""
    return _without_included(asked, bundle, "_include")


@rewrite(breaks=[REACHING])
@on_bundles
def revincludes_bring_nothing(asked: Asked, bundle: Bundle) -> Bundle | None:
    """_revinclude is accepted and adds nothing."""
    return _without_included(asked, bundle, "_revinclude")


def _without_included(asked: Asked, bundle: Bundle, name: str) -> Bundle | None:
    if asked.search is None or not dict(asked.search.query).get(name):
        return None
    return with_entries(bundle, matches_of(bundle))


@rewrite(breaks=[each("INCLUDE-.*"), REACHING], also=["DIR-NET-INCLUDE-PARTOF"])
@on_bundles
def includes_end_with_the_first_page(asked: Asked, bundle: Bundle) -> Bundle | None:
    """_include and _revinclude add rows to the first page only."""
    later = asked.what == "page" and is_widened(asked)
    return with_entries(bundle, matches_of(bundle)) if later else None


@rewrite(breaks=[each("SELF-LINK")])
@on_each_bundle
def self_link_leads_elsewhere(bundle: Bundle) -> Bundle:
    """The self link leads to the base, with the parameters that were sent."""
    base, _, query = link_of(bundle, "self").partition("?")
    return with_link(bundle, "self", f"{base.rpartition('/')[0]}/search?{query}")


@rewrite(breaks=[INCLUDES, r"DIR-(ORG|PRAC|LOC)-REVINCLUDE-.*"])
def include_brings_a_stray(asked: Asked, forward: Forward) -> Answer:
    """_include and _revinclude add a row that has nothing to do with the matches."""
    answer = forward(asked)
    if asked.what != "search" or not answer.bears("Bundle") or not is_widened(asked):
        return answer
    bundle = answer.document
    model = deepcopy(matches_of(bundle)[0])
    model["resource"]["id"] = "stray"
    model["fullUrl"] = model["fullUrl"].rpartition("/")[0] + "/stray"
    model["search"] = {"mode": "include"}
    for name in ("partOf", "managingOrganization"):
        model["resource"].pop(name, None)
    return answer.having(with_entries(bundle, [*bundle["entry"], model]))


@rewrite(breaks=[INCLUDES], also=[REVINCLUDES, each("BUNDLE")])
@on_each_bundle
def included_come_twice(bundle: Bundle) -> Bundle | None:
    """Included rows come twice."""
    return (
        with_entries(bundle, [*bundle["entry"], *included_of(bundle)])
        if included_of(bundle)
        else None
    )


@rewrite(breaks=[INCLUDES, REVINCLUDES, ACCEPTED], hides=[each("TOTAL")])
def include_is_refused(asked: Asked, forward: Forward) -> Answer:
    """_include and _revinclude are answered 400."""
    return outcome(400) if asked.what == "search" and is_widened(asked) else forward(asked)


@rewrite(breaks=[ACCEPTED], also=[INCLUDES, REVINCLUDES], hides=[each("TOTAL")])
@on_bundles
def include_loses_the_matches(asked: Asked, bundle: Bundle) -> Bundle | None:
    """_include and _revinclude give an empty Bundle."""
    return with_entries(bundle, [], 0) if is_widened(asked) else None


@rewrite(breaks=[ACCEPTED], also=[INCLUDES, REVINCLUDES, *PAGES])
def include_drops_the_filter(asked: Asked, forward: Forward) -> Answer:
    """With _include or _revinclude every row of the type matches."""
    if asked.what != "search" or not is_widened(asked):
        return forward(asked)
    answer = forward(asked)
    if not answer.bears("Bundle"):
        return answer
    bundle = answer.document
    known = {entry["fullUrl"] for entry in bundle["entry"]}
    more = [row for row in all_entries(asked, forward) if row["fullUrl"] not in known]
    return answer.having(
        with_entries(bundle, [*bundle["entry"], *more], bundle["total"] + len(more))
    )
