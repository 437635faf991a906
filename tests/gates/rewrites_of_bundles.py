"""Rewrites of search results as Bundles: entries, types, modes, self links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from rewriting import (
    ACCEPTED,
    PAGES,
    SEARCHED,
    WIDENED,
    each,
    is_widened,
    link_of,
    matches_of,
    on_bundles,
    on_each_bundle,
    rewrite,
    selecting,
    with_entries,
    with_link,
)

if TYPE_CHECKING:
    from traffic import Asked

    Bundle = dict[str, Any]


@rewrite(breaks=[each("BUNDLE"), each("SEARCH-COUNT")], also=[each("PAGING-COMPLETE")])
@on_bundles
def row_is_repeated(asked: Asked, bundle: Bundle) -> Bundle | None:
    """A page holds its first row three times."""
    entries = bundle.get("entry", [])
    return (
        with_entries(bundle, [*entries[:1], *entries[:1], *entries])
        if not is_widened(asked)
        else None
    )


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


@rewrite(breaks=[each("BUNDLE")], alone=True)  # others read the resource of each entry
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


@rewrite(breaks=[each("SELF-LINK")])
@on_each_bundle
def self_link_leads_elsewhere(bundle: Bundle) -> Bundle:
    """The self link leads to the base, with the parameters that were sent."""
    base, _, query = link_of(bundle, "self").partition("?")
    return with_link(bundle, "self", f"{base.rpartition('/')[0]}/search?{query}")
