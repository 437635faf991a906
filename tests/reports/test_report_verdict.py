"""What a run comes to: exit code, word, sentence, counts. May import reports and builders."""

from __future__ import annotations

import pytest
from report_builders import finding, item, mixed_run, run_of

from conformance.findings import Outcome
from reports.digest import digest_of
from reports.verdict import verdict_of


@pytest.mark.parametrize(
    ("outcomes", "code", "word"),
    [
        ([Outcome.PASS], 0, "holds"),
        ([Outcome.PASS, Outcome.WARNING], 0, "holds"),
        ([Outcome.PASS, Outcome.FAIL], 1, "non-conformance"),
        ([Outcome.PASS, Outcome.ERROR], 3, "inconclusive"),
        ([Outcome.FAIL, Outcome.ERROR], 1, "non-conformance"),
        ([Outcome.SKIP, Outcome.SKIP], 3, "inconclusive"),
        ([Outcome.NOT_APPLICABLE], 3, "inconclusive"),
        ([], 3, "inconclusive"),
    ],
)
def test_a_footer_never_says_better_than_the_findings(
    outcomes: list[Outcome], code: int, word: str
) -> None:
    findings = [finding(f"DIR-{number}", outcome) for number, outcome in enumerate(outcomes)]
    run = run_of(*findings, footer={"exit_code": 0, "reasons": []})
    verdict = verdict_of(run)
    assert (verdict.exit_code, verdict.word, verdict.good) == (code, word, code == 0)


@pytest.mark.parametrize("code", [1, 2, 3, 4])
def test_a_footer_may_say_worse_than_the_findings(code: int) -> None:
    run = run_of(finding("DIR-A"), footer={"exit_code": code, "reasons": ["why"]})
    verdict = verdict_of(run)
    assert (verdict.exit_code, verdict.reasons, verdict.good) == (code, ("why",), False)


def test_a_run_without_footer_is_incomplete_and_never_good() -> None:
    verdict = verdict_of(run_of(finding("DIR-A"), footer={}))
    assert (verdict.exit_code, verdict.word) == (3, "incomplete")
    assert "did not end" in verdict.sentence
    assert verdict.reasons


def test_a_failure_found_before_an_interrupt_counts() -> None:
    verdict = verdict_of(run_of(finding("DIR-A", Outcome.FAIL), footer={}))
    assert (verdict.exit_code, verdict.word) == (1, "incomplete")
    assert "1 clause does not hold" in verdict.sentence


def test_the_sentence_says_when_nothing_was_judged() -> None:
    skipped = verdict_of(run_of(finding("DIR-A", Outcome.SKIP)))
    empty = verdict_of(run_of())
    assert "no clause was judged: 1 finding not demonstrated." in skipped.sentence
    assert "no test ran" in empty.sentence


def test_the_sentence_of_a_good_run_names_warnings() -> None:
    verdict = verdict_of(run_of(finding("DIR-A"), finding("DIR-B", Outcome.WARNING)))
    assert "1 recommendation is not followed" in verdict.sentence


def test_counts_rest_on_clauses_that_apply_and_were_judged() -> None:
    digest = digest_of(mixed_run())
    assert (digest.judged, digest.applicable, len(digest.records)) == (5, 7, 9)
    assert digest.outcomes[Outcome.FAIL] == 2


def test_a_clause_is_as_bad_as_its_worst_finding() -> None:
    run = run_of(
        finding("DIR-A", case="x"),
        finding("DIR-A", Outcome.FAIL, case="y"),
        finding("DIR-B", Outcome.SKIP, case="x"),
        finding("DIR-B", case="y"),
    )
    assert [record.status for record in digest_of(run).records] == ["fail", "pass"]


def test_a_clause_without_finding_is_not_reached_or_not_selected() -> None:
    clauses = [item("DIR-A"), item("DIR-B")]
    ended = run_of(finding("DIR-A"), clauses=clauses)
    cut = run_of(finding("DIR-A"), clauses=clauses, footer={})
    assert digest_of(ended).records[1].status == "not-selected"
    assert digest_of(cut).records[1].status == "not-reached"
    assert (digest_of(ended).applicable, digest_of(cut).applicable) == (1, 2)


def test_the_last_of_two_findings_of_one_test_counts() -> None:
    run = run_of(finding("DIR-A", Outcome.FAIL), finding("DIR-A"))
    assert digest_of(run).outcomes[Outcome.FAIL] == 0


def test_a_finding_of_an_unknown_clause_is_not_lost() -> None:
    run = run_of(finding("DIR-GONE", Outcome.FAIL), clauses=[])
    assert [record.id for record in digest_of(run).with_finding(Outcome.FAIL)] == ["DIR-GONE"]
    assert verdict_of(run).exit_code == 1


def test_a_run_that_judged_nothing_says_what_its_findings_came_to() -> None:
    ruled_out = finding("DIR-A", Outcome.NOT_APPLICABLE)
    both = verdict_of(run_of(finding("DIR-B", Outcome.SKIP), ruled_out)).sentence
    assert "1 finding not demonstrated and 1 finding not applicable" in both
    failed = verdict_of(run_of(finding("DIR-B", Outcome.ERROR), ruled_out)).sentence
    assert "the environment failed in 1 test" in failed
