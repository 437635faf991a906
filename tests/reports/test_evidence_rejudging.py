"""Stored exchanges judged again, offline: the same verdicts, and every tampering with them seen."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from click.testing import CliRunner
from report_builders import exchange, finding, item, run_of
from run_files import write_run

from conformance.findings import Outcome
from conformance.mock import start_mock
from conformance.runlog import parse_run
from reports.evidence.archive import pack
from reports.evidence.cli import verify
from reports.evidence.contents import members_of
from reports.evidence.rejudging import compare_findings, rejudge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: What the run judges: a directory, and logins whose secrets the log does not hold.
ONLY = ("DIR-LOC-SEARCH", "DIR-LOC-READ", "AUTH-CALLBACK", "REFRESH-NEW-ACCESS-TOKEN", "PA-PAT")


def judged(folder: Path, *words: str) -> bytes:
    """The log of a run against a mock, made by a process of its own."""
    out = folder / "run"
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "COV"))}
    with start_mock(practitioners=40) as mock:
        command = [sys.executable, "-P", "-m", "conformance.cli", "run"]
        target = ["--target", str(mock.target_file), "--out", str(out)]
        subprocess.run(  # noqa: S603 - ours
            [*command, *target, *words], env=environment, check=True, capture_output=True
        )
    return (out / "run.ndjson").read_bytes()


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    words = [part for word in ONLY for part in ("--only", word)]
    return judged(tmp_path_factory.mktemp("evidence"), *words)


def rewritten(log: bytes, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> bytes:
    """The log with each line changed, or left out where `change` gives None."""
    lines = (change(orjson.loads(line)) for line in log.splitlines())
    return b"".join(orjson.dumps(line) + b"\n" for line in lines if line)


def test_untouched_exchanges_give_the_same_verdicts_offline(log: bytes, tmp_path: Path) -> None:
    archive = tmp_path / "evidence.tar"
    archive.write_bytes(pack(members_of(log)))
    result = CliRunner().invoke(verify, [str(archive), "--json"])
    assert result.exit_code == 0, result.output
    shown = orjson.loads(result.stdout)["rejudged"]
    run = parse_run(log)
    parts = shown["same"] + len(shown["in_part"]) + len(shown["open"])
    assert parts == len(run.findings)
    assert shown["same"] > 20
    assert shown["differing"] == []
    # A state is made up anew, which is said; a token is not in the log, so that is open.
    assert "AUTH-CALLBACK-STATE" in shown["in_part"]
    assert {e["clause"] for e in shown["open"]} == {"REFRESH-NEW-ACCESS-TOKEN"}
    text = CliRunner().invoke(verify, [str(archive)]).output
    assert "SAME VERDICTS" in text
    assert "REFRESH-NEW-ACCESS-TOKEN, recorded as pass" in text


def test_a_verdict_changed_in_the_log_is_found(log: bytes, tmp_path: Path) -> None:
    def spoil(line: dict[str, Any]) -> dict[str, Any]:
        hit = line["type"] == "finding" and line["clause"] == "DIR-LOC-READ"
        return {**line, "outcome": "fail"} if hit else line

    archive = tmp_path / "evidence.tar"
    archive.write_bytes(pack(members_of(rewritten(log, spoil))))
    result = CliRunner().invoke(verify, [str(archive)])
    assert result.exit_code == 1
    assert "OTHER VERDICTS" in result.output
    assert "DIR-LOC-READ: fail -> pass" in result.output


def test_an_answer_changed_in_the_log_is_found(log: bytes) -> None:
    def spoil(line: dict[str, Any]) -> dict[str, Any]:
        if line["type"] == "exchange" and line["request"]["url"].split("?")[0].endswith(
            "/Location"
        ):
            body = line["response"]["body"].replace('"Location"', '"Organization"')
            return {**line, "response": {**line["response"], "body": body}}
        return line

    found = rejudge(rewritten(log, spoil))
    assert any(entry.clause.startswith("DIR-LOC-SEARCH") for entry in found.differing)


def test_an_exchange_left_out_of_the_log_is_found(log: bytes) -> None:
    def spoil(line: dict[str, Any]) -> dict[str, Any] | None:
        gone = line["type"] == "exchange" and line["purpose"] == "read Location"
        return None if gone else line

    found = rejudge(rewritten(log, spoil))
    [entry] = [entry for entry in found.differing if entry.clause == "DIR-LOC-READ"]
    assert entry.after == "error"
    assert entry.why.startswith("not recorded: GET ")


def test_a_finding_left_out_of_the_log_is_found(log: bytes) -> None:
    def spoil(line: dict[str, Any]) -> dict[str, Any] | None:
        gone = line["type"] == "finding" and line["clause"] == "DIR-LOC-READ"
        return None if gone else line

    found = rejudge(rewritten(log, spoil))
    assert [str(entry).partition(" (")[0] for entry in found.differing] == [
        "DIR-LOC-READ: absent -> pass"
    ]


def test_a_log_that_cannot_be_replayed_is_inconclusive(tmp_path: Path) -> None:
    folder = write_run(run_of(finding("DIR-LOC-READ")), tmp_path / "run")
    archive = tmp_path / "evidence.tar"
    archive.write_bytes(pack(members_of((folder / "run.ndjson").read_bytes())))
    result = CliRunner().invoke(verify, [str(archive)])
    assert result.exit_code == 3
    assert "NOT JUDGED AGAIN" in result.output
    assert "no run log that can be replayed" in result.output


# -- comparing ----------------------------------------------------------------------------------


def test_a_difference_is_open_only_where_its_exchange_was_spoiled() -> None:
    clauses = [item("DIR-A")]
    before = run_of(finding("DIR-A"), clauses=clauses)
    after = run_of(finding("DIR-A", Outcome.FAIL), clauses=clauses)
    assert [entry.clause for entry in compare_findings(before, {"": after}).differing] == ["DIR-A"]
    masked = exchange(body='{"access_token":"[redacted]"}')
    spoiled = run_of(finding("DIR-A"), clauses=clauses, exchanges=(masked,))
    assert [entry.clause for entry in compare_findings(spoiled, {"": after}).open] == ["DIR-A"]
    assert compare_findings(spoiled, {"": before}).in_part == ("DIR-A",)
    assert compare_findings(before, {"": before}).same == ("DIR-A",)


def test_a_credential_that_was_sent_spoils_nothing() -> None:
    sent = exchange()
    masked = type(sent.request)("GET", sent.request.url, (("authorization", "[redacted]"),))
    asked = type(sent)(sent.id, "", sent.started, 0.1, masked, sent.response)
    before = run_of(finding("DIR-A"), exchanges=(asked,))
    after = run_of(finding("DIR-A", Outcome.FAIL), exchanges=(asked,))
    assert len(compare_findings(before, {"": after}).differing) == 1


def test_a_request_that_is_not_in_the_log_is_never_excused() -> None:
    masked = exchange(body='"[redacted]"')
    before = run_of(finding("DIR-A"), exchanges=(masked,))
    after = run_of(finding("DIR-A", Outcome.ERROR, message="not recorded: GET x"))
    assert len(compare_findings(before, {"": after}).differing) == 1


def test_what_a_broken_off_run_did_not_reach_is_no_difference() -> None:
    clauses = [item("DIR-A"), item("DIR-B")]
    before = run_of(finding("DIR-A"), clauses=clauses, footer={})
    after = run_of(finding("DIR-A"), finding("DIR-B"), clauses=clauses)
    assert compare_findings(before, {"": after}).differing == ()
    whole = run_of(finding("DIR-A"), clauses=clauses)
    assert [entry.clause for entry in compare_findings(whole, {"": after}).differing] == ["DIR-B"]


def test_the_replays_of_all_workers_are_compared_together() -> None:
    clauses = [item("DIR-A"), item("DIR-B")]
    one, two = finding("DIR-A"), finding("DIR-B", Outcome.SKIP)
    before = run_of(one, two, clauses=clauses)
    parts = {"gw0": run_of(one, clauses=clauses), "gw1": run_of(two, clauses=clauses)}
    assert compare_findings(before, parts).same == ("DIR-A", "DIR-B")
    lost = {"gw0": run_of(one, clauses=clauses), "gw1": run_of(clauses=clauses)}
    assert [entry.clause for entry in compare_findings(before, lost).differing] == ["DIR-B"]


def test_a_run_with_workers_is_judged_again_worker_by_worker(tmp_path: Path) -> None:
    log = judged(tmp_path, "--only", "DIR-LOC-SEARCH", "--only", "AUTH-CALLBACK", "--", "-n", "2")
    run = parse_run(log)
    assert {name.split("-")[1] for name in run.exchanges} == {"gw0", "gw1"}
    found = rejudge(log)
    assert (found.failure, found.differing) == ("", ())
    assert len(found.same) + len(found.in_part) + len(found.open) == len(run.findings)
