"""Scopes, parameters, token fields, forms and time frames agree with both documents."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

import pytest

from conformance.findings import Expectation

if TYPE_CHECKING:
    from conformance.contract import Clause, Contract

Documents = dict[str, list[str]]


def first_lines(clauses: tuple[Clause, ...], document: str) -> dict[str, int]:
    """Return the first line of each clause's first source in a document, by value."""
    return {
        clause.value: source.lines[0]
        for clause in clauses
        for source in reversed(clause.source)
        if source.document == document
    }


def between(lines: list[str], first: str, last: str) -> list[tuple[int, str]]:
    """Return number and text of the lines between two lines, the first such pair."""
    start = next(n for n, text in enumerate(lines, 1) if text.strip() == first)
    stop = next(n for n, text in enumerate(lines, 1) if n > start and text.strip() == last)
    return [(n, lines[n - 1]) for n in range(start + 1, stop)]


def test_scopes_are_those_printed(contract: Contract, documents: Documents) -> None:
    for document, count in (("tooele", 14), ("uhc", 10)):
        printed = {}
        for number, text in enumerate(documents[document], 1):
            scope = re.fullmatch(r"((?:patient|public)/[A-Za-z]+\.read)( \*)?", text.strip())
            if scope:
                printed[scope[1]] = number
        assert len(printed) == count
        scopes = contract.rows(kind="scope", deployment=document)
        assert first_lines(scopes, document) == printed


def test_starred_scopes_are_future(contract: Contract, documents: Documents) -> None:
    starred = {
        text.split(" *")[0] for text in documents["tooele"] if re.search(r"\.read \*$", text)
    }
    future = {
        clause.value
        for clause in contract.rows(kind="scope", deployment="tooele")
        if clause.applies_when.undeclared("tooele", ())
    }
    assert future == starred
    for clause in contract.rows(kind="scope", deployment="uhc"):
        assert not clause.applies_when.undeclared("uhc", ())


def test_a_scope_is_named_after_its_resource(contract: Contract) -> None:
    for clause in contract.rows(kind="scope"):
        kind = "PUBLIC" if clause.value.startswith("public/") else "PATIENT"
        assert clause.id.startswith(f"SCOPE-{kind}-")
        assert clause.resource in {"", clause.value.split("/")[1].removesuffix(".read")}


def test_authorize_parameters_are_those_printed(contract: Contract, documents: Documents) -> None:
    table = between(
        documents["tooele"],
        "The following query parameters are required:",
        "Code challenge generation",
    )
    printed = {text.split("\t")[0]: number for number, text in table if "\t" in text}
    found = {
        clause.printed_param or clause.param: clause.source[0].lines[0]
        for clause in contract.rows(kind="request-parameter", topic="authorize")
    }
    assert len(printed) == 7
    assert found == printed


def test_token_parameters_are_those_printed(contract: Contract, documents: Documents) -> None:
    table = between(
        documents["tooele"], "The following POST parameters will be sent:", "Sample token request"
    )
    printed = {text.split("\t")[0].split()[0]: n for n, text in table if "\t" in text}
    del printed["Parameter"]
    found = {
        clause.param: clause.source[0].lines[0]
        for clause in contract.rows(kind="request-parameter", topic="token")
    }
    assert len(printed) == 6
    assert found == printed


def test_token_fields_are_those_printed_and_of_the_sample(
    contract: Contract, documents: Documents
) -> None:
    fields = {
        clause.param: clause.source[0].lines
        for clause in contract.rows(kind="response-field", topic="token", deployment="tooele")
    }
    table = between(
        documents["tooele"], "POST response and JSON object properties", "Sample token response"
    )
    printed = {text.split("\t")[0].strip(): number for number, text in table if text.strip()}
    assert {param: printed[param] for param in fields} == {p: ls[0] for p, ls in fields.items()}
    sample = "\n".join(documents["tooele"][246:253])
    assert set(re.findall(r'"(\w+)":', sample)) == set(fields)


def test_requests_of_the_examples_are_those_printed(
    contract: Contract, documents: Documents
) -> None:
    examples = [c for c in contract.rows(kind="example") if c.area not in {"DIR", "PA", "USE"}]
    assert len(examples) == 6
    for clause in examples:
        assert documents["tooele"][clause.source[0].lines[1] - 1] == clause.value, clause.id


