"""Rows are judged by the profile of their kind, each once; evidence beside the verdict is told."""

from __future__ import annotations

from typing import Any

import pytest
from builders import Said, entry, found, page, resource, search

from conformance.checks.claims import FAMILY
from conformance.checks.conformity import profile_of, rows_conform

PLAN_NET = "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/"
NETWORK = {
    "resourceType": "Organization",
    "id": "n1",
    "meta": {"lastUpdated": "2026-01-01T00:00:00Z", "versionId": "1"},
    "active": True,
    "name": "Preferred",
    "type": [
        {
            "coding": [
                {
                    "system": "http://hl7.org/fhir/us/davinci-pdex-plan-net/CodeSystem/OrgTypeCS",
                    "code": "ntwk",
                }
            ]
        }
    ],
    "partOf": {"reference": "Organization/payer"},
}
CLAIM_TYPE = "http://terminology.hl7.org/CodeSystem/claim-type"


def judged(*rows: dict[str, Any], profile: str = "plannet-Network") -> Said:
    kind = rows[0]["resourceType"] if rows else "Organization"
    return Said(rows_conform(found(*rows).entries, PLAN_NET + profile, kind))


def test_a_row_that_conforms_holds_with_its_evidence() -> None:
    said = judged(NETWORK)
    assert said.holds
    support, last = said.all[0], said.all[-1]
    assert support.at == PLAN_NET + "plannet-Network"
    assert support.observed.startswith("4 of 23 in some row; in none: ")
    assert (last.at, last.expected) == ("Organization/n1", f"FHIR R4 and {PLAN_NET}plannet-Network")


def test_each_fault_names_row_place_profile_and_rule() -> None:
    only = judged({name: NETWORK[name] for name in NETWORK if name != "partOf"}).only
    assert only.at == "Organization/n1: Organization"
    assert only.expected.startswith(f"{PLAN_NET}plannet-Network|1.0.0 ")
    assert only.observed == "partOf: at least 1 expected, 0 found"
    assert only.exchange


def test_a_row_that_came_twice_in_one_version_is_judged_once() -> None:
    newer = {**NETWORK, "meta": {**NETWORK["meta"], "versionId": "2"}}
    said = judged(NETWORK, NETWORK, newer)
    assert [item.at for item in said.all].count("Organization/n1") == 2


def test_what_came_with_the_rows_is_judged_by_what_it_claims() -> None:
    stray = resource("Location", "l1", status="lost")
    entries = search(page(entry(NETWORK), entry(stray, "include"))).entries
    only = Said(rows_conform(entries, PLAN_NET + "plannet-Network", "Organization")).only
    assert only.at == "Location/l1: Location.status"
    claiming = resource("Location", "l2", meta={"profile": [PLAN_NET + "plannet-Location"]})
    entries = search(page(entry(claiming, "include"))).entries
    wrong = Said(rows_conform(entries, PLAN_NET + "plannet-Network", "Organization")).broken
    assert {item.expected.partition("|")[0] for item in wrong} == {PLAN_NET + "plannet-Location"}


def test_outcomes_of_a_search_are_no_rows() -> None:
    told = {"resourceType": "OperationOutcome", "issue": []}
    assert Said(rows_conform(search(page(entry(told, "outcome"))).entries, "", "Location")).nothing


def test_what_cannot_be_checked_offline_is_told() -> None:
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "1"}]}
    row = resource("Condition", "1", code=code, subject={"reference": "Patient/1"})
    told = [
        item.observed
        for item in judged(row, profile="plannet-Location").all
        if item.at == "terminology"
    ]
    assert "code system http://snomed.info/sct" in told[0]


@pytest.mark.parametrize(
    ("kind", "subtype", "profiles"),
    [
        ("pharmacy", "", ["-Pharmacy"]),
        ("professional", "", ["-Professional-NonClinician"]),
        ("institutional", "inpatient", ["-Inpatient-Institutional"]),
        ("institutional", "outpatient", ["-Outpatient-Institutional"]),
        ("institutional", "", [""]),
        ("vision", "", [""]),
    ],
)
def test_a_claim_is_judged_by_the_profile_of_its_kind(
    kind: str, subtype: str, profiles: list[str]
) -> None:
    system = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBInstitutionalClaimSubType"
    claim = resource(
        "ExplanationOfBenefit",
        "1",
        type={"coding": [{"system": CLAIM_TYPE, "code": kind}]},
        subType={"coding": [{"system": system, "code": subtype}]},
    )
    wanted = profile_of(claim, FAMILY, "ExplanationOfBenefit")
    assert list(wanted) == [FAMILY + name for name in profiles]


def test_what_only_a_claim_tells_apart_is_not_asked_for() -> None:
    assert profile_of(resource("Observation", "1"), PLAN_NET, "Observation") == ()
    assert profile_of(resource("Location", "1"), PLAN_NET, "Organization") == ()
