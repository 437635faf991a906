"""Searches in other forms: modifiers, counts, offsets, POST, sets."""

from __future__ import annotations

import pytest
from builders import (
    Said,
    bundle,
    entry,
    exchange,
    found,
    holding,
    links,
    page,
    refused,
    resource,
    search,
)

from conformance.checks import forms as check
from conformance.records import Ending

UTAH = resource("Location", "1", address={"state": "UT"})
NEVADA = resource("Location", "2", address={"state": "NV"})
HELD = holding(UTAH, NEVADA)
NEXT = links(next="https://directory.example/fhir?_getpages=x")


def test_a_modifier_that_is_refused_is_honoured() -> None:
    assert Said(check.modifier_is_honoured(refused(), "exact", HELD)).holds


def test_a_modifier_refused_without_reason_is_not() -> None:
    bare = search(exchange({}, 400), ending=Ending.BROKEN)
    assert Said(check.modifier_is_honoured(bare, "exact", HELD)).only


def asked(modifier: str, value: str, *rows: dict[str, object]) -> object:
    return search(page(*map(entry, rows)), params=[(f"address-state:{modifier}", value)])


@pytest.mark.parametrize(
    ("modifier", "value", "rows", "says"),
    [
        ("exact", "UT", [UTAH], ""),
        ("exact", "ut", [UTAH], "extra: Location/1"),
        ("exact", "UT", [], "missing: 1"),
        ("flexcheck", "UT", [UTAH], "answered as if the modifier were absent"),
    ],
)
def test_a_modifier_selects_or_is_seen_to_be_ignored(
    modifier: str, value: str, rows: list[dict[str, object]], says: str
) -> None:
    said = Said(check.modifier_is_honoured(asked(modifier, value, *rows), modifier, HELD))  # type: ignore[arg-type]
    assert said.holds if not says else said.only.observed == says


def test_a_count_of_zero_gives_a_total_only() -> None:
    none = exchange({"resourceType": "Bundle", "type": "searchset", "total": 2})
    assert Said(check.count_of_zero_gives_the_total(search(none), HELD)).holds
    wrong = exchange({"resourceType": "Bundle", "type": "searchset", "total": 3})
    assert Said(check.count_of_zero_gives_the_total(search(wrong), HELD)).only.at == "Bundle.total"
    full = search(exchange(bundle(entry(UTAH), total=2, link=NEXT)))
    broken = {item.at for item in Said(check.count_of_zero_gives_the_total(full, HELD)).broken}
    assert broken == {"Bundle.entry", "Bundle.link(next)"}


def test_a_large_count_may_be_cut_but_goes_on() -> None:
    assert Said(check.large_count_is_bounded(found(UTAH, NEVADA), HELD)).holds
    assert Said(check.large_count_is_bounded(search(page(entry(UTAH), link=NEXT)), HELD)).holds
    assert Said(check.large_count_is_bounded(found(UTAH), HELD)).only.observed == (
        "1 rows, next link absent"
    )
    assert not Said(check.large_count_is_bounded(refused(status=500), HELD)).holds


def test_nothing_is_behind_the_end() -> None:
    assert Said(check.nothing_is_behind_the_end(found())).holds
    assert Said(check.nothing_is_behind_the_end(refused())).holds
    assert Said(check.nothing_is_behind_the_end(found(UTAH))).only
    assert Said(check.nothing_is_behind_the_end(refused(status=500))).only


def test_a_post_is_refused_or_finds_the_same() -> None:
    assert Said(check.post_is_refused_or_the_same(found(UTAH), refused(status=405))).holds
    assert Said(check.post_is_refused_or_the_same(found(UTAH), found(UTAH))).holds
    said = Said(check.post_is_refused_or_the_same(found(UTAH), found(NEVADA)))
    assert said.only.observed == "missing: 1; extra: 2"


def test_a_filter_adds_no_row() -> None:
    assert Said(check.narrows(found(UTAH, NEVADA), found(UTAH))).holds
    assert Said(check.narrows(found(UTAH), found(UTAH, NEVADA))).only.observed == "extra: 2"


def test_a_list_is_the_union_of_its_values() -> None:
    assert Said(check.is_union(found(UTAH, NEVADA), (found(UTAH), found(NEVADA)))).holds
    said = Said(check.is_union(found(UTAH), (found(), found(NEVADA))))
    assert said.only.observed == "missing: 2; extra: 1"


def test_another_percent_encoding_finds_the_same() -> None:
    usual = found(UTAH, address__state="UT")
    assert Said(check.same_first_page(usual, found(UTAH, address__state="UT"))).holds
    said = Said(check.same_first_page(usual, found(NEVADA, address__state="UT"))).only
    assert said.observed == "missing: 1; extra: 2"
    assert Said(check.same_first_page(usual, refused())).only
