"""What `flexcheck diff` tells of two runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from click.testing import CliRunner
from report_builders import BASE, NASTY, broken, exchange, finding, item, run_of
from run_files import write_run

from conformance.findings import Outcome
from reports.compare import Kind, compare, flaky_in
from reports.compare.cli import diff
from reports.compare.drift import drift_between, timings_of

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from conformance.runlog import Run

STATE, READ = "DIR-LOC-SEARCH-STATE", "DIR-LOC-READ"
PASS, FAIL, WARNING, SKIP = Outcome.PASS, Outcome.FAIL, Outcome.WARNING, Outcome.SKIP


def runs(before: Outcome | None, after: Outcome | None) -> tuple[Run, Run]:
    """Two runs of one clause; None is a run without a finding on it."""
    return tuple(  # type: ignore[return-value]
        run_of(*([finding(STATE, made)] if made else []), clauses=[item(STATE)])
        for made in (before, after)
    )


@pytest.mark.parametrize(
    ("before", "after", "kind", "regression"),
    [
        (PASS, FAIL, Kind.NEW, True),
        (PASS, WARNING, Kind.NEW, True),
        (SKIP, FAIL, Kind.NEW, True),
        (None, FAIL, Kind.NEW, True),
        (FAIL, PASS, Kind.FIXED, False),
        (WARNING, PASS, Kind.FIXED, False),
        (WARNING, FAIL, Kind.CHANGED, True),
        (FAIL, WARNING, Kind.CHANGED, False),
        (PASS, SKIP, Kind.NO_LONGER_JUDGED, True),
        (PASS, Outcome.ERROR, Kind.NO_LONGER_JUDGED, True),
        (FAIL, Outcome.NOT_APPLICABLE, Kind.NO_LONGER_JUDGED, True),
        (PASS, None, Kind.NO_LONGER_JUDGED, True),
        (SKIP, PASS, Kind.NOW_JUDGED, False),
    ],
)
def test_each_way_from_one_outcome_to_another_has_its_kind(
    before: Outcome | None, after: Outcome | None, kind: Kind, *, regression: bool
) -> None:
    [change] = compare(*runs(before, after)).changes
    assert (change.kind, change.regression) == (kind, regression)
    assert change.before == (before or "absent")


@pytest.mark.parametrize("same", [PASS, FAIL, SKIP, None])
def test_what_is_the_same_is_no_change(same: Outcome | None) -> None:
    assert compare(*runs(same, same)).changes == ()


def test_a_failure_in_another_place_is_a_change_but_no_regression() -> None:
    before = run_of(finding(STATE, FAIL))
    after = run_of(finding(STATE, FAIL, assertions=(broken(at="Bundle.total"),)))
    [change] = compare(before, after).changes
    assert (change.kind, change.regression) == (Kind.CHANGED, False)
    assert change.detail == "1 other places broken, 1 no longer"


def test_cases_of_a_clause_are_told_apart() -> None:
    before = run_of(finding(STATE, case="UT"), finding(STATE, case="NV"), clauses=[item(STATE)])
    after = run_of(finding(STATE, case="UT"), finding(STATE, FAIL, case="NV"),
                   clauses=[item(STATE)])  # fmt: skip
    assert [change.case for change in compare(before, after).changes] == ["NV"]


def test_what_the_second_run_was_told_to_leave_is_not_lost() -> None:
    before = run_of(finding(STATE), finding(READ))
    after = run_of(finding(READ), clauses=[item(STATE), item(READ)], only=[READ])
    assert compare(before, after).changes == ()


def test_clauses_of_one_contract_only_are_named_and_not_compared() -> None:
    found = compare(run_of(finding(STATE)), run_of(finding(READ)))
    assert (found.changes, found.unknown) == ((), (READ, STATE))


def test_a_test_with_two_outcomes_in_one_run_is_flaky() -> None:
    run = run_of(finding(STATE, FAIL), finding(STATE), finding(READ), clauses=[item(STATE)])
    [flaky] = flaky_in(run)
    assert (flaky.clause, flaky.outcomes) == (STATE, ("fail", "pass"))


def test_two_tests_of_one_clause_are_not_flaky() -> None:
    run = run_of(finding(STATE, FAIL, test="a"), finding(STATE, test="b"), clauses=[item(STATE)])
    assert list(flaky_in(run)) == []


# -- drift --------------------------------------------------------------------------------------


def statement(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "CapabilityStatement",
        "date": more.pop("date", "2026-01-01"),
        "implementation": {"url": more.pop("base", BASE)},
        "software": {"version": more.pop("version", "1.0")},
        "rest": [
            {
                "mode": "server",
                "resource": [
                    {"type": "Location", "searchParam": more.pop("params", [{"name": "_id"}])}
                ],
            }
        ],
    }


def with_statement(**more: Any) -> Run:
    base = more.get("base", BASE)
    body = orjson.dumps(statement(**more)).decode()
    read = exchange("ex-1", url=f"{base}/metadata", body=body)
    return run_of(finding(STATE), exchanges=(read,), target={"directory_base": base})


def test_what_the_capability_statement_says_now_is_told() -> None:
    old = with_statement()
    new = with_statement(version="2.0", date="2026-02-02", params=[{"name": "address-state"}])
    facts = {(f.path, f.before, f.after) for f in drift_between(old, new).capability}
    where = "rest[server].resource[Location].searchParam"
    assert facts == {
        ("software.version", "1.0", "2.0"),
        (f"{where}[_id].name", "_id", ""),
        (f"{where}[address-state].name", "", "address-state"),
    }


def test_another_address_of_the_same_server_is_no_drift() -> None:
    old, new = with_statement(), with_statement(base="http://127.0.0.1:9/R4")
    assert drift_between(old, new).capability == ()


def test_a_statement_that_only_one_run_read_is_no_drift() -> None:
    assert drift_between(with_statement(), run_of(finding(STATE))).capability == ()


def _timed(seconds: float) -> Run:
    paths = ("Location?_id=1", "Location/1", "Location/2/_history/1", "metadata")
    asked = (
        replace(exchange(f"ex-{n}", url=f"{BASE}/{path}"), elapsed=seconds * (n + 1))
        for n, path in enumerate(paths)
    )
    return run_of(finding(STATE), exchanges=tuple(asked))


def test_endpoints_are_timed_by_type_and_interaction() -> None:
    found = timings_of(_timed(0.1))
    assert list(found) == ["GET Location", "GET Location/[id]", "GET metadata"]
    assert (found["GET Location/[id]"].requests, found["GET Location/[id]"].median) == (2, 0.25)


def test_an_endpoint_that_takes_much_longer_is_slower() -> None:
    entries = {e.endpoint: e for e in drift_between(_timed(0.1), _timed(0.2)).latency}
    assert entries["GET Location"].slower
    # Twice nothing is still nothing.
    assert not any(e.slower for e in drift_between(_timed(0.001), _timed(0.002)).latency)


def test_resources_are_counted_once_each() -> None:
    def run(*ids: str) -> Run:
        entries = [{"resource": {"resourceType": "Location", "id": name}} for name in ids]
        body = orjson.dumps({"resourceType": "Bundle", "entry": [*entries, 7, {}]}).decode()
        return run_of(finding(STATE), exchanges=(exchange("ex-1", body=body),))

    [count] = drift_between(run("a", "b"), run("a", "b", "c", "c")).counts
    assert (count.resource_type, count.before, count.after) == ("Location", 2, 3)
    assert drift_between(run("a"), run("a")).counts == ()


# -- the command --------------------------------------------------------------------------------


def call(tmp_path: Path, before: Run, after: Run, *options: str) -> Result:
    paths = (write_run(before, tmp_path / "a"), write_run(after, tmp_path / "b"))
    return CliRunner().invoke(diff, [*map(str, paths), *options])


def test_the_command_tells_what_is_new_and_exits_1(tmp_path: Path) -> None:
    result = call(tmp_path, *runs(PASS, FAIL))
    assert result.exit_code == 1
    assert "new (does not hold now): 1\n  DIR-LOC-SEARCH-STATE: pass -> fail" in result.output


def test_the_command_exits_0_where_nothing_became_worse(tmp_path: Path) -> None:
    assert call(tmp_path, *runs(FAIL, PASS)).exit_code == 0
    same = call(tmp_path, *runs(PASS, PASS))
    assert same.exit_code == 0
    assert "No clause came out differently." in same.output


def test_a_run_without_an_end_is_told_and_never_exits_0(tmp_path: Path) -> None:
    whole = run_of(finding(STATE))
    result = call(tmp_path, whole, replace(whole, footer={}))
    assert result.exit_code == 3
    assert "the second run did not end" in result.output
    empty = call(tmp_path, run_of(clauses=[item(STATE)]), run_of(clauses=[item(STATE)]))
    assert empty.exit_code == 3
    assert "judged nothing" in empty.output


def test_runs_that_are_hard_to_compare_are_told(tmp_path: Path) -> None:
    after = run_of(
        finding(STATE),
        target={"name": "Production"}, documents={"tooele": "cd" * 32}, flexcheck="9.9",
    )  # fmt: skip
    said = call(tmp_path, run_of(finding(STATE)), after).output
    assert "the targets differ: name 'Tooele sandbox' and 'Production'" in said
    assert "the contract changed between the runs" in said
    assert "different versions of flexcheck" in said


def test_json_holds_every_part(tmp_path: Path) -> None:
    before, after = with_statement(), with_statement(version="2")
    found = orjson.loads(call(tmp_path, before, after, "--json").stdout)
    assert found["capability"][0]["after"] == "2"
    assert found["latency"][0]["endpoint"] == "GET metadata"
    worse = orjson.loads(call(tmp_path, *runs(PASS, SKIP), "--json").stdout)
    assert worse["regressions"] == 1
    assert worse["no_longer_judged"][0] == {
        "kind": "no longer judged", "clause": STATE, "case": "", "before": "pass",
        "after": "skip", "detail": "", "regression": True,
    }  # fmt: skip


def test_the_text_is_safe_and_cut(tmp_path: Path) -> None:
    before = run_of(clauses=[item(STATE)])
    cases = [finding(STATE, FAIL, case=f"{NASTY}{number}") for number in range(30)]
    said = call(tmp_path, before, run_of(*cases, clauses=[item(STATE)])).output
    assert "\x1b" not in said
    assert "and 10 more (--json has all)" in said


def test_several_targets_in_one_directory_are_told_apart(tmp_path: Path) -> None:
    one = write_run(run_of(finding(STATE)), tmp_path / "both" / "1-mock")
    index = {"schema": "flexcheck-targets/1", "targets": [
        {"argument": "mock", "folder": "1-mock", "exit_code": 0}]}  # fmt: skip
    (tmp_path / "both" / "targets.json").write_bytes(orjson.dumps(index))
    result = CliRunner().invoke(diff, [str(tmp_path / "both"), str(one)])
    assert result.exit_code == 2
    assert "holds the runs of several targets. Name one of them: 1-mock" in result.stderr
