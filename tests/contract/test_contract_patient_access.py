"""Patient Access in the contract agrees with its document, read here by a parser of its own."""

from __future__ import annotations

import json
import re
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract import Clause, Contract

Documents = dict[str, list[str]]

HEADINGS = {
    "Patient [CARIN BB]": "PAT",
    "Coverage [CARIN BB]": "COV",
    "Explanation of Benefit": "EOB",
    "Condition [USCDI": "COND",
    "Encounter [USCDI": "ENC",
    "Immunization [USCDI": "IMM",
    "Patient [USCDI": "USPAT",
}
FIRST, LAST = 611, 840
TYPES = {
    "PAT": "Patient",
    "COV": "Coverage",
    "EOB": "ExplanationOfBenefit",
    "COND": "Condition",
    "ENC": "Encounter",
    "IMM": "Immunization",
    "USPAT": "Patient",
}
#: Uniform clauses of every resource in both deployments.
UNIFORM = (
    *("WELL-FORMED", "TOKEN-REQUIRED", "SCOPE-NEEDED", "OTHER-MEMBER", "CONTENT-TYPE"),
    *("READ-CONSISTENT", "READ-UNKNOWN", "ERROR-OUTCOME", "SEARCH-ERROR-OUTCOME", "BUNDLE"),
    *("SEARCH-MODE", "SELF-LINK", "TOTAL", "PAGING-COMPLETE", "PAGING-LINKS", "CAPABILITY"),
)
UHC_ONLY = ("PROC", "MREQ", "MDISP", "OBS")
SHARED = ("PAT", "COV", "EOB", "COND", "ENC", "IMM")


@dataclass(frozen=True)
class Row:
    """One row of a printed parameter table; `patient` of Condition runs over three lines."""

    code: str
    line: int
    name: str
    type: str


def chapter(documents: Documents) -> Iterator[tuple[str, int, str]]:
    """Yield resource code, line number and text of the chapter on Patient Access."""
    code = ""
    for number, text in enumerate(documents["tooele"][FIRST - 1 : LAST], FIRST):
        code = next((c for start, c in HEADINGS.items() if text.startswith(start)), code)
        yield code, number, text.strip()


def printed_rows(documents: Documents) -> set[Row]:
    found = set()
    in_table, waiting = False, ("", 0)
    for code, number, text in chapter(documents):
        cells = text.split("\t")
        if cells == ["Name", "Type"]:
            in_table = True
        elif text.endswith(":") or text.startswith(("Method", "Examples")):
            in_table = False
        elif in_table and len(cells) == 2:
            found.add(Row(code, number, cells[0], cells[1]))
        elif in_table and text == "patient":
            waiting = (text, number)
        elif in_table and waiting[0] and text:
            found.add(Row(code, waiting[1], waiting[0], text))
            waiting = ("", 0)
    return found


def code_of(clause: Clause) -> str:
    return clause.id.split("-")[1]


def rows(contract: Contract, kind: str) -> tuple[Clause, ...]:
    return contract.rows(kind=kind, api="patient-access")


def test_every_printed_parameter_row_has_its_clause(
    contract: Contract, documents: Documents
) -> None:
    expected = {(row.code, row.line, row.name) for row in printed_rows(documents)}
    found = {
        (code_of(c), c.source[0].lines[0], c.printed_param or c.param)
        for c in rows(contract, "search-parameter")
    }
    assert len(expected) == 37
    assert found == expected


def test_types_are_those_printed_or_the_print_is_recorded(
    contract: Contract, documents: Documents
) -> None:
    printed = {(row.code, row.name): row.type for row in printed_rows(documents)}
    for clause in rows(contract, "search-parameter"):
        if clause.param != "_revinclude":
            name = clause.printed_param or clause.param
            assert printed[code_of(clause), name] == (clause.printed_type or clause.type), clause.id


def test_every_printed_revinclude_limit_has_its_clauses(
    contract: Contract, documents: Documents
) -> None:
    limits = {
        (row.code, row.line): re.sub(r"\W*limited to \W*|\W*$", "", row.type)
        for row in printed_rows(documents)
        if row.name in {"_revinclude", "_reinclude"}
    }
    found = {
        (code_of(c), c.source[0].lines[0]): c.value.replace("Prov", "prov")
        for c in rows(contract, "revinclude")
    }
    assert found == limits
    for code, line in limits:
        clause = contract[f"PA-{code}-REVINCLUDE-LIMITED"]
        assert clause.source[0].lines == (line, line)


def test_every_printed_include_value_has_its_clause(
    contract: Contract, documents: Documents
) -> None:
    expected = {
        (code, text.split("_include=")[1], number)
        for code, number, text in chapter(documents)
        if "_include=" in text
    }
    found = {(code_of(c), c.value, c.source[0].lines[0]) for c in rows(contract, "include")}
    assert len(expected) == 2
    assert found == expected


