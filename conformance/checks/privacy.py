"""Whose data a token opens: the member's own, and of these only what its scopes name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.checks.wording import answer, listed
from conformance.findings import Assertion
from conformance.records import entries_of
from conformance.search import definitions_of, values_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from conformance.exchange import Exchange
    from conformance.oauth import Use
    from conformance.records import Entry, Search

#: The parameters that lead to a row's members. A Coverage is also of who pays for it or holds it.
MEMBERS = ("patient", "subscriber", "policy-holder")


def rows_are_the_members(entries: Iterable[Entry], patient: str) -> Iterator[Assertion]:
    """Each row that names a member names the one of the token, `patient` by id."""
    for entry in entries:
        named = _members(entry.resource)
        if named:
            yield Assertion(
                patient in named,
                f"{entry.at}.resource ({entry.key})",
                "a row of the member who authorized it",
                "such a row" if patient in named else f"a row of Patient/{listed(named)}",
                entry.exchange.id,
            )


def iteration_stays_with_the_member(
    search: Search, patient: str, known: Container[str]
) -> Iterator[Assertion]:
    """An include that iterates is refused, or adds no row of another member.

    Through what members share, as a provider, an iteration reaches what all of them have. `known`
    are the ids that a search without it brings: whose they are is judged there.
    """
    page, refused = search.first, search.first.status >= 400  # noqa: PLR2004 - HTTP's refusals
    yield Assertion(
        refused or search.answered, "response", "a refusal, or the member's rows", answer(page),
        page.id,
    )  # fmt: skip
    kind = search.resource_type
    added = (
        entry
        for entry in search.entries
        if entry.resource.get("resourceType") != kind
        or str(entry.resource.get("id", "")) not in known
    )
    yield from rows_are_the_members(added, patient)


def _members(resource: Mapping[str, Any]) -> set[str]:
    """Return the ids of the Patients that a row is about; a Patient is about itself."""
    kind = str(resource.get("resourceType"))
    if kind == "Patient":
        return {str(resource.get("id", ""))}
    defined = definitions_of(kind)
    named = [
        reference.partition("/_history/")[0].split("/")
        for name in MEMBERS
        if name in defined
        for reference in values_of(resource, defined[name])
    ]
    return {parts[-1] for parts in named if parts[-2:-1] == ["Patient"]}


def row_stays_hidden(
    exchanges: Iterable[Exchange],
    resource_type: str,
    ids: Iterable[str],
    theirs: str = "",
    own: str = "",
) -> Iterator[Assertion]:
    """No answer holds a row that is somebody else's: known by its id, or by whom it names.

    `theirs` is their Patient id and `own` that of the token, "" where it is not known. A row that
    names both, as a Coverage with another subscriber, is the member's as well: no leak.
    """
    foreign = {f"{resource_type}/{row_id}" for row_id in ids}
    for exchange in exchanges:
        shown = {
            key
            for key, row in _rows(exchange)
            if key.startswith(f"{resource_type}/")
            and _is_theirs(_members(row), theirs, own, known=key in foreign)
        }
        yield Assertion(
            not shown,
            "response",
            f"no {resource_type} of another member",
            f"{exchange.status}, {listed(shown)}" if shown else answer(exchange),
            exchange.id,
        )


def _is_theirs(members: Container[str], theirs: str, own: str, *, known: bool) -> bool:
    if own and own in members:
        return False
    return known or bool(theirs and theirs in members)


def _rows(exchange: Exchange) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield what an answer holds, whatever its status, each row with its `Type/id`."""
    document = exchange.document
    if isinstance(document, dict):
        yield f"{document.get('resourceType')}/{document.get('id')}", document
    yield from ((entry.key, entry.resource) for entry in entries_of(exchange))


def scope_is_needed(uses: Iterable[Use], *, held: bool) -> Iterator[Assertion]:
    """Without the type's scope no request brings a row of the type.

    An answer without a row demonstrates it where it is a refusal, or where the member is known to
    have rows of the type (`held`).
    """
    for use in uses:
        kind, exchange = use.resource_type, use.exchange
        brought = [key for key, _ in _rows(exchange) if key.startswith(f"{kind}/")]
        if brought or held or exchange.status >= 400:  # noqa: PLR2004 - HTTP's refusals
            yield Assertion(
                not brought,
                "response",
                f"no {kind}",
                f"{exchange.status}, {listed(brought)}" if brought else answer(exchange),
                exchange.id,
            )
