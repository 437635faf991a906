"""Statements, regulations, errata and applicability are such that a reader can rely on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.findings import Expectation

if TYPE_CHECKING:
    from conformance.contract import Contract

SEARCH_TYPES = {"number", "date", "string", "token", "reference", "special"}


def test_statements_are_sentences_without_leftovers(contract: Contract) -> None:
    for clause in contract.clauses:
        assert clause.statement.endswith("."), clause.id
        assert clause.statement[0] == "`" or clause.statement[0].isupper(), clause.id
        assert not set("{}\n") & set(clause.statement), clause.id
        assert "  " not in clause.statement, clause.id


def test_statements_name_their_resource_parameter_and_value(contract: Contract) -> None:
    for clause in contract.clauses:
        names = [clause.resource, clause.param.lstrip("_")]
        if clause.kind in {"include", "revinclude", "example"}:
            names.append(clause.value)
        assert all(name in clause.statement for name in names), clause.id


def test_statements_are_all_different(contract: Contract) -> None:
    statements = [clause.statement for clause in contract.clauses]
    assert len(set(statements)) == len(statements)


def test_search_parameters_have_the_type_they_are_judged_by(contract: Contract) -> None:
    for clause in contract.rows(kind="search-parameter"):
        assert clause.type in SEARCH_TYPES, clause.id


def test_a_reading_that_differs_from_the_print_has_an_erratum(contract: Contract) -> None:
    for clause in contract.clauses:
        differs = clause.printed_param or (
            clause.printed_type and not clause.printed_type.startswith(clause.type)
        )
        if differs or not clause.reaches or "%20" in clause.value:
            assert clause.errata, clause.id


def test_every_erratum_is_cited_or_stands_alone(contract: Contract) -> None:
    cited = {erratum_id for clause in contract.clauses for erratum_id in clause.errata}
    assert {erratum.id for erratum in contract.errata if not erratum.standalone} == cited


def test_errata_say_what_is_wrong_and_how_we_read_it(contract: Contract) -> None:
    for erratum in contract.errata:
        assert erratum.problem.endswith(".")
        assert erratum.reading.endswith(".")
        assert erratum.source


def test_what_adds_nothing_is_only_recommended(contract: Contract) -> None:
    unreachable = [clause for clause in contract.clauses if not clause.reaches]
    assert len(unreachable) == 13
    assert {clause.expectation for clause in unreachable} == {Expectation.SHOULD}


def test_only_the_chained_example_may_be_refused(contract: Contract) -> None:
    may = [c.id for c in contract.rows(kind="example") if c.expectation is Expectation.MAY]
    assert may == ["DIR-ROLE-EXAMPLE-CHAINED"]


def test_the_profile_clause_names_the_profile(contract: Contract) -> None:
    base = "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/plannet-"
    for clause in contract.clauses:
        if clause.id.endswith("-PROFILE"):
            name = "Network" if clause.topic == "Network" else clause.resource
            assert clause.value == base + name


def test_the_directory_serves_the_directory_rule_and_no_members_one(contract: Contract) -> None:
    for clause in contract.select(lambda clause: clause.area == "DIR"):
        assert "42 CFR 422.119" not in clause.regulations
        assert clause.not_tested or "42 CFR 422.120" in clause.regulations, clause.id


@pytest.mark.parametrize("name", ["FHIR R4", "Plan-Net 1.0.0"])
def test_rules_of_standards_point_at_their_text(contract: Contract, name: str) -> None:
    rules = [c for c in contract.clauses if c.standard and c.standard.name == name]
    assert rules
    for clause in rules:
        assert clause.standard is not None
        assert clause.standard.url.startswith("http://hl7.org/fhir/")


def test_what_no_test_verifies_has_a_known_reason(contract: Contract) -> None:
    left = [clause for clause in contract.clauses if clause.not_tested]
    assert {clause.not_tested.reason for clause in left if clause.not_tested} <= {
        "configuration",
        "needs-authorization",
        "not-observable",
        "operational",
    }
    assert all(clause.not_tested and clause.not_tested.because.endswith(".") for clause in left)
