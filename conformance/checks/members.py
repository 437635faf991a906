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
    from conformance.records import Entry

#: Where a claim is dated: by its service, else by when it was made (ERR-PA-EOB-DATED).
SERVICE_DATES = ("billablePeriod", "item.servicedDate", "item.servicedPeriod")
MADE = ("created",)


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
    """No claim was served, or where it tells no service date made, before a day."""
    first = span_of(day)
    if first is None:
        return
    for entry in entries:
        for text in _dates(entry.resource):
            span = span_of(text)
            if span is not None:
                yield Assertion(
                    span.end > first.start,
                    f"{entry.key}",
                    f"dated {day} or later",
                    text,
                    entry.exchange.id,
                )


def _dates(resource: Mapping[str, Any]) -> list[str]:
    for paths in (SERVICE_DATES, MADE):
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


def answered_or_refused(exchange: Exchange, resource_type: str) -> Iterator[Assertion]:
    """A read is answered with the resource asked for, or refused with a 4xx status."""
    document = exchange.document
    kind = document.get("resourceType") if isinstance(document, dict) else None
    right = kind == resource_type if exchange.status == OK else 400 <= exchange.status < 500  # noqa: PLR2004 - HTTP's client errors
    yield Assertion(
        right, "response", f"200, {resource_type}, or a 4xx status", answer(exchange), exchange.id
    )
