"""Forms of a search beyond one plain value: modifiers, `_count`, offsets, POST, sets together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks.searching import same_rows, search_is_answered
from conformance.checks.wording import answer, is_outcome, listed
from conformance.findings import Assertion
from conformance.records import Ending, link_of
from conformance.search import Match, definition_of
from conformance.search.modifiers import match_modified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.exchange import Exchange
    from conformance.records import Holdings, Search

CLIENT_ERROR, SERVER_ERROR = 400, 500


def is_refused(exchange: Exchange) -> bool:
    """Whether the server says that the request is at fault."""
    return CLIENT_ERROR <= exchange.status < SERVER_ERROR


def is_refused_as_it_should(exchange: Exchange) -> bool:
    """Whether the server refuses and says why."""
    return is_refused(exchange) and is_outcome(exchange)


def is_refused_with_reason(exchange: Exchange) -> Iterator[Assertion]:
    """A request that cannot be carried out is refused (4xx) with an OperationOutcome."""
    yield Assertion(
        is_refused_as_it_should(exchange),
        "response", "4xx, OperationOutcome", answer(exchange), exchange.id,
    )  # fmt: skip


def modifier_is_honoured(search: Search, modifier: str, holdings: Holdings) -> Iterator[Assertion]:
    """A search with a modifier is refused, or does what the modifier says (search.html#modifiers).

    The first parameter of the search is the modified one, without its modifier in the oracle.
    """
    if not search.answered:
        yield from is_refused_with_reason(search.first)
        return
    asked, value = search.params[0]
    definition = definition_of(search.resource_type, asked.partition(":")[0])

    def matches(row: object) -> Match:
        return match_modified(row, definition, modifier, value)  # type: ignore[arg-type]

    known = modifier in {"exact", "contains", "not", "missing"}
    wrong = [entry.key for entry in search.matches if matches(entry.resource) is Match.NO]
    yield Assertion(
        known and not wrong, "Bundle.entry", f"rows of {asked}={value}, or a refusal",
        _rows(wrong) if known else "answered as if the modifier were absent", search.first.id,
    )  # fmt: skip
    if search.complete and known:
        lost = [
            row_id
            for row_id, row in holdings.rows.items()
            if row_id not in search.ids and matches(row) is Match.YES
        ]
        yield Assertion(
            not lost, "Bundle.entry", f"every row of {asked}={value}",
            f"missing: {listed(lost)}" if lost else "every row", search.first.id,
        )  # fmt: skip


def _rows(wrong: list[str]) -> str:
    return f"extra: {listed(wrong)}" if wrong else "those rows"


def count_of_zero_gives_the_total(search: Search, holdings: Holdings) -> Iterator[Assertion]:
    """`_count=0` is `_summary=count`: the total, no row, no further page (search.html#count)."""
    yield from search_is_answered(search)
    if not search.answered:
        return
    page = search.first
    total, rows = page.document.get("total"), len(list(search.matches))
    expected = str(len(holdings.rows)) if holdings.complete else "a number"
    right = type(total) is int and (not holdings.complete or total == len(holdings.rows))
    yield Assertion(right, "Bundle.total", expected, str(total), page.id)
    yield Assertion(not rows, "Bundle.entry", "no row", f"{rows} rows", page.id)
    onward = link_of(page, "next")
    yield Assertion(not onward, "Bundle.link(next)", "absent", onward or "absent", page.id)


def large_count_is_bounded(search: Search, holdings: Holdings) -> Iterator[Assertion]:
    """A `_count` beyond what a server gives on a page is answered with what it does give.

    Where that is not every row, a next link says how to go on.
    """
    yield from search_is_answered(search)
    if search.answered:
        rows, onward = len(search.ids), link_of(search.first, "next")
        yield Assertion(
            rows >= len(holdings.rows) or bool(rows and onward),
            "Bundle", f"all {len(holdings.rows)} known rows, or some and a next link",
            f"{rows} rows, next link {'there' if onward else 'absent'}", search.first.id,
        )  # fmt: skip


def nothing_is_behind_the_end(search: Search) -> Iterator[Assertion]:
    """An offset behind the last row is refused with a reason, or gives an empty last page."""
    if not search.answered:
        yield from is_refused_with_reason(search.first)
        return
    rows, onward = len(search.ids), link_of(search.first, "next")
    yield Assertion(
        not rows and not onward, "Bundle", "no row and no next link",
        f"{rows} rows, next link {onward or 'absent'}", search.first.id,
    )  # fmt: skip


def post_is_refused_or_the_same(got: Search, posted: Search) -> Iterator[Assertion]:
    """Where only GET is documented, a search by POST is refused, or finds what GET finds."""
    if posted.answered:
        yield from same_rows(got, posted)
    else:
        yield from is_refused_with_reason(posted.first)


def same_first_page(usual: Search, again: Search) -> Iterator[Assertion]:
    """Another way to write the same address brings the same rows, where one page holds them."""
    yield from search_is_answered(again)
    if again.answered and usual.complete:
        lost, more = usual.ids - again.ids, again.ids - usual.ids
        told = [f"missing: {listed(lost)}"] * bool(lost) + [f"extra: {listed(more)}"] * bool(more)
        yield Assertion(
            not told, "Bundle.entry", f"the {len(usual.ids)} rows of {usual}",
            "; ".join(told) or "those rows", again.first.id,
        )  # fmt: skip


def narrows(wide: Search, narrow: Search) -> Iterator[Assertion]:
    """A further parameter never adds a row."""
    for search in (wide, narrow):
        yield from search_is_answered(search)
    if wide.complete and narrow.answered:
        more = narrow.ids - wide.ids
        yield Assertion(
            not more, "Bundle.entry", f"only rows of {wide}",
            f"extra: {listed(more)}" if more else f"{len(narrow.ids)} rows", narrow.first.id,
        )  # fmt: skip


def is_union(both: Search, parts: tuple[Search, ...]) -> Iterator[Assertion]:
    """Values joined by a comma select what each of them selects, together."""
    for search in (both, *parts):
        yield from search_is_answered(search)
    if all(search.ending is Ending.END for search in (both, *parts)):
        expected = frozenset[str]().union(*(search.ids for search in parts))
        lost, more = expected - both.ids, both.ids - expected
        told = [f"missing: {listed(lost)}"] * bool(lost) + [f"extra: {listed(more)}"] * bool(more)
        yield Assertion(
            not told, "Bundle.entry", f"the {len(expected)} rows of each value together",
            "; ".join(told) or "those rows", both.first.id,
        )  # fmt: skip
