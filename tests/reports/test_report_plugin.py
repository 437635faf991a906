"""The pytest plugin and Allure's results, in an inner pytest whose core is simulated."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
# Stands in for the core: it sets the stash, makes findings and calls the hooks.
CORE = """
import sys
from pathlib import Path
import pytest
from report_builders import NASTY, broken, clause, exchange, finding, run_of
from conformance.findings import Outcome
from conformance.plugin.keys import CLAUSE, FINDING

OUT = Path("out")
MADE = []

def pytest_addoption(parser):
    parser.addoption("--flexcheck-quiet", action="store_true")

def pytest_collection_modifyitems(items):
    for item in items:
        item.stash[CLAUSE] = clause("DIR-" + item.name.upper(), topic="search")

def pytest_collection_finish(session):
    OUT.mkdir(exist_ok=True)
    hook = session.config.hook
    hook.pytest_flexcheck_run_started(config=session.config, out=OUT, selected=len(session.items))

def outcome(item, report):
    if report.skipped:
        return Outcome.NOT_APPLICABLE if report.when == "setup" else Outcome.SKIP
    named = item.name.removeprefix("test_")
    return Outcome(named) if named in list(Outcome) else Outcome.PASS

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call" or report.skipped:
        assertions = (broken(observed=NASTY),) if "fail" in item.name else ()
        made = finding(
            "DIR-" + item.name.upper(), outcome(item, report), message="why it is so",
            assertions=assertions,
        )
        item.stash[FINDING] = made
        MADE.append(made)
        item.config.hook.pytest_flexcheck_finding(
            config=item.config, finding=made, clause=item.stash[CLAUSE]
        )
    return report

def pytest_sessionfinish(session):
    session.config.hook.pytest_flexcheck_run_finished(
        config=session.config, run=run_of(*MADE), out=OUT
    )
"""
SUITE = """
import pytest

def test_pass(): pass
def test_fail(): pytest.fail("DIR-TEST_FAIL: no")
def test_warning(): pass
def test_error(): raise OSError("refused")
def test_skip(): pytest.skip("no data")

@pytest.fixture
def absent(): pytest.skip("not here")

def test_absent(absent): pass

@pytest.mark.parametrize("case", [object(), object()], ids=["a", "b"])
def test_case(case): pass
"""


def _pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # The core adds its options where this stands; here the simulation does.
    inherited = {name: value for name, value in os.environ.items() if name != "FLEXCHECK_SUITES"}
    paths = os.pathsep.join([str(folder), str(HERE), os.environ.get("PYTHONPATH", "")])
    (folder / "test_suite.py").write_text(SUITE, "utf-8")
    (folder / "core.py").write_text(CORE, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", "utf-8")
    return subprocess.run(  # noqa: S603 - our own interpreter and files
        [sys.executable, "-m", "pytest", "-q", *arguments, "test_suite.py"],
        cwd=folder,
        env={**inherited, "PYTHONPATH": paths, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder and the output of one simulated run."""
    folder = tmp_path_factory.mktemp("judged")
    done = _pytest(folder, "-p", "core", "--flexcheck-quiet", "--alluredir=out/allure-results")
    assert "INTERNALERROR" not in done.stdout, done.stdout
    return folder / "out", done.stdout + done.stderr


@pytest.fixture(scope="module")
def results(judged: tuple[Path, str]) -> dict[str, dict[str, Any]]:
    """Allure's results by the first word of their titles (and the case)."""
    found = {}
    for path in (judged[0] / "allure-results").glob("*-result.json"):
        data = json.loads(path.read_text("utf-8"))
        case = "".join(f" {p['value']}" for p in data.get("parameters", ()))
        named = next(word for word in data["name"].split() if word.startswith("DIR-TEST_"))
        found[named.removeprefix("DIR-TEST_") + case] = data
    return found


def _labels(result: dict[str, Any], name: str) -> list[str]:
    return [label["value"] for label in result["labels"] if label["name"] == name]


