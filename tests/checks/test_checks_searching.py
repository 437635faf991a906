"""Checks of which rows a search brings."""

from __future__ import annotations

from typing import Any

from builders import (
    BASE,
    Said,
    entry,
    exchange,
    found,
    holding,
    outcome,
    page,
    read,
    refused,
    resource,
    search,
)

from conformance.checks import searching as check
from conformance.records import Ending


def in_state(row_id: str, state: str = "UT", **fields: Any) -> dict[str, Any]:
    return resource("Location", row_id, address={"state": state}, **fields)


UTAH, NEVADA, ANOTHER = in_state("1"), in_state("2", "NV"), in_state("3")
ALL = holding(UTAH, NEVADA, ANOTHER)
STATE = (("address-state", "UT"),)


def asked(*rows: dict[str, Any], **fields: Any) -> Any:
    return search(page(*map(entry, rows)), params=STATE, **fields)


def test_an_answered_search_holds() -> None:
    assert Said(check.search_is_answered(found())).holds


def test_a_refused_search_is_broken_with_what_the_server_said() -> None:
    only = Said(check.search_is_answered(refused())).only
    assert (only.expected, only.observed) == ("200, Bundle", "400, OperationOutcome: refused")


def test_a_search_answered_with_another_resource_is_broken() -> None:
    only = Said(check.search_is_answered(search(exchange(UTAH)))).only
    assert only.observed == "200, Location"


def test_an_exact_search_holds() -> None:
    said = Said(check.search_is_exact(asked(UTAH, ANOTHER), ALL))
    assert said.holds
    assert len(said.all) == 5  # answered, two rows that came, two rows that had to come


def test_a_refused_search_says_nothing_of_rows() -> None:
    said = Said(check.search_is_exact(refused(address__state="UT"), ALL))
    assert len(said.all) == len(said.broken) == 1


def test_a_row_that_does_not_match_is_named_with_what_it_holds() -> None:
    only = Said(check.search_is_exact(asked(UTAH, NEVADA, ANOTHER), ALL)).only
    assert only.at == "Bundle.entry[1].resource (Location/2)"
    assert only.expected == "address-state = UT"
    assert only.observed == "address-state: NV"


def test_a_row_without_the_element_is_named_as_holding_nothing() -> None:
    only = Said(check.nothing_extra(asked(resource("Location", "9")))).only
    assert only.observed == "address-state: nothing"


def test_a_row_of_another_type_does_not_match() -> None:
    only = Said(check.nothing_extra(asked({**UTAH, "resourceType": "Organization"}))).only
    assert only.observed == "a row of type Organization/1"


def test_a_row_that_may_match_is_not_faulted() -> None:
    dotted = resource("Location", "1", name="St. Mary")
    assert Said(check.nothing_extra(found(dotted, name="St Mary"))).holds
    assert Said(check.nothing_missing(found(name="St Mary"), holding(dotted))).nothing


def test_outcomes_are_no_rows() -> None:
    said = Said(check.nothing_extra(search(page(entry(outcome(), "outcome")), params=STATE)))
    assert said.nothing


def test_a_missing_row_is_named_with_why_it_must_come() -> None:
    only = Said(check.search_is_exact(asked(UTAH), ALL)).only
    assert only.expected == "Location/3, which has address-state: UT"
    assert only.observed == "not among the rows"


def test_rows_of_later_pages_count() -> None:
    paged = search(page(entry(UTAH)), page(entry(ANOTHER)), params=STATE)
    assert Said(check.nothing_missing(paged, ALL)).holds


def test_nothing_is_missing_from_a_search_that_was_not_read_to_its_end() -> None:
    for ending in (Ending.LIMIT, Ending.LOOP, Ending.BROKEN):
        partly = asked(ending=ending)
        assert Said(check.nothing_missing(partly, ALL)).nothing
        assert check.missing_rows(partly, ALL) == []


def test_missing_rows_are_listed_to_be_read_again() -> None:
    assert check.missing_rows(asked(UTAH), ALL) == ["3"]
    assert check.missing_rows(asked(UTAH, ANOTHER), ALL) == []


def test_a_row_that_is_gone_by_now_is_not_missing() -> None:
    for status in (404, 410):
        gone = [read(None, status, key="Location/3")]
        assert Said(check.nothing_missing(asked(UTAH), ALL, gone)).holds


