"""Whose data a token opens."""

from __future__ import annotations

from typing import Any

import pytest
from builders import Said, bundle, entry, exchange, found, outcome, page, refused, resource, search

from conformance.checks import privacy as check
from conformance.oauth import Use

MINE, THEIRS = {"reference": "Patient/me"}, {"reference": "Patient/them"}


def rows(*made: dict[str, Any], kind: str = "Encounter") -> Any:
    return found(*made, kind=kind).matches


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("Encounter", {"subject": MINE}),
        ("ExplanationOfBenefit", {"patient": {"reference": "Patient/me/_history/3"}}),
        ("Immunization", {"patient": {"reference": "https://directory.example/fhir/Patient/me"}}),
        ("Coverage", {"beneficiary": {"reference": "Patient/child"}, "subscriber": MINE}),
        ("Observation", {"subject": MINE}),
    ],
)
def test_a_row_of_the_member_holds(kind: str, fields: dict[str, Any]) -> None:
    said = Said(check.rows_are_the_members(rows(resource(kind, "r1", **fields), kind=kind), "me"))
    assert said.holds


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("Encounter", {"subject": THEIRS}),
        ("ExplanationOfBenefit", {"patient": THEIRS}),
        ("Coverage", {"beneficiary": THEIRS, "subscriber": THEIRS}),
    ],
)
def test_a_row_of_another_member_breaks_it(kind: str, fields: dict[str, Any]) -> None:
    row = resource(kind, "r1", **fields)
    said = Said(check.rows_are_the_members(rows(row, kind=kind), "me"))
    assert said.only.observed == "a row of Patient/them"


@pytest.mark.parametrize(("row_id", "right"), [("me", True), ("them", False)])
def test_a_patient_is_about_itself(row_id: str, right: bool) -> None:  # noqa: FBT001 - a row
    said = Said(check.rows_are_the_members(rows(resource("Patient", row_id)), "me"))
    assert said.holds is right


@pytest.mark.parametrize("subject", [{}, {"display": "them"}, {"reference": "Group/them"}])
def test_a_row_that_names_no_member_demonstrates_nothing(subject: dict[str, str]) -> None:
    row = resource("Encounter", "r1", subject=subject)
    assert Said(check.rows_are_the_members(rows(row), "me")).nothing


@pytest.mark.parametrize(
    ("document", "status", "hidden"),
    [
        (outcome(), 404, True),
        (outcome(), 403, True),
        (bundle(), 200, True),
        (bundle(entry(resource("Encounter", "mine"))), 200, True),
        (resource("Encounter", "theirs"), 200, False),
        (bundle(entry(resource("Encounter", "theirs"))), 200, False),
        (resource("Encounter", "theirs"), 403, False),
    ],
)
def test_somebody_elses_row_is_hidden(
    document: Any,
    status: int,
    hidden: bool,  # noqa: FBT001 - a row
) -> None:
    said = Said(check.row_stays_hidden([exchange(document, status)], "Encounter", ["theirs"]))
    assert said.holds is hidden


def test_a_shown_row_is_named() -> None:
    shown = exchange(resource("Encounter", "theirs"))
    said = Said(check.row_stays_hidden([shown], "Encounter", ["theirs"]))
    assert said.only.observed == "200, Encounter/theirs"


def test_a_row_that_names_the_other_member_is_theirs_whatever_its_id() -> None:
    theirs = {**resource("Encounter", "e9"), "subject": {"reference": "Patient/other"}}
    mine = {**resource("Encounter", "e1"), "subject": {"reference": "Patient/me"}}
    shown = exchange(bundle(entry(mine), entry(theirs)))
    assert Said(check.row_stays_hidden([shown], "Encounter", ["e7"])).holds
    said = Said(check.row_stays_hidden([shown], "Encounter", ["e7"], "other"))
    assert said.only.observed == "200, Encounter/e9"
    assert Said(check.row_stays_hidden([shown], "Condition", ["e9"], "other")).holds


def test_a_coverage_of_both_members_is_no_leak() -> None:
    """A member's Coverage may name another member as its subscriber."""
    theirs = resource("Coverage", "c1", beneficiary=THEIRS, subscriber=THEIRS)
    both = resource("Coverage", "c2", beneficiary=MINE, subscriber=THEIRS)
    for ids in ([], ["c2"]):
        shown = [exchange(bundle(entry(both)))]
        assert Said(check.row_stays_hidden(shown, "Coverage", ids, "them", "me")).holds
    shown = [exchange(bundle(entry(theirs), entry(both)))]
    said = Said(check.row_stays_hidden(shown, "Coverage", [], "them", "me"))
    assert said.only.observed == "200, Coverage/c1"
    said = Said(check.row_stays_hidden(shown, "Coverage", [], "them"))
    assert said.only.observed == "200, Coverage/c1, Coverage/c2"


def use(document: Any, status: int = 200) -> Use:
    return Use(exchange(document, status), "Coverage")


@pytest.mark.parametrize("held", [True, False])
def test_a_refusal_shows_that_the_scope_is_needed(held: bool) -> None:  # noqa: FBT001 - a row
    assert Said(check.scope_is_needed([use(outcome(), 403)], held=held)).holds


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize(
    "document", [resource("Coverage", "c1"), bundle(entry(resource("Coverage", "c1")))]
)
def test_a_row_without_the_scope_breaks_it(
    document: Any,
    held: bool,  # noqa: FBT001 - a row
) -> None:
    said = Said(check.scope_is_needed([use(document)], held=held))
    assert said.only.observed == "200, Coverage/c1"


def test_an_empty_answer_tells_something_where_the_member_has_rows() -> None:
    assert Said(check.scope_is_needed([use(bundle())], held=True)).holds
    assert Said(check.scope_is_needed([use(bundle())], held=False)).nothing


def iterated(*rows: dict[str, Any]) -> Any:
    params = [("_include", "Encounter:location"), ("_revinclude:iterate", "Encounter:location")]
    return search(page(*(entry(row, "include") for row in rows)), kind="Encounter", params=params)


def test_an_iteration_stays_with_the_member() -> None:
    mine, theirs = (
        resource("Encounter", name, subject=who) for name, who in (("e1", MINE), ("e2", THEIRS))
    )
    assert Said(check.iteration_stays_with_the_member(iterated(mine), "me", ())).holds
    assert Said(check.iteration_stays_with_the_member(refused(), "me", ())).holds
    shown = iterated(mine, theirs)
    said = Said(check.iteration_stays_with_the_member(shown, "me", ("e1",))).only
    assert said.observed == "a row of Patient/them"
    # What is shown without it, too, is judged there.
    assert Said(check.iteration_stays_with_the_member(shown, "me", ("e1", "e2"))).holds
    stuck = search(exchange(outcome()), kind="Encounter")
    assert Said(check.iteration_stays_with_the_member(stuck, "me", ())).only