def test_parameters_of_the_single_line_requests_have_a_clause(
    contract: Contract, documents: Documents
) -> None:
    for topic, line in (("client credentials", 264), ("refresh", 280)):
        printed = re.findall(r"(\w+)=", documents["tooele"][line - 1])
        clauses = contract.rows(kind="request-parameter", topic=topic)
        assert [clause.param for clause in clauses] == printed


def test_the_printed_pkce_pair_does_not_match(contract: Contract, documents: Documents) -> None:
    verifier, challenge = (documents["tooele"][line - 1].strip() for line in (168, 171))
    hashed = hashlib.sha256(verifier.encode("ascii")).digest()
    right = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
    assert [n for n, (a, b) in enumerate(zip(right, challenge, strict=True), 1) if a != b] == [15]
    assert (right[14], challenge[14]) == ("l", "I")
    assert "capital I" in contract.erratum("ERR-AUTH-PKCE-PAIR").problem


def test_response_times_are_those_printed(contract: Contract, documents: Documents) -> None:
    times = [
        clause for clause in contract.clauses if clause.id.startswith(("OPS-RESPONSE", "OPS-FEED"))
    ]
    assert len(times) == 8
    for clause in times:
        assert clause.value in documents["tooele"][clause.source[0].lines[1] - 1], clause.id


def test_every_question_of_the_forms_has_its_row(contract: Contract, documents: Documents) -> None:
    sourced = {
        source.lines[0]
        for clause in contract.rows(kind="questionnaire")
        for source in clause.source
        if source.document == "tooele"
    }
    text = documents["tooele"]
    starred = {n for n in range(918, 1057) if re.search(r"[?\w)] \*( |$)", text[n - 1])}
    # The question for support details stands twice, above the form whose fields they are.
    assert starred - sourced == {1026, 1032}


def test_the_second_documents_forms_are_covered(contract: Contract, documents: Documents) -> None:
    sourced = {
        source.lines[0]
        for clause in contract.clauses
        for source in clause.source
        if source.document == "uhc"
    }
    bullets = {n for n, text in enumerate(documents["uhc"], 1) if text.strip().startswith("•")}
    assert bullets - sourced == set()


def test_payers_are_those_printed(contract: Contract, documents: Documents) -> None:
    payers = [clause for clause in contract.clauses if clause.id.startswith("AUTH-PAYER-")]
    for clause in payers[1:]:
        if clause.value:
            line = clause.source[0].lines[0]
            assert documents["uhc"][line - 1].strip("• ") == clause.value
    assert sum(1 for clause in payers if clause.value) == 4


def test_what_may_be_left_out_or_refused_is_never_demanded(contract: Contract) -> None:
    assert contract["SCOPE-WILDCARD"].expectation is Expectation.SHALL_NOT
    assert contract["SCOPE-UNLISTED"].expectation is Expectation.SHALL_NOT
    assert contract["REFRESH-SHORT-LIVED"].expectation is Expectation.SHOULD


#: Titles, headings and descriptions of what a resource is: lines that promise nothing.
SILENT = {
    "tooele": {
        *(3, 5, 7, 11, 39, 47, 99, 124, 204, 206, 244, 246, 254, 266, 284, 295, 320, 322, 338, 348),
        *(362, 389, 391, 405, 433, 447, 489, 503, 530, 544, 558, 566, 568, 582, 611, 714, 743, 749),
        *(775, 783, 810, 841, 847, 851, 853, 855, 859, 864, 1058, 1066, 1076, 1078, 1080, 1088),
        *(1092, 1120, 1128),
    },
    "uhc": {1, 3, 11, 13, 37, 46, 62, 77, 86, 90, 96, 106, 134},
}


@pytest.mark.parametrize("document", SILENT)
def test_no_line_that_says_something_is_left_out(
    contract: Contract, documents: Documents, document: str
) -> None:
    covered = {
        number
        for item in (*contract.clauses, *contract.errata)
        for source in item.source
        for number in range(source.lines[0], source.lines[1] + 1)
        if source.document == document
    }
    written = {n for n, text in enumerate(documents[document], 1) if text.strip()}
    assert written - covered == SILENT[document]
