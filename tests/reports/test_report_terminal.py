"""The summary and the progress a person sees. May import reports and builders."""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from report_builders import NASTY, broken, clause, finding, item, mixed_run, run_of
from rich.console import Console

from conformance.findings import Outcome
from reports.progress import Bar, Lines, live_for
from reports.terminal import MAX_CLAUSES, write_summary

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.runlog import Run


def _console(*, terminal: bool = False, width: int = 80) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, width=width, force_terminal=terminal, highlight=False), out


def _text(run: Run, **options: object) -> str:
    console, out = _console()
    write_summary(run, console, **options)  # type: ignore[arg-type]
    return out.getvalue()


def test_a_failing_clause_reads_as_the_examples_show() -> None:
    text = _text(mixed_run())
    assert (
        """\
DIR-LOC-SEARCH-STATE (SHALL) A search of Location by address-state returns the
  locations of that state, all of them and no others.
  case      address-state=UT
  at        Bundle.entry[0].resource.address.state
  expected  address-state = UT
  observed  NV
  exchange  ex-0041  GET /Location?address-state=UT -> 200
"""
        in text
    )
    assert (
        """\
            and 2 more of 37 judged
  source    tooele, Location, lines 405-412
  standard  FHIR R4 3.1.1.5.14 https://hl7.org/fhir/R4/search.html#string
  again     flexcheck run --target sandbox.toml --only DIR-LOC-SEARCH-STATE
"""
        in text
    )


def test_no_line_is_wider_than_the_terminal() -> None:
    long = finding("DIR-A", Outcome.FAIL, assertions=(broken(observed="v" * 300),))
    for run in (mixed_run(), run_of(long)):
        assert [line for line in _text(run).splitlines() if len(line) > 80] == []


def test_a_clause_with_many_cases_stands_once() -> None:
    run = run_of(*(finding("DIR-A", Outcome.FAIL, case=f"c{n}") for n in range(9)))
    text = _text(run)
    assert text.count("DIR-A (SHALL)") == 1
    assert "and 6 more cases" in text


def test_a_flood_of_failures_is_cut() -> None:
    text = _text(run_of(*(finding(f"DIR-{n}", Outcome.FAIL) for n in range(MAX_CLAUSES + 5))))
    assert text.count("(SHALL)") == MAX_CLAUSES
    assert "and 5 more clauses: see the reports" in text


def test_what_a_server_sends_cannot_drive_the_terminal() -> None:
    text = _text(run_of(finding("DIR-A", Outcome.FAIL, assertions=(broken(observed=NASTY),))))
    assert "\x1b" not in text
    assert "\\x1b[31mred" in text


def test_skips_are_counted_by_reason() -> None:
    reasons = ["not demonstrated: no Endpoint"] * 3 + ["no Network"]
    skips = [finding(f"DIR-{n}", Outcome.SKIP, message=m) for n, m in enumerate(reasons)]
    text = _text(run_of(*skips, finding("DIR-OK")))
    assert "   3  no Endpoint (DIR-0, DIR-1 and 1 more)" in text
    assert "   1  no Network (DIR-3)" in text


def test_errors_warnings_and_verdict_follow(tmp_path: Path) -> None:
    text = _text(mixed_run(), out_dir=tmp_path)
    assert "message   connection refused" in text
    assert "Warnings (recommendations not followed): 1 clause" in text
    assert "NON-CONFORMANCE" in text
    assert "because   1 finding failed" in text
    assert str(tmp_path / "report.html") in text


@pytest.mark.parametrize(
    ("run", "word"),
    [
        (run_of(), "INCONCLUSIVE"),
        (run_of(finding("DIR-A", Outcome.SKIP)), "INCONCLUSIVE"),
        (run_of(finding("DIR-A"), footer={}), "INCOMPLETE"),
        (run_of(finding("DIR-A")), "HOLDS"),
    ],
)
def test_the_verdict_word_is_green_only_where_all_holds(run: Run, word: str) -> None:
    console, out = _console(terminal=True)
    write_summary(run, console)
    colour = "\x1b[1;32m" if word == "HOLDS" else "\x1b[1;31m"
    assert f"{colour}{word}" in out.getvalue()


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    console, out = _console(terminal=True)
    write_summary(mixed_run(), console)
    assert "\x1b[31m" not in out.getvalue()
    assert "\x1b[1;31m" not in out.getvalue()


def test_another_target_may_stand_in_the_repeat_line() -> None:
    assert "--target other.toml --only DIR-ORG-NTWK" in _text(
        mixed_run(), again_target="other.toml"
    )


def test_lines_come_one_a_group_without_escape_codes() -> None:
    console, out = _console()
    live = live_for(console, 5, Counter({"DIR / Location": 3, "DIR / Endpoint": 2}))
    assert isinstance(live, Lines)
    kinds = ["Location", "Endpoint", "Location", "Location", "Endpoint"]
    for kind in kinds:
        live.add(finding("DIR-A", Outcome.FAIL), clause("DIR-A", resource=kind))
    live.stop()
    assert out.getvalue().splitlines() == [
        "[4/5] DIR / Location: 3 findings, 3 fail",
        "[5/5] DIR / Endpoint: 2 findings, 2 fail",
    ]


def test_lines_do_not_flood_where_groups_are_unknown() -> None:
    console, out = _console()
    live = live_for(console, 995, {})
    for _ in range(995):
        live.add(finding("DIR-A"), clause("DIR-A"))
    lines = out.getvalue().splitlines()
    assert 10 <= len(lines) <= 12
    assert lines[-1] == "[995/995] all areas: 995 findings, 995 pass"


def test_a_terminal_gets_a_bar_with_counters() -> None:
    console, out = _console(terminal=True, width=100)
    live = live_for(console, 2, {})
    assert isinstance(live, Bar)
    live.add(finding("DIR-A"), clause("DIR-A", resource="Location"))
    live.add(finding("DIR-B", Outcome.FAIL), clause("DIR-B", resource="Location"))
    live._progress.refresh()
    live.stop()
    assert "1 pass, 1 fail  DIR / Location" in out.getvalue()
    assert "2/2" in out.getvalue()


def test_a_general_clause_has_a_group_of_its_own() -> None:
    text = _text(run_of(finding("DIR-A"), clauses=[item("DIR-A", resource="")]))
    assert "General" in text


def test_groups_of_which_nothing_was_selected_are_left_out() -> None:
    clauses = [item("DIR-A"), item("DIR-B", resource="Endpoint")]
    text = _text(run_of(finding("DIR-A"), clauses=clauses))
    assert "Endpoint" not in text
    assert "1 testable clause not selected in this run" in text


def test_clauses_that_no_suite_tests_yet_are_told_beside_the_verdict() -> None:
    waiting = {"not_tested": "suite-to-come", "because": "Its suite is not written."}
    clauses = [item("DIR-A"), item("PA-B", verified_by=waiting)]
    text = _text(run_of(finding("DIR-A"), clauses=clauses))
    assert "1 testable clause of this deployment not judged: no suite" in text


def test_the_resources_of_an_area_stand_together() -> None:
    clauses = [item("DIR-A"), item("PA-B"), item("DIR-C", resource="Endpoint")]
    for row in clauses:
        row["area"] = row["id"].partition("-")[0]
    found = [finding(row["id"]) for row in clauses]
    text = _text(run_of(*found, clauses=clauses))
    assert text.count("Provider Directory") == 1
    assert text.index("Endpoint") < text.index("Patient Access")
