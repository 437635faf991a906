"""What a claim says of its kind, its details and the Coverage of its day."""

from __future__ import annotations

from typing import Any

import pytest
from builders import Said, found, resource

from conformance.checks import claims as check

LINE = {"sequence": 1, "adjudication": [{"category": {"text": "paid"}}]}
PERIOD = {"start": "2020-01-01", "end": "2020-12-31"}


def claim(**fields: Any) -> dict[str, Any]:
    return resource("ExplanationOfBenefit", "e1", **fields)


def rows(*made: dict[str, Any]) -> Any:
    return found(*made, kind="ExplanationOfBenefit").matches


def of_kind(kind: str, profiles: list[str], sub: str = "") -> dict[str, Any]:
    fields: dict[str, Any] = {
        "type": {"coding": [{"system": check.CLAIM_TYPES, "code": kind}]},
        "meta": {"profile": profiles},
    }
    if sub:
        fields["subType"] = {"coding": [{"system": check.SUBTYPES, "code": sub}]}
    return claim(**fields)


PROFESSIONAL = f"{check.FAMILY}-Professional-NonClinician"
PHARMACY = f"{check.FAMILY}-Pharmacy"


@pytest.mark.parametrize(
    ("kind", "sub", "profiles"),
    [
        ("professional", "", [f"{PROFESSIONAL}|1.1.0"]),
        ("professional", "", [PROFESSIONAL, check.FAMILY]),
        ("pharmacy", "", [PHARMACY, "http://example.org/own"]),
        ("institutional", "inpatient", [check.INPATIENT]),
        ("institutional", "outpatient", [check.OUTPATIENT]),
        ("institutional", "", [check.INPATIENT]),
        ("institutional", "", [check.OUTPATIENT]),
    ],
)
def test_a_claim_of_its_kind_holds(kind: str, sub: str, profiles: list[str]) -> None:
    assert Said(check.profile_is_of_its_kind(rows(of_kind(kind, profiles, sub)))).holds


@pytest.mark.parametrize(
    ("kind", "sub", "profiles"),
    [
        ("professional", "", [PHARMACY]),
        ("professional", "", [check.FAMILY]),
        ("professional", "", [PROFESSIONAL, PHARMACY]),
        ("institutional", "inpatient", [check.OUTPATIENT]),
        ("institutional", "", [PROFESSIONAL]),
    ],
)
def test_a_profile_of_another_kind_breaks_it(kind: str, sub: str, profiles: list[str]) -> None:
    said = Said(check.profile_is_of_its_kind(rows(of_kind(kind, profiles, sub))))
    assert said.only.at == "ExplanationOfBenefit/e1.meta.profile"


@pytest.mark.parametrize(
    "row",
    [
        of_kind("oral", [PROFESSIONAL]),
        of_kind("professional", ["http://example.org/own"]),
        claim(meta={"profile": [PROFESSIONAL]}),
        claim(
            type={"coding": [{"system": "urn:own", "code": "professional"}]},
            meta={"profile": [PHARMACY]},
        ),
    ],
)
def test_a_kind_without_a_profile_demonstrates_nothing(row: dict[str, Any]) -> None:
    assert Said(check.profile_is_of_its_kind(rows(row))).nothing


@pytest.mark.parametrize(
    "fields",
    [
        {"item": [LINE]},
        {"item": [{"sequence": 1}], "adjudication": LINE["adjudication"]},
        {"diagnosis": [{"sequence": 1}], "total": [{"amount": {"value": 1}}]},
        {"item": [{"sequence": 1}], "outcome": "queued"},
    ],
)
def test_a_claim_with_its_details_holds(fields: dict[str, Any]) -> None:
    assert Said(check.claim_has_its_details(rows(claim(**fields)))).holds


@pytest.mark.parametrize(
    ("fields", "lacks"),
    [
        ({"item": [{"sequence": 1}]}, "adjudication details"),
        ({"total": [{"amount": {"value": 1}}]}, "claim details"),
        ({"item": [{"sequence": 1}], "outcome": "complete", "total": []}, "adjudication details"),
    ],
)
def test_a_claim_without_its_details_breaks_it(fields: dict[str, Any], lacks: str) -> None:
    said = Said(check.claim_has_its_details(rows(claim(**fields))))
    assert said.only.expected.startswith(lacks)


def served(start: str, end: str = "", **more: Any) -> dict[str, Any]:
    period = {"start": start, "end": end or start}
    coverage = {"coverage": {"reference": "Coverage/c1"}, "focal": True}
    return claim(**{"billablePeriod": period, "insurance": [coverage], **more})


def covered(row: dict[str, Any], period: dict[str, str] | None) -> Said:
    coverage = resource("Coverage", "c1", **({"period": period} if period else {}))
    return Said(check.coverage_was_in_force(rows(row), {"Coverage/c1": coverage}))


@pytest.mark.parametrize(
    "row",
    [
        served("2020-01-01"),
        served("2020-12-31"),
        served("2019-12-30", "2020-01-02"),
        served("2020-06"),
        claim(item=[{"servicedDate": "2020-03-03"}], insurance=served("2020")["insurance"]),
    ],
)
def test_a_coverage_in_force_holds(row: dict[str, Any]) -> None:
    assert covered(row, PERIOD).holds


def test_a_coverage_without_an_end_lasts() -> None:
    assert covered(served("2035-05-05"), {"start": "2020-01-01"}).holds
    assert covered(served("2035-05-05T10:00:00Z"), {"start": "2020-01-01"}).holds


@pytest.mark.parametrize(
    "row", [served("2019-12-31"), served("2021-01-01"), served("2018", "2019")]
)
def test_a_coverage_of_another_time_breaks_it(row: dict[str, Any]) -> None:
    said = covered(row, PERIOD)
    assert said.only.observed == "in force 2020-01-01/2020-12-31"


def test_hours_of_a_zone_break_nothing() -> None:
    assert covered(served("2019-12-31T22:00:00-07:00"), PERIOD).holds
    assert not covered(served("2019-12-30T22:00:00-07:00"), PERIOD).holds


@pytest.mark.parametrize(
    ("row", "period"),
    [
        (served("2020"), None),
        (claim(insurance=served("2020")["insurance"]), PERIOD),
        (served("2020", insurance=[]), PERIOD),
        (served("2020", insurance=[{"coverage": {"reference": "Coverage/unknown"}}]), PERIOD),
    ],
)
def test_what_tells_no_time_demonstrates_nothing(
    row: dict[str, Any], period: dict[str, str] | None
) -> None:
    assert covered(row, period).nothing


def test_the_focal_coverage_counts() -> None:
    other = {"coverage": {"reference": "Coverage/old"}, "focal": False}
    row = claim(insurance=[other, *served("2020")["insurance"]])
    assert check.coverages_of(row) == ["Coverage/c1"]
    assert check.coverages_of(claim(insurance=[other])) == ["Coverage/old"]
