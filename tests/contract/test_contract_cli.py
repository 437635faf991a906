"""`flexcheck contract`: what each command prints, within 80 columns, and its exit codes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

from conformance.cli import contract as module
from conformance.contract import Contract, ContractError
from conformance.contract.model import SUITE_TO_COME, NotTested


def run(*arguments: str) -> Result:
    return CliRunner().invoke(module.contract, list(arguments), prog_name="flexcheck contract")


def test_list_prints_a_line_for_each_clause(contract: Contract) -> None:
    lines = run("list").stdout.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == list(contract.by_id)
    left = sum(1 for clause in contract.clauses if clause.not_tested)
    whole = len(contract.clauses)
    assert lines[-1] == f"{whole} clauses: {whole - left} tested, {left} not tested"


def test_list_json_is_the_whole_contract(contract: Contract) -> None:
    items = json.loads(run("list", "--json").stdout)
    assert items == [clause.to_json() for clause in contract.clauses]


@pytest.mark.parametrize(
    ("options", "field", "values"),
    [
        (["--resource", "location"], "resource", ["Location"]),
        (["--area", "dir", "--resource", "Practitioner"], "resource", ["Practitioner"]),
        (["--area", "DIR"], "area", ["DIR"]),
        (["--deployment", "tooele"], "deployments", ["tooele"]),
    ],
)
def test_list_is_narrowed(options: list[str], field: str, values: list[str]) -> None:
    chosen = json.loads(run("list", "--json", *options).stdout)
    assert chosen
    for item in chosen:
        assert item[field] == values[0] or values[0] in item[field]


def test_list_of_what_no_test_verifies_gives_reasons() -> None:
    chosen = json.loads(run("list", "--json", "--unverified").stdout)
    assert chosen
    assert all(item["verified_by"]["because"] for item in chosen)


def test_list_of_errata_follows_the_clauses_chosen(contract: Contract) -> None:
    assert len(json.loads(run("list", "--errata", "--json").stdout)) == len(contract.errata)
    narrowed = run("list", "--errata", "--resource", "Practitioner").stdout
    assert "ERR-DIR-REVINCLUDE-SPACE" in narrowed
    assert "ERR-DIR-ROLE-CODE" not in narrowed


@pytest.mark.parametrize("option", ["--area", "--resource", "--deployment"])
def test_an_unknown_filter_is_refused_with_the_known_ones(option: str) -> None:
    result = run("list", option, "nothing")
    assert result.exit_code == 2
    assert "no clause has it; use one of" in result.stderr


def test_show_tells_all_that_is_known() -> None:
    result = run("show", "dir-role-search-role")
    assert result.exit_code == 0
    for words in (
        "SHALL: A search of PractitionerRole by `role`",
        "tooele, Practitioner Role [DaVinci PDEX Plan Net], line 595",
        "42 CFR 422.120",
        "name: role (code)",
        "ERR-DIR-ROLE-CODE. We read:",
        "flexcheck run --only DIR-ROLE-SEARCH-ROLE",
    ):
        assert words in result.stdout


def test_show_names_the_standard() -> None:
    assert "http://hl7.org/fhir/R4/http.html#read" in run("show", "DIR-LOC-READ-UNKNOWN").stdout


def test_show_tells_why_nothing_is_tested() -> None:
    result = run("show", "DIR-OPS-FRESHNESS")
    assert "by no test, not-observable: One run cannot" in result.stdout
    assert "flexcheck run" not in result.stdout


def test_show_knows_errata() -> None:
    assert "reading" in run("show", "ERR-DIR-REINCLUDE").stdout


@pytest.mark.parametrize("item", ["DIR-METADATA", "ERR-DIR-REINCLUDE"])
def test_show_json_is_the_item(item: str) -> None:
    assert json.loads(run("show", item, "--json").stdout)["id"] == item


def test_show_of_an_unknown_id_offers_close_ones() -> None:
    result = run("show", "DIR-LOC-SEARCH-ADDRES-STATE")
    assert result.exit_code == 2
    assert "did you mean DIR-LOC-SEARCH-ADDRESS-STATE" in result.stderr
    assert "flexcheck contract list" in run("show", "QQQ").stderr


def test_coverage_counts_and_names_what_is_left(contract: Contract) -> None:
    text = run("coverage").stdout
    assert "\nnot tested: operational (" in text
    assert "\n  DIR-OPS-SUPPORT\n" in text
    assert "suite to come" not in text
    totals = json.loads(run("coverage", "--json").stdout)
    assert sum(row["clauses"] for row in totals["rows"]) == len(contract.clauses)
    assert [item["id"] for item in totals["not_tested"]] == [
        clause.id for clause in contract.clauses if clause.not_tested
    ]


def test_nothing_is_wider_than_80_columns(contract: Contract) -> None:
    ids = [*contract.by_id, *(erratum.id for erratum in contract.errata)]
    texts = [run("list"), run("list", "--errata"), run("coverage"), *(run("show", i) for i in ids)]
    wide = [line for text in texts for line in text.stdout.splitlines() if len(line) > 80]
    # A URL or a documented request is never broken in two.
    assert [line for line in wide if len(line.split()) > 1 and "`GET" not in line] == []


@pytest.mark.parametrize("command", [[], ["list"], ["show"], ["coverage"], ["diff"]])
def test_help_has_an_example(command: list[str]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert "Example" in result.stdout


def test_a_broken_contract_is_told_and_exits_2(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Contract:
        raise ContractError("x.yaml", "line 1", "wrong", "mend it")

    monkeypatch.setattr(module, "load_contract", broken)
    result = run("list")
    assert result.exit_code == 2
    assert "x.yaml: line 1: wrong" in result.stderr


def test_coverage_counts_what_waits_for_a_suite(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = NotTested(SUITE_TO_COME, "There is none yet.")
    first, *others = contract.clauses
    edited = replace(contract, clauses=(replace(first, not_tested=waiting), *others))
    monkeypatch.setattr(module, "load_contract", lambda: edited)
    assert "\nsuite to come: 1 clause; " in run("coverage").stdout
