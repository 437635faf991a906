"""The common reports of several runs: what they share, what differs, and what has no verdict."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import orjson
import pytest
from click.testing import CliRunner
from report_builders import NASTY, finding, item, run_of
from run_files import write_run

from conformance.findings import Outcome
from reports import several
from reports.cli import report
from reports.digest import digest_of
from reports.several.group import Group, Member

if TYPE_CHECKING:
    from conformance.runlog import Run


def _member(run: Run | None, name: str = "x.toml", code: int = 0) -> Member:
    return Member(name, f"1-{name}", code, run, digest_of(run) if run else None)


def _two(**target: Any) -> Group:
    items = [item("DIR-A"), item("DIR-B", resource="Endpoint")]
    first = run_of(finding("DIR-A"), finding("DIR-B"), clauses=items, target=target)
    broken = finding("DIR-B", Outcome.FAIL)
    second = run_of(finding("DIR-A"), broken, clauses=items, target={"name": "Second"})
    return Group((_member(first), _member(second, "y.toml", 1)))


def _made(group: Group, name: str) -> str:
    return several.content(group, name).decode()


def test_only_clauses_that_came_out_differently_are_told_apart() -> None:
    assert list(_two().differing()) == [("DIR-B", ("pass", "fail"))]
    page = _made(_two(), "html")
    assert page.count("<code>DIR-") == 1
    assert "Where the targets differ: 1 clause" in page


def test_one_target_that_does_not_conform_is_enough() -> None:
    group = _two()
    assert (group.verdict.exit_code, group.verdict.good) == (1, False)
    assert "1 of 2 targets hold what was judged." in _made(group, "html")
    assert "1 not held" in _made(group, "html")
    summary = orjson.loads(_made(group, "summary"))
    assert [target["verdict"] for target in summary["targets"]] == ["holds", "non-conformance"]
    assert summary["differing"] == [{"clause": "DIR-B", "outcomes": ["pass", "fail"]}]


def test_a_target_without_a_log_never_holds() -> None:
    group = Group((_member(run_of(finding("DIR-A"))), _member(None, "z.toml", 2)))
    assert group.verdict.exit_code == 2
    assert "z.toml left no run log" in _made(group, "html")
    suites = ET.fromstring(_made(group, "junit")).findall("testsuite")  # noqa: S314 - our own file
    assert [suite.get("errors") for suite in suites] == ["0", "1"]


def test_a_process_that_ended_badly_after_its_log_is_not_believed() -> None:
    assert Group((_member(run_of(finding("DIR-A")), code=4),)).verdict.exit_code == 4


def test_junit_names_the_target_of_each_suite() -> None:
    suites = ET.fromstring(_made(_two(), "junit")).findall("testsuite")  # noqa: S314 - our own file
    names = [suite.get("name") for suite in suites]
    assert names == [
        *("Tooele sandbox / DIR / Location", "Tooele sandbox / DIR / Endpoint"),
        *("Second / DIR / Location", "Second / DIR / Endpoint"),
    ]


def test_allure_has_one_verdict_and_the_facts_of_each_target() -> None:
    gone = Group((*_two().members, _member(None, "z.toml", 2)))
    files = dict(several.allure_files(gone))
    told = files["environment.properties"].decode()
    assert told.startswith("verdict = 1 of 3 targets hold what was judged.\nexit_code = 2\n")
    codes = [line for line in told.splitlines() if ".exit_code" in line]
    assert codes == [f"1-{name}.toml.exit_code = {code}" for code, name in enumerate("xyz")]
    assert "1-y.toml.target.name = Second\n" in told
    assert "1-z.toml.verdict = z.toml left no run log" in told
    build = orjson.loads(files["executor.json"])["buildName"]
    assert build == "Tooele sandbox, Second, z.toml 2026-01-02T03:04:05Z"
    assert b"Tooele sandbox, Second, z.toml" in files["allurerc.json"]


def test_allure_tells_targets_of_one_name_and_moment_apart() -> None:
    first, second = _two().members
    assert second.run
    run = replace(second.run, header=first.run.header if first.run else {})
    made = [*several.allure_files(Group((first, replace(second, run=run))))]
    assert len({name for name, _ in made}) == len(made)
    results = [orjson.loads(text) for name, text in made if name.endswith("-result.json")]
    assert len(results) == 4
    # One history would make the later test a retry, and hide the other target's.
    assert len({result["historyId"] for result in results}) == 4
    suites = [label["value"] for result in results for label in result["labels"]
              if label["name"] == "parentSuite"]  # fmt: skip
    assert suites == [*["Tooele sandbox"] * 2, *["Tooele sandbox (1-y.toml)"] * 2]
    # What both attached is there for both, under two names.
    sources = [{entry["source"] for entry in result["attachments"]} for result in results]
    assert not (sources[0] | sources[1]) & (sources[2] | sources[3])


def test_allure_of_several_targets_goes_to_one_folder_or_to_each_its_own(tmp_path: Path) -> None:
    members = _two().members
    for member in members:
        assert member.run
        write_run(member.run, tmp_path / member.folder)
    entries = [{"argument": m.argument, "folder": m.folder, "exit_code": m.exit_code}
               for m in members]  # fmt: skip
    (tmp_path / several.INDEX).write_bytes(orjson.dumps({"targets": entries}))
    line = [str(tmp_path), "--format", "allure"]
    one = CliRunner().invoke(report, [*line, "--output", str(tmp_path / "all")])
    assert one.output.split() == [str(tmp_path / "all")]
    assert "1-y.toml.exit_code = 1\n" in (tmp_path / "all/environment.properties").read_text()
    each = CliRunner().invoke(report, line)
    folders = [tmp_path / member.folder / "allure-results" for member in members]
    assert each.output.split() == [str(folder) for folder in folders]
    assert "\nexit_code = 1\n" in (folders[1] / "environment.properties").read_text()


def test_what_a_target_calls_itself_is_shown_as_text() -> None:
    page = _made(_two(name=NASTY), "html")
    assert "<script" not in page
    assert "\x1b" not in page


@pytest.mark.parametrize(
    ("text", "words"), [("{}", "not a run log"), ("[", "not a run log"), (None, "no run log")]
)
def test_an_index_that_is_none_is_one_clear_error(
    tmp_path: Path, text: str | None, words: str
) -> None:
    if text is not None:
        (tmp_path / several.INDEX).write_text(text)
    result = CliRunner().invoke(report, [str(tmp_path)])
    assert result.exit_code == 2
    assert words in result.output


def test_latest_can_be_several_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "runs" / "one"
    folder.mkdir(parents=True)
    entry = {"argument": "gone.toml", "folder": "1-gone", "exit_code": 2}
    (folder / several.INDEX).write_bytes(orjson.dumps({"targets": [entry]}))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(report, ["latest"])
    assert result.output.strip() == str(Path("runs", "one", "report.html"))
