"""The pytest plugin and Allure's results, in an inner pytest whose core is simulated."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from report_builders import NASTY, broken, exchange, finding, mixed_run, run_of

from conformance.findings import Outcome
from reports import allure

HERE = Path(__file__).parent
# Stands in for the core: it sets the stash, makes findings and calls the hooks.
CORE = """
import sys
from pathlib import Path
import pytest
from report_builders import NASTY, broken, clause, exchange, finding, run_of
from conformance.findings import Outcome
from conformance.plugin.keys import CLAUSE, EXCHANGES, FINDING

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
        item.stash[EXCHANGES] = (exchange(),)
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
        found[data["name"].split()[0].removeprefix("DIR-TEST_") + case] = data
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
        "CASE[A] a": "passed",
        "CASE[B] b": "passed",
    }
    assert told["FAIL"][1]["message"] == "does not hold: why it is so"
    assert "observed  <script>" in told["FAIL"][1]["trace"]
    assert "\x1b" not in told["FAIL"][1]["trace"]
    assert told["WARNING"][1]["message"].startswith("warning: ")
    assert told["SKIP"][1]["message"].startswith("not demonstrated: ")
    assert told["ABSENT"][1]["message"].startswith("not applicable: ")


def test_labels_name_clause_place_and_severity(results: dict[str, dict[str, Any]]) -> None:
    for name in ("FAIL", "ABSENT"):  # skipped in its setup too
        result = results[name]
        assert _labels(result, "epic") == ["Provider Directory"]
        assert _labels(result, "feature") == ["Location"]
        assert _labels(result, "story") == ["search"]
        assert _labels(result, "severity") == ["critical"]
        assert _labels(result, "clause") == [f"DIR-TEST_{name}"]
        assert _labels(result, "document") == ["tooele"]
        assert _labels(result, "section") == ["Location"]
        assert _labels(result, "expectation") == ["SHALL"]
        assert _labels(result, "parameter") == ["address-state"]
        assert result["links"][0]["url"] == "https://hl7.org/fhir/R4/search.html#string"
        assert "Source: tooele, Location, lines 405-412" in result["description"]
    assert "warning" in _labels(results["WARNING"], "tag")


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


def test_assertions_are_steps(results: dict[str, dict[str, Any]]) -> None:
    first, rest = results["FAIL"]["steps"]
    assert first["name"] == "Bundle.entry[1].resource.address.state: address-state = UT"
    assert first["status"] == "failed"
    told = {entry["name"]: entry["value"] for entry in first["parameters"]}
    assert told["expected"] == "address-state = UT"
    assert told["exchange"] == "ex-0041"
    assert "\x1b" not in told["observed"]
    assert rest["name"] == "and 2 more (3 assertions judged, 1 broken)"
    assert rest["status"] == "passed"


def test_steps_are_limited_and_never_greener_than_the_finding() -> None:
    places = tuple(broken(number) for number in range(100))
    many = finding("DIR-A", Outcome.FAIL, assertions=places, held=5, broken=300)
    steps = list(allure._steps(many, 1, 2))
    assert len(steps) == allure.MAX_STEPS + 1
    assert {step.status for step in steps} == {"failed"}
    warned = finding("DIR-A", Outcome.WARNING)
    assert next(iter(allure._steps(warned, 1, 2))).status == "broken"


def test_history_follows_clause_and_case(
    results: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    _pytest(tmp_path, "-p", "core", "--alluredir=out/allure-results", "-k", "case")
    again = [
        json.loads(path.read_text("utf-8"))["historyId"]
        for path in (tmp_path / "out" / "allure-results").glob("*-result.json")
    ]
    assert sorted(again) == sorted(
        result["historyId"] for name, result in results.items() if name.startswith("CASE")
    )
    assert len(set(again)) == 2


def test_allure_learns_of_target_run_and_categories(judged: tuple[Path, str]) -> None:
    folder = judged[0] / "allure-results"
    properties = (folder / "environment.properties").read_text("ascii")
    assert "target.name = Tooele sandbox\n" in properties
    assert "contract.tooele = abab" in properties
    assert json.loads((folder / "executor.json").read_text("utf-8"))["name"] == "flexcheck"
    assert json.loads((folder / "categories.json").read_text("utf-8"))


def test_every_status_and_message_falls_into_one_category_first() -> None:
    categories = json.loads(allure.run_files(mixed_run())["categories.json"])
    for outcome, name in allure._CATEGORIES.items():
        message = f"{allure._LEADS[outcome]}line one\nline two"
        fits = [
            entry["name"]
            for entry in categories
            if allure._STATUSES[outcome] in entry["matchedStatuses"]
            and re.fullmatch(entry.get("messageRegex", "(?s).*"), message)
        ]
        assert fits[0] == name


def test_properties_survive_any_value() -> None:
    text = allure.run_files(run_of(target={"name": "a\\b\nc é 😀"}))["environment.properties"]
    assert "target.name = a\\\\b c \\u00e9 \\ud83d\\ude00\n" in text


def test_more_workers_leave_the_same_allure_results(tmp_path: Path) -> None:
    # The core sets the folder in the controller only, as `-p late` does here.
    late = "import pytest\n\n@pytest.hookimpl(tryfirst=True)\ndef pytest_configure(config):\n"
    late += "    if not hasattr(config, 'workerinput'):\n"
    late += "        config.option.allure_report_dir = 'results'\n"
    (tmp_path / "late.py").write_text(late, "utf-8")
    done = _pytest(tmp_path, "-p", "core", "-p", "late", "-n", "2", "--flexcheck-quiet")
    found = list((tmp_path / "results").glob("*-result.json"))
    assert len(found) == 8, done.stdout + done.stderr
    labelled = [json.loads(path.read_text("utf-8"))["name"] for path in found]
    assert all(name.startswith("DIR-TEST_") for name in labelled)


def test_attachments_show_broken_exchanges_first_and_are_limited() -> None:
    made = finding("DIR-A", Outcome.FAIL, assertions=(broken(exchange="ex-30", observed=NASTY),))
    chosen = allure._attached(made, [exchange(f"ex-{number}") for number in range(40)])
    assert chosen[0].id == "ex-30"
    assert len(chosen) == allure.MAX_EXCHANGES
