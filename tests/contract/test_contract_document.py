"""The directory's contract agrees with its document, read here by a small parser of its own."""

from __future__ import annotations

import json
import re
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract import Clause, Contract, Erratum

Documents = dict[str, list[str]]

HEADINGS = {
    "Healthcare Service": "HSVC",
    "Location": "LOC",
    "Organization": "ORG",
    "Network": "NET",
    "Organization Affiliation": "AFF",
    "Practitioner": "PRAC",
    "Practitioner Role": "ROLE",
}
FIRST, LAST = 338, 610


@dataclass(frozen=True)
class Row:
    """One row of a printed parameter table."""

    code: str
    line: int
    name: str
    type: str


def directory(documents: Documents) -> Iterator[tuple[str, int, str]]:
    """Yield resource code, line number and text of the Provider Directory's chapter."""
    code = ""
    for number, text in enumerate(documents["tooele"][FIRST - 1 : LAST], FIRST):
        heading = re.fullmatch(r"(.+) \[DaVinci PDEX Plan Net\]", text)
        code = HEADINGS[heading[1]] if heading else code
        yield code, number, text.strip()


def printed_rows(documents: Documents) -> list[Row]:
    cells = ((code, number, text.split("\t")) for code, number, text in directory(documents))
    return [
        Row(code, number, row[0], row[1])
        for code, number, row in cells
        if len(row) == 2 and row != ["Name", "Type"] and code != "NET"
    ]


def rows(contract: Contract, kind: str) -> tuple[Clause, ...]:
    return contract.rows(kind=kind, api="provider-directory")


def resource_code(clause: Clause) -> str:
    return clause.id.split("-")[1]


def everything_sourced(contract: Contract) -> list[Clause | Erratum]:
    return [*contract.clauses, *contract.errata]


def test_line_ranges_exist_in_the_document(contract: Contract, documents: Documents) -> None:
    for item in everything_sourced(contract):
        for source in item.source:
            first, last = source.lines
            assert 1 <= first <= last <= len(documents[source.document]), item.id
            assert documents[source.document][first - 1].strip(), (
                f"{item.id}: line {first} is empty"
            )
            assert documents[source.document][last - 1].strip(), f"{item.id}: line {last} is empty"


def test_section_headings_stand_at_or_before_the_lines(
    contract: Contract, documents: Documents
) -> None:
    for item in everything_sourced(contract):
        for source in item.source:
            before = documents[source.document][: source.lines[0]]
            assert source.section in {line.strip() for line in before}, (item.id, source)


def test_sources_do_not_run_into_the_next_resource(
    contract: Contract, documents: Documents
) -> None:
    codes = {number: code for code, number, _ in directory(documents)}
    for clause in contract.select(lambda clause: clause.area == "DIR"):
        for source in clause.source:
            if source.section.endswith("[DaVinci PDEX Plan Net]"):
                first, last = source.lines
                heading = HEADINGS[source.section.split(" [")[0]]
                assert {codes[first], codes[last]} == {heading}, clause.id


def test_every_printed_parameter_row_has_its_clause(
    contract: Contract, documents: Documents
) -> None:
    expected = {(row.code, row.line, row.name) for row in printed_rows(documents)}
    found = {
        (resource_code(clause), clause.source[0].lines[0], clause.printed_param or clause.param)
        for clause in rows(contract, "search-parameter")
        if resource_code(clause) != "NET"
    }
    assert len(expected) == 54
    assert found == expected


def test_printed_types_are_recorded_where_we_judge_by_another(
    contract: Contract, documents: Documents
) -> None:
    printed = {(row.code, row.name): row.type for row in printed_rows(documents)}
    for clause in rows(contract, "search-parameter"):
        if resource_code(clause) == "NET" or clause.param == "_revinclude":
            continue
        name = clause.printed_param or clause.param
        assert printed[resource_code(clause), name] == clause.printed_type or clause.type


def test_every_printed_revinclude_value_has_its_clause(
    contract: Contract, documents: Documents
) -> None:
    expected = {
        (row.code, value)
        for row in printed_rows(documents)
        if row.name in {"_revinclude", "_reinclude"}
        for value in row.type.replace(": ", ":").split()
    }
    found = {(resource_code(c), c.value) for c in rows(contract, "revinclude")}
    assert len(expected) == 23
    assert found == expected


def test_every_printed_include_value_has_its_clause(
    contract: Contract, documents: Documents
) -> None:
    expected = {
        (code, text.split("_include=")[1], number)
        for code, number, text in directory(documents)
        if "_include=" in text
    }
    includes = rows(contract, "include")
    found = {(resource_code(c), c.value, c.source[0].lines[0]) for c in includes}
    assert found == expected


def test_every_printed_request_is_the_source_of_a_clause(
    contract: Contract, documents: Documents
) -> None:
    sourced = {
        number
        for clause in contract.clauses
        if clause.kind in {"interaction", "example", "include"} or clause.id.endswith("ID-LIST")
        for source in clause.source
        for number in range(source.lines[0], source.lines[1] + 1)
    }
    requests = {number for _, number, text in directory(documents) if "GET" in text}
    assert requests - sourced == set()


def test_queries_are_those_printed(contract: Contract, documents: Documents) -> None:
    for clause in contract.select(lambda clause: clause.area == "DIR"):
        if clause.kind == "example" or (clause.topic == "search" and clause.kind == "interaction"):
            printed = documents["tooele"][clause.source[0].lines[1] - 1]
            assert printed.endswith(f"{clause.resource}?{clause.value.replace('%20', ' ')}")


def test_unlisted_clauses_point_at_the_note(contract: Contract, documents: Documents) -> None:
    notes = {number for _, number, text in directory(documents) if text.startswith("Note: Any")}
    rules = contract.rows(topic="unlisted", api="provider-directory")
    assert {source.lines[1] for clause in rules for source in clause.source} == notes


def test_only_values_that_can_refer_to_the_resource_reach_it(
    contract: Contract, fhir_packages: Path
) -> None:
    targets = plan_net_targets(fhir_packages)
    for clause in rows(contract, "revinclude"):
        # Plan-Net has no ExplanationOfBenefit; in R4 the parameter's target is Patient.
        reachable = targets.get(clause.value, {"Patient"})
        assert clause.reaches == (clause.resource in reachable), clause.id


def test_types_are_those_of_the_published_search_parameters(
    contract: Contract, fhir_packages: Path
) -> None:
    types = {
        f"{parameter['base'][0]}:{parameter['code']}": parameter["type"]
        for parameter in plan_net_parameters(fhir_packages)
    }
    for clause in rows(contract, "search-parameter"):
        if not clause.param.startswith("_"):
            assert types[f"{clause.resource}:{clause.param}"] == clause.type, clause.id


def plan_net_targets(folder: Path) -> dict[str, set[str]]:
    return {
        f"{parameter['base'][0]}:{parameter['code']}": set(parameter.get("target", ()))
        for parameter in plan_net_parameters(folder)
    }


def plan_net_parameters(folder: Path) -> Iterator[dict[str, Any]]:
    with tarfile.open(folder / "hl7.fhir.us.davinci-pdex-plan-net-1.0.0.tgz") as package:
        for member in package:
            if Path(member.name).name.startswith("SearchParameter-"):
                content = package.extractfile(member)
                assert content is not None
                yield json.load(content)
