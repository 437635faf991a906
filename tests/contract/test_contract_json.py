"""Clauses survive their JSON form; look-up, selection and coverage count right."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from conformance.contract import (
    Applicability,
    Clause,
    Contract,
    clause_from_json,
    coverage,
    load_contract,
    read_contract,
    without_test,
)


def test_every_clause_survives_json(contract: Contract) -> None:
    for clause in contract.clauses:
        assert clause_from_json(json.loads(json.dumps(clause.to_json()))) == clause


def test_every_field_survives_json(contract: Contract) -> None:
    clause = replace(
        contract["DIR-LOC-PROFILE"],
        applies_when=Applicability("patient-access", ("sandbox",), "clinical", ("tooele",)),
        printed_param="x",
        reaches=False,
    )
    assert clause_from_json(json.loads(json.dumps(clause.to_json()))) == clause


def test_fields_of_a_later_version_are_passed_over(contract: Contract) -> None:
    clause = contract["DIR-METADATA"]
    assert clause_from_json(clause.to_json() | {"colour": "blue"}) == clause


def test_json_has_the_fields_of_the_design(contract: Contract) -> None:
    assert contract["DIR-LOC-SEARCH-ADDRESS-STATE"].to_json() == {
        "id": "DIR-LOC-SEARCH-ADDRESS-STATE",
        "expectation": "SHALL",
        "statement": "A search of Location by `address-state` returns every Location that matches"
        " it and no other.",
        "deployments": ["tooele"],
        "area": "DIR",
        "kind": "search-parameter",
        "topic": "search",
        "source": [
            {
                "document": "tooele",
                "section": "Location [DaVinci PDEX Plan Net]",
                "lines": [417, 417],
            }
        ],
        "verified_by": "test",
        "resource": "Location",
        "param": "address-state",
        "type": "string",
        "regulations": ["42 CFR 422.120"],
        "applies_when": {"api": "provider-directory"},
    }


def test_json_tells_why_a_clause_is_not_tested(contract: Contract) -> None:
    verified_by = contract["DIR-OPS-FRESHNESS"].to_json()["verified_by"]
    assert verified_by["not_tested"] == "not-observable"
    assert verified_by["because"].endswith(".")


def test_rows_are_selected_by_every_field_given(contract: Contract) -> None:
    rows = contract.rows(
        kind="search-parameter", api="provider-directory", resource="Location", deployment="tooele"
    )
    assert len(rows) == 10
    assert contract.rows(kind="include", resource="Practitioner") == ()
    assert contract.rows(deployment="uhc", resource="Location") == ()
    assert len(contract.rows(topic="unlisted", api="provider-directory")) == 12
    assert len(contract.rows(topic="unlisted", deployment="uhc")) == 0


def test_select_keeps_contract_order(contract: Contract) -> None:
    chosen = list(contract.select(lambda clause: clause.kind == "interaction"))
    assert chosen == [clause for clause in contract.clauses if clause.kind == "interaction"]
    assert len(chosen) == 39


def test_unknown_ids_are_key_errors(contract: Contract) -> None:
    with pytest.raises(KeyError):
        contract["DIR-NO-SUCH"]
    with pytest.raises(KeyError):
        contract.erratum("ERR-NO-SUCH")


def test_the_contract_is_read_once() -> None:
    assert load_contract() is load_contract()


def test_the_packaged_contract_is_held_to_its_schema() -> None:
    assert read_contract() == load_contract()


def test_coverage_counts_every_clause_once(contract: Contract) -> None:
    rows = coverage(contract.clauses)
    assert sum(row.clauses for row in rows) == len(contract.clauses)
    assert sum(row.tested + sum(row.not_tested.values()) for row in rows) == len(contract.clauses)


def test_a_clause_that_no_test_names_is_found(contract: Contract) -> None:
    def ids(clauses: tuple[Clause, ...]) -> list[str]:
        return [clause.id for clause in clauses]

    tested = {c.id for c in contract.clauses if not c.not_tested} - {"DIR-METADATA"}
    assert ids(without_test(contract.clauses, tested)) == ["DIR-METADATA"]
