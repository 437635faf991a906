"""What Patient Access owes and refuses a member: data window, refusals without data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.checks.wording import answer
from conformance.findings import Assertion
from conformance.records import OK, entries_of
from conformance.search.dates import span_of
from conformance.search.elements import elements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conformance.exchange import Exchange
    from conformance.records import Entry, Search

#: Where a row is dated, the first of these that tells a date (ERR-PA-EOB-DATED,
#: ERR-PA-WINDOW-CLINICAL): a claim by its service or else when it was made, a Condition by its
#: onset or else its recording, an Encounter by its start, an Immunization by its occurrence.
DATED = {
    "ExplanationOfBenefit": (
        ("billablePeriod", "item.servicedDate", "item.servicedPeriod"),
        ("created",),
    ),
    "Condition": (("onsetDateTime", "onsetPeriod"), ("recordedDate",)),
    "Encounter": (("period.start",),),
    "Immunization": (("occurrenceDateTime",),),
}


def refused_without_data(exchanges: Iterable[Exchange]) -> Iterator[Assertion]:
    """A request is refused with a 4xx status, and the answer holds no resource of a member."""
    for exchange in exchanges:
        yield Assertion(
            400 <= exchange.status < 500,  # noqa: PLR2004 - HTTP's client errors
            "status",
            "a 4xx status",
            answer(exchange),
            exchange.id,
        )
        held = _data(exchange)
        yield Assertion(not held, "body", "no member data", held or "none", exchange.id)


def _data(exchange: Exchange) -> str:
    """Name the first resource of an answer that is no outcome, "" where there is none."""
    document = exchange.document
    found = [document, *(entry.resource for entry in entries_of(exchange))]
    for resource in found:
        kind = resource.get("resourceType") if isinstance(resource, dict) else None
        if isinstance(kind, str) and kind not in {"OperationOutcome", "Bundle"}:
            return f"{kind}/{resource.get('id', '')}"
    return ""


def nothing_dated_before(entries: Iterable[Entry], day: str) -> Iterator[Assertion]:
    """No row is dated before a day: by the dates of `DATED`, as they are written.

    A time of day is left out: the zone of the server is not told.
    """
    first = span_of(day)
    if first is None:
        return
    for entry in entries:
        for text in _dates(entry.resource):
            span = span_of(text.partition("T")[0])
            if span is not None:
                yield Assertion(
                    span.end > first.start,
                    f"{entry.key}",
                    f"dated {day} or later",
                    text,
                    entry.exchange.id,
                )


def _dates(resource: Mapping[str, Any]) -> list[str]:
    for paths in DATED.get(str(resource.get("resourceType")), ()):
        found = [
            text for path in paths for node in elements(resource, path) for text in _ends(node)
        ]
        if found:
            return found
    return []


def _ends(node: Any) -> list[str]:
    """Return a date, or the last day that a Period tells."""
    if isinstance(node, dict):
        node = node.get("end", node.get("start"))
    return [node] if isinstance(node, str) else []


def types_are_only(entries: Iterable[Entry], code: str) -> Iterator[Assertion]:
    """Each row has this code among its types."""
    for entry in entries:
        codes = [
            coding.get("code")
            for coding in elements(entry.resource, "type.coding")
            if isinstance(coding, dict)
        ]
        yield Assertion(
            code in codes, f"{entry.key}.type", code, ", ".join(map(str, codes)), entry.exchange.id
        )


def searched_or_refused(search: Search) -> Iterator[Assertion]:
    """A search is answered with a searchset, or refused with a 4xx status."""
    refused = 400 <= search.first.status < 500  # noqa: PLR2004 - HTTP's client errors
    yield Assertion(
        search.answered or refused,
        "response",
        "200, Bundle, or a 4xx status",
        answer(search.first),
        search.first.id,
    )


def answered_or_refused(exchange: Exchange, resource_type: str) -> Iterator[Assertion]:
    """A read is answered with the resource asked for, or refused with a 4xx status."""
    document = exchange.document
    kind = document.get("resourceType") if isinstance(document, dict) else None
    right = kind == resource_type if exchange.status == OK else 400 <= exchange.status < 500  # noqa: PLR2004 - HTTP's client errors
    yield Assertion(
        right, "response", f"200, {resource_type}, or a 4xx status", answer(exchange), exchange.id
    )
