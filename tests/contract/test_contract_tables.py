"""Tables, file-wide defaults and rules that two documents share expand as docs/contract.md says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from conformance.contract import Contract, ContractError, read_contract

if TYPE_CHECKING:
    from pathlib import Path

VOCABULARY = """\
codes: {Patient: PAT, Procedure: PROC}
statements: {interaction: {default: "A {type} is there."}}
"""
HEAD = """\
document: tooele
deployments: [tooele, uhc]
area: TOKEN
section: Tokens
"""
TABLE = """\
tables:
  - id: TOKEN-FIELD
    kind: response-field
    topic: token
    statement: "The response has `{param}`."
    rows:
      - {word: SCOPE, param: scope, lines: [1, 1]}
      - {word: PATIENT, param: patient, section: Other, lines: [2, 3], expectation: SHOULD}
"""
RESOURCE = """\
document: tooele
deployments: [tooele, uhc]
area: PA
api: patient-access
section: Patient
applies_when: {future: more, future_in: [tooele]}
resource:
  type: Patient
  places: {scope: [{lines: [1, 1]}, {document: uhc, section: Scopes, lines: [9, 9]}]}
"""
SECOND = """\
document: uhc
deployments: [uhc]
area: PA
api: patient-access
section: Scopes
resource: {type: Procedure, places: {scope: {lines: [8, 8]}}}
"""
RULES = """\
document: tooele
deployments: [tooele, uhc]
area: PA
api: patient-access
verified_by: {not_tested: suite-to-come, because: There is none yet.}
rules:
  - suffix: RULE
    expectation: SHALL
    topic: access
    statement: "{type} is closed."
    source: {place: scope}
"""


def read(folder: Path, *texts: str) -> Contract:
    (folder / "vocabulary.yaml").write_text(VOCABULARY, encoding="utf-8")
    for number, text in enumerate(texts):
        (folder / f"file{number}.yaml").write_text(text, encoding="utf-8")
    return read_contract(folder)


def test_a_row_is_a_clause_with_what_its_table_says(tmp_path: Path) -> None:
    contract = read(tmp_path, HEAD + TABLE)
    scope, patient = contract.clauses
    assert (scope.id, scope.kind, scope.param) == ("TOKEN-FIELD-SCOPE", "response-field", "scope")
    assert scope.statement == "The response has `scope`."
    assert (scope.expectation.value, patient.expectation.value) == ("SHALL", "SHOULD")
    assert str(patient.source[0]) == "tooele, Other, lines 2-3"
    assert scope.not_tested is None


def test_a_clause_without_api_applies_everywhere(tmp_path: Path) -> None:
    assert read(tmp_path, HEAD + TABLE).clauses[0].applies_when.to_json() == {}


def test_a_file_says_once_how_its_clauses_are_verified(tmp_path: Path) -> None:
    head = HEAD + "verified_by: {not_tested: suite-to-come, because: There is none yet.}\n"
    own = TABLE.replace("lines: [1, 1]", "lines: [1, 1], verified_by: test")
    own_way, files_way = read(tmp_path, head + own).clauses
    assert own_way.not_tested is None
    assert files_way.not_tested is not None
    assert files_way.testable
    flipped = read(tmp_path, head.replace("{not_tested: suite-to-come", "test #") + own)
    assert all(clause.not_tested is None for clause in flipped.clauses)


def test_other_reasons_mean_that_no_request_can_tell(tmp_path: Path) -> None:
    head = HEAD + "verified_by: {not_tested: operational, because: It is so.}\n"
    assert not any(clause.testable for clause in read(tmp_path, head + TABLE).clauses)


def test_a_rule_holds_in_the_deployments_of_its_resource(tmp_path: Path) -> None:
    contract = read(tmp_path, RESOURCE, RULES, SECOND)
    patient, procedure = contract["PA-PAT-RULE"], contract["PA-PROC-RULE"]
    assert patient.deployments == ("tooele", "uhc")
    assert [source.document for source in patient.source] == ["tooele", "uhc"]
    assert procedure.deployments == ("uhc",)
    assert [source.lines for source in procedure.source] == [(8, 8)]


def test_a_rule_of_one_deployment_drops_what_the_other_document_says(tmp_path: Path) -> None:
    rules = RULES.replace("suffix: RULE", "suffix: RULE\n    deployments: [uhc]")
    contract = read(tmp_path, RESOURCE, rules, SECOND)
    assert contract["PA-PAT-RULE"].deployments == ("uhc",)
    assert [source.lines for source in contract["PA-PAT-RULE"].source] == [(9, 9)]


def test_a_rule_applies_when_its_resource_does(tmp_path: Path) -> None:
    contract = read(tmp_path, RESOURCE, RULES, SECOND)
    when = contract["PA-PAT-RULE"].applies_when
    assert (when.future, when.future_in) == ("more", ("tooele",))
    assert when.undeclared("tooele", ()) == "more"
    assert when.undeclared("uhc", ()) == ""
    assert contract["PA-PROC-RULE"].applies_when.future == ""


def test_a_resource_can_keep_uniform_rules_away(tmp_path: Path) -> None:
    apart = RESOURCE.replace("  type: Patient\n", "  type: Patient\n  uniform: false\n")
    assert list(read(tmp_path, apart, RULES, SECOND).by_id) == ["PA-PROC-RULE"]


def test_a_rule_can_be_for_profiles_of_one_guide(tmp_path: Path) -> None:
    rules = RULES.replace("suffix: RULE", 'suffix: RULE\n    where: {profile: "http://a/"}')
    with_profile = RESOURCE.replace("  type: Patient\n", "  type: Patient\n  profile: http://a/b\n")
    assert list(read(tmp_path, with_profile, rules, SECOND).by_id) == ["PA-PAT-RULE"]


def test_a_file_counts_for_every_document_that_it_restates(tmp_path: Path) -> None:
    before = read(tmp_path, RESOURCE, HEAD + TABLE, SECOND).fingerprints
    after = read(tmp_path, RESOURCE + "# a remark\n", HEAD + TABLE, SECOND).fingerprints
    only = read(tmp_path, RESOURCE, HEAD + TABLE + "# a remark\n", SECOND).fingerprints
    assert before["tooele"] != after["tooele"]
    assert before["uhc"] != after["uhc"]
    assert before["uhc"] == only["uhc"]


WRONG = [
    (
        HEAD + TABLE.replace('    statement: "The response has `{param}`."\n', ""),
        "row without statement",
    ),
    (HEAD + TABLE.replace(", lines: [1, 1]", ""), "a row without source"),
    (HEAD + TABLE.replace("id: TOKEN-FIELD", "id: AUTH-FIELD"), "is not of area TOKEN"),
    (HEAD + TABLE.replace("{param}", "{params}"), "unknown field 'params'"),
    (RESOURCE.replace("future: more, ", ""), "'future' is a dependency"),
]


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_a_mistake_is_told_with_its_fix(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ContractError, match=re.escape(words)) as raised:
        read(tmp_path, text)
    assert "fix: " in str(raised.value)


def test_a_rule_without_a_source_in_the_document_is_told(tmp_path: Path) -> None:
    rules = RULES.replace("{place: scope}", "{section: A, lines: [1, 1]}")
    with pytest.raises(ContractError, match="no source for PROC"):
        read(tmp_path, RESOURCE, rules, SECOND)


def test_a_rule_says_how_it_is_verified(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="'verified_by' is missing"):
        read(tmp_path, RESOURCE, RULES.replace("verified_by", "# verified_by"))
