"""The official test cases and the base examples, where their jars are: ratchets."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
import yaml
from official_cases import VARIABLE, VERSION, Score, expected, left_out, place, score

from profiles import Validator, load_packages
from profiles.packages.defaults import FOUNDATIONS

HERE = Path(__file__).parent
#: Judgements, and how many of their verdicts and numbers of errors agree: never to be lowered.
JUDGED, AGREED, EXACT = 318, 290, 261

#: The jar of com.ibm.fhir:fhir-examples.
EXAMPLES_VARIABLE = "FLEXCHECK_FHIR_EXAMPLES"
MAVEN = Path.home() / ".m2/repository/com/ibm/fhir/fhir-examples/4.11.1/fhir-examples-4.11.1.jar"
EXAMPLES = Path(os.environ.get(EXAMPLES_VARIABLE, MAVEN))
#: Longer ones are left out: definitions of whole resource types, which take the HL7 validator long.
LONGEST = 60_000


@pytest.fixture(scope="module")
def scored() -> Score:
    where = place()
    if where is None:
        pytest.skip(f"fhir-test-cases {VERSION} is absent: mvn dependency:get, or {VARIABLE}")
    return score(where)


def test_verdicts_on_the_official_cases_are_those_of_the_hl7_validator(scored: Score) -> None:
    rows = yaml.safe_load((HERE / "official_disagreements.yaml").read_text("utf-8"))
    assert all(row.keys() == {"id", "reason"} for row in rows)
    differing = {each.name for each in scored.outcomes if not each.agrees}
    assert differing == {row["id"] for row in rows}
    assert len(scored.outcomes) == JUDGED
    assert sum(each.agrees for each in scored.outcomes) == AGREED
    assert sum(len(each.expected) == len(each.found) for each in scored.outcomes) >= EXACT


@pytest.mark.skipif(not EXAMPLES.exists(), reason=f"fhir-examples is absent, {EXAMPLES_VARIABLE}")
def test_base_examples_are_valid_but_for_known_defects() -> None:
    rows = yaml.safe_load((HERE / "base_examples.yaml").read_text("utf-8"))
    known = {name for row in rows["invalid"] for name in row["files"]}
    validator = Validator(load_packages(FOUNDATIONS))
    invalid = set()
    with zipfile.ZipFile(EXAMPLES) as jar:
        for name in jar.namelist():
            if not name.startswith("json/spec/") or not name.endswith(".json"):
                continue
            text = jar.read(name)
            if len(text.decode("utf-8-sig")) < LONGEST and not validator.validate(text).valid:
                invalid.add(Path(name).stem)
    assert invalid == known


def test_what_only_a_terminology_server_tells_is_not_expected() -> None:
    def issue(severity: str, text: str) -> dict[str, object]:
        return {"severity": severity, "expression": ["X.y"], "details": {"text": text}}

    issues = [
        issue("error", "Wrong Display Name 'a' for http://loinc.org#1-8"),
        issue("error", "a"),
        issue("warning", "b"),
    ]
    assert expected({"outcome": {"issue": issues}}, None) == ("X.y: a",)  # type: ignore[arg-type]
    assert expected({"errorCount": 2}, None) == ("error", "error")  # type: ignore[arg-type]


def test_a_case_that_needs_other_packages_is_left_out() -> None:
    case = {"file": "a.json", "java": {}, "packages": ["x#1"]}
    assert left_out(case, ()) == "packages that are not built in"
    assert left_out(case, ("x#1",)) == ""
    assert left_out({"file": "a.txt", "java": {}}, ()) == "neither JSON nor XML"
