"""Resources are judged by the profile of their kind; a fault of many is told by a few."""

from __future__ import annotations

from typing import Any

import pytest
from builders import Said, entry, found, page, resource, search

from conformance.checks.claims import FAMILY
from conformance.checks.conformity import resources_conform, wanted_of
from conformance.records import Entry

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


PROFILE = f"{PLAN_NET}plannet-Network"
ASKED = {"Network": PROFILE, "Organization": f"{PLAN_NET}plannet-Organization"}


def judged(*rows: dict[str, Any]) -> Said:
    return Said(resources_conform(found(*rows).entries, ASKED))


def without(name: str, number: int = 1) -> dict[str, Any]:
    return {key: NETWORK[key] for key in NETWORK if key != name} | {"id": f"n{number}"}


def test_a_row_that_conforms_holds() -> None:
    only = judged(NETWORK).all[-1]
    assert only.holds
    assert (only.at, only.expected) == ("Organization/n1", f"FHIR R4 and {PROFILE}")
    assert only.exchange


def test_each_fault_names_row_place_profile_and_rule() -> None:
    only = judged(without("partOf")).only
    assert only.at == "Organization/n1: Organization"
    assert only.expected == f"{PROFILE}|1.0.0, rule Organization.partOf"
    assert only.observed == "partOf: at least 1 expected, 0 found"
    assert only.exchange


def test_a_fault_of_a_few_rows_is_told_of_each_with_their_number() -> None:
    wrong = judged(*(without("partOf", number) for number in range(10))).broken
    assert [item.at for item in wrong] == [f"Organization/n{n}: Organization" for n in range(10)]
    assert all(item.observed.endswith("(one of 10 such places in 10 resources)") for item in wrong)


def test_a_fault_of_many_rows_is_told_by_three_and_a_count() -> None:
    wrong = judged(*(without("partOf", number) for number in range(5000))).broken
    assert [item.at for item in wrong[:3]] == [f"Organization/n{n}: Organization" for n in range(3)]
    rest = wrong[3]
    assert (len(wrong), rest.times, rest.at) == (4, 4997, "more: Organization")
    assert rest.expected == wrong[0].expected
    assert rest.observed.startswith(
        "4,997 more such places, the next at Organization/n3: Organization: partOf"
    )
    assert wrong[0].observed.endswith("(one of 5,000 such places in 5,000 resources)")


def test_the_first_of_each_cause_is_told_before_the_second_of_any() -> None:
    often = [without("partOf", number) for number in range(3)]
    wrong = judged(without("active", 9), *often).broken
    told = [item.expected.rpartition(".")[2] for item in wrong]
    assert told == ["partOf", "active", "partOf", "partOf"]


def test_places_that_differ_in_indexes_have_one_cause() -> None:
    contacts = [{"telecom": [{"system": "smoke", "value": "1"}]}] * 11
    wrong = judged({**NETWORK, "contact": contacts}).broken
    assert [item.at for item in wrong][-1] == "more: Organization.contact.telecom.system"
    assert sum(item.times for item in wrong) == 11


def test_what_is_not_of_the_clause_s_type_is_judged_by_its_own_kind_and_claims() -> None:
    stray = resource("Location", "l1", status="lost")
    assert judged(stray).only.at == "Location/l1: Location.status"
    claiming = resource("Location", "l2", meta={"profile": [PLAN_NET + "plannet-Location"]})
    wrong = judged(claiming).broken
    assert {item.expected.partition("|")[0] for item in wrong} == {PLAN_NET + "plannet-Location"}


def test_outcomes_are_judged_by_the_standard() -> None:
    told = {"resourceType": "OperationOutcome", "issue": [{"severity": "bad", "code": "invalid"}]}
    only = Said(resources_conform(search(page(entry(told, "outcome"))).entries, {})).only
    assert only.at == "OperationOutcome.issue[0].severity"
    assert only.expected.startswith("http://hl7.org/fhir/StructureDefinition/OperationOutcome|")


LOCATION = resource("Location", "l1", status="active", name="x")


def test_a_bundle_is_judged_without_its_rows() -> None:
    stray = resource("Location", "l1", status="lost")
    whole = page(entry(stray))
    own = Entry(whole.document, "", "", 0, whole)
    assert Said(resources_conform([own], {})).holds
    broken = {**whole.document, "entry": [{**whole.document["entry"][0], "fullUrl": "Location/l1"}]}
    only = Said(resources_conform([Entry(broken, "", "", 0, whole)], {})).only
    assert only.expected == "FHIR R4, rule Bundle.entry.fullUrl"
    odd = {**broken, "entry": [{"resource": "text"}, 3]}
    assert Said(resources_conform([Entry(odd, "", "", 0, whole)], {})).broken


@pytest.mark.parametrize(
    ("mode", "fields", "said"),
    [
        ("match", {"resourceType": "Organization"}, "so Organization is no match"),
        ("outcome", {}, "is an OperationOutcome, not Location"),
        ("include", {"id": None}, "must have an id"),
    ],
)
def test_a_row_that_is_not_what_its_mode_says_is_a_fault_of_its_bundle(
    mode: str, fields: dict[str, Any], said: str
) -> None:
    row = {name: node for name, node in (LOCATION | fields).items() if node is not None}
    shown = page(entry(row, mode, fullUrl="https://a.example/x"))
    only = Said(resources_conform([Entry(shown.document, "", "", 0, shown)], {})).only
    assert only.at == "Bundle.entry[0].resource"
    assert only.expected == "FHIR R4, rule Bundle.entry.search.mode"
    assert said in only.observed


def test_what_is_shown_in_part_is_not_judged() -> None:
    tag = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"}
    part = {**without("partOf"), "meta": {"tag": [{**tag, "code": "SUBSETTED"}]}}
    assert judged(part).nothing
    assert judged({**without("partOf"), "meta": {"tag": [{**tag, "code": "OTHER"}]}}).broken


def test_what_cannot_be_checked_offline_is_told() -> None:
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "1"}]}
    row = resource("Condition", "1", code=code, subject={"reference": "Patient/1"})
    told = [item.observed for item in judged(row).all if item.at == "terminology"]
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
    wanted = wanted_of(claim, {"ExplanationOfBenefit": FAMILY})
    assert list(wanted) == [FAMILY + name for name in profiles]


def test_what_only_a_claim_tells_apart_is_not_asked_for() -> None:
    assert wanted_of(resource("Observation", "1"), {"Observation": PLAN_NET}) == ()
    assert wanted_of(resource("Location", "1"), ASKED) == ()
    assert wanted_of({"resourceType": 7}, ASKED) == ()


def test_a_network_has_a_profile_of_its_own_among_organizations() -> None:
    assert wanted_of(NETWORK, ASKED) == (PROFILE,)
    assert wanted_of(resource("Organization", "1"), ASKED) == (ASKED["Organization"],)
