"""Checks of the CapabilityStatement."""

from __future__ import annotations

from typing import Any

import pytest
from builders import Said, exchange, outcome, resource

from conformance.checks import capability as check

GUIDE = "http://hl7.org/fhir/us/davinci-pdex-plan-net/"
CLAIM = f"{GUIDE}ImplementationGuide/x"


def statement(*resources: Any, **fields: Any) -> Any:
    rest = [{"mode": "server", "resource": list(resources)}]
    return exchange({"resourceType": "CapabilityStatement", "rest": rest, **fields})


def declares(kind: str = "Location", codes: str = "", names: str = "") -> dict[str, Any]:
    return {
        "type": kind,
        "interaction": [{"code": code} for code in codes.split()],
        "searchParam": [{"name": name} for name in names.split()],
    }


NONE = exchange(outcome(), 404)


def test_a_capability_statement_holds() -> None:
    assert Said(check.metadata_is_there(statement())).holds


@pytest.mark.parametrize(
    ("answer", "observed"),
    [
        (NONE, "404, OperationOutcome: no such thing"),
        (exchange({"resourceType": "Bundle"}), "200, Bundle"),
        (exchange({}), "200, a JSON object without resourceType"),
        (exchange(problem="the body is not JSON"), "200, the body is not JSON"),
        (exchange({"resourceType": "CapabilityStatement"}, 500), "500, CapabilityStatement"),
        (exchange(error="timed out"), "no answer: timed out"),
    ],
)
def test_anything_else_is_broken_with_what_came(answer: Any, observed: str) -> None:
    assert Said(check.metadata_is_there(answer)).only.observed == observed


def test_the_version_of_fhir_holds() -> None:
    assert Said(check.version_is(statement(fhirVersion="4.0.1"), "4.0.1")).holds


@pytest.mark.parametrize(
    ("told", "observed"), [("4.3.0", "4.3.0"), (None, "absent"), ([], "absent")]
)
def test_another_version_of_fhir_is_broken(told: Any, observed: str) -> None:
    only = Said(check.version_is(statement(fhirVersion=told), "4.0.1")).only
    assert (only.expected, only.observed) == ("4.0.1", observed)


def test_without_a_statement_nothing_more_is_judged() -> None:
    assert Said(check.version_is(NONE, "4.0.1")).nothing
    assert Said(check.interactions_are_declared(NONE, "Location", ["read"])).nothing
    assert Said(check.parameters_are_declared(NONE, "Location", ["name"])).nothing
    assert Said(check.guide_version_is(NONE, GUIDE, "1.0.0", [])).nothing


def claimed(version: str, *rows: dict[str, Any]) -> Said:
    told = statement(implementationGuide=[f"{CLAIM}|{version}"])
    return Said(check.guide_version_is(told, GUIDE, "1.0.0", rows))


def test_the_version_of_the_guide_holds_wherever_it_is_claimed() -> None:
    profile = {"profile": [f"{GUIDE}StructureDefinition/l|1.0.0", "http://other|9"]}
    said = claimed("1.0.0", resource("Location", "1", meta=profile))
    assert said.holds
    assert len(said.all) == 2


def test_another_version_of_the_guide_is_broken() -> None:
    only = claimed("1.1.0").only
    assert only.at == "CapabilityStatement.implementationGuide"
    assert (only.expected, only.observed) == ("…|1.0.0", f"{CLAIM}|1.1.0")


def test_another_version_in_a_row_is_broken_and_the_row_named() -> None:
    profile = {"profile": [f"{GUIDE}StructureDefinition/l|1.1.0"]}
    only = claimed("1.0.0", resource("Location", "1", meta=profile)).only
    assert only.at == "Location/1.meta.profile"


@pytest.mark.parametrize("meta", [None, 5, {}, {"profile": "x"}, {"profile": [5]}])
def test_a_claim_without_a_version_demonstrates_nothing(meta: Any) -> None:
    told = statement(instantiates=[CLAIM], implementationGuide=CLAIM)
    row = resource("Location", "1", meta=meta)
    assert Said(check.guide_version_is(told, GUIDE, "1.0.0", [row])).nothing


def test_declared_interactions_hold() -> None:
    told = statement(declares("Other"), declares(codes="read vread search-type"))
    said = Said(check.interactions_are_declared(told, "Location", ["read", "search-type"]))
    assert said.holds
    assert len(said.all) == 3


def test_an_interaction_that_is_not_declared_is_named_with_those_that_are() -> None:
    told = statement(declares(codes="vread read"))
    only = Said(check.interactions_are_declared(told, "Location", ["read", "search-type"])).only
    assert (only.expected, only.observed) == ("search-type", "read, vread")


def test_a_type_that_is_not_declared_is_broken_once() -> None:
    only = Said(check.interactions_are_declared(statement(), "Location", ["read"])).only
    assert only.at == "CapabilityStatement.rest.resource(Location)"
    assert (only.expected, only.observed) == ("declared", "absent")


def test_a_type_declared_of_a_client_is_not_declared() -> None:
    rest = [{"mode": "client", "resource": [declares(codes="read")]}]
    told = exchange({"resourceType": "CapabilityStatement", "rest": rest})
    assert Said(check.interactions_are_declared(told, "Location", [])).only


def test_declared_parameters_hold() -> None:
    told = statement(declares(names="_id name"))
    assert Said(check.parameters_are_declared(told, "Location", ["name", "_id"])).holds


def test_a_parameter_declared_for_all_types_holds() -> None:
    rest = [{"mode": "server", "resource": [declares()], "searchParam": [{"name": "_id"}]}]
    told = exchange({"resourceType": "CapabilityStatement", "rest": rest})
    assert Said(check.parameters_are_declared(told, "Location", ["_id"])).holds


def test_a_parameter_that_is_not_declared_is_named() -> None:
    told = statement(declares(names="name"))
    only = Said(check.parameters_are_declared(told, "Location", ["name", "type"])).only
    assert (only.expected, only.observed) == ("type", "absent")


def test_the_parameters_of_an_undeclared_type_are_not_judged() -> None:
    assert Said(check.parameters_are_declared(statement(), "Location", ["name"])).nothing


@pytest.mark.parametrize("rest", [None, 5, [5], [{"resource": 5}], [{"resource": [5, {}]}]])
def test_a_malformed_statement_declares_nothing(rest: Any) -> None:
    told = exchange({"resourceType": "CapabilityStatement", "rest": rest})
    assert check.declared(told, "Location") is None
