"""Single pages of a search: backwards, twice, too late, without a token (http.html#paging)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks.forms import is_refused_with_reason
from conformance.checks.wording import answer, listed
from conformance.findings import Assertion
from conformance.records import entries_of, is_searchset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.exchange import Exchange

UNAUTHORIZED = 401
AWAY = "a link to another origin"


def _rows(page: Exchange) -> list[str]:
    return [entry.key for entry in entries_of(page) if entry.mode not in {"include", "outcome"}]


def gives_the_rows_of(page: Exchange, again: Exchange | None, link: str) -> Iterator[Assertion]:
    """A link leads to the rows that an earlier page brought, be it followed once more."""
    if again is None:
        yield Assertion(False, f"Bundle.link({link})", "a link on the same origin", AWAY, page.id)
        return
    lost, more = (sorted(set(a) - set(b)) for a, b in _both_ways(page, again))
    told = [f"missing: {listed(lost)}"] * bool(lost) + [f"extra: {listed(more)}"] * bool(more)
    yield Assertion(
        is_searchset(again) and not told,
        f"page behind link({link})", f"the {len(_rows(page))} rows of {page.id}",
        ("; ".join(told) or "those rows") if is_searchset(again) else answer(again), again.id,
    )  # fmt: skip


def _both_ways(page: Exchange, again: Exchange) -> tuple[tuple[list[str], list[str]], ...]:
    before, now = _rows(page), _rows(again)
    return (before, now), (now, before)


def unknown_page_is_refused(exchange: Exchange | None) -> Iterator[Assertion]:
    """A page of a search that the server does not know (any more) is refused, and it says why."""
    if exchange is not None:
        yield from is_refused_with_reason(exchange)


def page_needs_the_token(exchange: Exchange | None) -> Iterator[Assertion]:
    """A page of a member's rows is not given to who brings no token."""
    if exchange is not None:
        yield Assertion(
            exchange.status == UNAUTHORIZED, "status", "401", answer(exchange), exchange.id
        )
