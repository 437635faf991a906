"""References that name a version, `Type/id/_history/vid`, and where they lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.checks.interactions import vread_returns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conformance.exchange import Exchange
    from conformance.findings import Assertion

#: Type, id and version.
Versioned = tuple[str, str, str]


def versioned_references(resource: Mapping[str, Any], base: str) -> set[Versioned]:
    """Return the references of a row that name a version on this server, wherever they stand.

    An absolute reference to elsewhere is for its own server to answer.
    """
    found: set[Versioned] = set()
    nodes: list[Any] = [resource]
    while nodes:
        node = nodes.pop()
        if isinstance(node, dict):
            nodes += node.values()
            if parts := _parts(node.get("reference"), base):
                found.add(parts)
        elif isinstance(node, list):
            nodes += node
    return found


def _parts(reference: Any, base: str) -> Versioned | None:
    if not isinstance(reference, str):
        return None
    local = reference.removeprefix(f"{base}/")
    match local.split("/"):
        case [kind, row_id, "_history", version]:
            return kind, row_id, version
    return None


def references_lead_to_versions(
    reads: Iterable[tuple[Versioned, Exchange]],
) -> Iterator[Assertion]:
    """Each versioned reference leads to the resource of that id in that version."""
    for (kind, row_id, version), exchange in reads:
        yield from vread_returns(exchange, kind, row_id, version)
