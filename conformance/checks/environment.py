"""What data the documents promise in an environment: sample data, clinical data, claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks.interactions import read_returns
from conformance.checks.searching import search_is_answered
from conformance.findings import Assertion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.exchange import Exchange
    from conformance.records import Holdings


def sample_member_has_data(
    read: Exchange, patient: str, further: Iterable[Holdings]
) -> Iterator[Assertion]:
    """The sample member's Patient can be read, and some further resource got."""
    yield from read_returns(read, "Patient", patient)
    yield from some_rows_of(further)


def some_rows_of(holdings: Iterable[Holdings]) -> Iterator[Assertion]:
    """The member has a row of one of these types at least."""
    known = list(holdings)
    exchange = next((search.first.id for held in known for search in held.searches), "")
    yield Assertion(
        any(held.rows for held in known),
        "Bundle.entry",
        f"a row of {' or '.join(held.resource_type for held in known)}",
        ", ".join(f"{len(held.rows)} {held.resource_type}" for held in known),
        exchange,
    )


def rows_of_each(holdings: Iterable[Holdings]) -> Iterator[Assertion]:
    """The member has rows of each of these types."""
    for held in holdings:
        yield from some_rows_of([held])


def searched_without_error(holdings: Iterable[Holdings]) -> Iterator[Assertion]:
    """The types are searched without an error, be the result empty."""
    for held in holdings:
        for search in held.searches:
            yield from search_is_answered(search)
