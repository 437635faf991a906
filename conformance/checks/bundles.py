"""The shape of search results: bundle, entries, modes, links, total (FHIR R4 bundle.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from conformance.checks.wording import answer
from conformance.findings import Assertion
from conformance.records import OK, entries_of, is_searchset, link_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.exchange import Exchange
    from conformance.records import Entry, Search

MODES = frozenset({"match", "include", "outcome"})


def bundle_is_a_searchset(search: Search) -> Iterator[Assertion]:
    """Each page is a Bundle of type searchset with resources under an agreeing `fullUrl`."""
    for page in search.pages:
        yield Assertion(is_searchset(page), "response", "200, Bundle", answer(page), page.id)
        if is_searchset(page):
            kind = page.document.get("type")
            yield Assertion(kind == "searchset", "Bundle.type", "searchset", str(kind), page.id)
            for entry in entries_of(page):
                yield from _entry_is_whole(entry)


def _entry_is_whole(entry: Entry) -> Iterator[Assertion]:
    if entry.mode == "outcome" or entry.resource.get("resourceType") == "OperationOutcome":
        return
    has_id = isinstance(entry.resource.get("id"), str)
    yield Assertion(
        has_id,
        f"{entry.at}.resource.id",
        "an id",
        str(entry.resource.get("id", "absent")),
        entry.exchange.id,
    )
    if has_id:
        absolute = "://" in entry.full_url or entry.full_url.startswith("urn:")
        yield Assertion(
            absolute and entry.full_url.endswith(f"/{entry.key}"),
            f"{entry.at}.fullUrl",
            f"an absolute URL that ends with {entry.key}",
            entry.full_url or "absent",
            entry.exchange.id,
        )


def rows_are_of_the_type(search: Search) -> Iterator[Assertion]:
    """Without an include, every row is of the searched type or an outcome."""
    for entry in search.matches:
        kind = str(entry.resource.get("resourceType", "absent"))
        yield Assertion(
            kind == search.resource_type,
            f"{entry.at}.resource.resourceType",
            search.resource_type,
            kind,
            entry.exchange.id,
        )


def modes_tell_rows_apart(search: Search) -> Iterator[Assertion]:
    """Rows of the searched type are marked match, rows that were added are marked include."""
    widened = any(name in {"_include", "_revinclude"} for name, _ in search.params)
    for entry in search.entries:
        if entry.resource.get("resourceType") == "OperationOutcome":
            expected = {"outcome"}
        elif entry.resource.get("resourceType") != search.resource_type:
            expected = {"include"}
        else:
            # With an include, a row of the searched type may be either (Organization:partof).
            expected = {"match", "include"} if widened else {"match"}
        yield Assertion(
            entry.mode in expected,
            f"{entry.at}.search.mode ({entry.key})",
            " or ".join(sorted(expected)),
            entry.mode or "absent",
            entry.exchange.id,
        )


def self_link_names_the_search(search: Search) -> Iterator[Assertion]:
    """The self link names every parameter that was sent and processed."""
    if not search.answered:
        return
    link = link_of(search.first, "self")
    named = dict(parse_qsl(urlsplit(link).query, keep_blank_values=True))
    yield Assertion(bool(link), "Bundle.link(self)", "a self link", link or "absent",
                    search.first.id)  # fmt: skip
    for name, value in search.params if link else ():
        yield Assertion(
            name in named,
            "Bundle.link(self)",
            f"names {name}={value}",
            link,
            search.first.id,
        )


def content_type_is_fhir(exchanges: Iterable[Exchange]) -> Iterator[Assertion]:
    """A body that is a FHIR resource comes as `application/fhir+json` (http.html#mime-type)."""
    for exchange in exchanges:
        if exchange.status == OK and exchange.response is not None:
            told = exchange.response.header("content-type")
            yield Assertion(
                told.partition(";")[0].strip().lower() == "application/fhir+json",
                "header Content-Type",
                "application/fhir+json",
                told or "absent",
                exchange.id,
            )
