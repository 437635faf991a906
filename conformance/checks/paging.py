"""Pages of a search together: nothing lost, nothing twice, links that lead to the end."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from conformance.checks.searching import search_is_answered
from conformance.checks.wording import answer, listed
from conformance.findings import Assertion
from conformance.records import Ending, entries_of, is_searchset, link_of
from conformance.search.dates import span_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from conformance.exchange import Exchange
    from conformance.records import Holdings, Search
    from conformance.search.dates import Span

#: Where servers like FLEX stop counting.
CAP = 10_000
#: Endings that are the server's doing; the others are an end or a limit of ours.
BAD_ENDINGS = frozenset({Ending.LOOP, Ending.STUCK, Ending.OFF_ORIGIN, Ending.BROKEN})


def links_lead_to_the_end(search: Search) -> Iterator[Assertion]:
    """Next links stay on the origin, each brings something new, and they come to an end."""
    if not search.answered:
        return
    last = search.pages[-1]
    bad = search.ending in BAD_ENDINGS
    observed = f"{search.ending} after {len(search.pages)} pages"
    if search.ending is Ending.BROKEN:
        observed += f" ({answer(last)})"
    elif bad:
        observed += f" ({link_of(last, 'next')})"
    yield Assertion(
        not bad, "Bundle.link(next)", "links on the same origin that end", observed, last.id
    )


def each_row_once(search: Search) -> Iterator[Assertion]:
    """No row stands on two pages, or twice on one."""
    counted = Counter(entry.key for entry in search.matches if entry.resource.get("id"))
    twice = [key for key, number in counted.items() if number > 1]
    for entry in search.matches:
        if entry.key in twice:
            yield Assertion(
                False, entry.at, f"{entry.key} once", f"{counted[entry.key]} times",
                entry.exchange.id,
            )  # fmt: skip
            twice.remove(entry.key)
    if counted:
        yield Assertion(
            True, "Bundle.entry", "each row once", f"{len(counted)} rows", search.first.id
        )


def page_size_loses_nothing(few: Search, many: Search) -> Iterator[Assertion]:
    """Reading the same search in small pages and in large ones gives the same rows."""
    if not (few.complete and many.complete):
        return
    for one, other in ((few, many), (many, few)):
        lost = other.ids - one.ids
        yield Assertion(
            not lost,
            "Bundle.entry over all pages",
            f"the {len(other.ids)} rows that {other} gave",
            f"without {listed(lost)}" if lost else "all of them",
            one.first.id,
        )


def whole_type_holds(holdings: Holdings, searches: Iterable[Search]) -> Iterator[Assertion]:
    """What any search brought is among the rows that reading the whole type brought.

    A row that was changed since then may be new: it is not missing.
    """
    if not (holdings.complete and holdings.searches):
        return
    since = span_of(holdings.searches[0].first.started)
    brought = {
        str(entry.resource.get("id")): entry.resource
        for search in searches
        for entry in search.matches
        if entry.resource.get("resourceType") == holdings.resource_type
    }
    lost = [
        row_id
        for row_id, row in brought.items()
        if row_id not in holdings.rows and _is_before(row, since)
    ]
    if brought:
        yield Assertion(
            not lost, "Bundle.entry over all pages", f"the {len(brought)} rows that searches gave",
            f"missing: {listed(lost)}" if lost else "all of them", holdings.searches[0].first.id,
        )  # fmt: skip


def _is_before(row: Mapping[str, Any], since: Span | None) -> bool:
    meta = row.get("meta")
    told = span_of(str(meta.get("lastUpdated"))) if isinstance(meta, dict) else None
    return bool(told and since and told.start < since.start)


def total_is_the_number_of_rows(search: Search) -> Iterator[Assertion]:
    """Where a page tells a total, it is the number of matches over all pages.

    Of a search that was not read to its end, it is at least the number of those that were.
    """
    rows = len(search.ids)
    for page in search.pages if search.answered else ():
        total = page.document.get("total") if is_searchset(page) else None
        if total is None or not (search.complete or search.ending is Ending.LIMIT):
            continue
        right = type(total) is int and (total == rows if search.complete else total >= rows)
        yield Assertion(
            right,
            "Bundle.total",
            str(rows) if search.complete else f"at least {rows}",
            _counted(total, right=right and search.complete),
            page.id,
        )


def _counted(total: object, *, right: bool) -> str:
    """Say of a total that it may be the number at which a server stops to count."""
    return f"{total}: capped, counting stops there" if total == CAP and not right else str(total)


def count_bounds_the_page(search: Search, count: int, holdings: Holdings) -> Iterator[Assertion]:
    """A page holds at most `_count` matches, and says how to go on where there are more."""
    yield from search_is_answered(search)
    for page in search.pages:
        if is_searchset(page):
            rows = _rows(page)
            yield Assertion(
                len(rows) <= count,
                "Bundle.entry",
                f"at most {count} matches",
                f"{len(rows)}",
                page.id,
            )
    if search.answered and len(holdings.rows) > count:
        rows = _rows(search.first)
        yield Assertion(
            bool(rows) and bool(link_of(search.first, "next")),
            "Bundle",
            f"rows and a next link: the directory holds more than {count}",
            f"{len(rows)} rows, next link {'there' if link_of(search.first, 'next') else 'absent'}",
            search.first.id,
        )


def offset_skips(first: Search, second: Search, offset: int) -> Iterator[Assertion]:
    """`_getpagesoffset=n` starts after the first n matches."""
    for search in (first, second):
        yield from search_is_answered(search)
    if first.answered and second.answered:
        start, then = _rows(first.first), _rows(second.first)
        again = set(start[:offset]) & set(then)
        yield Assertion(
            not again and bool(then),
            "Bundle.entry",
            f"none of the first {offset} rows, and some row",
            f"again {listed(again)}" if again else f"{len(then)} rows",
            second.first.id,
        )


def offset_leaves_the_rest(search: Search, rest: int) -> Iterator[Assertion]:
    """Skipping all but the last `rest` rows of a type leaves just as many.

    Skipping all of them may be refused: nothing says what a start behind the end is.
    """
    if rest or search.first.status >= 500:  # noqa: PLR2004 - HTTP's server errors
        yield from search_is_answered(search)
    if search.answered:
        found = len(search.ids)
        yield Assertion(
            found == rest,
            "Bundle.entry",
            f"{rest} rows over all pages",
            f"{found} rows" + (" or more" if found > rest else ""),
            search.first.id,
        )


def _rows(page: Exchange) -> list[str]:
    return [entry.key for entry in entries_of(page) if entry.mode not in {"include", "outcome"}]
