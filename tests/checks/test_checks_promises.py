"""Versions referred to, the data of an environment, Provenance, a token at the directory."""

from __future__ import annotations

from typing import Any

import pytest
from builders import (
    BASE,
    Said,
    entry,
    found,
    page,
    read,
    refused,
    resource,
    search,
)

from conformance.checks import access, environment, members, provenance, versions
from conformance.checks.paging import offset_leaves_the_rest
from conformance.records import Holdings

PROVENANCE = resource("Provenance", "p1", target=[{"reference": "Encounter/e1"}])


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("Coverage/c1/_history/2", {("Coverage", "c1", "2")}),
        (f"{BASE}/Coverage/c1/_history/2", {("Coverage", "c1", "2")}),
        ("Coverage/c1", set()),
        ("https://elsewhere.example/Coverage/c1/_history/2", set()),
        ("#c1", set()),
    ],
)
def test_versions_are_found_wherever_they_stand(
    reference: str, parts: set[tuple[str, str, str]]
) -> None:
    row = resource("ExplanationOfBenefit", "e", insurance=[{"coverage": {"reference": reference}}])
    assert versions.versioned_references(row, BASE) == parts


@pytest.mark.parametrize(
    ("status", "version", "right"), [(200, "2", True), (200, "3", False), (404, "", False)]
)
def test_a_reference_leads_to_its_version(
    status: int,
    version: str,
    right: bool,  # noqa: FBT001 - a row
) -> None:
    row = resource("Coverage", "c1", meta={"versionId": version}) if version else None
    made = [(("Coverage", "c1", "2"), read(row, status, key="Coverage/c1/_history/2"))]
    assert Said(versions.references_lead_to_versions(made)).holds is right


def held(kind: str, *ids: str) -> Holdings:
    rows = {name: resource(kind, name) for name in ids}
    return Holdings(kind, (found(*rows.values(), kind=kind),), rows, complete=True)


def test_a_sample_member_has_a_patient_and_more() -> None:
    patient = read(resource("Patient", "me"))
    further = [held("Coverage"), held("Condition", "c1")]
    assert Said(environment.sample_member_has_data(patient, "me", further)).holds


@pytest.mark.parametrize(
    ("patient", "further"),
    [
        (read(None, 404, key="Patient/me"), [held("Condition", "c1")]),
        (read(resource("Patient", "me")), [held("Coverage"), held("Condition")]),
    ],
)
def test_a_sample_member_without_data_breaks_it(patient: Any, further: list[Holdings]) -> None:
    assert Said(environment.sample_member_has_data(patient, "me", further)).broken


def test_rows_of_each_type_are_more_than_rows_of_some() -> None:
    both = [held("Coverage", "c1"), held("ExplanationOfBenefit")]
    assert Said(environment.some_rows_of(both)).holds
    assert Said(environment.rows_of_each(both)).only.observed == "0 ExplanationOfBenefit"


def test_an_empty_search_is_no_error() -> None:
    assert Said(environment.searched_without_error([held("Coverage")])).holds
    failed = Holdings("Coverage", (refused("Coverage", 500),))
    assert Said(environment.searched_without_error([failed])).broken


def test_provenances_are_known_from_searches_and_reads() -> None:
    told = resource("Provenance", "p2", target=[{"reference": "Immunization/i1"}])
    came = found(PROVENANCE, kind="Encounter")
    known = provenance.known_provenances([came], [read(told), read(None, 404, key="Provenance/x")])
    assert set(known) == {"p1", "p2"}
    assert provenance.referred_to(known.values(), "Encounter") == ["e1"]


def traced(*entries: dict[str, Any]) -> Any:
    asked = (("_revinclude", "Provenance:entity"),)
    return search(page(*entries), kind="Encounter", params=asked)


def test_another_revinclude_adds_nothing() -> None:
    right = [traced(entry(resource("Encounter", "e1"))), refused("Encounter")]
    assert Said(provenance.revinclude_adds_nothing(right)).holds


def test_another_revinclude_that_adds_breaks_it() -> None:
    wrong = traced(entry(resource("Encounter", "e1")), entry(PROVENANCE, "include"))
    assert Said(provenance.revinclude_adds_nothing([wrong])).only.observed == "adds Provenance/p1"


LOCATION = resource("Location", "l1", meta={"versionId": "1"}, name="Clinic")


def test_a_token_changes_no_read() -> None:
    anonymous = read(LOCATION)
    assert Said(access.reads_alike(read(LOCATION), anonymous)).holds
    assert Said(access.reads_alike(read({**LOCATION, "name": "Other"}), anonymous)).broken
    assert Said(access.reads_alike(read(None, 401, key="Location/l1"), anonymous)).broken


def test_a_token_changes_no_search() -> None:
    two = found(LOCATION, resource("Location", "l2"))
    assert Said(access.searches_alike(two, two)).holds
    assert Said(access.searches_alike(found(LOCATION), two)).only.observed == "missing: l2"
    assert Said(access.searches_alike(two, found(LOCATION))).only.observed == "extra: l2"
    assert Said(access.searches_alike(refused(status=403), two)).broken


@pytest.mark.parametrize(
    ("made", "right"), [(found(), True), (refused(), True), (refused(status=500), False)]
)
def test_an_example_search_is_answered_or_refused(made: Any, right: bool) -> None:  # noqa: FBT001
    assert Said(members.searched_or_refused(made)).holds is right


@pytest.mark.parametrize(
    ("kind", "dates", "right"),
    [
        ("Encounter", {"period": {"start": "2016-01-01T00:30:00+10:00"}}, True),
        ("Encounter", {"period": {"start": "2015-12-31T20:00:00-07:00", "end": "2016"}}, False),
        ("Condition", {"onsetDateTime": "2016-02", "recordedDate": "2015-12-31"}, True),
        ("Condition", {"onsetPeriod": {"start": "2015", "end": "2016-01-03"}}, True),
        ("Condition", {"recordedDate": "2015-12-31"}, False),
        ("Immunization", {"occurrenceDateTime": "2016-01-01"}, True),
        ("Immunization", {"occurrenceDateTime": "2014"}, False),
    ],
)
def test_clinical_rows_are_dated_as_the_reading_says(
    kind: str,
    dates: dict[str, Any],
    right: bool,  # noqa: FBT001 - a row
) -> None:
    rows = found(resource(kind, "r1", **dates), kind=kind).matches
    assert Said(members.nothing_dated_before(rows, "2016-01-01")).holds is right


def test_a_start_behind_the_end_gives_no_row_or_is_refused() -> None:
    assert Said(offset_leaves_the_rest(found(), 0)).holds
    assert Said(offset_leaves_the_rest(found(LOCATION), 0)).broken
    assert Said(offset_leaves_the_rest(refused(), 0)).nothing
    assert Said(offset_leaves_the_rest(refused(status=500), 0)).broken
    assert Said(offset_leaves_the_rest(refused(), 2)).broken
