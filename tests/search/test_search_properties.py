"""What holds of searching whatever the rows and the values are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import search_model as model
from hypothesis import given
from hypothesis import strategies as st
from search_rows import any_object, anything, location, updated

from conformance.search import (
    Criterion,
    Match,
    Selection,
    definitions_of,
    escape,
    match,
    sample_values,
    values_of,
)
from conformance.search.query import split_bar, unescape

TYPES = (
    *("Location", "Organization", "Practitioner", "PractitionerRole"),
    *("HealthcareService", "OrganizationAffiliation"),
)
awkward = st.text(alphabet="ab,|$\\", max_size=12)
moments = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001 - bounds are naive
    max_value=datetime(2090, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
zones = st.sampled_from(["Z", "+00:00", "+02:00", "-07:00", "+05:45"])


def written(moment: datetime, zone: str, precision: str) -> str:
    """Write a moment in a zone, as servers do: to the second, millisecond or microsecond."""
    if zone != "Z":
        hours, minutes = int(zone[:3]), int(zone[0] + zone[4:])
        moment += timedelta(hours=hours, minutes=minutes)
    return moment.replace(tzinfo=None).isoformat(timespec=precision) + zone


@given(st.text() | awkward)
def test_escaping_is_undone(value: str) -> None:
    assert unescape(escape(value)) == value


@given(st.lists(awkward, min_size=1, max_size=4))
def test_escaped_values_are_told_apart_again(values: list[str]) -> None:
    criterion = Criterion("name", ",".join(escape(value) for value in values))
    assert [unescape(value) for value in criterion.alternatives] == values


@given(awkward, awkward)
def test_an_escaped_system_and_code_are_told_apart_again(system: str, code: str) -> None:
    assert split_bar(f"{escape(system)}|{escape(code)}") == (system, "|", code)
    assert split_bar(escape(code)) == ("", "", code)


def test_a_criterion_reads_as_it_was_sent() -> None:
    assert str(Criterion("name", "a,b")) == "name=a,b"


@given(model.rows, st.lists(model.params, max_size=3))
def test_a_selection_agrees_with_the_naive_model(
    row: dict[str, Any], queries: list[tuple[str, str]]
) -> None:
    expected = Match.YES if model.selects(row, queries) else Match.NO
    assert Selection("Location", queries).match(row) is expected


@given(st.lists(model.rows, max_size=6), st.lists(model.params, max_size=2), model.params)
def test_one_more_criterion_never_adds_a_row(
    rows: list[dict[str, Any]], queries: list[tuple[str, str]], more: tuple[str, str]
) -> None:
    wide = Selection("Location", queries)
    narrow = Selection("Location", [*queries, more])
    assert all(narrow.match(row) <= wide.match(row) for row in rows)


@given(model.rows, model.params, model.params)
def test_one_more_alternative_never_loses_a_row(
    row: dict[str, Any], one: tuple[str, str], other: tuple[str, str]
) -> None:
    name, value = one
    few = Selection("Location", [one]).match(row)
    more = f"{value},{other[1]}" if other[0] == name else f"{value},zz"
    assert Selection("Location", [(name, more)]).match(row) >= few


@given(moments, moments, zones, zones, st.sampled_from(["seconds", "milliseconds", "microseconds"]))
def test_since_and_before_divide_all_instants(
    held: datetime, asked: datetime, zone: str, other: str, precision: str
) -> None:
    row, value = updated(written(held, zone, precision)), written(asked, other, precision)
    since = Selection("Location", [("_lastUpdated", f"ge{value}")]).match(row)
    before = Selection("Location", [("_lastUpdated", f"lt{value}")]).match(row)
    assert {since, before} == {Match.YES, Match.NO}
    assert (before is Match.YES) == (written(held, "Z", precision) < written(asked, "Z", precision))


@given(moments, st.integers(-1500, 1500))
def test_since_and_before_are_never_both_certain_across_precisions(
    held: datetime, milliseconds: int
) -> None:
    asked = held + timedelta(milliseconds=milliseconds)
    row, value = updated(written(held, "Z", "seconds")), written(asked, "Z", "milliseconds")
    found = [
        Selection("Location", [("_lastUpdated", f"{prefix}{value}")]).match(row)
        for prefix in ("ge", "lt")
    ]
    assert found.count(Match.YES) <= 1
    assert found.count(Match.NO) <= 1


@given(moments, st.integers(-40, 40))
def test_a_date_without_a_zone_is_certain_only_where_no_zone_changes_it(
    held: datetime, hours: int
) -> None:
    asked = held + timedelta(hours=hours)
    row = updated(written(held, "Z", "seconds"))
    zoneless = asked.replace(tzinfo=None).isoformat(timespec="seconds")
    found = Selection("Location", [("_lastUpdated", f"ge{zoneless}")]).match(row)
    in_zones = {
        Selection("Location", [("_lastUpdated", f"ge{zoneless}{zone}")]).match(row)
        for zone in ("-12:00", "Z", "+14:00")
    }
    assert found is Match.MAY or {found} == in_zones


@given(anything)
def test_no_row_is_too_malformed_to_be_searched(value: Any) -> None:
    for kind in TYPES:
        for name, definition in definitions_of(kind).items():
            row: dict[str, Any] = {"resourceType": kind, "id": value, "meta": value}
            row[definition.paths[0].split(".")[0]] = value
            assert isinstance(values_of(row, definition), tuple)
            for wanted in ("x", "ge2020", "http://[|a", "\\"):
                assert match(row, definition, Criterion(name, wanted)) in Match


@given(any_object, st.text(max_size=8))
def test_no_object_is_too_strange_to_be_searched(row: dict[str, Any], value: str) -> None:
    for kind in TYPES:
        for name in definitions_of(kind):
            assert Selection(kind, [(name, value)]).match(row) in Match


@given(st.lists(any_object, max_size=4), st.sampled_from(TYPES))
def test_a_sampled_value_is_held_by_some_row_and_can_be_sent(
    rows: list[dict[str, Any]], kind: str
) -> None:
    for name, definition in definitions_of(kind).items():
        for value in sample_values(rows, definition):
            assert value.isprintable()
            assert value == value.strip() != ""
            if definition.type != "date":
                selection = Selection(kind, [(name, value)])
                assert any(selection.match(row) is not Match.NO for row in rows)


CITIES = [location(id=str(number), address={"city": name}) for number, name in enumerate(
    ["Provo", "Provo", "Provo", "Lehi", "Lehi", "Ogden"]
)]  # fmt: skip
CITY = definitions_of("Location")["address-city"]


def test_the_rarest_shared_value_comes_first_then_the_most_common() -> None:
    assert sample_values(CITIES, CITY) == ["Lehi", "Ogden"]
    assert sample_values(CITIES[:5], CITY) == ["Lehi", "Provo"]
    assert sample_values(CITIES, CITY, most=1) == ["Lehi"]


def test_a_value_that_every_row_holds_is_chosen_only_where_there_is_no_other() -> None:
    everywhere = [location(address={"city": "Provo"}, name=name) for name in ("Main", "Side")]
    assert sample_values(everywhere, CITY) == ["Provo"]
    assert "Provo" not in sample_values(CITIES, CITY)


@given(st.permutations(CITIES))
def test_the_choice_does_not_hang_on_the_order_of_the_rows(rows: list[dict[str, Any]]) -> None:
    assert sample_values(rows, CITY) == sample_values(CITIES, CITY)


@pytest.mark.parametrize(
    "city", ["P", " Provo", "Provo\n", "Pro\\vo", "x" * 61, "#1", "a,b", "a|b", "a$b", "", "\x00ab"]
)
def test_an_unusable_value_is_never_chosen(city: str) -> None:
    assert sample_values([location(address={"city": city})], CITY) == []


@pytest.mark.parametrize("city", ["Po", "x" * 60])
def test_the_shortest_and_the_longest_value_are_usable(city: str) -> None:
    assert sample_values([location(address={"city": city})], CITY) == [city]


@pytest.mark.parametrize("reference", ["#contained", "Organization/1/_history/2"])
def test_a_contained_or_versioned_reference_is_never_chosen(reference: str) -> None:
    rows = [location(managingOrganization={"reference": reference})]
    assert sample_values(rows, definitions_of("Location")["organization"]) == []


def test_a_value_that_would_cost_too_many_pages_is_not_chosen() -> None:
    many = [location(id=str(number), address={"city": "Provo"}) for number in range(301)]
    few = [location(id="x", address={"city": "Lehi"})]
    assert sample_values([*many, *few], CITY) == ["Lehi"]
    assert sample_values(many, CITY) == []


def test_a_token_is_sampled_by_its_code_and_a_reference_as_type_and_id() -> None:
    row = location(
        type=[{"coding": [{"system": "urn:s", "code": "HOSP"}]}],
        managingOrganization={"reference": "Organization/1"},
    )
    known = definitions_of("Location")
    assert sample_values([row], known["type"]) == ["HOSP"]
    assert sample_values([row], known["organization"]) == ["Organization/1"]


def test_dates_are_sampled_around_the_middle() -> None:
    rows = [updated(f"2026-01-0{day}T00:00:00Z") for day in (3, 1, 2)]
    values = sample_values(rows, definitions_of("Location")["_lastUpdated"])
    assert values == ["ge2026-01-02T00:00:00Z", "lt2026-01-02T00:00:00Z"]


def test_a_period_is_sampled_by_one_of_its_ends() -> None:
    rows = [{"resourceType": "PractitionerRole", "period": {"start": "2020", "end": "2030"}}]
    values = sample_values(rows, definitions_of("PractitionerRole")["date"])
    assert values == ["ge2030", "lt2030"]


@pytest.mark.parametrize("told", ["", "yesterday", "2026-13-01", "9999"])
def test_a_date_that_is_none_is_not_sampled(told: str) -> None:
    assert sample_values([updated(told)], definitions_of("Location")["_lastUpdated"]) == []


def test_where_nothing_is_held_nothing_is_chosen() -> None:
    for definition in definitions_of("Location").values():
        assert sample_values([location(id="")], definition) == []
