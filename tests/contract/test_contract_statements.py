"""Statements, regulations, errata and applicability are such that a reader can rely on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.contract.model import SUITE_TO_COME
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
        # What is said of authorization in general may say "a refresh token" in plain words.
        plain = clause.area not in {"DIR", "PA"} and clause.kind in {"rule", "statement"}
        names = [clause.resource, "" if plain else clause.param.lstrip("_")]
        if clause.kind in {"include", "revinclude", "example", "scope", "questionnaire"}:
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


GUIDES = {
    "plannet-": "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/plannet-",
    "C4BB-": "http://hl7.org/fhir/us/carin-bb/StructureDefinition/C4BB-",
    "us-core-": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-",
}


def test_the_profile_clause_names_the_profile(contract: Contract) -> None:
    for clause in contract.clauses:
        if clause.id.endswith("-PROFILE") and clause.resource != "Observation":
            name = "Network" if clause.topic == "Network" else clause.resource
            profiles = {base + name for base in GUIDES.values()}
            profiles.add(GUIDES["us-core-"] + name.lower())
            assert clause.value in profiles, clause.id
    # Observation has many profiles of US Core and none of its own.
    assert contract["PA-OBS-PROFILE"].value == GUIDES["us-core-"].removesuffix("us-core-")


def test_member_data_and_its_authorization_serve_the_members_rules(contract: Contract) -> None:
    for clause in contract.select(lambda clause: clause.area in {"PA", "AUTH", "REFRESH", "USE"}):
        if clause.testable:
            assert {"42 CFR 422.119", "45 CFR 156.221"} <= set(clause.regulations), clause.id
        assert "42 CFR 422.120" not in clause.regulations, clause.id


def test_rules_of_standards_serve_the_api_standards(contract: Contract) -> None:
    for clause in contract.select(lambda c: c.standard is not None and bool(c.regulations)):
        if clause.standard and clause.standard.name.startswith(("FHIR", "RFC", "SMART")):
            assert "45 CFR 170.215" in clause.regulations, clause.id


def test_what_serves_no_rule_carries_no_label(contract: Contract) -> None:
    for clause in contract.select(lambda clause: clause.area in {"REG", "OPS"}):
        assert bool(clause.regulations) == clause.id.startswith("OPS-FEED-"), clause.id


def test_the_directory_serves_the_directory_rule_and_no_members_one(contract: Contract) -> None:
    for clause in contract.select(lambda clause: clause.area == "DIR"):
        assert "42 CFR 422.119" not in clause.regulations
        assert clause.not_tested or "42 CFR 422.120" in clause.regulations, clause.id


STANDARDS = {
    "FHIR R4": "http://hl7.org/fhir/R4/",
    "Plan-Net 1.0.0": "http://hl7.org/fhir/us/davinci-pdex-plan-net/STU1/",
    "CARIN BB 1.1.0": "http://hl7.org/fhir/us/carin-bb/STU1.1/",
    "US Core": "http://hl7.org/fhir/us/core/STU3.1.1/",
    "SMART App Launch 1.0.0": "http://hl7.org/fhir/smart-app-launch/1.0.0/",
    "RFC 6749": "https://www.rfc-editor.org/rfc/rfc6749#section-",
    "RFC 6750": "https://www.rfc-editor.org/rfc/rfc6750#section-",
    "RFC 7636": "https://www.rfc-editor.org/rfc/rfc7636#section-",
    "RFC 9700": "https://www.rfc-editor.org/rfc/rfc9700#section-",
    "RFC 9110": "https://www.rfc-editor.org/rfc/rfc9110#section-",
    "RFC 9207": "https://www.rfc-editor.org/rfc/rfc9207#section-",
    "RFC 9325": "https://www.rfc-editor.org/rfc/rfc9325#section-",
    "RFC 5280": "https://www.rfc-editor.org/rfc/rfc5280#section-",
    "Fetch": "https://fetch.spec.whatwg.org/#",
}


@pytest.mark.parametrize("name", STANDARDS)
def test_rules_of_standards_point_at_their_text(contract: Contract, name: str) -> None:
    rules = [c for c in contract.clauses if c.standard and c.standard.name == name]
    assert rules
    for clause in rules:
        assert clause.standard is not None
        assert clause.standard.url.startswith(STANDARDS[name])


def test_every_standard_is_a_known_one(contract: Contract) -> None:
    assert {clause.standard.name for clause in contract.clauses if clause.standard} == {*STANDARDS}


def test_what_no_test_verifies_has_a_known_reason(contract: Contract) -> None:
    left = [clause for clause in contract.clauses if clause.not_tested]
    assert {clause.not_tested.reason for clause in left if clause.not_tested} <= {
        "client-side",
        "configuration",
        "not-observable",
        "operational",
        "registration",
        SUITE_TO_COME,
    }
    assert all(clause.not_tested and clause.not_tested.because.endswith(".") for clause in left)


def test_only_statements_and_questions_are_beyond_requests(contract: Contract) -> None:
    for clause in contract.clauses:
        assert clause.testable != (clause.kind in {"statement", "questionnaire"}), clause.id


def test_future_functionality_is_that_of_the_clinical_resources(contract: Contract) -> None:
    future = [clause for clause in contract.clauses if clause.applies_when.future]
    assert {clause.applies_when.future for clause in future} == {"clinical-resources"}
    resources = {"Condition", "Encounter", "Immunization", "Patient", ""}
    assert {clause.resource for clause in future} == resources
    condition = contract["PA-COND-CONTENT-TYPE"].applies_when
    assert condition.undeclared("tooele", ()) == "clinical-resources"
    assert condition.undeclared("tooele", ("clinical-resources",)) == ""
    assert condition.undeclared("uhc", ()) == ""


def test_a_clause_of_both_deployments_has_a_source_in_both_documents(contract: Contract) -> None:
    for clause in contract.clauses:
        documents = {source.document for source in clause.source}
        assert set(clause.deployments) <= documents, clause.id