def test_every_report_is_written_when_the_run_is_finished(judged: tuple[Path, str]) -> None:
    out, _ = judged
    assert {path.name for path in out.iterdir()} == {
        "summary.json",
        "junit.xml",
        "summary.md",
        "report.html",
        "findings.csv",
        "traceability.csv",
        "traceability.html",
        "evidence.csv",
        "testreport.json",
        "allure-results",
    }


def test_progress_and_summary_are_printed_past_capture(judged: tuple[Path, str]) -> None:
    _, text = judged
    assert "[8/8] DIR / Location: 8 findings" in text
    assert "NON-CONFORMANCE" in text
    assert "flexcheck run --target sandbox.toml --only DIR-TEST_FAIL" in text
    assert "\x1b" not in text


def test_without_flexcheck_run_pytest_shows_its_own_progress(tmp_path: Path) -> None:
    text = _pytest(tmp_path, "-p", "core").stdout
    assert "[8/8]" not in text
    assert "NON-CONFORMANCE" in text


def test_the_plugin_is_inert_in_any_other_pytest_run(tmp_path: Path) -> None:
    done = _pytest(tmp_path, "--alluredir=results", "-k", "test_pass")
    assert done.returncode == 0
    assert "1 passed" in done.stdout
    assert "HOLDS" not in done.stdout
    assert not (tmp_path / "out").exists()
    data = json.loads(next((tmp_path / "results").glob("*-result.json")).read_text("utf-8"))
    assert data["name"] == "test_pass"
    assert _labels(data, "epic") == []


def test_the_plugin_loads_where_the_core_has_no_hooks(tmp_path: Path) -> None:
    done = _pytest(tmp_path, "-p", "no:flexcheck", "-k", "test_pass")
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_outcome_has_its_status_and_message(results: dict[str, dict[str, Any]]) -> None:
    told = {name: (r["status"], r.get("statusDetails", {})) for name, r in results.items()}
    statuses = {name: status for name, (status, _) in told.items()}
    assert statuses == {
        "PASS": "passed",
        "FAIL": "failed",
        "WARNING": "passed",
        "ERROR": "broken",
        "SKIP": "skipped",
        "ABSENT": "skipped",
        "CASE[A]": "passed",
        "CASE[B]": "passed",
    }
    assert told["FAIL"][1]["message"] == "does not hold: why it is so"
    assert "observed  <script>" in told["FAIL"][1]["trace"]
    assert "\x1b" not in told["FAIL"][1]["trace"]
    assert told["WARNING"][1]["message"].startswith("warning: ")
    assert told["SKIP"][1]["message"].startswith("not demonstrated: ")
    assert told["ABSENT"][1]["message"].startswith("not applicable: ")


def test_exchange_and_finding_are_attached(
    judged: tuple[Path, str], results: dict[str, dict[str, Any]]
) -> None:
    first, second, third = results["FAIL"]["attachments"]
    assert first["name"] == "finding: fail"
    folder = judged[0] / "allure-results"
    assert "expected  address-state = UT" in (folder / first["source"]).read_text("utf-8")
    assert second["name"].startswith("ex-0041 GET ")
    assert second["type"] == "application/vnd.allure.http+json"
    assert second["source"].endswith("-attachment.httpexchange")
    told = json.loads((folder / second["source"]).read_text("utf-8"))
    assert (told["schemaVersion"], told["request"]["method"]) == (1, "GET")
    assert told["request"]["query"] == [{"name": "address-state", "value": "UT"}]
    assert told["response"]["status"] == 200
    assert '"resourceType": "Bundle"' in told["response"]["body"]["value"]
    assert told["stop"] - told["start"] == 120
    curl = (folder / third["source"]).read_text("utf-8")
    assert curl.startswith("# ex-0041\ncurl -i -g -H 'accept: application/fhir+json' ")


def test_more_workers_leave_the_same_allure_results(tmp_path: Path) -> None:
    done = _pytest(tmp_path, "-p", "core", "-n", "2", "--alluredir=results", "--flexcheck-quiet")
    found = list((tmp_path / "results").glob("*-result.json"))
    assert len(found) == 8, done.stdout + done.stderr
    assert all("DIR-TEST_" in json.loads(path.read_text("utf-8"))["name"] for path in found)
