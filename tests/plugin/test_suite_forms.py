"""Which searches the suites choose: forms of dates, drawn searches, near misses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from conformance.contract import load_contract
from conformance.exchange import Exchange, Request, Response
from conformance.records import Ending, Holdings, Search
from suites.fhir import exploring, form_stimuli, stimuli, test_include_limits, value_stimuli

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

    deployment = "tooele"

    def samples_of(self, *_: str) -> tuple[str, ...]:
        return ()

    def needs_of(self, *_: str) -> Params:
        return ()

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
        (("_id", "0,1,2,3"), ("_lastUpdated", "ne2024-02")),
        (("_id", "0,1,2,3"), ("_lastUpdated", "ge2024-02-01T15:30:00.000+05:30")),
    ]


def test_dates_are_compared_where_two_lie_close_together() -> None:
    times = ("2024-01-01", "2024-02-01", "2024-02-03T08:00:00Z", "2024-02-03T09:00:00Z")
    held = {str(number): time for number, time in enumerate((*times, "2024-04-01", "2024-05-01"))}
    chosen, value = form_stimuli.bench_of(held)
    assert value == "2024-02-03T08:00:00Z"
    assert {"2", "3"} <= set(chosen)
    assert form_stimuli.bench_of({"1": "2024", "2": "2024"})[1] == "2024"
    assert form_stimuli.bench_of({"1": "soon"}) == ([], "")


def test_a_date_is_given_twice_as_a_range(api: Any) -> None:
    form_stimuli.twice(api, "Location", "_lastUpdated")
    (params,) = api.asked
    assert [value[:12] for _, value in params] == ["ge2024-02-01", "lt2024-04-01"]


def test_dates_and_ids_are_listed_too(api: Any) -> None:
    names = form_stimuli.listable(CONTRACT["DIR-LOC-OR-VALUES"])
    assert {"_id", "_lastUpdated", "address-state"} <= set(names)
    form_stimuli.either(api, "Location", "_id")
    form_stimuli.either(api, "Location", "_lastUpdated")
    ids, dates = (params[0][1].split(",") for params in api.asked)
    assert ids == ["0", "2"]
    assert sorted(value[:2] for value in dates) == ["ge", "lt"]


def test_every_reserved_character_is_escaped(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    held = {**ROWS, "9": {**ROWS["0"], "id": "9", "address": {"city": "A,b|c$d\\e"}}}
    monkeypatch.setattr(api, "holdings", lambda kind: Holdings(kind, (), held, complete=True))
    form_stimuli.escaped(api, "Location", "address-city")
    values = [params[0][1] for params in api.asked]
    assert r"A\,b\|c\$d\\e" in values
    assert {value[-2:] for value in values} >= {"\\$", "\\\\"}


def test_near_misses_of_an_id_are_held_by_none(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    held = {name: {**ROWS["0"], "id": name} for name in ("Ab1", "Ab2", "Ab")}
    monkeypatch.setattr(api, "holdings", lambda kind: Holdings(kind, (), held, complete=True))
    searches = value_stimuli.nothing_to_find(api, CONTRACT["DIR-LOC-SEARCH-ID"])
    # The shorter form of `Ab1` is held itself.
    assert [dict(found.params)["_id"] for found in searches] in (
        ["Abflexchecknone", "aB", "A"],
        ["Ab1flexchecknone", "aB1"],
    )


def test_what_goes_to_sql_as_it_comes_is_tried(api: Any) -> None:
    list(value_stimuli.string_variants(api, CONTRACT["DIR-LOC-STRING-MATCHING"]))
    assert any(params[0][1].startswith("%") for params in api.asked)


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


def test_includes_that_are_not_listed_are_tried() -> None:
    tried = test_include_limits.others(CONTRACT["DIR-LOC-OTHER-INCLUDES"])
    assert "_include=Location:endpoint" in tried
    assert {"_include=*", "_include=Location:flexcheck", "_revinclude=Provenance:target"} < set(
        tried
    )
    assert "_include=Location:organization" not in tried
    claims = test_include_limits.others(CONTRACT["PA-ENC-OTHER-INCLUDES"])
    # Which is what the document lists for Encounter.
    assert "_revinclude=Provenance:target" not in claims
    assert not [value for value in claims if value.endswith((":patient", ":subject"))]


def test_a_value_is_encoded_whole(api: Any) -> None:
    rows = {"1": ROWS["0"]}
    shown = {"resourceType": "Bundle", "entry": [{"resource": row} for row in rows.values()]}
    page = Exchange(
        "ex-1", "", "", 0.0, Request("GET", "http://test/Location"),
        Response(200, document=shown),
    )  # fmt: skip
    api.search = lambda kind, params, **_: Search.of(
        f"http://test/{kind}", params, (page,), Ending.END
    )
    paths: list[str] = []
    api.get = lambda path, **_: paths.append(path) or page
    (pair,) = value_stimuli.encodings(api, CONTRACT["DIR-LOC-PERCENT-ENCODING"])
    (path,) = paths
    written = path.removeprefix("Location?_lastUpdated=").removesuffix("&_count=30")
    assert unquote(written) == dict(pair[0].params)["_lastUpdated"]
    assert len(written) == 3 * len(unquote(written))
    assert pair[0].ids == pair[1].ids


def test_a_row_of_another_type_is_not_read_by_its_own(api: Any) -> None:
    kinds: dict[str, Any] = {"Location": ROWS, "HealthcareService": {"0": {}, "other": {}}}
    api.holdings = lambda kind: Holdings(kind, (), kinds[kind], complete=True)
    clause = CONTRACT["DIR-LOC-READ-UNKNOWN"]
    assert stimuli.ids_of_another_type(api, clause) == ["other"]
    api.holdings = lambda kind: Holdings(kind, (), kinds[kind], complete=False)
    assert stimuli.ids_of_another_type(api, clause) == []
