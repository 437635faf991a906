"""What opens and what closes the gate, on runs made up for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from click.testing import CliRunner, Result
from report_builders import broken, exchange, finding, item, mixed_run, run_of
from run_files import write_run

from conformance.findings import Outcome
from reports.gate.cli import gate
from reports.places import Places

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.findings import Finding
    from conformance.runlog import Run

STATE, READ, SORT = "DIR-LOC-SEARCH-ADDRESS-STATE", "DIR-LOC-READ", "DIR-LOC-SEARCH"
SIGNED = 'reason = "known"\nowner = "J. Doe"\nexpires = 2027-06-30\nlink = "https://x.example/1"\n'
DAY = "2027-01-01"


@pytest.fixture
def gated(tmp_path: Path) -> Any:
    """Return a function that puts a run to a policy."""

    def call(run: Run, policy: str = "", *options: str) -> Result:
        log = write_run(run, tmp_path / "run")
        (tmp_path / "gate.toml").write_text(policy)
        words = [str(log), "--policy", str(tmp_path / "gate.toml"), "--on", DAY, *options]
        return CliRunner().invoke(gate, words)

    return call


def waiver(clause: str = STATE, **more: str) -> str:
    keys = "".join(f'{name} = "{value}"\n' for name, value in more.items())
    return f'[[waivers]]\nclause = "{clause}"\n{keys}{SIGNED}'


def test_a_run_that_holds_passes(gated: Any) -> None:
    result = gated(run_of(finding(STATE), finding(READ)))
    assert result.exit_code == 0
    assert result.output == "PASSED   Tooele sandbox: the policy holds\n"


def test_a_failed_shall_is_refused_and_named(gated: Any) -> None:
    result = gated(run_of(finding(STATE, Outcome.FAIL), finding(READ)))
    assert result.exit_code == 1
    assert result.output.startswith("REFUSED  Tooele sandbox: 1 reason\n")
    assert f"1 finding does not hold: {STATE}" in result.output


def test_a_warning_counts_only_where_the_policy_counts_it(gated: Any) -> None:
    run = run_of(finding(STATE, Outcome.WARNING))
    assert gated(run).exit_code == 0
    assert gated(run, "[gate]\nwarnings = 1").exit_code == 0
    result = gated(run, "[gate]\nwarnings = 0")
    assert result.exit_code == 1
    assert "1 warning, 0 accepted" in result.output


def test_an_error_is_refused_beyond_the_budget(gated: Any) -> None:
    run = run_of(finding(STATE, Outcome.ERROR, message="connection refused"), finding(READ))
    assert "1 finding in error, 0 accepted" in gated(run).output
    assert gated(run).exit_code == 1
    assert gated(run, "[gate]\nerrors = 1").exit_code == 0


def test_a_skip_is_refused_unless_expected_or_within_the_budget(gated: Any) -> None:
    run = run_of(finding(STATE, Outcome.SKIP), finding(READ))
    assert gated(run).exit_code == 1
    assert f"1 unexpected skip, 0 accepted: {STATE}" in gated(run).output
    assert gated(run, "[gate]\nskips = 1").exit_code == 0
    for word in (STATE, "DIR-LOC-SEARCH", "DIR-LOC-SEARCH-*"):
        assert gated(run, f'[gate]\nexpected_skips = ["{word}"]').exit_code == 0
    assert gated(run, '[gate]\nexpected_skips = ["DIR-LOC-SEA"]').exit_code == 1


def test_coverage_below_the_floor_of_an_area_is_refused(gated: Any) -> None:
    run = run_of(finding(STATE), finding(READ, Outcome.SKIP), finding(SORT))
    policy = "[gate]\nskips = 1\n[coverage]\nDIR = {}"
    assert gated(run, policy.format(66)).exit_code == 0
    result = gated(run, policy.format(67))
    assert result.exit_code == 1
    assert "DIR: 2 of 3 applicable clauses judged (66 %), floor 67 %" in result.output


def test_an_area_of_which_nothing_was_judged_needs_no_floor_to_be_refused(gated: Any) -> None:
    run = run_of(
        finding(STATE),
        finding("PA-PAT-READ", Outcome.SKIP),
        clauses=[item(STATE), item("PA-PAT-READ", area="PA")],
    )
    result = gated(run, "[gate]\nskips = 9")
    assert result.exit_code == 1
    assert "PA: 0 of 1 applicable clauses judged (0 %), floor 0 %" in result.output


def test_a_floor_for_an_area_that_does_not_apply_is_refused(gated: Any) -> None:
    result = gated(run_of(finding(STATE)), "[coverage]\nAUTH = 10")
    assert result.exit_code == 1
    assert "AUTH: no clause applies to this target" in result.output


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(run_of(finding(STATE), footer={}), id="interrupted"),
        pytest.param(run_of(), id="empty"),
        pytest.param(run_of(finding(STATE, Outcome.SKIP)), id="all-skipped"),
        pytest.param(run_of(finding(STATE, Outcome.NOT_APPLICABLE)), id="not-applicable"),
    ],
)
def test_a_run_without_verdict_never_passes(gated: Any, run: Run) -> None:
    result = gated(run, "[gate]\nskips = 99\nerrors = 99")
    assert result.exit_code == 1
    assert "REFUSED" in result.output
    assert "  run " in result.output


def test_a_run_of_a_part_is_refused_unless_allowed(gated: Any) -> None:
    run = run_of(finding(STATE), only=["DIR"])
    assert "--only DIR" in gated(run).output
    assert gated(run).exit_code == 1
    assert gated(run, "[gate]\npartial = true").exit_code == 0


def test_a_failure_of_flexcheck_is_refused(gated: Any) -> None:
    run = run_of(finding(STATE))
    reasons = ["flexcheck failed: suites/x.py could not be collected"]
    result = gated(replace(run, footer={**run.footer, "exit_code": 4, "reasons": reasons}))
    assert result.exit_code == 1
    assert "suites/x.py could not be collected" in result.output


# -- waivers ------------------------------------------------------------------------------------


def test_a_waiver_accepts_its_finding_and_says_so(gated: Any) -> None:
    result = gated(run_of(finding(STATE, Outcome.FAIL), finding(READ)), waiver())
    assert result.exit_code == 0
    assert "1 finding is accepted by 1 waiver" in result.output


def test_a_waiver_hides_no_finding_of_another_clause(gated: Any) -> None:
    run = run_of(finding(STATE, Outcome.FAIL), finding(READ, Outcome.FAIL))
    result = gated(run, waiver())
    assert result.exit_code == 1
    assert f"1 finding does not hold: {READ}" in result.output


def test_a_waiver_of_one_case_hides_no_other_case(gated: Any) -> None:
    run = run_of(
        finding(STATE, Outcome.FAIL, case="UT"), finding(STATE, Outcome.FAIL, case="NV"),
        clauses=[item(STATE)],
    )  # fmt: skip
    assert gated(run, waiver(case="UT")).exit_code == 1
    assert gated(run, waiver(case="UT") + waiver(case="NV")).exit_code == 0


def _two_places(*ids: str, count: int | None = None) -> Finding:
    places = tuple(
        broken(number, at=f"Bundle.entry[{number}].resource (Location/{name})")
        for number, name in enumerate(ids)
    )
    return finding(
        STATE, Outcome.FAIL, assertions=places, broken=len(ids) if count is None else count
    )


def test_a_waiver_of_one_resource_hides_no_other(gated: Any) -> None:
    assert gated(run_of(_two_places("l1")), waiver(resource="Location/l1")).exit_code == 0
    run = run_of(_two_places("l1", "l2"))
    result = gated(run, waiver(resource="Location/l1"))
    assert result.exit_code == 1
    assert "accept nothing" not in result.output
    both = waiver(resource="Location/l1") + waiver(resource="Location/l2")
    assert gated(run, both).exit_code == 0


def test_a_waiver_of_a_place_goes_by_its_fingerprint(gated: Any) -> None:
    run = run_of(_two_places("l1"))
    shown = orjson.loads(gated(run, "", "--json").stdout)
    place = shown["not_waived"][0]["places"][0]["place"]
    assert place == Places(run).fingerprints(run.findings[0])[0]
    assert gated(run, waiver(place=place)).exit_code == 0
    moved = run_of(replace(_two_places("l0", "l1"), assertions=_two_places("l0", "l1").assertions))
    assert gated(moved, waiver(place=place)).exit_code == 1


def test_a_fingerprint_does_not_depend_on_the_order_of_rows_nor_on_what_was_observed() -> None:
    one = run_of(finding(STATE, Outcome.FAIL, assertions=(
        broken(1, at="Bundle.entry[1].resource (Location/a)", observed="NV"),)))  # fmt: skip
    two = run_of(finding(STATE, Outcome.FAIL, assertions=(
        broken(7, at="Bundle.entry[7].resource (Location/a)", observed="CA"),)))  # fmt: skip
    assert Places(one).fingerprints(one.findings[0]) == Places(two).fingerprints(two.findings[0])


def test_a_resource_is_read_from_the_answer_where_the_place_does_not_name_it() -> None:
    body = '{"entry":[{"resource":{"resourceType":"Location","id":"l1"}},{"resource":{"id":"x"}}]}'
    run = run_of(finding(STATE, Outcome.FAIL), exchanges=(exchange(body=body),))
    assert Places(run).resource(broken(at="Bundle.entry[0].fullUrl")) == "Location/l1"
    assert not Places(run).resource(broken(at="Bundle.entry[1].fullUrl"))
    assert not Places(run).resource(broken(at="Bundle.entry[5].fullUrl"))
    assert not Places(run).resource(broken(at="Bundle.link(self)"))


def test_a_narrow_waiver_does_not_reach_places_that_the_log_left_out(gated: Any) -> None:
    run = run_of(_two_places("l1", count=101))
    assert gated(run, waiver(resource="Location/l1")).exit_code == 1
    assert gated(run, waiver()).exit_code == 0


def test_a_waiver_never_accepts_an_error_or_a_skip(gated: Any) -> None:
    for outcome in (Outcome.ERROR, Outcome.SKIP):
        result = gated(run_of(finding(STATE, outcome), finding(READ)), waiver())
        assert result.exit_code == 1
        assert "not judged" in result.output


def test_an_expired_waiver_is_refused_and_accepts_nothing(gated: Any) -> None:
    run = run_of(finding(STATE, Outcome.FAIL))
    assert gated(run, waiver(), "--on", "2027-06-30").exit_code == 0
    result = gated(run, waiver(), "--on", "2027-07-01")
    assert result.exit_code == 1
    assert f"1 waiver expired: mend what they accept, or renew them: {STATE}" in result.output
    assert "1 finding does not hold" in result.output


def test_a_waiver_for_what_passes_now_is_reported(gated: Any) -> None:
    run = run_of(finding(STATE))
    result = gated(run, waiver())
    assert result.exit_code == 1
    assert f"1 waiver for what holds now: take them out: {STATE}" in result.output
    lenient = gated(run, '[gate]\nunused_waivers = "report"\n' + waiver())
    assert lenient.exit_code == 0
    assert f"1 waiver for what holds now: {STATE}" in lenient.output


def test_a_waiver_for_a_case_the_run_has_not_is_refused(gated: Any) -> None:
    run = run_of(finding(STATE, Outcome.FAIL, case="UT"))
    result = gated(run, waiver(case="UT") + waiver(case="Utah"))
    assert result.exit_code == 1
    assert "1 waiver that accept nothing" in result.output


def test_a_waiver_for_another_target_accepts_nothing_here(gated: Any) -> None:
    run = run_of(finding(STATE, Outcome.FAIL))
    assert gated(run, waiver(target="Production")).exit_code == 1
    assert gated(run, waiver(target="Tooele sandbox")).exit_code == 0


def test_waivers_may_stand_in_a_file_of_their_own(gated: Any, tmp_path: Path) -> None:
    (tmp_path / "waivers.toml").write_text(waiver())
    run = run_of(finding(STATE, Outcome.FAIL))
    assert gated(run, '[gate]\nwaivers = "waivers.toml"').exit_code == 0
    (tmp_path / "waivers.toml").write_text("[gate]\nskips = 9\n" + waiver())
    result = gated(run, '[gate]\nwaivers = "waivers.toml"')
    assert result.exit_code == 2
    assert "waivers.toml, line 1: gate stands in the policy" in result.stderr


# -- baseline -----------------------------------------------------------------------------------


def test_what_became_worse_since_the_baseline_is_refused(gated: Any, tmp_path: Path) -> None:
    before = write_run(run_of(finding(STATE), finding(READ)), tmp_path / "before")
    run = run_of(finding(STATE, Outcome.WARNING), finding(READ, Outcome.SKIP))
    policy = "[gate]\nskips = 1\n"
    assert gated(run, policy).exit_code == 0
    result = gated(run, policy, "--baseline", str(before))
    assert result.exit_code == 1
    assert "2 regressions (1 pass to warning, 1 pass to skip)" in result.output
    by_policy = gated(run, policy + 'baseline = "before"')
    assert by_policy.output == result.output


def test_what_is_as_bad_as_before_is_no_regression(gated: Any, tmp_path: Path) -> None:
    run = run_of(finding(STATE, Outcome.WARNING), finding(READ))
    write_run(run, tmp_path / "before")
    assert gated(run, '[gate]\nbaseline = "before"').exit_code == 0


def test_a_waived_regression_is_accepted(gated: Any, tmp_path: Path) -> None:
    write_run(run_of(finding(STATE)), tmp_path / "before")
    run = run_of(finding(STATE, Outcome.FAIL))
    assert gated(run, '[gate]\nbaseline = "before"\n' + waiver()).exit_code == 0


def test_a_baseline_that_did_not_end_is_refused_as_one(gated: Any, tmp_path: Path) -> None:
    write_run(run_of(finding(STATE), footer={}), tmp_path / "before")
    result = gated(run_of(finding(STATE)), '[gate]\nbaseline = "before"')
    assert result.exit_code == 2
    assert "did not end" in result.stderr


def test_a_baseline_of_another_target_is_refused(gated: Any, tmp_path: Path) -> None:
    write_run(run_of(finding(STATE), target={"name": "Production"}), tmp_path / "before")
    result = gated(run_of(finding(STATE)), '[gate]\nbaseline = "before"')
    assert result.exit_code == 2
    assert "it has Production" in result.stderr


# -- policy and output --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("[gate]\nerorrs = 1", "line 2: gate.erorrs is not a known key; did you mean errors?"),
        ("[gate]\nskips = -1", "line 2: gate.skips: -1 is too small; it must be at least 0"),
        ("[coverage]\nDIRR = 5", "line 2: coverage.DIRR: no such area; did you mean DIR?"),
        ("[coverage]\nDIR = 101", "line 2: coverage.DIR: 101 is too large"),
        ("[gate\n", "not TOML"),
        (waiver("DIR-LOC-RAED"), "line 2: DIR-LOC-RAED: no such clause; did you mean DIR-LOC-READ"),
        (
            waiver() + waiver().replace("2027-06-30", '"June"'),
            "line 11: June is not a day; write it as 2026-12-31",
        ),
        (waiver().replace("https", "ftp"), "line 6: ftp://x.example/1 is not a web address"),
        (waiver().replace("owner", "onwer"), "line 4: waivers.0.onwer is not a known key"),
        (waiver().replace('owner = "J. Doe"\n', ""), "line 1: waivers.0: owner is missing"),
    ],
)
def test_a_mistake_in_the_policy_names_line_and_fix(gated: Any, policy: str, said: str) -> None:
    result = gated(run_of(finding(STATE)), policy)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_policy_that_is_not_there_is_told(tmp_path: Path) -> None:
    log = write_run(run_of(finding(STATE)), tmp_path / "run")
    result = CliRunner().invoke(gate, [str(log), "--policy", str(tmp_path / "none.toml")])
    assert result.exit_code == 2
    assert "there is no such policy file" in result.stderr


def test_a_wrong_day_is_told(gated: Any) -> None:
    result = gated(run_of(finding(STATE)), "", "--on", "tomorrow")
    assert result.exit_code == 2
    assert "--on tomorrow is not a day" in result.stderr


def test_the_answer_has_ten_lines_at_most(gated: Any, tmp_path: Path) -> None:
    write_run(run_of(*(finding(c) for c in (STATE, READ, SORT))), tmp_path / "before")
    policy = '[gate]\nwarnings = 0\nbaseline = "before"\n[coverage]\nfloor = 99\n' + "".join(
        f"{area} = 1\n" for area in ("PA", "AUTH", "SCOPE", "TOKEN", "REFRESH", "USE", "REG")
    )
    result = gated(mixed_run(), policy + waiver())
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 10
    assert "more: see --json" in result.output


def test_json_tells_all_that_the_text_does(gated: Any) -> None:
    run = run_of(finding(STATE, Outcome.FAIL), finding(READ, Outcome.FAIL))
    shown = orjson.loads(gated(run, waiver(), "--json").stdout)
    assert (shown["passed"], shown["exit_code"]) == (False, 1)
    assert [reason["rule"] for reason in shown["reasons"]] == ["failures"]
    assert shown["reasons"][0]["clauses"] == [READ]
    assert [entry["clause"] for entry in shown["waived"]] == [STATE]
    assert shown["waivers"][0]["state"] == "used"
    assert shown["waivers"][0]["expires"] == "2027-06-30"


def _several(tmp_path: Path, *runs: Run) -> Path:
    entries = []
    for number, run in enumerate(runs, start=1):
        write_run(run, tmp_path / "all" / f"{number}-t")
        entries.append({"argument": f"{number}.toml", "folder": f"{number}-t", "exit_code": 0})
    index = {"schema": "flexcheck-targets/1", "targets": entries}
    (tmp_path / "all" / "targets.json").write_bytes(orjson.dumps(index))
    return tmp_path / "all"


def test_several_targets_are_all_judged_by_one_policy(tmp_path: Path) -> None:
    good = run_of(finding(STATE), target={"name": "A"})
    bad = run_of(finding(STATE, Outcome.FAIL), target={"name": "B"})
    folder = _several(tmp_path, good, bad)
    policy = tmp_path / "gate.toml"
    policy.write_text("")
    words = [str(folder), "--policy", str(policy), "--on", DAY]
    result = CliRunner().invoke(gate, words)
    assert result.exit_code == 1
    assert f"failures     B: 1 finding does not hold: {STATE}" in result.output
    # What holds on one target and not on the other is a waiver in use.
    policy.write_text(waiver())
    assert CliRunner().invoke(gate, words).exit_code == 0
    (folder / "1-t" / "run.ndjson").unlink()
    assert "1.toml left no run log" in CliRunner().invoke(gate, words).output
