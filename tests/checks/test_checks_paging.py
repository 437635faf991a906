"""Checks of pages, totals, counts and links."""

from __future__ import annotations

from typing import Any

import pytest
from builders import (
    Said,
    entry,
    exchange,
    found,
    holding,
    links,
    outcome,
    page,
    refused,
    resource,
    search,
)

from conformance.checks import paging as check
from conformance.records import Ending, Holdings

ROWS = [resource("Location", str(number)) for number in range(1, 7)]
ENTRIES = [entry(row) for row in ROWS]


@pytest.mark.parametrize("ending", [Ending.END, Ending.LIMIT])
def test_links_that_end_or_that_we_stop_following_hold(ending: Ending) -> None:
    assert Said(check.links_lead_to_the_end(search(page(*ENTRIES), ending=ending))).holds


@pytest.mark.parametrize("ending", [Ending.LOOP, Ending.STUCK, Ending.OFF_ORIGIN])
def test_links_that_lead_astray_are_shown(ending: Ending) -> None:
    last = page(link=links(self="here", next="http://elsewhere/next"))
    only = Said(check.links_lead_to_the_end(search(page(), last, ending=ending))).only
    assert only.observed == f"{ending} after 2 pages (http://elsewhere/next)"
    assert only.exchange == last.id


def test_a_next_page_that_is_no_bundle_is_shown() -> None:
    ended = search(page(), exchange(outcome("gone"), 410), ending=Ending.BROKEN)
    only = Said(check.links_lead_to_the_end(ended)).only
    assert only.observed.endswith("after 2 pages (410, OperationOutcome: gone)")


def test_the_links_of_a_refused_search_are_not_judged() -> None:
    assert Said(check.links_lead_to_the_end(refused())).nothing


def test_rows_that_come_once_hold() -> None:
    paged = search(page(*ENTRIES[:3]), page(*ENTRIES[3:]))
    assert Said(check.each_row_once(paged)).holds


def test_a_row_on_two_pages_is_named_once() -> None:
    said = Said(check.each_row_once(search(page(*ENTRIES[:3]), page(*ENTRIES[2:]))))
    assert (said.only.expected, said.only.observed) == ("Location/3 once", "2 times")


def test_a_row_twice_on_one_page_is_named() -> None:
    said = Said(check.each_row_once(search(page(ENTRIES[0], ENTRIES[0], ENTRIES[0]))))
    assert said.only.observed == "3 times"


def test_included_rows_may_come_again() -> None:
    again = entry(resource("Organization", "o"), "include")
    params = [("_include", "Location:organization")]
    paged = search(page(ENTRIES[0], again), page(ENTRIES[1], again), params=params)
    assert Said(check.each_row_once(paged)).holds


def test_rows_without_an_id_cannot_be_told_apart() -> None:
    nameless = entry({"resourceType": "Location"})
    assert Said(check.each_row_once(search(page(nameless, nameless)))).nothing


def test_two_page_sizes_that_give_the_same_rows_hold() -> None:
    few = search(page(*ENTRIES[:3]), page(*ENTRIES[3:]), params=[("_count", "3")])
    assert Said(check.page_size_loses_nothing(few, found(*ROWS))).holds


def test_rows_lost_in_small_or_in_large_pages_are_named() -> None:
    few = search(page(*ENTRIES[:3]), params=[("_count", "3")])
    only = Said(check.page_size_loses_nothing(few, found(*ROWS))).only
    assert only.observed == "without 4, 5, 6"
    assert only.exchange == few.first.id
    turned = Said(check.page_size_loses_nothing(found(*ROWS), few)).only
    assert turned.expected == "the 6 rows that Location? gave"


def test_page_sizes_are_compared_only_at_the_end() -> None:
    cut = search(page(), ending=Ending.LIMIT)
    assert Said(check.page_size_loses_nothing(cut, found(*ROWS))).nothing
    assert Said(check.page_size_loses_nothing(found(*ROWS), refused())).nothing


def test_a_total_of_all_matches_on_each_page_holds() -> None:
    paged = search(page(*ENTRIES[:3], total=6), page(*ENTRIES[3:], total=6))
    said = Said(check.total_is_the_number_of_rows(paged))
    assert said.holds
    assert len(said.all) == 2


def test_a_total_does_not_count_what_was_added() -> None:
    added = [entry(resource("Organization", "o"), "include"), entry(outcome(), "outcome")]
    params = [("_include", "Location:organization")]
    told = search(page(*ENTRIES, *added, total=6), params=params)
    assert Said(check.total_is_the_number_of_rows(told)).holds


@pytest.mark.parametrize("total", [5, 7, "6", 6.0, True, [], {}])
def test_another_total_is_broken(total: Any) -> None:
    told = search(page(*ENTRIES, total=total))
    only = Said(check.total_is_the_number_of_rows(told)).only
    assert (only.expected, only.observed) == ("6", str(total))


def test_true_is_no_total_of_one() -> None:
    assert Said(check.total_is_the_number_of_rows(search(page(ENTRIES[0], total=True)))).only


def test_an_absent_total_is_not_judged() -> None:
    assert Said(check.total_is_the_number_of_rows(found(*ROWS))).nothing
    assert Said(check.total_is_the_number_of_rows(search(page(total=None)))).nothing


def test_before_the_end_a_total_is_no_less_than_what_came() -> None:
    cut = search(page(*ENTRIES, total=99), ending=Ending.LIMIT)
    assert Said(check.total_is_the_number_of_rows(cut)).holds
    less = search(page(*ENTRIES, total=5), ending=Ending.LIMIT)
    assert Said(check.total_is_the_number_of_rows(less)).only.expected == "at least 6"
    broken = search(page(*ENTRIES, total=5), ending=Ending.LOOP)
    assert Said(check.total_is_the_number_of_rows(broken)).nothing


