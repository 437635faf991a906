"""HTTP around a read: version headers, conditional reads, formats, methods (FHIR R4 http.html)."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from conformance.checks.forms import is_refused
from conformance.checks.wording import answer, is_outcome
from conformance.findings import Assertion
from conformance.records import OK, link_of, query_of
from conformance.search.dates import span_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.exchange import Exchange

NOT_MODIFIED, NOT_ACCEPTABLE, NOT_IMPLEMENTED = 304, 406, 501
MALFORMED = frozenset({400, 404})
JSON_TYPES = frozenset({"application/fhir+json", "application/json"})


def _meta(exchange: Exchange, name: str) -> str:
    document = exchange.document
    meta = document.get("meta") if isinstance(document, dict) else None
    told = meta.get(name) if isinstance(meta, dict) else None
    return told if isinstance(told, str) else ""


def malformed_is_refused(exchange: Exchange) -> Iterator[Assertion]:
    """What can be no id is no fault of the server's: 400 or 404."""
    yield Assertion(
        exchange.status in MALFORMED, "status", "400 or 404", answer(exchange), exchange.id
    )


def etag_is_the_version(exchange: Exchange) -> Iterator[Assertion]:
    """The ETag of a read is its `meta.versionId`, weak (http.html#versioning)."""
    version = _meta(exchange, "versionId")
    if exchange.status == OK and exchange.response and version:
        told = exchange.response.header("etag")
        expected = f'W/"{version}"'
        yield Assertion(told == expected, "header ETag", expected, told or "absent", exchange.id)


def last_modified_agrees(exchange: Exchange) -> Iterator[Assertion]:
    """The Last-Modified of a read is its `meta.lastUpdated`, to the second."""
    updated = span_of(_meta(exchange, "lastUpdated"))
    if exchange.status == OK and exchange.response and updated:
        told = exchange.response.header("last-modified")
        expected = updated.start.replace(microsecond=0)
        yield Assertion(
            _seconds(told) == expected.timestamp(),
            "header Last-Modified", expected.isoformat(), told or "absent", exchange.id,
        )  # fmt: skip


def _seconds(header: str) -> float | None:
    try:
        told = parsedate_to_datetime(header)
    except ValueError:
        return None
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()


def condition_is_heeded(read: Exchange, again: Exchange, *, same: bool) -> Iterator[Assertion]:
    """With the current ETag a read says 304 without a body, or gives the resource.

    With another ETag it gives the resource (http.html#cread).
    """
    if read.status != OK:
        return
    if again.status == NOT_MODIFIED and again.response:
        empty = same and not again.response.size
        expected = "304 without a body" if same else "200: the version is another"
        yield Assertion(empty, "response", expected, answer(again), again.id)
    else:
        yield from gives_the_same(read, again)


def gives_the_same(read: Exchange, again: Exchange) -> Iterator[Assertion]:
    """Asked in another way, a read gives the same resource as JSON.

    Who asks for `application/json` may get it by that name.
    """
    if read.status != OK:
        return
    same = again.status == OK and again.document == read.document
    yield Assertion(
        same, "response", f"200, what {read.id} brought",
        answer(again) if again.status != OK else "the same" if same else "another content",
        again.id,
    )  # fmt: skip
    if again.response and again.status == OK:
        told = again.response.header("content-type")
        json = told.lower().partition(";")[0].strip() in JSON_TYPES
        yield Assertion(json, "header Content-Type", "application/fhir+json", told, again.id)


def is_not_acceptable(exchange: Exchange) -> Iterator[Assertion]:
    """A media type that no FHIR server has is answered 406 (http.html#mime-type)."""
    yield Assertion(
        exchange.status == NOT_ACCEPTABLE, "status", "406", answer(exchange), exchange.id
    )


def head_is_a_get_without_body(read: Exchange, head: Exchange) -> Iterator[Assertion]:
    """HEAD answers as GET does, without a body, or is refused (http.html#head)."""
    refused = is_refused(head) or head.status == NOT_IMPLEMENTED
    yield Assertion(
        refused or head.status == read.status, "status", f"{read.status}, or a 4xx or 501",
        str(head.status), head.id,
    )  # fmt: skip
    size = head.response.size if head.response else 0
    yield Assertion(not size, "body", "none", f"{size} bytes", head.id)


def method_is_refused(exchange: Exchange) -> Iterator[Assertion]:
    """An interaction that is not there is refused by a 4xx or 501 with an OperationOutcome."""
    yield Assertion(
        (is_refused(exchange) or exchange.status == NOT_IMPLEMENTED) and is_outcome(exchange),
        "response", "a 4xx or 501 with an OperationOutcome", answer(exchange), exchange.id,
    )  # fmt: skip


def strict_is_refused(exchange: Exchange) -> Iterator[Assertion]:
    """With `Prefer: handling=strict` an unknown parameter is refused (search.html#errors)."""
    yield Assertion(
        is_refused(exchange) and is_outcome(exchange),
        "response", "4xx, OperationOutcome", answer(exchange), exchange.id,
    )  # fmt: skip


def lenient_is_honest(exchange: Exchange, name: str) -> Iterator[Assertion]:
    """With `Prefer: handling=lenient` a parameter is refused, or is not in the self link.

    The document lets a server refuse what it does not list.
    """
    if is_refused(exchange):
        yield from method_is_refused(exchange)
        return
    named = name in query_of(link_of(exchange, "self"))
    yield Assertion(
        exchange.status == OK and not named,
        "Bundle.link(self)", f"200, without {name}",
        f"{answer(exchange)}, {name} {'named' if named else 'left out'}", exchange.id,
    )  # fmt: skip