def test_every_printed_request_is_the_source_of_a_clause(
    contract: Contract, documents: Documents
) -> None:
    sourced = {
        (code_of(clause), number)
        for kind in ("interaction", "example", "include")
        for clause in rows(contract, kind)
        for source in clause.source
        for number in range(source.lines[0], source.lines[1] + 1)
    }
    requests = {
        (code, number) for code, number, text in chapter(documents) if re.match("GET|POST", text)
    }
    assert len(requests) == 31
    assert requests <= sourced


def test_interactions_are_those_of_the_headings(contract: Contract, documents: Documents) -> None:
    printed = set()
    for code, number, text in chapter(documents):
        method = re.match(r"Method \((\w+)\)", text, re.IGNORECASE)
        if method:
            printed.add((code, method[1].lower(), number))
        elif "/_search" in text:
            printed.add((code, "search-post", number))
    found = {(code_of(c), c.topic, c.source[0].lines[0]) for c in rows(contract, "interaction")}
    topics = {"Patient of US Core": {818: "read", 822: "search"}}
    found = {(code, topics.get(topic, {}).get(line, topic), line) for code, topic, line in found}
    assert found == printed


def test_queries_are_those_printed(contract: Contract, documents: Documents) -> None:
    for clause in (*rows(contract, "example"), *rows(contract, "interaction")):
        printed = documents["tooele"][clause.source[0].lines[1] - 1].split(" -patient is")[0]
        if clause.value and not clause.value.isdigit():
            assert printed.endswith(f"{clause.resource}?{clause.value}"), clause.id
        if clause.value.isdigit():
            assert printed.endswith(f"{clause.resource}/{clause.value}"), clause.id


def test_sources_do_not_run_into_the_next_resource(
    contract: Contract, documents: Documents
) -> None:
    codes = {number: code for code, number, _ in chapter(documents)}
    for clause in contract.select(lambda clause: clause.area == "PA"):
        for source in clause.source:
            if source.document == "tooele" and source.section.startswith(tuple(HEADINGS)):
                first, last = source.lines
                assert {codes[first], codes[last]} == {code_of(clause)}, clause.id


def test_unlisted_clauses_point_at_the_note(contract: Contract, documents: Documents) -> None:
    notes = {(code, n) for code, n, text in chapter(documents) if text.startswith("Note: Any")}
    rules = contract.rows(topic="unlisted", api="patient-access")
    assert {(code_of(clause), clause.source[0].lines[0]) for clause in rules} == notes
    assert [clause.expectation.value for clause in rules] == ["SHALL-NOT", "SHOULD"] * 7


def test_windows_point_at_their_date(contract: Contract, documents: Documents) -> None:
    dated = {(code, n) for code, n, text in chapter(documents) if "2016-01-01" in text}
    windows = contract.rows(topic="data window")
    assert {(code_of(clause), clause.source[0].lines[0]) for clause in windows} == dated
    assert len(dated) == 4


@pytest.mark.parametrize("code", [*SHARED, *UHC_ONLY])
def test_every_resource_has_the_uniform_clauses(contract: Contract, code: str) -> None:
    deployments = ("uhc",) if code in UHC_ONLY else ("tooele", "uhc")
    for suffix in UNIFORM:
        assert contract[f"PA-{code}-{suffix}"].deployments == deployments
    for suffix in ("MEMBER-READ", "MEMBER-SEARCH"):
        assert contract[f"PA-{code}-{suffix}"].deployments == ("uhc",)


def test_the_second_deployment_has_no_row_of_the_first_ones_tables(contract: Contract) -> None:
    for kind in ("interaction", "search-parameter", "include", "revinclude"):
        assert contract.rows(kind=kind, deployment="uhc") == ()


def test_clinical_resources_are_future_in_the_first_deployment_only(contract: Contract) -> None:
    for clause in contract.select(lambda clause: clause.area == "PA"):
        if code_of(clause) in {"COND", "ENC", "IMM"}:
            assert clause.applies_when.future == "clinical-resources", clause.id
            assert clause.applies_when.future_in == ("tooele",)
        if code_of(clause) in {"PAT", "COV", "EOB", *UHC_ONLY}:
            assert not clause.applies_when.future, clause.id


def test_types_are_those_of_the_published_search_parameters(
    contract: Contract, fhir_packages: Path
) -> None:
    types = published_types(fhir_packages)
    for clause in rows(contract, "search-parameter"):
        if not clause.param.startswith("_"):
            assert types[f"{clause.resource}:{clause.param}"] == clause.type, clause.id


def published_types(folder: Path) -> dict[str, str]:
    names = ("hl7.fhir.us.core-3.2.0.tgz", "hl7.fhir.us.carin-bb-1.1.0.tgz")
    return {
        f"{parameter['base'][0]}:{parameter['code']}": parameter["type"]
        for name in names
        for parameter in parameters(folder / name)
    }


def parameters(package: Path) -> Iterator[dict[str, Any]]:
    with tarfile.open(package) as archive:
        for member in archive:
            if Path(member.name).name.startswith("SearchParameter-"):
                content = archive.extractfile(member)
                assert content is not None
                yield json.load(content)
