"""The members' records: valid, connected, consistent with themselves and with the window."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import given
from hypothesis import strategies as st
from members_api import World, build

from conformance.mock.data.elements import check_digit
from conformance.mock.data.plan import AS_OF
from conformance.mock.members.data.adjudication import Bill
from conformance.mock.members.store import MEMBERS, Holdings, Members, View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.mock.data.store import Row

EOB = "ExplanationOfBenefit"
C4BB = "http://hl7.org/fhir/us/carin-bb/StructureDefinition/C4BB-"


def every_row(world: World) -> Iterator[Row]:
    members = world.api.access.members
    view = View(members, members.patients)
    for kind in view.kinds:
        yield from view.rows(kind)


def claims(world: World) -> Iterator[dict[str, Any]]:
    for number in range(len(world.patients)):
        yield from (row.resource for row in world.rows(EOB, number))


@pytest.mark.parametrize("member", [0, 1, 5])
def test_fhir_resources_accepts_every_version(uhc: World, member: int) -> None:
    members = uhc.api.access.members
    view = View(members, (uhc.patients[member],))
    for kind in view.kinds:
        model = get_fhir_model_class(kind)
        for row in view.rows(kind):
            for version in row.versions:
                model.model_validate(version)


def test_every_member_has_every_kind_of_claim_over_more_than_three_pages(tooele: World) -> None:
    for number in range(len(tooele.patients)):
        rows = [row.resource for row in tooele.rows(EOB, number)]
        kinds = Counter(r["meta"]["profile"][0].removeprefix(C4BB) for r in rows)
        assert len(rows) > 60
        assert set(kinds) == {
            f"{EOB}-{kind}|1.1.0"
            for kind in (
                "Inpatient-Institutional", "Outpatient-Institutional", "Pharmacy",
                "Professional-NonClinician",
            )
        }  # fmt: skip
        assert min(kinds.values()) >= 9
        assert len(tooele.rows("Coverage", number)) == 3


def test_every_reference_leads_to_a_row_or_to_one_of_its_versions(uhc: World) -> None:
    members = uhc.api.access.members
    view = View(members, uhc.patients[:1])
    named = [ref for kind in view.kinds for row in view.rows(kind) for ref in references(row)]
    assert all(view.resolve(reference) for reference in named)
    versioned = {r.split("/")[0] for r in named if "_history" in r}
    assert versioned == {"Patient", "Coverage"}
    assert not view.resolve(f"Patient/{uhc.patients[0]}/_history/9")
    assert not view.resolve("Nothing/1")


def references(row: Row) -> Iterator[str]:
    def walk(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if isinstance(node.get("reference"), str):
                yield node["reference"]
            for value in node.values():
                yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)

    yield from walk(row.resource)


def test_ids_are_fhir_ids_and_nobody_shares_one(uhc: World) -> None:
    rows = list(every_row(uhc))
    assert len({row.reference for row in rows}) == len(rows)
    assert all(re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", row.id) for row in rows)
    other = build("uhc", "sandbox")
    assert {row.id for row in every_row(other) if row.type == "Patient"}.isdisjoint(
        row.id for row in rows
    )


def test_nothing_is_dated_before_2016_or_after_the_data_was_made(uhc: World) -> None:
    day = re.compile(r"\d{4}-\d\d-\d\d")
    for row in every_row(uhc):
        for version in row.versions:
            shown = {k: v for k, v in version.items() if k != "birthDate"}
            dates = day.findall(str(shown))
            assert min(dates) >= "2016-01-01"
            assert max(dates) <= AS_OF.date().isoformat()
    starts = [claim["billablePeriod"]["start"] for claim in claims(uhc)]
    assert min(starts) == "2016-01-01"
    assert {start[:4] for start in starts} == {str(year) for year in range(2016, 2027)}


def test_versions_follow_each_other_and_differ(uhc: World) -> None:
    lengths = Counter()
    for row in every_row(uhc):
        metas = [version["meta"] for version in row.versions]
        assert [m["versionId"] for m in metas] == [str(n + 1) for n in range(len(metas))]
        instants = [datetime.fromisoformat(m["lastUpdated"]) for m in metas]
        assert instants == sorted(instants)
        bare = [{k: v for k, v in version.items() if k != "meta"} for version in row.versions]
        assert all(one != two for one, two in pairwise(bare))
        lengths[len(metas)] += 1
    assert set(lengths) == {1, 2, 3}


def test_the_same_seed_gives_the_same_record(uhc: World) -> None:
    again = build("uhc", "production")
    assert again.rows(EOB)[3].versions == uhc.rows(EOB)[3].versions
    other = Members("uhc", "production", Holdings(claims=72, clinical=()), seed=7)
    assert set(other.patients).isdisjoint(uhc.patients)
    assert len(uhc.patients) == MEMBERS["production"]


def test_a_record_is_built_when_it_is_asked_for() -> None:
    members = Members("tooele", "production", Holdings(claims=72, clinical=()))
    assert not members._records
    assert members.rows(members.patients[2], EOB)
    assert list(members._records) == [members.patients[2]]
    assert members.rows("unknown", EOB) == ()


def test_a_member_has_as_many_claims_as_are_asked_for() -> None:
    world = build("tooele", "production", claims=5)
    assert [len(world.rows(EOB, member)) for member in range(3)] == [5, 8, 11]
    assert build("uhc", "sandbox", claims=5).rows(EOB) == ()


def test_npis_have_their_check_digit(uhc: World) -> None:
    system = "http://hl7.org/fhir/sid/us-npi"
    found = [
        identifier["value"]
        for row in every_row(uhc)
        if row.type in ("Organization", "Practitioner")
        for identifier in row.resource["identifier"]
        if identifier["system"] == system
    ]
    assert len(found) == len(set(found)) == 20
    assert all(npi[0] == "2" and check_digit(npi[:9]) == npi[9] for npi in found)


def test_a_claims_coverage_was_in_force(uhc: World) -> None:
    view = View(uhc.api.access.members, uhc.patients)
    for claim in claims(uhc):
        coverage = view.resolve(claim["insurance"][0]["coverage"]["reference"])
        assert coverage
        period = coverage.resource["period"]
        assert period["start"] <= claim["billablePeriod"]["start"] <= period.get("end", "9999")


def test_a_claims_amounts_add_up(uhc: World) -> None:
    for claim in claims(uhc):
        total = amounts(claim["total"])
        parts = Counter()
        lines = [item["adjudication"] for item in claim["item"] if "adjudication" in item]
        for line in lines or [claim["adjudication"]]:
            parts.update(amounts(line))
        assert {k: v for k, v in total.items() if k != "innetwork"} == dict(parts)
        assert round(claim["payment"]["amount"]["value"] * 100) == total["paidtoprovider"]
        if "eligible" in total:
            assert total["submitted"] == total["discount"] + total["eligible"]
            assert total["eligible"] == total["benefit"] + total["memberliability"]


def amounts(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {
        row["category"]["coding"][0]["code"]: round(row["amount"]["value"] * 100)
        for row in rows
        if "amount" in row
    }


@given(st.integers(0, 10**7), st.integers(0, 10**5), st.booleans())
def test_a_bill_is_shared_out_completely(
    submitted: int,
    copay: int,
    denied: bool,  # noqa: FBT001
) -> None:
    found = Bill(submitted, copay, denied).amounts
    assert min(found.values()) >= 0
    assert found["benefit"] == found["paidtoprovider"]
    if denied:
        assert found["memberliability"] == submitted
    else:
        shares = found["deductible"] + found["coinsurance"] + found["copay"]
        assert shares == found["memberliability"]
        assert found["discount"] + found["benefit"] + shares == submitted


def test_some_claims_are_denied_and_some_replaced(uhc: World) -> None:
    every = list(claims(uhc))
    status = Counter(c["payment"]["type"]["coding"][0]["code"] for c in every)
    assert set(status) == {"paid", "denied"}
    by_identifier = {c["identifier"][0]["value"] for c in every}
    replaced = [c for c in every if c["status"] == "cancelled"]
    assert replaced
    for claim in replaced:
        assert claim["related"][0]["reference"]["value"] in by_identifier
    reasons = [
        row
        for claim in every
        for item in claim["item"]
        for row in item.get("adjudication", ())
        if "reason" in row
    ]
    assert reasons


def test_carin_claims_have_what_their_profile_demands(uhc: World) -> None:
    for claim in claims(uhc):
        info = [row["category"]["coding"][0]["code"] for row in claim["supportingInfo"]]
        assert len(info) == len(set(info))
        kind = claim["meta"]["profile"][0].removeprefix(f"{C4BB}{EOB}-").partition("|")[0]
        at_item = any("adjudication" in item for item in claim["item"])
        if kind.endswith("Institutional"):
            assert at_item is ("adjudication" not in claim)
            assert claim["subType"]["coding"][0]["code"] == kind.partition("-")[0].lower()
        if kind == "Inpatient-Institutional":
            assert "admissionperiod" in info
            assert all("revenue" in item for item in claim["item"])
        if kind == "Pharmacy":
            assert {"dayssupply", "dawcode", "refillnum"} <= set(info)
        else:
            assert claim["diagnosis"]
        if kind == "Professional-NonClinician":
            statuses = [
                [row["category"]["coding"][0]["code"] for row in item["adjudication"]]
                for item in claim["item"]
            ]
            assert all(codes.count("innetwork") == 1 for codes in statuses)
        else:
            assert "innetwork" in amounts(claim["total"])
        for part in ("careTeam", "supportingInfo", "item", "diagnosis"):
            numbers = [row["sequence"] for row in claim.get(part, ())]
            assert numbers == list(range(1, len(numbers) + 1))


def test_clinical_rows_name_the_profile_of_their_kind(uhc: World) -> None:
    for kind in set(uhc.vocabularies) - {"Patient", "Coverage", EOB}:
        for row in uhc.rows(kind):
            (profile,) = row.resource["meta"]["profile"]
            assert re.fullmatch(
                r"http://hl7\.org/fhir/us/(core|davinci-pdex)/StructureDefinition/[a-z-]+", profile
            )
    categories = Counter(
        row.resource["category"][0]["coding"][0]["code"] for row in uhc.rows("Observation")
    )
    assert set(categories) == {"laboratory", "vital-signs", "social-history"}


def test_clinical_rows_fill_more_than_a_page(uhc: World) -> None:
    assert len(uhc.rows("Observation")) > 40
    assert len(uhc.rows("Encounter")) > 20
    assert len(uhc.rows("MedicationDispense")) > 20
    assert {row.resource["status"] for row in uhc.rows("Immunization")} == {
        "completed", "not-done",
    }  # fmt: skip
