"""`_include` and `_revinclude`: the referenced rows, all of them, once, and no others."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from conformance.checks.searching import search_is_answered
from conformance.findings import Assertion
from conformance.records import OK
from conformance.search import definition_of, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conformance.exchange import Exchange
    from conformance.records import Search


def targets_of(resource: Mapping[str, Any], value: str) -> set[str]:
    """Return the `Type/id` keys that a row refers to by an include value (`Location:organization`).

    Contained and logical references have no row to include.
    """
    resource_type, _, name = value.partition(":")
    if resource.get("resourceType") != resource_type:
        return set()
    held = values_of(resource, definition_of(resource_type, name))
    return {key for reference in held if (key := _key(reference))}


def _key(reference: str) -> str:
    parts = reference.partition("/_history/")[0].split("/")
    return "/".join(parts[-2:]) if len(parts) > 1 and not reference.startswith("#") else ""


def include_brings_targets(
    search: Search, value: str, reads: Sequence[Exchange]
) -> Iterator[Assertion]:
    """The rows that matches refer to come along: each once, and nothing else.

    `reads` are reads of targets that did not come: one that the server does not hold is not
    missing from the include.
    """
    yield from search_is_answered(search)
    if not search.answered:
        return
    wanted = {key for entry in search.matches for key in targets_of(entry.resource, value)}
    matched = {entry.key for entry in search.matches}
    held = {_key(exchange.request.url) for exchange in reads if exchange.status == OK}
    came = {entry.key for entry in search.included}
    for key in sorted(wanted - matched):
        if key in came or key in held:
            yield _came(key, came, f"{value} of a match refers to it", search)
    yield from _nothing_else(search, wanted, f"referred to by {value} of a match")


def missing_targets(search: Search, value: str) -> list[str]:
    """Return the targets of an include that did not come along."""
    wanted = {key for entry in search.matches for key in targets_of(entry.resource, value)}
    return sorted(wanted - {entry.key for entry in search.entries})


def revinclude_brings_referrers(
    search: Search, value: str, referrers: Mapping[str, Mapping[str, Any]]
) -> Iterator[Assertion]:
    """The known rows that refer to a match come along: each once, and nothing else.

    `referrers` are rows the directory is known to hold, by id, of the value's type.
    """
    yield from search_is_answered(search)
    if not search.answered:
        return
    matched = {entry.key for entry in search.matches}
    came = {entry.key for entry in search.included}
    for row in referrers.values():
        key = f"{row.get('resourceType')}/{row.get('id')}"
        if targets_of(row, value) & matched and key not in matched:
            yield _came(key, came, f"its {value} refers to a match", search)
    for entry in search.included:
        yield Assertion(
            bool(targets_of(entry.resource, value) & matched),
            f"{entry.at} ({entry.key})",
            f"a row whose {value} refers to a match",
            "a row that does not",
            entry.exchange.id,
        )
    yield from _once(search)


def _came(key: str, came: set[str], why: str, search: Search) -> Assertion:
    there = key in came
    return Assertion(
        there,
        "Bundle.entry",
        f"{key} with mode include: {why}",
        "included" if there else "absent",
        search.first.id,
    )


def _nothing_else(search: Search, wanted: set[str], why: str) -> Iterator[Assertion]:
    for entry in search.included:
        yield Assertion(
            entry.key in wanted,
            f"{entry.at} ({entry.key})",
            f"a row {why}",
            "such a row" if entry.key in wanted else "a row that is not",
            entry.exchange.id,
        )
    yield from _once(search)


def _once(search: Search) -> Iterator[Assertion]:
    """Each included row stands once on a page (a later page may need it again)."""
    counted = Counter((entry.exchange.id, entry.key) for entry in search.included)
    for (exchange, key), number in counted.items():
        if number > 1:
            yield Assertion(False, "Bundle.entry", f"{key} once", f"{number} times", exchange)
