"""Allure results made from a run: what each tells, and that the same run gives the same files."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from report_builders import NASTY, STANDARD, broken, exchange, finding, item, mixed_run, run_of
from run_files import write_run

from conformance.findings import Outcome
from reports import allure, allure_files, allure_result
from reports.cli import report

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.findings import Finding
    from conformance.runlog import Run


def _results(run: Run) -> dict[str, dict[str, Any]]:
    """Each result by its clause and case."""
    files = dict(allure.files_of(run))
    made = [json.loads(files[name]) for name in files if name.endswith("-result.json")]
    return {_label(result, "clause")[0] + _case(result): result for result in made}


def _case(result: dict[str, Any]) -> str:
    return "".join(f" {parameter['value']}" for parameter in result["parameters"])


def _label(result: dict[str, Any], name: str) -> list[str]:
    return [label["value"] for label in result["labels"] if label["name"] == name]


def _one(made: Finding, **more: Any) -> dict[str, Any]:
    return next(iter(_results(run_of(made, **more)).values()))


def test_each_outcome_is_told_apart_by_status_message_title_and_label() -> None:
    told = {outcome: _one(finding("DIR-A", outcome, message="why it is so")) for outcome in Outcome}
    assert {outcome: result["status"] for outcome, result in told.items()} == {
        Outcome.PASS: "passed",
        Outcome.FAIL: "failed",
        Outcome.WARNING: "passed",
        Outcome.SKIP: "skipped",
        Outcome.ERROR: "broken",
        Outcome.NOT_APPLICABLE: "skipped",
        Outcome.WAIVED: "skipped",
    }
    assert [_label(result, "outcome") for result in told.values()] == [[o.value] for o in Outcome]
    assert told[Outcome.WARNING]["name"].startswith("[warning] DIR-A ")
    assert told[Outcome.NOT_APPLICABLE]["name"].startswith("[not applicable] DIR-A ")
    assert told[Outcome.SKIP]["name"].startswith("[not demonstrated] DIR-A ")
    assert told[Outcome.FAIL]["statusDetails"]["message"] == "does not hold: why it is so"
    assert "statusDetails" not in told[Outcome.PASS]


def test_labels_and_links_name_clause_place_severity_and_guides() -> None:
    profile = "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/plannet-Location"
    clause = item(
        "DIR-A",
        param="address-state",
        standard=STANDARD,
        value=profile,
        regulations=["42 CFR 422.120"],
        expectation="SHOULD",
    )
    result = _one(finding("DIR-A", Outcome.WARNING), clauses=[clause])
    wanted = {
        "epic": "Provider Directory",
        "feature": "Location",
        "story": "search",
        "severity": "normal",
        "clause": "DIR-A",
        "document": "tooele",
        "section": "Location",
        "expectation": "SHOULD",
        "parameter": "address-state",
        "regulation": "42 CFR 422.120",
    }
    assert {name: _label(result, name) for name in wanted} == {n: [v] for n, v in wanted.items()}
    assert _label(result, "tag") == ["SHOULD", "warning"]
    assert [link["url"] for link in result["links"]] == [STANDARD["url"], profile]
    assert "Source: tooele, Location, lines 405-412" in result["description"]
    assert "flexcheck run --target sandbox.toml --only DIR-A" in result["description"]


def test_assertions_are_steps() -> None:
    first, rest = _one(finding("DIR-A", Outcome.FAIL))["steps"]
    assert first["name"] == "Bundle.entry[1].resource.address.state: address-state = UT"
    assert first["status"] == "failed"
    told = {entry["name"]: entry["value"] for entry in first["parameters"]}
    assert told == {"expected": "address-state = UT", "observed": "NV", "exchange": "ex-0041"}
    assert rest["name"] == "and 2 more (3 assertions judged, 1 broken)"
    assert rest["status"] == "passed"


def test_steps_are_limited_and_never_greener_than_the_finding() -> None:
    places = tuple(broken(number) for number in range(100))
    many = _one(finding("DIR-A", Outcome.FAIL, assertions=places, held=5, broken=300))["steps"]
    assert len(many) == allure_result.MAX_STEPS + 1
    assert {step["status"] for step in many} == {"failed"}
    assert _one(finding("DIR-A", Outcome.WARNING))["steps"][0]["status"] == "broken"


def test_attachments_show_broken_exchanges_first_and_are_limited() -> None:
    names = tuple(f"ex-{number}" for number in range(40))
    made = finding("DIR-A", Outcome.FAIL, assertions=(broken(exchange="ex-30"),), exchanges=names)
    run = run_of(made, exchanges=tuple(exchange(name) for name in names))
    attached = next(iter(_results(run).values()))["attachments"]
    assert attached[0]["name"] == "finding: fail"
    assert attached[1]["name"].startswith("ex-30 ")
    assert attached[1]["type"] == "application/vnd.allure.http+json"
    assert attached[-1]["name"] == "again with curl"
    assert len(attached) == allure_result.MAX_EXCHANGES + 2


def test_what_several_tests_attach_is_written_once() -> None:
    both = [finding(name, Outcome.FAIL) for name in ("DIR-A", "DIR-B")]
    names = [name for name, _ in allure.files_of(run_of(*both))]
    assert len(names) == len(set(names))
    assert sum(name.endswith(".httpexchange") for name in names) == 1


@pytest.mark.parametrize(
    ("area", "environment", "shown"),
    [("DIR", "production", True), ("PA", "production", False), ("PA", "sandbox", True),
     ("TOKEN", "production", False)],
)  # fmt: skip
def test_bodies_follow_the_targets_environment(area: str, environment: str, *, shown: bool) -> None:
    run = run_of(
        finding("X-A", Outcome.FAIL),
        clauses=[item("X-A", area=area)],
        target={"environment": environment},
        exchanges=(exchange(body='{"family":"Canary"}'),),
    )
    content = b"".join(content for _, content in allure.files_of(run))
    assert (b"Canary" in content) is shown


def test_history_follows_target_clause_and_case_and_nothing_else() -> None:
    def ids(**header: Any) -> list[str]:
        cases = [
            finding("DIR-A", case=case, test=f"{folder}/test_x.py::test_it[DIR-A-{case}]")
            for case in ("a", "b")
        ]
        return [result["historyId"] for result in _results(run_of(*cases, **header)).values()]

    folder = "suites/fhir"
    first = ids()
    folder = "elsewhere/suites/fhir"
    assert ids(started="2026-02-02T03:04:05Z", platform="win32") == first
    assert len(set(first)) == 2
    # Of two targets in one report, one is no retry of the other.
    assert not set(ids(target={"name": "Production"})) & set(first)


def test_a_test_that_was_repeated_is_a_retry() -> None:
    repeated = finding("DIR-A", Outcome.ERROR, seconds=1.0), finding("DIR-A", seconds=2.0)
    files = dict(allure.files_of(run_of(*repeated)))
    made = [json.loads(text) for name, text in files.items() if name.endswith("-result.json")]
    assert len({result["uuid"] for result in made}) == 2
    assert len({result["historyId"] for result in made}) == 1
    assert made[0]["stop"] == made[1]["start"] == made[0]["start"] + 1000


def test_nothing_that_a_server_sent_breaks_a_file() -> None:
    nasty = finding(
        "DIR-A",
        Outcome.FAIL,
        case=NASTY,
        message=NASTY + "\ud800",
        assertions=(broken(at=NASTY, observed=NASTY),),
    )
    for name, content in allure.files_of(run_of(nasty, target={"name": NASTY})):
        assert b"\x1b" not in content, name
        if name.endswith(".json"):
            json.loads(content)


def test_every_outcome_falls_into_its_category_in_allure_2_and_3() -> None:
    files = allure_files.run_files(mixed_run())
    second, third = json.loads(files["categories.json"]), json.loads(files["allurerc.json"])
    for outcome, name in allure_files._CATEGORIES.items():
        result = _one(finding("DIR-A", outcome, message="line one\nline two"))
        # Allure 2 matches the whole message, Allure 3 searches in a label.
        fits = [
            entry["name"]
            for entry in second
            if result["status"] in entry["matchedStatuses"]
            and re.fullmatch(
                entry.get("messageRegex", r"[\s\S]*"), result["statusDetails"]["message"]
            )
        ]
        assert fits[0] == name
        found = [
            entry["name"]
            for entry in third["categories"]
            if re.search(
                entry["matchers"].get("labels", {}).get("outcome", "no such"),
                _label(result, "outcome")[0],
            )
        ]
        assert found == [name]


def test_category_expressions_mean_the_same_in_javascript() -> None:
    """It has no inline flags such as `(?s)`: Allure 3 would refuse the whole file."""
    files = allure_files.run_files(mixed_run())
    assert "(?s)" not in files["categories.json"] + files["allurerc.json"]


def test_allure_3_shows_api_resource_and_interaction_as_its_tree() -> None:
    configuration = json.loads(allure_files.run_files(mixed_run())["allurerc.json"])
    options = configuration["plugins"]["awesome"]["options"]
    assert options["groupBy"] == ["epic", "feature", "story"]
    assert configuration["name"] == "FHIR API conformance: Tooele sandbox"


def test_properties_survive_any_value() -> None:
    made = allure_files.run_files(run_of(target={"name": "a\\b\nc é 😀"}))
    assert "target.name = a\\\\b c \\u00e9 \\ud83d\\ude00\n" in made["environment.properties"]


def test_the_environment_tells_of_an_interrupted_run() -> None:
    text = allure_files.run_files(replace(mixed_run(), footer={}))["environment.properties"]
    assert "complete = false\n" in text
    assert "did not end" in text


def test_the_same_log_gives_the_same_files(tmp_path: Path) -> None:
    run = write_run(mixed_run(), tmp_path / "run")
    for name in ("", "again"):
        output = ["--out", str(tmp_path / name)] if name else []
        done = CliRunner().invoke(report, [str(run), "--format", "allure", *output])
        assert done.exit_code == 0, done.output
    first, second = (
        {path.name: path.read_bytes() for path in folder.iterdir()}
        for folder in (run / "allure-results", tmp_path / "again")
    )
    assert first == second
    assert len([name for name in first if name.endswith("-result.json")]) == 8


def test_results_are_no_stream(tmp_path: Path) -> None:
    run = write_run(mixed_run(), tmp_path / "run")
    done = CliRunner().invoke(report, [str(run), "--format", "allure", "--output", "-"])
    assert done.exit_code == 2
    assert "a folder of files" in done.output
