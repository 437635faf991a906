"""Searches of members' rows: each documented parameter, pages, included rows, refusals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from asking import link
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.mock.search.dates import date_test, period_of, span_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from members_api import World

EOB = "ExplanationOfBenefit"
C4BB = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BB"
CLAIM_TYPE = "http://terminology.hl7.org/CodeSystem/claim-type"


def claims(world: World, query: str) -> list[dict[str, Any]]:
    return world.member().everything(f"/{EOB}?patient={world.patients[0]}&{query}")


def expected(world: World, kind: str, test: Callable[[dict[str, Any]], bool]) -> list[str]:
    return [row.id for row in world.rows(kind) if test(row.resource)]


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def test_a_search_of_claims_needs_the_patient(tooele: World) -> None:
    member = tooele.member()
    for query in ("", "?_id=1", "?type=pharmacy", "?_count=1"):
        assert "patient" in member.outcome(f"/{EOB}{query}", 400)["diagnostics"]


@pytest.mark.parametrize("form", ["{}", "Patient/{}", "http://flex.test/fhir/R4/Patient/{}"])
def test_a_patient_is_named_in_any_form(tooele: World, form: str) -> None:
    patient = form.format(tooele.patients[0])
    assert tooele.member().json(f"/{EOB}?patient={patient}")["total"] == len(tooele.rows(EOB))


def test_claims_fill_more_than_three_pages(tooele: World) -> None:
    pages = tooele.member().pages(f"/{EOB}?patient={tooele.patients[0]}")
    assert len(pages) > 3
    assert len(pages[0]["entry"]) == 20
    found = [entry["resource"] for page in pages for entry in page["entry"]]
    assert ids(found) == [row.id for row in tooele.rows(EOB)]
    assert {page["total"] for page in pages} == {len(found)}


@settings(deadline=None, max_examples=40)  # requests, on a machine that may be busy
@given(count=st.integers(1, 90), offset=st.integers(0, 90))
def test_pages_cut_the_result_anywhere(tooele: World, count: int, offset: int) -> None:
    path = f"/{EOB}?patient={tooele.patients[0]}&_count={count}&_getpagesoffset={offset}"
    all_ids = [row.id for row in tooele.rows(EOB)]
    bundle = tooele.member().json(path)
    found = [entry["resource"]["id"] for entry in bundle.get("entry", ())]
    assert found == all_ids[offset : offset + count]
    assert bool(link(bundle, "next")) is (offset + count < len(all_ids))


@pytest.mark.parametrize(
    "kind", ["inpatient", "outpatient", "professional", "pharmacy", "institutional"]
)
def test_a_type_selects_its_claims(tooele: World, kind: str) -> None:
    found = claims(tooele, f"type={kind}&_count=100")
    typed = expected(tooele, EOB, lambda c: c["type"]["coding"][0]["code"] == kind)
    assert ids(found) == typed == ids(claims(tooele, f"type={CLAIM_TYPE}|{kind}&_count=100"))
    assert bool(found) is (kind not in ("inpatient", "outpatient"))


def test_an_unknown_type_selects_nothing(tooele: World) -> None:
    for value in ("|oral", "oral", "|pharmacy", "http://other|pharmacy"):
        assert not claims(tooele, f"type={value}")


def test_an_identifier_selects_one_claim(tooele: World) -> None:
    for row in tooele.rows(EOB)[::20]:
        identifier = row.resource["identifier"][0]
        for value in (identifier["value"], f"{identifier['system']}|{identifier['value']}"):
            assert ids(claims(tooele, f"identifier={value}")) == [row.id]


@pytest.mark.parametrize("prefix", ["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"])
def test_service_dates_are_periods(tooele: World, prefix: str) -> None:
    stay = next(r for r in tooele.rows(EOB) if "admissionperiod" in str(r.resource))
    day = stay.resource["billablePeriod"]["start"]
    low, high = day, (date.fromisoformat(day) + timedelta(days=1)).isoformat()

    def holds(claim: dict[str, Any]) -> bool:
        start = claim["billablePeriod"]["start"]
        last = claim["billablePeriod"]["end"]
        end = (date.fromisoformat(last) + timedelta(days=1)).isoformat()
        inside = low <= start and end <= high
        return {
            "eq": inside, "ne": not inside, "gt": end > high, "lt": start < low,
            "ge": end > high or inside, "le": start < low or inside,
            "sa": start >= high, "eb": end <= low,
        }[prefix or "eq"]  # fmt: skip

    found = claims(tooele, f"service-date={prefix}{day}&_count=100")
    assert ids(found) == expected(tooele, EOB, holds)


def test_a_range_of_service_dates_is_two_values(tooele: World) -> None:
    found = claims(tooele, "service-date=ge2019-01-01&service-date=lt2020-01-01&_count=100")
    assert found
    assert all(c["billablePeriod"]["start"].startswith("2019") for c in found)
    assert claims(tooele, "service-date=2019&_count=100") == found


def test_last_updated_divides_the_claims(tooele: World) -> None:
    late, early = claims(tooele, "_lastUpdated=gt2019"), claims(tooele, "_lastUpdated=lt2020")
    assert late
    assert early
    assert all(row["meta"]["lastUpdated"] > "2020" for row in late)
    assert len(late) + len(early) == len(tooele.rows(EOB))


def test_ids_select(tooele: World) -> None:
    one, two = (row.id for row in tooele.rows(EOB)[:2])
    assert ids(claims(tooele, f"_id={one},{two},unknown")) == [one, two]
    assert tooele.member().ids(f"/Patient?_id={tooele.patients[0]}") == {tooele.patients[0]}
    coverage = tooele.rows("Coverage")[1].id
    assert tooele.member().ids(f"/Coverage?_id={coverage}") == {coverage}


def test_providers_and_the_patient_are_included_once(tooele: World) -> None:
    path = f"/{EOB}?patient={tooele.patients[0]}&_include={EOB}:provider&_include={EOB}:patient"
    for page in tooele.member().pages(path):
        rows = [entry["resource"] for entry in page["entry"]]
        matches = [row for row in rows if row["resourceType"] == EOB]
        included = [f"{r['resourceType']}/{r['id']}" for r in rows if r["resourceType"] != EOB]
        wanted = {row["provider"]["reference"] for row in matches}
        wanted |= {row["patient"]["reference"].partition("/_history")[0] for row in matches}
        assert sorted(included) == sorted(wanted)
        modes = {entry["search"]["mode"] for entry in page["entry"][len(matches) :]}
        assert modes == {"include"}


def test_a_versioned_reference_brings_that_version(uhc: World) -> None:
    view = uhc.member()
    versioned = [r for r in uhc.rows(EOB) if "_history" in r.resource["patient"]["reference"]]
    assert versioned
    reference = versioned[0].resource["patient"]["reference"]
    assert view.json(f"/{reference}")["meta"]["versionId"] == reference.rpartition("/")[2]
    found = view.rows(
        f"/{EOB}?patient={uhc.patients[0]}&_id={versioned[0].id}&_include={EOB}:patient", "include"
    )
    assert found == [view.json(f"/{reference}")]


@pytest.mark.parametrize("kind", ["Encounter", "Immunization"])
def test_provenance_comes_with_what_it_is_of(future: World, kind: str) -> None:
    bundle = future.member().json(f"/{kind}?_revinclude=Provenance:target&_count=5")
    matches = [e["resource"]["id"] for e in bundle["entry"] if e["search"]["mode"] == "match"]
    included = [e["resource"] for e in bundle["entry"] if e["search"]["mode"] == "include"]
    targets = [target["reference"] for row in included for target in row["target"]]
    assert sorted(targets) == sorted(f"{kind}/{found}" for found in matches)


def test_clinical_dates_and_statuses_select(future: World) -> None:
    member = future.member()
    conditions = member.everything("/Condition?onset-date=ge2020")
    assert 0 < len(conditions) < len(future.rows("Condition"))
    encounters = member.everything("/Encounter?date=gt2021-01-01")
    assert all(row["period"]["end"] > "2021-01-02" for row in encounters)
    assert 0 < len(encounters) < len(future.rows("Encounter"))
    day = future.rows("Immunization")[3].resource["occurrenceDateTime"]
    assert all(r["occurrenceDateTime"] == day for r in member.rows(f"/Immunization?date={day}"))
    for status in ("completed", "not-done"):
        for value in (status, f"http://hl7.org/fhir/event-status|{status}"):
            found = member.rows(f"/Immunization?status={value}")
            assert found
            assert {row["status"] for row in found} == {status}
    assert not member.rows("/Immunization?status=entered-in-error")


def test_searches_of_uhc_by_member_and_time(uhc: World) -> None:
    member = uhc.member()
    for kind in set(uhc.vocabularies) - {"Patient"}:
        path = f"/{kind}?patient={uhc.patients[0]}"
        total = member.json(path)["total"]
        parts = [
            member.json(f"{path}&_lastUpdated={prefix}2020-06-01")["total"]
            for prefix in ("ge", "lt")
        ]
        assert sum(parts) == total == len(uhc.rows(kind))
    labs = member.everything("/Observation?category=laboratory&_count=100")
    assert labs
    assert all(row["category"][0]["coding"][0]["code"] == "laboratory" for row in labs)
    assert member.rows("/Observation?code=http://loinc.org|8867-4&date=ge2018")
    assert member.rows("/MedicationRequest?status=active&intent=order")
    assert member.rows("/MedicationDispense?status=completed")
    assert member.rows("/Procedure?status=completed&date=ge2017")


UNLISTED = [
    ("Patient", "identifier=1"),
    ("Patient", "_lastUpdated=ge2020"),
    ("Coverage", "patient=1"),
    ("Coverage", "_include=Coverage:payor"),
    (EOB, "patient=1&status=active"),
    (EOB, "patient=1&_sort=_id"),
    (EOB, "patient:Patient=1"),
    (EOB, "patient=1&_revinclude=Provenance:target"),
    ("Condition", "code=1"),
    ("Encounter", "_lastUpdated=ge2020"),
    ("Immunization", "_include=Immunization:patient"),
]


@pytest.mark.parametrize(("kind", "query"), UNLISTED)
def test_what_is_not_listed_is_refused(future: World, kind: str, query: str) -> None:
    name = query.rpartition("&")[2].partition("=")[0]
    assert f'"{name}"' in future.member().outcome(f"/{kind}?{query}", 400)["diagnostics"]


INVALID = [
    (EOB, f"patient=1&_include={EOB}:insurer"),
    (EOB, "patient=1&service-date=yesterday"),
    (EOB, "patient="),
    (EOB, "patient=1&_count=-1"),
    ("Encounter", "_revinclude=Observation:encounter"),
    ("Condition", "onset-date=2020-13"),
]


@pytest.mark.parametrize(("kind", "query"), INVALID)
def test_a_value_that_cannot_be_read_is_refused(future: World, kind: str, query: str) -> None:
    assert future.member().outcome(f"/{kind}?{query}", 400)["code"] == "invalid"


DAYS = st.dates(date(2015, 1, 1), date(2027, 1, 1))


@st.composite
def spans(draw: st.DrawFn) -> str:
    start, end = sorted((draw(DAYS), draw(DAYS)))
    shown = draw(st.sampled_from(["both", "from", "until", "day"]))
    return {
        "both": f"{start}/{end}", "from": f"{start}/", "until": f"/{end}", "day": str(start),
    }[shown]  # fmt: skip


@given(spans(), DAYS)
def test_prefixes_on_spans_keep_fhirs_algebra(span: str, day: date) -> None:
    start, end = span_of(span)
    low, high = period_of(day.isoformat())
    holds = {
        prefix: date_test("d", f"{prefix}{day}")(start, end)
        for prefix in ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
    }
    assert holds["ne"] is not holds["eq"]
    assert holds["ge"] is (holds["gt"] or holds["eq"])
    assert holds["le"] is (holds["lt"] or holds["eq"])
    assert holds["gt"] >= holds["sa"]
    assert holds["lt"] >= holds["eb"]
    assert not (holds["sa"] and holds["eb"])
    overlaps = start < high and low < end
    assert overlaps is not (holds["sa"] or holds["eb"])
    assert not overlaps or holds["ap"]
