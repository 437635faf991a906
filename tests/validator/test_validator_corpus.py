"""Agreement with the HL7 validator, by the corpus' own score: a ratchet, never to be lowered."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from profiles import Validator, load_default_packages

if TYPE_CHECKING:
    from collections.abc import Iterator

CORPUS = Path(__file__).parents[3] / "shared" / "validator-corpus"
DISAGREEMENTS = Path(__file__).with_name("disagreements.yaml")
#: The packages that each file was judged with, where they are not the contract's.
OLDER = ("hl7.fhir.us.core#3.1.1", "hl7.fhir.us.davinci-pdex-plan-net#1.1.0")
#: File: packages, verdicts that agree (all), places found, reported errors that are golden (%).
FILES: dict[str, tuple[tuple[str, ...], float, float]] = {
    "ig-examples": (OLDER, 100.0, 100.0),
    "mutants-dev": (OLDER, 98.5, 99.5),
    "contract-versions": ((), 99.0, 99.5),
}

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="../shared/validator-corpus is absent")


def records(name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(CORPUS / f"{name}.ndjson.gz") as lines:
        for line in lines:
            yield json.loads(line)


def verdict(validator: Validator, record: dict[str, Any]) -> dict[str, Any]:
    report = validator.validate(record["resource"])
    issues = [{"severity": i.severity, "expression": i.expression} for i in report.issues]
    return {"id": record["id"], "valid": report.valid, "issues": issues}


@pytest.mark.parametrize("name", FILES)
def test_verdicts_are_those_of_the_hl7_validator(name: str, tmp_path: Path) -> None:
    packages, found, golden = FILES[name]
    validator = Validator(load_default_packages(packages))
    rows = list(records(name))
    verdicts = [verdict(validator, row) for row in rows]
    differing = {g["id"] for g, v in zip(rows, verdicts, strict=True) if g["valid"] != v["valid"]}
    assert differing == {row["id"] for row in yaml.safe_load(DISAGREEMENTS.read_text("utf-8"))}

    out = tmp_path / "verdicts.ndjson"
    out.write_text("".join(json.dumps(each) + "\n" for each in verdicts), "utf-8")
    command = [
        sys.executable,
        str(CORPUS / "score.py"),
        str(CORPUS / f"{name}.ndjson.gz"),
        str(out),
    ]
    score = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    places = re.search(r"places found .* = ([\d.]+)%; .* = ([\d.]+)%", score)
    assert places
    assert float(places[1]) >= found, score
    assert float(places[2]) >= golden, score


def test_each_disagreement_has_a_reason() -> None:
    for row in yaml.safe_load(DISAGREEMENTS.read_text("utf-8")):
        assert row.keys() == {"id", "reason", "source"}
