"""`_include` and `_revinclude`: the referenced rows, all of them, once, and no others."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from conformance.checks.searching import search_is_answered
from conformance.findings import Assertion
from conformance.records import OK
from conformance.search import Match, Selection, definition_of, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conformance.exchange import Exchange
    from conformance.records import Entry, Holdings, Search


def targets_of(resource: Mapping[str, Any], value: str, base: str = "") -> set[str]:
    """Return the `Type/id` keys that a row refers to by an include value (`Location:organization`).

    Contained and logical references have no row to include. With a `base`, absolute references
    to elsewhere are left out: no server has to follow them.
    """
    resource_type, _, name = value.partition(":")
    if resource.get("resourceType") != resource_type:
        return set()
    held = values_of(resource, definition_of(resource_type, name))
    return {
        key
        for reference in held
        if (key := _key(reference))
        and (not base or "://" not in reference or reference.startswith(f"{base}/"))
    }


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
    matches, included = _told_apart(search)
    held = {_key(exchange.request.url) for exchange in reads if exchange.status == OK}
    came = {entry.key for entry in included}
    here = {key for entry in matches for key in targets_of(entry.resource, value, search.base)}
    for key in sorted(here - {entry.key for entry in matches}):
        if key in came or (key in held and search.complete):
            yield _came(key, came, f"{value} of a match refers to it", search)
    anywhere = {key for entry in matches for key in targets_of(entry.resource, value)}
    yield from _nothing_else(included, anywhere, f"referred to by {value} of a match")
    yield from _once(included)


def missing_targets(search: Search, value: str) -> list[str]:
    """Return the targets of an include that did not come along."""
    matches, _ = _told_apart(search)
    wanted = {key for entry in matches for key in targets_of(entry.resource, value, search.base)}
    return sorted(wanted - {entry.key for entry in search.entries})


def _told_apart(search: Search) -> tuple[list[Entry], list[Entry]]:
    """Return the matches and the added rows of a search.

    Where rows of the searched type tell no mode (judged on its own) the criteria tell them apart:
    `Organization:partof` adds Organizations to Organizations.
    """
    selects = Selection(search.resource_type, search.params).match
    matches = [
        entry for entry in search.matches if entry.mode or selects(entry.resource) is not Match.NO
    ]
    places = {(entry.exchange.id, entry.index) for entry in matches}
    included = [
        entry
        for entry in search.entries
        if not entry.is_outcome and (entry.exchange.id, entry.index) not in places
    ]
    return matches, included


def revinclude_brings_referrers(
    search: Search, value: str, referrers: Mapping[str, Mapping[str, Any]]
) -> Iterator[Assertion]:
    """The known rows that refer to a match come along: each once, and nothing else.

    `referrers` are rows the directory is known to hold, by id, of the value's type.
    """
    yield from search_is_answered(search)
    if not search.answered:
        return
    matches, included = _told_apart(search)
    matched = {entry.key for entry in matches}
    came = {entry.key for entry in included}
    for row in referrers.values():
        key = f"{row.get('resourceType')}/{row.get('id')}"
        refers = targets_of(row, value, search.base) & matched and key not in matched
        if refers and (key in came or search.complete):
            yield _came(key, came, f"its {value} refers to a match", search)
    for entry in included:
        yield Assertion(
            bool(targets_of(entry.resource, value) & matched),
            f"{entry.at} ({entry.key})",
            f"a row whose {value} refers to a match",
            "a row that does not",
            entry.exchange.id,
        )
    yield from _once(included)


def matches_lead_to(
    search: Search, value: str, targets: Holdings, criterion: tuple[str, str]
) -> Iterator[Assertion]:
    """Each match refers by `value` to a row that satisfies the criterion (a chained search).

    A match is judged where all rows that it refers to are known.
    """
    selection = Selection(targets.resource_type, (criterion,))
    for entry in search.matches:
        ids = {key.rpartition("/")[2] for key in targets_of(entry.resource, value)}
        if ids <= targets.rows.keys():
            met = any(selection.match(targets.rows[name]) is not Match.NO for name in ids)
            yield Assertion(
                met,
                f"{entry.at}.resource ({entry.key})",
                f"{value} leads to a {targets.resource_type} with {selection}",
                "such a row" if met else f"{', '.join(sorted(ids)) or 'nothing'}, not such a row",
                entry.exchange.id,
            )


def _came(key: str, came: set[str], why: str, search: Search) -> Assertion:
    there = key in came
    return Assertion(
        there,
        "Bundle.entry",
        f"{key} with mode include: {why}",
        "included" if there else "absent",
        search.first.id,
    )


def _nothing_else(included: list[Entry], wanted: set[str], why: str) -> Iterator[Assertion]:
    for entry in included:
        yield Assertion(
            entry.key in wanted,
            f"{entry.at} ({entry.key})",
            f"a row {why}",
            "such a row" if entry.key in wanted else "a row that is not",
            entry.exchange.id,
        )


def _once(included: list[Entry]) -> Iterator[Assertion]:
    """Each included row stands once on a page (a later page may need it again)."""
    counted = Counter((entry.exchange.id, entry.key) for entry in included)
    for (exchange, key), number in counted.items():
        if number > 1:
            yield Assertion(False, "Bundle.entry", f"{key} once", f"{number} times", exchange)
