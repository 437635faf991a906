"""A mistake in a contract file is refused with an error that names the file, the place, the fix."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from conformance.contract import ContractError, read_contract
from conformance.contract.reading import fingerprint, read_files

if TYPE_CHECKING:
    from pathlib import Path

VOCABULARY = """\
codes: {Location: LOC}
statements:
  interaction: {default: "A {type} is there."}
  search-parameter: {default: "A search of {type} by `{param}` works."}
  include: {default: "{value} adds."}
  revinclude: {default: "{value} adds.", unreachable: "{value} adds nothing."}
  example: {default: "{value} is answered."}
"""
HEAD = """\
document: tooele
deployments: [tooele]
area: DIR
api: provider-directory
section: Location
"""
RESOURCE = """\
resource: {type: Location, places: {heading: {lines: [1, 2]}}}
interactions:
  read: {lines: [3, 4]}
"""
CLAUSE = """\
clauses:
  - id: DIR-X
    expectation: SHALL
    statement: It holds.
    kind: rule
    topic: metadata
    source: {lines: [1, 2]}
    verified_by: test
"""
RULE = """\
rules:
  - suffix: RULE
    expectation: SHALL
    statement: "A {type} has it."
    topic: content
    source: {place: heading}
    verified_by: test
"""
ROW = "parameters:\n  - {param: name, type: string, lines: [5, 5]}\n"
ERRATA = """\
errata:
  - {id: ERR-A, problem: A., reading: B., source: {lines: [1, 1]}}
"""


def read(folder: Path, text: str, vocabulary: str = VOCABULARY) -> None:
    (folder / "vocabulary.yaml").write_text(vocabulary, encoding="utf-8")
    (folder / "one.yaml").write_text(text, encoding="utf-8")
    read_contract(folder)


def test_a_whole_file_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "vocabulary.yaml").write_text(VOCABULARY, encoding="utf-8")
    text = HEAD + RESOURCE + ROW + CLAUSE + RULE + ERRATA
    (tmp_path / "one.yaml").write_text(text, encoding="utf-8")
    contract = read_contract(tmp_path)
    assert list(contract.by_id) == ["DIR-X", "DIR-LOC-READ", "DIR-LOC-SEARCH-NAME", "DIR-LOC-RULE"]
    assert contract["DIR-LOC-RULE"].source[0].lines == (1, 2)


MISTAKES = [
    # what is changed, into what, then line and words of the error
    ("expectation: SHALL", "expectation: MUST", 8, "use one of SHALL, SHALL-NOT"),
    ("statement: It holds.", "statement: It holds", 9, "Ends with a period"),
    ("topic: metadata", "topic: 4.01", 11, "put the value in quotes"),
    ("topic: metadata", "topics: metadata", 7, "'topics' was unexpected"),
    ("    topic: metadata\n", "", 7, "'topic' is a required property"),
    ("kind: rule", "kind: rules", 10, "use one of interaction"),
    ("lines: [1, 2]", "lines: [1]", 12, "too short"),
    ("lines: [1, 2]", "lines: [0, 2]", 12, "less than the minimum"),
    ("lines: [1, 2]", "lines: ['1', 2]", 12, "not of type 'integer'"),
    ("verified_by: test", "verified_by: tests", 13, "write test, or not_tested"),
    ("verified_by: test", "verified_by: {not_tested: why}", 13, "'because' is a required"),
    ("id: DIR-X", "id: dir-x", 7, "A clause id, area first"),
    ("area: DIR", "area: dir", 3, "An upper-case code"),
    ("api: provider-directory", "api: directory", 4, "use one of provider-directory"),
    ("deployments: [tooele]", "deployments: []", 2, "add an item"),
    ("document: tooele\n", "", 1, "'document' is a dependency"),
    ("source: {lines: [1, 2]}", "source: {lines: [1, 2], place: x}", 12, "lines or place"),
]


@pytest.mark.parametrize(("right", "wrong", "line", "words"), MISTAKES)
def test_the_schema_refuses(tmp_path: Path, right: str, wrong: str, line: int, words: str) -> None:
    with pytest.raises(ContractError) as raised:
        read(tmp_path, (HEAD + CLAUSE).replace(right, wrong, 1))
    message = str(raised.value)
    assert words in message
    assert message.startswith(f"one.yaml: line {line}, ")
    assert "\n  fix: " in message


CONTRADICTIONS = [
    (HEAD + CLAUSE + CLAUSE.removeprefix("clauses:\n"), "DIR-X: the id stands twice"),
    (HEAD + CLAUSE.replace("DIR-X", "PA-X"), "clauses[0].id: PA-X is not of area DIR"),
    (HEAD + CLAUSE.replace("[1, 2]", "[2, 1]"), "give the first line first"),
    (HEAD + CLAUSE.replace("kind", "errata: [ERR-B]\n    kind"), "unknown erratum ERR-B"),
    (HEAD.replace("section: Location\n", "") + CLAUSE, "a source without section"),
    (HEAD + RESOURCE + RULE.replace("place: heading", "place: head"), "no place 'head'"),
    (HEAD + RESOURCE + RULE.replace("    source: {place: heading}\n", ""), "rule without source"),
    (HEAD + RESOURCE + RULE.replace("{type}", "{kind}"), "unknown field 'kind'"),
    (HEAD + RESOURCE.replace("Location", "Endpoint"), "add Endpoint to codes"),
    (HEAD + ERRATA + ERRATA.removeprefix("errata:\n"), "ERR-A: stands twice"),
    (HEAD + CLAUSE + "section: Twice\n", "the key 'section' stands twice"),
    (HEAD + CLAUSE + "  bad: [\n", "write valid YAML"),
    (HEAD, "add one of resource, clauses"),
    ("- a list\n", "not a mapping"),
    (HEAD + ROW, "'resource' is a dependency"),
]


@pytest.mark.parametrize(("text", "words"), CONTRADICTIONS)
def test_a_contradiction_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ContractError, match=re.escape(words)):
        read(tmp_path, text)


def test_a_statement_that_the_vocabulary_lacks_is_asked_for(tmp_path: Path) -> None:
    vocabulary = VOCABULARY.replace("interaction: {default", "interaction: {vread")
    with pytest.raises(ContractError, match="add read or default"):
        read(tmp_path, HEAD + RESOURCE, vocabulary)


def test_a_missing_vocabulary_is_named(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(HEAD + CLAUSE, encoding="utf-8")
    with pytest.raises(ContractError, match=r"vocabulary\.yaml"):
        read_contract(tmp_path)


def test_the_fingerprint_is_the_content_and_not_its_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "one.yaml"
    prints = []
    for text in (HEAD, HEAD.replace("\n", "\r\n"), HEAD + "# a remark\n"):
        file.write_bytes(text.encode())
        prints.append(fingerprint(read_files(tmp_path)))
    assert prints[0] == prints[1] != prints[2]


def test_each_document_has_a_fingerprint() -> None:
    prints = read_contract().fingerprints
    assert "tooele" in prints
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in prints.values())
