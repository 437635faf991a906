"""From assertions to an outcome, from findings to an exit code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.findings import Assertion, Expectation, Finding, Outcome, verdict
from conformance.verdict import JUDGED, conclude, count_outcomes

GOOD = Assertion(holds=True, at="x", expected="a", observed="a")
BAD = Assertion(holds=False, at="x", expected="a", observed="b")
SHALL, SHALL_NOT = Expectation.SHALL, Expectation.SHALL_NOT
SHOULD, SHOULD_NOT, MAY = Expectation.SHOULD, Expectation.SHOULD_NOT, Expectation.MAY
AREAS = {"DIR-A": "DIR", "DIR-B": "DIR", "AUTH-A": "AUTH"}
LENIENT = False


@pytest.mark.parametrize(
    ("expectation", "outcome"),
    [
        (SHALL, Outcome.FAIL),
        (SHALL_NOT, Outcome.FAIL),
        (SHOULD, Outcome.WARNING),
        (SHOULD_NOT, Outcome.WARNING),
        (MAY, Outcome.WARNING),
    ],
)
def test_one_broken_assertion_breaks_a_clause_as_far_as_it_binds(
    expectation: Expectation, outcome: Outcome
) -> None:
    assert verdict([GOOD, BAD], expectation, strict=LENIENT) is outcome
    assert verdict([GOOD, BAD], expectation, strict=True) is Outcome.FAIL
    assert expectation.binding is (outcome is Outcome.FAIL)


@pytest.mark.parametrize("expectation", list(Expectation))
def test_only_what_holds_passes_and_nothing_made_is_skipped(expectation: Expectation) -> None:
    for strict in (True, LENIENT):
        assert verdict(iter([GOOD, GOOD]), expectation, strict=strict) is Outcome.PASS
        assert verdict([], expectation, strict=strict) is Outcome.SKIP


def finding(outcome: Outcome, clause: str = "DIR-A") -> Finding:
    return Finding(clause, "", outcome, "", (), 0, 0, (), "test")


PASS, FAIL, ERROR = finding(Outcome.PASS), finding(Outcome.FAIL), finding(Outcome.ERROR)


def test_what_holds_is_0() -> None:
    drawn = conclude([PASS, finding(Outcome.WARNING), finding(Outcome.WAIVED)], AREAS)
    assert (drawn.exit_code, drawn.reasons) == (0, ("everything that was judged holds",))


def test_a_failure_is_1() -> None:
    assert conclude([PASS, FAIL], AREAS).reasons == ("1 finding of non-conformance",)
    assert conclude([FAIL, FAIL], AREAS).reasons == ("2 findings of non-conformance",)
    assert conclude([FAIL], AREAS).exit_code == 1


def test_an_error_is_3() -> None:
    drawn = conclude([PASS, ERROR, ERROR], AREAS)
    assert drawn.exit_code == 3
    assert drawn.reasons == ("2 clauses not judged: the environment failed",)


def test_an_interruption_is_3() -> None:
    drawn = conclude([PASS], AREAS, interrupted=True)
    assert (drawn.exit_code, drawn.reasons) == (3, ("the run was interrupted",))


def test_a_bug_is_4() -> None:
    drawn = conclude([PASS], AREAS, bugs=["KeyError at x.py:1"])
    assert (drawn.exit_code, drawn.reasons) == (4, ("flexcheck failed: KeyError at x.py:1",))


def test_the_weightiest_reason_decides_and_comes_first() -> None:
    drawn = conclude([FAIL, ERROR], AREAS, bugs=["boom"], interrupted=True)
    assert drawn.exit_code == 4
    assert drawn.reasons == (
        "flexcheck failed: boom",
        "1 finding of non-conformance",
        "the run was interrupted",
        "1 clause not judged: the environment failed",
    )
    assert conclude([FAIL, ERROR], AREAS, interrupted=True).exit_code == 1
    assert conclude([PASS, ERROR], AREAS, interrupted=True).exit_code == 3


@pytest.mark.parametrize("outcome", [Outcome.SKIP, Outcome.ERROR])
def test_an_area_of_which_nothing_was_judged_misses_the_floor(outcome: Outcome) -> None:
    drawn = conclude([PASS, finding(outcome, "AUTH-A")], AREAS)
    assert drawn.exit_code == 3
    assert drawn.reasons[-1] == "no clause of area AUTH was judged"


@pytest.mark.parametrize("outcome", sorted(JUDGED))
def test_one_judged_clause_of_an_area_is_enough(outcome: Outcome) -> None:
    drawn = conclude([finding(Outcome.SKIP), finding(outcome, "DIR-B")], AREAS)
    assert drawn.exit_code == (1 if outcome is Outcome.FAIL else 0)


def test_an_area_that_does_not_apply_has_no_floor() -> None:
    assert conclude([PASS, finding(Outcome.NOT_APPLICABLE, "AUTH-A")], AREAS).exit_code == 0


@pytest.mark.parametrize("findings", [[], [finding(Outcome.NOT_APPLICABLE)]])
def test_where_nothing_applies_the_run_is_inconclusive(findings: list[Finding]) -> None:
    drawn = conclude(findings, AREAS)
    assert drawn.exit_code == 3
    assert drawn.reasons == ("nothing applied to this target: nothing was judged",)


def test_every_outcome_is_counted_with_0_too() -> None:
    assert count_outcomes([PASS, PASS, FAIL]) == {
        "pass": 2,
        "fail": 1,
        "warning": 0,
        "skip": 0,
        "error": 0,
        "not-applicable": 0,
        "waived": 0,
    }


findings = st.lists(
    st.builds(finding, st.sampled_from(Outcome), st.sampled_from(sorted(AREAS))), max_size=6
)


@given(findings, st.booleans(), st.lists(st.just("boom"), max_size=1))
def test_the_exit_code_is_the_weightiest_that_applies(
    made: list[Finding], interrupted: object, bugs: list[str]
) -> None:
    drawn = conclude(made, AREAS, bugs=bugs, interrupted=bool(interrupted))
    failed = any(item.outcome is Outcome.FAIL for item in made)
    expected = {4} if bugs else {1} if failed else {0, 3}
    assert drawn.exit_code in expected
    assert (drawn.exit_code == 0) == (drawn.reasons == ("everything that was judged holds",))


@given(findings, findings)
def test_one_more_failure_never_makes_a_run_better(
    made: list[Finding], more: list[Finding]
) -> None:
    assert conclude([*made, FAIL, *more], AREAS).exit_code == 1
