"""`flexcheck validate`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from profiles.cli import validate
from profiles.outputs import value_at

if TYPE_CHECKING:
    from pathlib import Path

GOOD = {"resourceType": "Patient", "id": "good"}
GENDERS = "http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1"
BAD = {"resourceType": "Patient", "id": "bad", "gender": "x"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.json").write_text(json.dumps(BAD))
    (tmp_path / "deep").mkdir()
    lines = f"{json.dumps(GOOD)}\n\n{json.dumps(BAD)}\n{{\n"
    (tmp_path / "deep" / "b.ndjson").write_text(lines)
    (tmp_path / "package.json").write_text("{}")
    return tmp_path


def run(*arguments: object, stdin: str = "") -> Result:
    return CliRunner().invoke(validate, [str(each) for each in arguments], input=stdin)


def rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_folder_gives_a_line_for_each_resource_in_order(folder: Path, workers: int) -> None:
    result = run("--output", "ndjson", "--workers", workers, folder)
    assert result.exit_code == 1
    found = [
        (each["source"], each["line"], each["resource"], each["valid"]) for each in rows(result)
    ]
    lines = str(folder / "deep" / "b.ndjson")
    assert found == [
        (str(folder / "a.json"), 1, "Patient/bad", False),
        (lines, 1, "Patient/good", True),
        (lines, 3, "Patient/bad", False),
        (lines, 4, "", False),
    ]
    (issue,) = [each for each in rows(result)[0]["issues"] if each["severity"] == "error"]
    assert issue == {
        "severity": "error",
        "code": "code-invalid",
        "expression": "Patient.gender",
        "profile": "http://hl7.org/fhir/StructureDefinition/Patient|4.0.1",
        "rule": "Patient.gender",
        "message": (
            "'x' is not in the value set http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1"
        ),
    }


def test_text_is_grouped_by_resource_and_shows_what_stands_there(folder: Path) -> None:
    result = run("--errors-only", folder / "a.json")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{folder / 'a.json'}:1 Patient/bad INVALID",
        "  error    Patient.gender",
        f"           'x' is not in the value set {GENDERS}",
        '           > "x"',
        "           rule Patient.gender of http://hl7.org/fhir/StructureDefinition/Patient|4.0.1",
        "",
        "1 resource: 0 valid, 1 invalid; 1 error, 1 warning",
    ]


def test_an_outcome_is_a_resource_of_its_own() -> None:
    result = run("--output", "operationoutcome", "-", stdin=json.dumps(BAD))
    (outcome,) = rows(result)
    again = run("--output", "ndjson", "-", stdin=json.dumps(outcome))
    assert outcome["issue"][0]["expression"] == ["Patient.gender"]
    assert again.exit_code == 0


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (json.dumps(GOOD), [1]),
        (json.dumps(GOOD, indent=1), [1]),
        (f"{json.dumps(GOOD)}\n{json.dumps(GOOD)}\n", [1, 2]),
    ],
)
def test_stdin_is_one_resource_or_one_a_line(text: str, lines: list[int]) -> None:
    result = run("--output", "ndjson", "-", stdin=text)
    assert result.exit_code == 0
    assert [each["line"] for each in rows(result)] == lines


def test_a_profile_can_be_asked_for_and_a_package_replaced(folder: Path) -> None:
    url = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"
    (folder / "good.json").write_text(json.dumps(GOOD))
    result = run(
        "--package",
        "hl7.fhir.us.core#3.1.1",
        "--profile",
        url,
        "--output",
        "ndjson",
        folder / "good.json",
    )
    assert result.exit_code == 1
    assert f"{url}|3.1.1" in {issue["profile"] for issue in rows(result)[0]["issues"]}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["/nowhere/x.json"], "/nowhere/x.json is not there"),
        (["--package", "none#1", "-"], "none#1"),
        (["-"], "no resource in -"),
        ([], "Missing argument"),
    ],
)
def test_what_cannot_be_had_is_a_usage_error(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("Patient.name[1].given[0]", "B"),
        ("Patient.multipleBirth", 2),
        ("Patient.name[7]", None),
        ("Patient.none.x", None),
        ("Patient", None),
    ],
)
def test_a_place_leads_to_its_value(expression: str, value: Any) -> None:
    resource = {"name": [{}, {"given": ["B"]}], "multipleBirthInteger": 2}
    assert value_at(resource, expression) == value
