"""Which searches the suites choose: forms of dates, drawn searches, near misses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.contract import load_contract
from conformance.records import Ending, Holdings, Search
from suites.fhir import exploring, form_stimuli, stimuli

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.client.api import Params

CONTRACT = load_contract()
ROWS = {
    str(number): {
        "resourceType": "Location",
        "id": str(number),
        "meta": {"lastUpdated": f"2024-0{number + 1}-01T10:00:00.000Z"},
        "address": {"state": state, "city": city, "line": [f"{number} Main"]},
    }
    for number, (state, city) in enumerate(
        [("UT", "Provo"), ("UT", "Ogden"), ("NV", "Reno"), ("NV", "Elko")]
    )
}


class Noting:
    """An API that holds four places and notes what it is asked for."""

    base, page_size = "http://test", 30

    def __init__(self) -> None:
        self.asked: list[Params] = []

    def once(self, _: object, make: Callable[[], Any]) -> Any:
        return make()

    def holdings(self, kind: str) -> Holdings:
        return Holdings(kind, (), ROWS, complete=True)

    def search(self, kind: str, params: Params, **_: Any) -> Search:
        self.asked.append(params[:-1])
        return Search("http://test", kind, params, (), Ending.END, ())


@pytest.fixture
def api() -> Any:
    return Noting()


def test_dates_are_asked_among_a_few_rows(api: Any) -> None:
    form_stimuli.by_date(api, "Location", "_lastUpdated ne month")
    form_stimuli.by_date(api, "Location", "_lastUpdated ge zone")
    assert api.asked == [
        (("_id", "0,1,2,3"), ("_lastUpdated", "ne2024-03")),
        (("_id", "0,1,2,3"), ("_lastUpdated", "ge2024-03-01T15:30:00.000+05:30")),
    ]


def test_a_day_is_written_as_its_noon() -> None:
    assert form_stimuli.written("2024-03-01", "instant") == "2024-03-01T12:00:00.000+00:00"
    assert form_stimuli.written("2024-03", "day") == ""


def test_an_escaped_comma_joins_two_held_values(api: Any) -> None:
    form_stimuli.escaped(api, "Location", "address-state")
    assert api.asked[0] in {(("address-state", r"UT\,NV"),), (("address-state", r"NV\,UT"),)}


def test_a_modifier_gets_a_value_that_tells(api: Any) -> None:
    form_stimuli.by_modifier(api, "Location", "address-state:exact")
    form_stimuli.by_modifier(api, "Location", "address-state:contains")
    assert [params[0][1] for params in api.asked] in [["ut", "T"], ["nv", "V"]]


def test_ids_are_combined_with_rows_in_and_out(api: Any) -> None:
    form_stimuli.together(api, "Location", "_id + address-state")
    (params,) = api.asked
    ids, state = dict(params)["_id"].split(","), dict(params)["address-state"]
    inside = [row_id for row_id in ids if ROWS[row_id]["address"]["state"] == state]  # type: ignore[index]
    assert len(ids) == 4
    assert len(inside) == 2


def test_drawn_searches_are_the_same_again(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["address-state", "address-city", "_lastUpdated"]

    def drawn(seed: str) -> Any:
        monkeypatch.setenv(exploring.SEED, seed)
        return exploring.drawn(api, "Location", names, least=2)

    assert drawn("7") == drawn("7")
    assert any(drawn("7") != drawn(str(seed)) for seed in range(8, 16))
    assert all(1 < len(criteria) <= 3 for criteria in drawn("7"))


def test_nothing_is_drawn_from_too_few_parameters(api: Any) -> None:
    assert exploring.drawn(api, "Location", ["address-state"], least=2) == []


def test_a_seed_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(exploring.SEED, "x")
    assert exploring.seed_used() == 1


def test_near_misses_and_chains_are_probed() -> None:
    names = stimuli.unlisted_names(CONTRACT["DIR-LOC-UNLISTED-REFUSED"])
    assert {"Address", "addresss", "endpoint._id", "_sort", "_summary", "_elements"} <= set(names)


def test_only_prefixes_that_compare_are_every_servers() -> None:
    refusable = {
        form for form in form_stimuli.DATE_FORMS if form_stimuli.may_be_refused(f"x {form}")
    }
    assert refusable == {"ne day", "sa day", "eb month", "ap day"}


def test_drawing_leaves_nothing_where_a_run_is_started(
    api: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert exploring.drawn(api, "Location", ["address-state", "address-city"], least=1)
    assert list(tmp_path.iterdir()) == []
