"""The shape of search results: bundle, entries, modes, links, total (FHIR R4 bundle.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks.wording import answer
from conformance.findings import Assertion
from conformance.records import OK, entries_of, is_searchset, link_of, query_of
from conformance.search import definitions_of
from profiles import structural_issues

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
    if entry.is_outcome:
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
        # A urn names no place on a server, so it cannot disagree with the id (bundle.html).
        agrees = "://" in entry.full_url and entry.full_url.endswith(f"/{entry.key}")
        yield Assertion(
            agrees or entry.full_url.startswith("urn:"),
            f"{entry.at}.fullUrl",
            f"an absolute URL that ends with {entry.key}",
            entry.full_url or "absent",
            entry.exchange.id,
        )


def bundle_is_well_formed(search: Search) -> Iterator[Assertion]:
    """Each page is well-formed around its rows: every entry holds one, none stands there twice."""
    for page in search.pages:
        if not is_searchset(page):
            continue
        around = {name: node for name, node in page.document.items() if name != "entry"}
        for issue in structural_issues(around):
            yield Assertion(
                False, issue.expression, "a well-formed Bundle", issue.message, page.id
            )  # fmt: skip
        listed = page.document.get("entry", [])
        number = len(listed) if isinstance(listed, list) else 1
        keys = [entry.key for entry in entries_of(page) if entry.resource.get("id")]
        rows = sum(1 for _ in entries_of(page))
        yield Assertion(
            rows == number and len(set(keys)) == len(keys),
            "Bundle.entry",
            f"{number} rows, each once",
            f"{rows} rows, {len(keys) - len(set(keys))} of them again",
            page.id,
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
    named = query_of(link)
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


def self_link_repeats_the_search(search: Search) -> Iterator[Assertion]:
    """The self link leads to the searched type with the values sent, and selects nothing more.

    A server may show a smaller `_count` than was asked, and another form of a reference.
    """
    link = link_of(search.first, "self") if search.answered else ""
    told, sent = query_of(link), dict(search.params)
    for name in sorted(told.keys() & sent.keys()):
        shown, asked = told[name].rsplit("/", 1)[-1], sent[name].rsplit("/", 1)[-1]
        same = shown == asked or name == "_count"
        yield Assertion(
            same, "Bundle.link(self)", f"{name}={sent[name]}", f"{name}={told[name]}",
            search.first.id,
        )  # fmt: skip
    selecting = definitions_of(search.resource_type).keys() | {"_include", "_revinclude"}
    more = sorted(told.keys() & selecting - sent.keys())
    if link:
        yield Assertion(
            not more, "Bundle.link(self)", "no parameter that was not sent",
            f"{', '.join(more)} in {link}" if more else "none", search.first.id,
        )  # fmt: skip


def _is_resource(exchange: Exchange) -> bool:
    document = exchange.document
    return isinstance(document, dict) and isinstance(document.get("resourceType"), str)


def content_type_is_fhir(exchanges: Iterable[Exchange]) -> Iterator[Assertion]:
    """A body that is a FHIR resource comes as `application/fhir+json` (http.html#mime-type)."""
    for exchange in exchanges:
        if exchange.response is not None and (exchange.status == OK or _is_resource(exchange)):
            told = exchange.response.header("content-type")
            media_type, *parameters = told.lower().replace(" ", "").replace('"', "").split(";")
            charsets = {part for part in parameters if part.startswith("charset=")}
            yield Assertion(
                media_type == "application/fhir+json" and charsets <= {"charset=utf-8"},
                "header Content-Type",
                "application/fhir+json",
                told or "absent",
                exchange.id,
            )
