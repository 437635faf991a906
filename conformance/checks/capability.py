"""What the CapabilityStatement says (FHIR R4 capabilitystatement.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.checks.wording import answer
from conformance.findings import Assertion
from conformance.records import OK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conformance.exchange import Exchange


def is_capability_statement(exchange: Exchange) -> bool:
    """Whether an exchange brought a CapabilityStatement."""
    document = exchange.document
    return (
        exchange.status == OK
        and isinstance(document, dict)
        and document.get("resourceType") == "CapabilityStatement"
    )


def metadata_is_there(exchange: Exchange) -> Iterator[Assertion]:
    """`[base]/metadata` gives a CapabilityStatement that describes this server."""
    yield Assertion(
        is_capability_statement(exchange),
        "response",
        "200, CapabilityStatement",
        answer(exchange),
        exchange.id,
    )


def version_is(exchange: Exchange, version: str) -> Iterator[Assertion]:
    """The CapabilityStatement names the FHIR version."""
    if is_capability_statement(exchange):
        told = exchange.document.get("fhirVersion")
        yield Assertion(
            told == version,
            "CapabilityStatement.fhirVersion",
            version,
            str(told or "absent"),
            exchange.id,
        )


def guide_version_is(
    exchange: Exchange, canonical: str, version: str, rows: Iterable[Mapping[str, Any]]
) -> Iterator[Assertion]:
    """Wherever a guide is claimed with a version, it is this version.

    Claims stand in `implementationGuide` and `instantiates` of the CapabilityStatement, and in
    `meta.profile` of the rows.
    """
    if is_capability_statement(exchange):
        for element in ("implementationGuide", "instantiates"):
            for claim in _strings(exchange.document.get(element)):
                yield from _claim(
                    claim, canonical, version, f"CapabilityStatement.{element}", exchange.id
                )
    for row in rows:
        meta = row.get("meta")
        for claim in _strings(meta.get("profile") if isinstance(meta, dict) else None):
            place = f"{row.get('resourceType')}/{row.get('id')}.meta.profile"
            yield from _claim(claim, canonical, version, place, "")


def _claim(claim: str, canonical: str, version: str, at: str, exchange: str) -> Iterator[Assertion]:
    url, bar, told = claim.partition("|")
    if bar and url.startswith(canonical):
        yield Assertion(told == version, at, f"…|{version}", claim, exchange)


def _strings(node: Any) -> list[str]:
    return [item for item in node if isinstance(item, str)] if isinstance(node, list) else []


def _servers(exchange: Exchange) -> Iterator[Mapping[str, Any]]:
    rest = exchange.document.get("rest") if is_capability_statement(exchange) else None
    for item in rest if isinstance(rest, list) else ():
        if isinstance(item, dict) and item.get("mode") != "client":
            yield item


def declared(exchange: Exchange, resource_type: str) -> Mapping[str, Any] | None:
    """Return the CapabilityStatement's entry for a resource type, None where there is none."""
    for server in _servers(exchange):
        resources = server.get("resource")
        for entry in resources if isinstance(resources, list) else ():
            if isinstance(entry, dict) and entry.get("type") == resource_type:
                return entry
    return None


def interactions_are_declared(
    exchange: Exchange, resource_type: str, interactions: Iterable[str]
) -> Iterator[Assertion]:
    """A documented type is declared with its documented interactions."""
    if not is_capability_statement(exchange):
        return
    entry = declared(exchange, resource_type)
    place = f"CapabilityStatement.rest.resource({resource_type})"
    yield Assertion(
        entry is not None, place, "declared", "declared" if entry else "absent", exchange.id
    )
    told = _codes(entry, "interaction", "code")
    for interaction in interactions if entry else ():
        yield Assertion(
            interaction in told,
            f"{place}.interaction",
            interaction,
            ", ".join(sorted(told)) or "none",
            exchange.id,
        )


def parameters_are_declared(
    exchange: Exchange, resource_type: str, names: Iterable[str]
) -> Iterator[Assertion]:
    """Each documented search parameter that selects rows is declared, for the type or for all."""
    entry = declared(exchange, resource_type)
    if entry is None:
        return
    told = _codes(entry, "searchParam", "name")
    for server in _servers(exchange):
        told |= _codes(server, "searchParam", "name")
    for name in names:
        yield Assertion(
            name in told,
            f"CapabilityStatement.rest.resource({resource_type}).searchParam",
            name,
            "declared" if name in told else "absent",
            exchange.id,
        )


def _codes(entry: Mapping[str, Any] | None, element: str, key: str) -> set[str]:
    items = entry.get(element) if entry else None
    return {
        str(item.get(key))
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, dict)
    }
