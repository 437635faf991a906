"""Reports made again from a run log, and `flexcheck report`. May import reports and builders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from report_builders import finding, mixed_run, run_of

from conformance.runlog import Run, RunLog, exchange_to_json, finding_to_json, read_run
from reports import formats
from reports.cli import report
from reports.formats import FORMATS, write_reports


def write_log(run: Run, folder: Path) -> Path:
    """Write a run as the core does."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "run.ndjson"
    with RunLog(log) as out:
        out.header({key: value for key, value in run.header.items() if key != "schema"})
        out.clauses(run.clauses.values())
        for entry in run.exchanges.values():
            out.exchange(exchange_to_json(entry))
        for made in run.findings:
            out.finding(finding_to_json(made))
        if run.footer:
            out.footer(run.footer)
    return log


def _call(*arguments: str) -> Result:
    return CliRunner().invoke(report, arguments)


@pytest.mark.parametrize("run", [mixed_run(), run_of(), run_of(finding("DIR-A"), footer={})])
@pytest.mark.parametrize("name", FORMATS)
def test_a_report_made_again_is_the_same_byte_for_byte(run: Run, name: str, tmp_path: Path) -> None:
    log = write_log(run, tmp_path)
    write_reports(read_run(log), tmp_path)
    path = tmp_path / FORMATS[name].filename
    # What is not written with each run has only its own words to be compared with.
    written = path.read_bytes() if FORMATS[name].always else FORMATS[name].content(run)
    again = tmp_path / "again"
    result = _call(str(log), "--format", name, "--output", str(again))
    assert result.exit_code == 0, result.output
    assert again.read_bytes() == written
    # The run as it was in memory gives the same too.
    assert FORMATS[name].content(run) == written


def test_a_writer_that_fails_does_not_cost_the_other_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Run) -> str:
        raise RuntimeError("broken writer")

    broken = {"bad": formats.Format("bad.txt", fail), **FORMATS}
    monkeypatch.setattr(formats, "FORMATS", broken)
    with pytest.raises(ExceptionGroup) as caught:
        write_reports(mixed_run(), tmp_path)
    assert "bad.txt" in str(caught.value.exceptions[0].__notes__)
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {kind.filename for kind in FORMATS.values() if kind.always}


def test_the_report_goes_to_standard_output(tmp_path: Path) -> None:
    write_log(mixed_run(), tmp_path)
    result = _call(str(tmp_path), "--format", "summary", "--output", "-")
    assert result.output == FORMATS["summary"].render(mixed_run())


def test_without_output_the_file_of_the_run_directory_is_made(tmp_path: Path) -> None:
    write_log(mixed_run(), tmp_path)
    assert _call(str(tmp_path)).output.strip() == str(tmp_path / "report.html")
    assert (tmp_path / "report.html").is_file()


def test_latest_is_the_newest_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for age, name in enumerate(("b", "c", "a")):
        log = write_log(run_of(finding("DIR-A"), target={"name": name}), tmp_path / "runs" / name)
        os.utime(log, (1000 - age, 1000 - age))
    result = _call("latest", "--format", "summary", "--output", "-")
    assert '"name": "b"' in result.output


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("latest", "Make one with flexcheck run"),
        ("nowhere", "no run log: nowhere does not exist"),
        ("other.txt", "not a run log of flexcheck: other.txt, line 1"),
        ("half.ndjson", "not a run log of flexcheck"),
    ],
)
def test_a_mistake_is_told_in_a_sentence_with_exit_code_2(
    argument: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("other.txt").write_text("not\na log\n", "utf-8")
    Path("half.ndjson").write_text('{"type":"header"}\n{"type":"finding"}\n', "utf-8")
    result = _call(argument)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_an_output_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    write_log(mixed_run(), tmp_path)
    result = _call(str(tmp_path), "--output", str(tmp_path / "no" / "where.html"))
    assert result.exit_code == 2
    assert "could not be written" in result.stderr


def test_help_shows_an_example() -> None:
    assert "flexcheck report latest --format html" in _call("--help").output