def test_a_total_that_stops_at_ten_thousand_is_told_as_such() -> None:
    capped = search(page(*ENTRIES, total=10_000))
    said = Said(check.total_is_the_number_of_rows(capped)).only
    assert said.observed == "10000: capped, counting stops there"
    cut = search(page(*ENTRIES, total=10_000), ending=Ending.LIMIT)
    (told,) = Said(check.total_is_the_number_of_rows(cut)).all
    assert (told.holds, told.observed) == (True, "10000: capped, counting stops there")


MORE = links(self="here", next="there")


def test_a_page_within_its_bound_that_goes_on_holds() -> None:
    asked = search(page(*ENTRIES[:2], link=MORE), ending=Ending.LIMIT)
    assert Said(check.count_bounds_the_page(asked, 2, holding(*ROWS))).holds


def test_a_smaller_page_than_asked_for_holds() -> None:
    asked = search(page(ENTRIES[0], link=MORE), ending=Ending.LIMIT)
    assert Said(check.count_bounds_the_page(asked, 2, holding(*ROWS))).holds


def test_includes_and_outcomes_do_not_count() -> None:
    added = [entry(resource("Organization", "o"), "include"), entry(outcome(), "outcome")]
    asked = search(page(*ENTRIES[:2], *added, link=MORE), ending=Ending.LIMIT)
    assert Said(check.count_bounds_the_page(asked, 2, holding(*ROWS))).holds


def test_a_page_over_its_bound_is_broken() -> None:
    asked = search(page(*ENTRIES[:3], link=MORE), ending=Ending.LIMIT)
    only = Said(check.count_bounds_the_page(asked, 2, holding(*ROWS))).only
    assert (only.expected, only.observed) == ("at most 2 matches", "3")


def test_a_page_that_does_not_go_on_is_broken() -> None:
    only = Said(check.count_bounds_the_page(search(page(*ENTRIES[:2])), 2, holding(*ROWS))).only
    assert only.observed == "2 rows, next link absent"


def test_a_page_without_rows_is_broken_where_there_are_some() -> None:
    only = Said(check.count_bounds_the_page(search(page(link=MORE)), 2, holding(*ROWS))).only
    assert only.observed == "0 rows, next link there"


def test_where_all_rows_fit_no_next_link_is_needed() -> None:
    asked = search(page(*ENTRIES[:2]))
    assert Said(check.count_bounds_the_page(asked, 2, holding(*ROWS[:2]))).holds


def test_a_refused_count_is_broken_once() -> None:
    only = Said(check.count_bounds_the_page(refused(), 2, holding(*ROWS))).only
    assert only.expected == "200, Bundle"


def test_an_offset_that_skips_holds() -> None:
    assert Said(check.offset_skips(found(*ROWS[:2]), found(*ROWS[2:4]), 2)).holds


def test_an_offset_counts_from_the_first_row() -> None:
    larger = found(*ROWS[:4])
    assert Said(check.offset_skips(larger, found(*ROWS[2:4]), 2)).holds


def test_an_offset_that_is_ignored_names_the_rows() -> None:
    only = Said(check.offset_skips(found(*ROWS[:2]), found(*ROWS[:2]), 2)).only
    assert only.observed == "again Location/1, Location/2"


def test_an_offset_that_leaves_nothing_is_broken() -> None:
    only = Said(check.offset_skips(found(*ROWS[:2]), found(), 2)).only
    assert only.observed == "0 rows"


def test_a_refused_offset_is_broken_once() -> None:
    assert Said(check.offset_skips(found(*ROWS[:2]), refused(), 2)).only.expected == "200, Bundle"


def test_an_offset_that_leaves_the_rest_holds() -> None:
    assert Said(check.offset_leaves_the_rest(found(*ROWS[:2]), 2)).holds


@pytest.mark.parametrize(("left", "observed"), [(1, "1 rows"), (3, "3 rows or more")])
def test_an_offset_that_leaves_fewer_or_more_is_broken(left: int, observed: str) -> None:
    only = Said(check.offset_leaves_the_rest(found(*ROWS[:left]), 2)).only
    assert (only.expected, only.observed) == ("2 rows over all pages", observed)


def test_a_refused_offset_leaves_nothing_to_count() -> None:
    assert Said(check.offset_leaves_the_rest(refused(), 2)).only.expected == "200, Bundle"


def test_skipping_every_row_leaves_none() -> None:
    assert Said(check.offset_leaves_the_rest(found(), 0)).holds
    assert Said(check.offset_leaves_the_rest(found(ROWS[0]), 0)).only.observed == "1 rows or more"


def dated(row_id: str, day: str) -> dict[str, object]:
    return resource("Location", row_id, meta={"lastUpdated": f"{day}T00:00:00Z"})


def test_what_a_search_brought_stands_among_all_rows() -> None:
    old, lost, new = dated("1", "2025-01-01"), dated("2", "2025-01-02"), dated("3", "2999-01-01")
    whole = Holdings("Location", (found(old),), {"1": old}, complete=True)
    assert Said(check.whole_type_holds(whole, [found(old)])).holds
    # A row that was made or changed since then could not be among them.
    assert Said(check.whole_type_holds(whole, [found(old, new)])).holds
    said = Said(check.whole_type_holds(whole, [found(old), found(lost)])).only
    assert (said.expected, said.observed) == ("the 2 rows that searches gave", "missing: 2")
    in_part = Holdings("Location", (found(old),), {"1": old}, complete=False)
    assert Said(check.whole_type_holds(in_part, [found(lost)])).nothing
    assert Said(check.whole_type_holds(whole, [])).nothing