def test_a_row_that_changed_and_matches_no_more_is_not_missing() -> None:
    moved = [read(in_state("3", "NV"))]
    assert Said(check.nothing_missing(asked(UTAH), ALL, moved)).holds


def test_a_row_that_is_still_there_is_missing() -> None:
    for still in (read(ANOTHER), read(ANOTHER, 500), exchange("x", url=f"{BASE}/Location/3")):
        only = Said(check.search_is_exact(asked(UTAH), ALL, [still])).only
        assert only.expected.startswith("Location/3")


def test_two_ways_of_asking_that_agree_hold() -> None:
    one, other = found(UTAH, ANOTHER), found(ANOTHER, UTAH)
    assert Said(check.same_rows(one, other)).holds


def test_two_ways_that_differ_name_what_is_missing_and_extra() -> None:
    one, other = found(UTAH, organization="1"), found(ANOTHER, organization="Organization/1")
    only = Said(check.same_rows(one, other)).only
    assert only.expected == "the rows of Location?organization=1 (1)"
    assert only.observed == "missing: 1; extra: 3"


def test_one_way_that_is_refused_is_broken() -> None:
    said = Said(check.same_rows(found(UTAH), refused()))
    assert said.only.observed == "400, OperationOutcome: refused"


def test_two_ways_that_are_both_refused_tell_nothing_of_the_ways() -> None:
    assert Said(check.same_rows(refused(), refused())).nothing


def test_two_ways_not_read_to_the_end_are_not_compared() -> None:
    assert Said(check.same_rows(found(UTAH), asked(ANOTHER, ending=Ending.LIMIT))).holds


MIDDLE = "2026-01-02T00:00:00Z"


def dated(row_id: str, when: str) -> dict[str, Any]:
    return resource("Location", row_id, meta={"lastUpdated": when})


OLD, NEW = dated("1", "2026-01-01T00:00:00Z"), dated("2", "2026-01-03T00:00:00Z")


def before(*rows: dict[str, Any]) -> Any:
    return found(*rows, _lastUpdated=f"lt{MIDDLE}")


def since(*rows: dict[str, Any]) -> Any:
    return found(*rows, _lastUpdated=f"ge{MIDDLE}")


def test_a_partition_holds() -> None:
    assert Said(check.partition(before(OLD), since(NEW), holding(OLD, NEW))).holds


def test_a_row_in_both_parts_is_named() -> None:
    only = Said(check.partition(before(OLD), since(NEW, OLD), holding(OLD, NEW))).only
    assert only.observed == "Location/1"


def test_a_row_in_neither_part_is_named() -> None:
    only = Said(check.partition(before(OLD), since(), holding(OLD, NEW))).only
    assert only.observed == "in neither: 2"


def test_a_row_that_changed_in_between_may_stand_in_both_parts() -> None:
    changed = dated("1", "2026-01-04T00:00:00Z")
    assert Said(check.partition(before(OLD), since(NEW, changed), holding(OLD, NEW))).holds


def test_a_row_that_tells_no_time_may_stand_in_neither_part() -> None:
    timeless = resource("Location", "3")
    assert Said(check.partition(before(OLD), since(NEW), holding(OLD, NEW, timeless))).holds


def test_parts_that_are_refused_or_cut_are_not_compared() -> None:
    assert Said(check.partition(refused(), since(NEW), holding(NEW))).only.expected == "200, Bundle"
    cut = search(page(), params=[("_lastUpdated", f"lt{MIDDLE}")], ending=Ending.LIMIT)
    assert Said(check.partition(cut, since(NEW), holding(OLD, NEW))).holds


def test_a_list_of_ids_brings_just_those() -> None:
    assert Said(check.returns_just(found(UTAH, ANOTHER), ["3", "1"])).holds


def test_a_list_of_ids_names_what_is_missing_and_extra() -> None:
    only = Said(check.returns_just(found(UTAH, NEVADA), ["1", "3"])).only
    assert only.expected == "the rows 1, 3"
    assert only.observed == "missing: 3; extra: 2"


def test_a_refused_list_of_ids_is_broken_once() -> None:
    assert Said(check.returns_just(refused(), ["1"])).only.expected == "200, Bundle"


def test_many_missing_rows_are_named_in_few_words() -> None:
    only = Said(check.returns_just(found(), [str(number) for number in range(9)])).only
    assert only.observed == "missing: 0, 1, 2, 3, 4 and 4 more"
