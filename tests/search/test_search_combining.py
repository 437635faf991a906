"""Values that tell AND from OR, chosen from rows."""

from __future__ import annotations

from typing import Any

from conformance.search import definition_of
from conformance.search.combining import (
    Candidate,
    alternatives,
    candidates,
    repeated,
    spread,
    telling_pair,
)

STATES = ["UT", "UT", "UT", "NV"]
CITIES = ["Provo", "Provo", "Ogden", "Reno"]
ROWS: dict[str, dict[str, Any]] = {
    str(number): {
        "resourceType": "Location",
        "id": str(number),
        "meta": {"lastUpdated": f"2024-0{number + 1}-01T00:00:00Z"},
        "address": {"state": state, "city": city},
    }
    for number, (state, city) in enumerate(zip(STATES, CITIES, strict=True))
}


def of(name: str) -> list[Candidate]:
    return candidates(ROWS, definition_of("Location", name))


def test_candidates_are_what_is_held_most_common_first() -> None:
    assert [(item.value, len(item.ids)) for item in of("address-state")] == [("UT", 3), ("NV", 1)]


def test_a_date_gives_two_halves_and_ids_one_list() -> None:
    early, late = sorted(of("_lastUpdated"), key=lambda item: item.value, reverse=True)
    assert early.ids | late.ids == ROWS.keys()
    assert not early.ids & late.ids
    assert [item.value for item in of("_id")] == ["0,1,2,3"]


def test_a_pair_narrows_where_it_can() -> None:
    found = telling_pair(of("address-state"), of("_lastUpdated"))
    assert found is not None
    both = found[0].ids & found[1].ids
    assert both
    assert both < found[0].ids
    assert both < found[1].ids


def test_no_pair_where_no_row_holds_both() -> None:
    one, other = Candidate("a", frozenset("1")), Candidate("b", frozenset("2"))
    assert telling_pair([one], [other]) is None
    assert repeated([one, other]) in {(one, other), (other, one)}


def test_alternatives_have_rows_of_their_own() -> None:
    found = alternatives(of("address-city"))
    assert found is not None
    assert found[0].ids - found[1].ids
    assert found[1].ids - found[0].ids
    assert alternatives(of("address-city")[:1]) is None


def test_alternatives_do_not_begin_with_each_other() -> None:
    long, short = Candidate("Provo East", frozenset("1")), Candidate("Provo", frozenset("2"))
    assert alternatives([long, short]) != (long, short)


def test_spread_goes_from_first_to_last() -> None:
    assert spread("abcdefgh", 4) == ["a", "c", "e", "g"]
    assert spread("ab", 4) == ["a", "b"]
