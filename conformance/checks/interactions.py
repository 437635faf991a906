"""Read, vread and the errors of both (FHIR R4 http.html#read, #vread)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.checks.wording import answer, is_outcome
from conformance.findings import Assertion
from conformance.records import OK
from conformance.search.dates import span_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conformance.exchange import Exchange

#: "Never was" and "is no more" (http.html#read): both say that there is nothing to read.
NOT_FOUND = 404
ABSENT = frozenset({NOT_FOUND, 410})


def read_returns(exchange: Exchange, resource_type: str, resource_id: str) -> Iterator[Assertion]:
    """A read answers 200 with the resource that was asked for."""
    yield Assertion(exchange.status == OK, "status", "200", answer(exchange), exchange.id)
    if exchange.status == OK:
        yield _is("resourceType", resource_type, exchange)
        yield _is("id", resource_id, exchange)


def vread_returns(
    exchange: Exchange, resource_type: str, resource_id: str, version: str
) -> Iterator[Assertion]:
    """A vread answers 200 with the resource in the version that was asked for."""
    yield from read_returns(exchange, resource_type, resource_id)
    if exchange.status == OK:
        yield _is("meta.versionId", version, exchange)


def older_version_is_itself(
    exchange: Exchange, version: str, current: Mapping[str, Any]
) -> Iterator[Assertion]:
    """An older version is either itself or not kept; it is never another version.

    What was last updated when the current version was is the current one under an old number, if
    it says the same: two versions may be of one second.
    """
    if exchange.status in ABSENT:
        return
    yield from vread_returns(
        exchange, str(current.get("resourceType")), str(current.get("id")), version
    )
    (told, then), now = _version(exchange.document), _version(current)[1]
    if exchange.status == OK and told == version and now:
        itself = then != now or _content(exchange.document) != _content(current)
        yield Assertion(
            itself, "meta.lastUpdated", f"before {now}, when version {version} was replaced",
            _shown(then), exchange.id,
        )  # fmt: skip


def _content(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {name: node for name, node in resource.items() if name not in {"meta", "text"}}


def _is(path: str, expected: str, exchange: Exchange) -> Assertion:
    node: Any = exchange.document
    for step in path.split("."):
        node = node.get(step) if isinstance(node, dict) else None
    return Assertion(node == expected, path, str(expected), _shown(node), exchange.id)


def _shown(node: Any) -> str:
    return "absent" if node is None else str(node)


def version_is_told(exchange: Exchange) -> Iterator[Assertion]:
    """A resource whose type has vread tells its `meta.versionId`."""
    if exchange.status == OK and isinstance(exchange.document, dict):
        meta = exchange.document.get("meta")
        told = meta.get("versionId") if isinstance(meta, dict) else None
        yield Assertion(
            isinstance(told, str) and bool(told),
            "meta.versionId",
            "a version id",
            _shown(told),
            exchange.id,
        )


def read_agrees(exchange: Exchange, row: Mapping[str, Any]) -> Iterator[Assertion]:
    """A read gives the same content as the search row of the same version.

    Where neither tells a version the row may have changed in between: nothing is demonstrated.
    """
    document = exchange.document
    if exchange.status != OK or not isinstance(document, dict):
        return
    if _version(document) != _version(row) or _version(row) == (None, None):
        return
    told, known = ({**node, "meta.profile": _profiles(node)} for node in (document, row))
    for name in sorted((told.keys() | known.keys()) - {"meta", "text"}):
        yield Assertion(
            told.get(name) == known.get(name),
            f"{row.get('resourceType')}.{name}",
            f"as in the search row: {_shown(known.get(name))}",
            _shown(told.get(name)),
            exchange.id,
        )


def _profiles(resource: Mapping[str, Any]) -> Any:
    meta = resource.get("meta")
    return meta.get("profile") if isinstance(meta, dict) else None


def read_is_not_older(exchange: Exchange, row: Mapping[str, Any]) -> Iterator[Assertion]:
    """A read that gives another version than the search row did gives a later one.

    Times are compared, not their spelling; two versions may be of the same second.
    """
    document = exchange.document
    if exchange.status != OK or not isinstance(document, dict):
        return
    (version, then), (known, since) = _version(document), _version(row)
    before, after = span_of(str(since)), span_of(str(then))
    same = after is not None and before is not None and after.start == before.start
    if before and not (version == known and same):
        later = after is not None and after.start > before.start
        yield Assertion(
            (later or (same and bool(version))) and (version or "") != known,
            "meta",
            f"version {_shown(known)} of {since} or a later one",
            f"version {_shown(version)} of {_shown(then)}",
            exchange.id,
        )


def _version(resource: Any) -> tuple[Any, Any]:
    meta = resource.get("meta") if isinstance(resource, dict) else None
    if not isinstance(meta, dict):
        return None, None
    return meta.get("versionId"), meta.get("lastUpdated")


def unknown_is_absent(exchange: Exchange) -> Iterator[Assertion]:
    """What never was is answered 404; 410 says that it is no more (http.html#read)."""
    yield Assertion(exchange.status == NOT_FOUND, "status", "404", answer(exchange), exchange.id)


def no_error_is_hidden(exchanges: Iterable[Exchange]) -> Iterator[Assertion]:
    """What is no result but an OperationOutcome has the status of an error."""
    for exchange in exchanges:
        if exchange.status < 400 and is_outcome(exchange):  # noqa: PLR2004 - as below
            yield Assertion(False, "status", "4xx or 5xx", answer(exchange), exchange.id)


def refused_as_unsupported(exchange: Exchange) -> Iterator[Assertion]:
    """A request that may be refused is refused by a 4xx or 501 with an OperationOutcome."""
    yield Assertion(
        (400 <= exchange.status < 500 or exchange.status == 501) and is_outcome(exchange),  # noqa: PLR2004 - HTTP's refusals
        "response",
        "an answer, or a 4xx or 501 with an OperationOutcome",
        answer(exchange),
        exchange.id,
    )


def errors_carry_outcome(exchanges: Iterable[Exchange]) -> Iterator[Assertion]:
    """Every error answer carries an OperationOutcome with at least one issue."""
    for exchange in exchanges:
        if exchange.status >= 400:  # noqa: PLR2004 - HTTP's line between answers and errors
            yield Assertion(
                is_outcome(exchange),
                "body",
                "an OperationOutcome with an issue",
                answer(exchange),
                exchange.id,
            )
