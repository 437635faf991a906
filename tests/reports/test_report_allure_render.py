"""What Allure 3 makes of our results; `make browser` fetches it, without it these are skipped."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from report_builders import finding, mixed_run
from report_pages import NODE, absent

from conformance.findings import Outcome
from reports import allure

if TYPE_CHECKING:
    from conformance.runlog import Run


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run in which one test was repeated, after an earlier run of the target."""
    command = os.environ.get("FLEXCHECK_ALLURE") or NODE / "allure/cli.js"
    node = shutil.which("node")
    if not node or not Path(command).is_file():
        absent("allure (npm)")
    folder = tmp_path_factory.mktemp("allure")
    first = mixed_run()
    retried = finding("DIR-LOC-READ", Outcome.ERROR, message="refused")
    second: Run = replace(
        first,
        header={**first.header, "started": "2026-01-03T03:04:05Z"},
        findings=(retried, *first.findings),
    )
    for name, run in (("first", first), ("second", second)):
        allure.write_results(run, folder / name)
        done = subprocess.run(  # noqa: S603 - our own command
            [node, str(command), "generate", name, "--config", f"{name}/allurerc.json",
             "--output", f"report-{name}"],
            cwd=folder, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    return folder / "report-second"


def _read(rendered: Path, name: str) -> Any:
    return json.loads((rendered / name).read_text(encoding="utf-8"))


def _tests(rendered: Path) -> dict[str, dict[str, Any]]:
    found = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in (rendered / "data" / "test-results").glob("*.json")
    ]
    return {
        next(label["value"] for label in test["labels"] if label["name"] == "clause"): test
        for test in found
        if not test.get("isRetry")
    }


def test_the_tree_is_api_resource_and_interaction(rendered: Path) -> None:
    groups = _read(rendered, "widgets/tree.json")["groupsById"].values()
    names = {group["name"] for group in groups}
    assert {"Provider Directory", "Patient Access", "Location", "search", "read"} <= names
    assert not [name for name in names if name.endswith(".py")]


def test_each_outcome_has_its_category(rendered: Path) -> None:
    named = {
        clause: [category["name"] for category in test["categories"]]
        for clause, test in _tests(rendered).items()
    }
    assert named["DIR-LOC-SEARCH-STATE"] == ["Non-conformance (a clause does not hold)"]
    assert named["DIR-LOC-SORT"] == ["Recommendation not followed (SHOULD)"]
    assert named["DIR-ORG-READ"] == ["Environment error (nothing was judged)"]
    assert named["DIR-END-READ"] == ["Not demonstrated (no data to judge it on)"]
    assert named["PA-EOB-READ"] == ["Not applicable to this target"]
    assert named["DIR-META"] == []


def test_a_repeated_test_is_a_retry_and_the_run_before_is_history(rendered: Path) -> None:
    tests = _tests(rendered)
    assert len(tests) == 8
    assert tests["DIR-LOC-READ"]["status"] == "passed"
    assert len(tests["DIR-LOC-READ"]["retries"]) == 1
    assert [entry["status"] for entry in tests["DIR-LOC-SEARCH-STATE"]["history"]] == ["failed"]


def test_exchanges_and_environment_are_read(rendered: Path) -> None:
    attached = (rendered / "data" / "attachments").glob("*.httpexchange")
    assert json.loads(next(attached).read_text(encoding="utf-8"))["schemaVersion"] == 1
    environment = {
        entry["name"]: entry["values"]
        for entry in _read(rendered, "widgets/allure_environment.json")
    }
    assert environment["target.name"] == ["Tooele sandbox"]
