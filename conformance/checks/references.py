"""References between rows: where they lead, and what the CapabilityStatement says of them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.checks.capability import declared, is_capability_statement
from conformance.checks.interactions import ABSENT
from conformance.checks.reading import NOT_MODIFIED
from conformance.checks.unlisted import Handling, classify
from conformance.checks.wording import answer, listed
from conformance.findings import Assertion
from conformance.search import definitions_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conformance.checks.unlisted import Probe
    from conformance.exchange import Exchange
    from conformance.records import Search

#: How many references that lead nowhere are told of each type.
DANGLING = 50
#: `Type/id` by who refers to it first.
Referred = dict[str, str]


def references_of(rows: Iterable[Mapping[str, Any]], base: str) -> Referred:
    """Return what rows refer to on this server, wherever it stands, with one row that does.

    Contained resources and other servers are left out, and the version that a reference names.
    """
    found: Referred = {}
    for row in rows:
        nodes: list[Any] = [row]
        while nodes:
            node = nodes.pop()
            if isinstance(node, dict):
                nodes += node.values()
                if key := local_key(node.get("reference"), base):
                    found.setdefault(key, f"{row.get('resourceType')}/{row.get('id')}")
            elif isinstance(node, list):
                nodes += node
    return found


def local_key(reference: Any, base: str) -> str:
    """Return `Type/id` of a reference on this server, "" of any other."""
    if not isinstance(reference, str):
        return ""
    parts = reference.removeprefix(f"{base}/").partition("/_history/")[0].split("/")
    return "/".join(parts) if len(parts) == len(("type", "id")) and parts[0].isalpha() else ""


def references_resolve(
    referred: Referred, known: Mapping[str, Iterable[str]], reads: Mapping[str, Exchange]
) -> Iterator[Assertion]:
    """References lead to rows; counted by the type they lead to, with those that do not.

    `known` are the ids of the types that were read whole, `reads` are reads of others.
    """
    for kind in sorted({key.partition("/")[0] for key in referred}):
        judged = {
            key: _leads_nowhere(key, known, reads)
            for key in referred
            if key.startswith(f"{kind}/") and (kind in known or key in reads)
        }
        lost = [f"{key} of {referred[key]}" for key, nowhere in judged.items() if nowhere]
        exchange = next((reads[key].id for key in judged if key in reads), "")
        if judged:
            yield Assertion(
                not lost, f"references to {kind}", f"{len(judged)} that lead to a row",
                f"{len(lost)} do not: {listed(lost, DANGLING)}" if lost else "all of them do",
                exchange,
            )  # fmt: skip


def _leads_nowhere(
    key: str, known: Mapping[str, Iterable[str]], reads: Mapping[str, Exchange]
) -> bool:
    if key in reads:
        return reads[key].status in ABSENT
    kind, _, row_id = key.partition("/")
    return row_id not in known[kind]


def declared_works(
    metadata: Exchange, resource_type: str, asked: Mapping[tuple[str, str], Exchange]
) -> Iterator[Assertion]:
    """What the CapabilityStatement declares of a type is answered.

    `asked` are exchanges that used something, by element and name: (`searchParam`, `name`).
    """
    entry = declared(metadata, resource_type) if is_capability_statement(metadata) else None
    for (element, name), exchange in asked.items():
        if name in told(entry, element):
            yield Assertion(
                exchange.status not in ABSENT and exchange.status < 500 and exchange.status != 400,  # noqa: PLR2004 - HTTP's codes
                f"CapabilityStatement.rest.resource({resource_type}).{element}",
                f"{name}, which is declared, works",
                answer(exchange),
                exchange.id,
            )


def applied_is_declared(
    metadata: Exchange, resource_type: str, probes: Iterable[Probe]
) -> Iterator[Assertion]:
    """A parameter of the type that selects rows is declared.

    What every type has, as `_tag` or `_sort`, need not be repeated for each.
    """
    entry = declared(metadata, resource_type) if is_capability_statement(metadata) else None
    for probe in probes if entry else ():
        own = probe.name[0] != "_" and probe.name in definitions_of(resource_type)
        if own and classify(probe) is Handling.APPLIED:
            there = probe.name in told(entry, "searchParam")
            yield Assertion(
                there, f"CapabilityStatement.rest.resource({resource_type}).searchParam",
                f"{probe.name}, which is applied", "declared" if there else "absent",
                probe.asked.first.id,
            )  # fmt: skip


def condition_is_heeded_where_declared(
    metadata: Exchange, resource_type: str, again: Exchange | None
) -> Iterator[Assertion]:
    """A type declared with `conditionalRead` answers 304 to the version that it has.

    `again` is a read under the condition that its version is another.
    """
    entry = declared(metadata, resource_type) if is_capability_statement(metadata) else None
    claimed = (entry or {}).get("conditionalRead")
    if again is not None and claimed in ("not-match", "full-support"):
        yield Assertion(
            again.status == NOT_MODIFIED,
            f"CapabilityStatement.rest.resource({resource_type}).conditionalRead",
            f"304: {claimed} is declared", answer(again), again.id,
        )  # fmt: skip


def added_is_declared(
    metadata: Exchange, resource_type: str, searches: Mapping[tuple[str, str], Search]
) -> Iterator[Assertion]:
    """What `_include` and `_revinclude` add rows by is declared, where any of it is.

    `searches` are by element (`searchInclude`, `searchRevInclude`) and value.
    """
    entry = declared(metadata, resource_type) if is_capability_statement(metadata) else None
    for (element, value), search in searches.items():
        names = told(entry, element)
        if names and any(search.included):
            there = bool(names & {value, "*"})
            yield Assertion(
                there, f"CapabilityStatement.rest.resource({resource_type}).{element}",
                f"{value}, which adds rows", "declared" if there else "absent", search.first.id,
            )  # fmt: skip


def told(entry: Mapping[str, Any] | None, element: str) -> set[str]:
    """Return the names or codes that an entry of the CapabilityStatement has in an element."""
    items = entry.get(element) if entry else None
    found = (
        (item.get("name") or item.get("code")) if isinstance(item, dict) else item
        for item in (items if isinstance(items, list) else ())
    )
    return {str(name) for name in found}


def exchanges_of(searches: Mapping[str, list[Search]]) -> dict[tuple[str, str], Exchange]:
    """Return one exchange of each parameter that was searched by."""
    return {("searchParam", name): found[0].first for name, found in searches.items() if found}
