"""What ought to show of a profile's must-support elements is judged, the rest is counted."""

from __future__ import annotations

from typing import Any

import pytest
from builders import Said, found, resource

from conformance.checks.conformity import wanted_of
from conformance.checks.populated import (
    coverage_of,
    must_support_is_populated,
    not_demonstrated,
    rows_of_profile,
    support_of,
)
from conformance.search import definition_of
from profiles.validator.coverage import Support

C4BB = "http://hl7.org/fhir/us/carin-bb/StructureDefinition/C4BB-"
COVERAGE = f"{C4BB}Coverage"
ROLE = "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/plannet-PractitionerRole"
NETWORK_OF = "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/network-reference"
CLASSES = "http://terminology.hl7.org/CodeSystem/coverage-class"


def class_of(code: str) -> dict[str, Any]:
    kind = {"coding": [{"system": CLASSES, "code": code}]}
    return {"type": kind, "value": "1", "name": "Gold"}


FULL: dict[str, Any] = {
    "meta": {"lastUpdated": "2026-01-01T00:00:00Z", "versionId": "1"},
    "identifier": [{"value": "1"}],
    "status": "active",
    "subscriberId": "1",
    "beneficiary": {"reference": "Patient/1"},
    "relationship": {"text": "self"},
    "period": {"start": "2026-01-01"},
    "payor": [{"reference": "Organization/1"}],
    "class": [class_of("group"), class_of("plan")],
}


def judged(*rows: dict[str, Any], profile: str = COVERAGE, searched: tuple[str, ...] = ()) -> Said:
    kind = rows[0]["resourceType"] if rows else "Coverage"
    entries = list(found(*rows).entries) if rows else []
    parameters = [definition_of(kind, name) for name in searched]
    return Said(must_support_is_populated(entries, support_of(entries, profile), parameters))


def coverage(number: str = "1", **elements: Any) -> dict[str, Any]:
    kept = {name: value for name, value in {**FULL, **elements}.items() if value is not None}
    return resource("Coverage", number, **kept)


def test_elements_that_some_row_has_hold_with_their_number() -> None:
    said = judged(coverage(), coverage("2", period=None))
    assert said.holds
    told = {item.at: item.observed for item in said.all}
    assert len(told) == 16
    assert told["Coverage.period"] == "in 1 of 2"
    assert told["Coverage.class:plan.name"] == "in 2 of 2"


def test_what_was_never_seen_and_need_not_be_demonstrates_nothing() -> None:
    assert judged(coverage(period=None)).nothing
    assert judged().nothing


def test_what_the_profile_requires_is_asked_for() -> None:
    (only,) = judged(coverage(subscriberId=None), coverage("2", subscriberId=None)).broken
    assert only.at == "Coverage.subscriberId"
    assert (only.expected, only.observed) == (
        "in some row: the profile requires it",
        "in none of 2 resources",
    )


def test_something_of_what_is_optional_is_asked_for() -> None:
    bare = dict.fromkeys(("identifier", "period", "class"))
    (only,) = judged(coverage(**bare)).broken
    assert only.at == "Coverage"
    assert "optional: Coverage.identifier, Coverage.period, Coverage.class" in only.expected
    assert only.observed == "in none of 1 resource"


@pytest.mark.parametrize(
    ("parameter", "element"),
    [("specialty", "PractitionerRole.specialty"), ("role", "PractitionerRole.code")],
)
def test_what_the_document_searches_by_is_asked_for(parameter: str, element: str) -> None:
    row = resource("PractitionerRole", "1", active=True, organization={"reference": "x"})
    only = judged(row, profile=ROLE, searched=(parameter, "organization")).broken[0]
    assert only.at == element
    assert f"search parameter {parameter}" in only.expected


def test_an_extension_that_is_searched_is_found_by_its_slice() -> None:
    row = resource("PractitionerRole", "1", active=True, organization={"reference": "x"})
    assert judged(row, profile=ROLE, searched=("network",)).only.at == (
        "PractitionerRole.extension:network-reference"
    )
    network = {"url": NETWORK_OF, "valueReference": {"reference": "Organization/1"}}
    having = {**row, "extension": [network]}
    assert judged(having, profile=ROLE, searched=("network",)).nothing


def test_a_parameter_that_reads_several_elements_asks_for_one_of_them() -> None:
    entries = list(found(resource("Organization", "1", name="X")).entries)
    name = definition_of("Organization", "name")
    support = [Support("Organization.name", 1, 0), Support("Organization.alias", 0, 1)]
    assert Said(must_support_is_populated(entries, support, [name])).nothing
    support = [Support("Organization.name:x", 0, 1), Support("Organization.id", 1, 0)]
    assert Said(must_support_is_populated(entries, support, [name])).nothing


def test_a_choice_is_read_by_the_names_of_its_types() -> None:
    entries = list(found(resource("Condition", "1")).entries)
    support = [Support("Condition.onset[x]", 0, 1), Support("Condition.code", 1, 0)]
    onset = definition_of("Condition", "onset-date")
    assert (
        Said(must_support_is_populated(entries, support, [onset])).only.at == "Condition.onset[x]"
    )


def test_coverage_is_a_number_with_what_was_never_seen() -> None:
    entries = list(found(coverage(period=None, identifier=None)).entries)
    counted = coverage_of(COVERAGE, entries, support_of(entries, COVERAGE))
    assert (counted.seen, len(counted.elements), counted.resources) == (14, 16, 1)
    assert counted.never_seen == ("Coverage.identifier", "Coverage.period")
    assert not_demonstrated(counted) == (
        "14 of 16 must-support elements and slices seen in 1 resource;"
        " never seen: Coverage.identifier, Coverage.period"
    )


def test_rows_are_told_apart_by_the_profile_that_is_asked_or_claimed() -> None:
    lab = f"{C4BB}lab"
    claiming = resource("Observation", "1", meta={"profile": [f"{lab}|1.0"]})
    part = coverage(meta={"tag": [{"code": "SUBSETTED"}]})
    entries = found(coverage(), part, claiming, resource("Observation", "2", meta=3)).entries
    asked = {"Coverage": COVERAGE, "Observation": C4BB}
    assert wanted_of(claiming, asked) == ()
    assert [entry.key for entry in rows_of_profile(entries, lab, asked)] == ["Observation/1"]
    assert [entry.key for entry in rows_of_profile(entries, COVERAGE, asked)] == ["Coverage/1"]
