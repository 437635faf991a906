"""Checks of the rows themselves, and the words that checks use."""

from __future__ import annotations

from typing import Any

import pytest
from builders import Said, exchange, found, outcome, resource

from conformance.checks import rows as check
from conformance.checks.wording import answer, is_outcome, listed, outcome_text

PROFILE = "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/plannet-Location"
NETWORK = [{"coding": [{"code": "prvgrp"}, {"code": "ntwk"}]}]


def claims(*profiles: Any) -> Said:
    row = resource("Location", "1", meta={"profile": list(profiles)})
    return Said(check.rows_claim_profile(found(row).matches, PROFILE))


def test_a_claimed_profile_holds_with_or_without_a_version() -> None:
    assert claims(PROFILE).holds
    assert claims("http://other", f"{PROFILE}|1.0.0").holds


def test_another_profile_is_shown() -> None:
    only = claims("http://other", f"{PROFILE}-x").only
    assert only.at == "Location/1.meta.profile"
    assert only.expected == PROFILE
    assert only.observed == f"{PROFILE}-x, http://other"


@pytest.mark.parametrize("meta", [None, 5, {}, {"profile": PROFILE}, {"profile": []}])
def test_a_row_that_claims_nothing_is_broken(meta: Any) -> None:
    row = resource("Location", "1", meta=meta)
    assert Said(check.rows_claim_profile(found(row).matches, PROFILE)).only.observed == "absent"


def test_where_there_is_no_row_no_claim_is_judged() -> None:
    assert Said(check.rows_claim_profile(found().matches, PROFILE)).nothing
    assert Said(check.rows_are_well_formed(found().matches)).nothing


def test_well_formed_rows_hold() -> None:
    rows = [resource("Location", "1", status="active"), resource("Location", "2")]
    said = Said(check.rows_are_well_formed(found(*rows).matches))
    assert said.holds
    assert len(said.all) == 2


def test_each_fault_of_a_row_is_named_at_its_place() -> None:
    row = resource("Location", "1", colour="red", alias="not a list")
    said = Said(check.rows_are_well_formed(found(row).matches))
    assert [item.at for item in said.broken] == [
        "Location/1: Location.alias",
        "Location/1: Location.colour",
    ]
    assert not [item for item in said.all if item.holds]


def test_a_network_that_is_referred_to_holds() -> None:
    network = resource("Organization", "n", type=NETWORK)
    assert Said(check.references_are_networks({"n": network})).holds


@pytest.mark.parametrize(
    ("answered", "observed"),
    [
        (resource("Organization", "n"), "Organization, no network"),
        (resource("Organization", "n", type=[{"coding": [{"code": "pay"}]}]), "Organization, no"),
        (resource("Location", "n", type=NETWORK), "Location, no network"),
        (outcome(), "OperationOutcome, no network"),
        (None, "nothing, no network"),
        ("text", "nothing, no network"),
    ],
)
def test_what_is_no_network_is_named(answered: Any, observed: str) -> None:
    only = Said(check.references_are_networks({"n": answered})).only
    assert only.at == "Organization/n"
    assert only.observed.startswith(observed)


def test_where_no_network_is_referred_to_nothing_is_judged() -> None:
    assert Said(check.references_are_networks({})).nothing


@pytest.mark.parametrize(
    "types", [None, 5, NETWORK[0], [5], [{"coding": 5}], [{"coding": {"code": "ntwk"}}], [{}]]
)
def test_a_malformed_type_makes_no_network(types: Any) -> None:
    assert not check.is_network({"type": types})


def test_a_network_is_known_by_any_of_its_codes() -> None:
    assert check.is_network({"type": [{"text": "x"}, *NETWORK]})


@pytest.mark.parametrize(
    ("issue", "text"),
    [
        ({"diagnostics": "why", "details": {"text": "no"}, "code": "c"}, "why"),
        ({"details": {"text": "why"}, "code": "c"}, "why"),
        ({"details": "why", "code": "c"}, "c"),
        ({"code": "c"}, "c"),
        ({}, ""),
        ({"diagnostics": "x" * 300}, "x" * 200),
    ],
)
def test_what_an_outcome_says_is_shown(issue: dict[str, Any], text: str) -> None:
    assert outcome_text({"issue": [5, issue]}) == text


def test_an_answer_is_told_in_few_words() -> None:
    assert answer(exchange(outcome("why"), 400)) == "400, OperationOutcome: why"
    assert answer(exchange([1])) == "200, no JSON object"
    assert answer(exchange(problem="the body is not JSON")) == "200, the body is not JSON"
    assert answer(exchange(error="timed out")) == "no answer: timed out"


def test_an_outcome_needs_an_issue() -> None:
    assert is_outcome(exchange(outcome()))
    assert not is_outcome(exchange({"resourceType": "OperationOutcome", "issue": []}))
    assert not is_outcome(exchange({"issue": [{}]}))


def test_names_are_listed_in_order_and_cut() -> None:
    assert listed("cab") == "a, b, c"
    assert listed("abc", most=2) == "a, b and 1 more"
    assert listed([]) == ""


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"language": None}, "Location.language"),
        ({"name": ""}, "Location.name"),
        ({"alias": []}, "Location.alias"),
        ({"address": {}}, "Location.address"),
        ({"address": {"line": ["1 Main St", ""]}}, "Location.address.line[1]"),
        ({"telecom": [{"value": None}]}, "Location.telecom[0].value"),
    ],
)
def test_a_property_without_a_value_is_named(fields: dict[str, Any], place: str) -> None:
    assert list(check.hollow(resource("Location", "1", **fields))) == [place]


@pytest.mark.parametrize(
    "fields",
    [
        {"active": False},
        {"position": {"longitude": 0, "latitude": 0.0}},
        # A value that is unknown, beside its extension.
        {"alias": [None, "B"], "_alias": [{"extension": [{"url": "why"}]}, None]},
    ],
)
def test_a_value_that_only_looks_like_none_is_one(fields: dict[str, Any]) -> None:
    assert list(check.hollow(resource("Location", "1", **fields))) == []


def test_every_place_without_a_value_is_named() -> None:
    row = resource("Location", "1", name="", address={"city": None, "state": "UT"})
    assert set(check.hollow(row)) == {"Location.name", "Location.address.city"}
