"""Findings grouped by what seems to cause them."""

from __future__ import annotations

import pytest
from report_builders import broken, exchange, finding, item, run_of

from conformance.checks.unlisted import Handling
from conformance.checks.wording import answer
from conformance.findings import Outcome
from reports.causes import Cause, causes_of
from reports.digest import digest_of


def _causes(*observed: tuple[str, str, str], **more: str) -> tuple[Cause, ...]:
    """Causes of one failing clause for each (expected, observed, resource)."""
    findings, clauses = [], []
    for number, (expected, seen, resource) in enumerate(observed):
        place = broken(expected=expected, observed=seen, **more)
        findings.append(finding(f"DIR-{number}", Outcome.FAIL, assertions=(place,)))
        clauses.append(item(f"DIR-{number}", resource=resource))
    return causes_of(digest_of(run_of(*findings, clauses=clauses)).with_finding(Outcome.FAIL))


def test_the_same_answer_to_requests_of_one_resource_is_one_cause() -> None:
    refused = "401, a JSON object without resourceType"
    (one,) = _causes(
        ("200, Bundle", refused, "Location"),
        ("4xx, OperationOutcome", f"rejected without an OperationOutcome: {refused}", "Location"),
    )
    assert (one.where, one.seen) == ("Provider Directory: Location", refused)
    assert one.wanted == ""
    assert [record.id for record in one.records] == ["DIR-0", "DIR-1"]


@pytest.mark.parametrize(
    "handling",
    [Handling.REJECTED, Handling.REJECTED_BARE, Handling.SERVER_ERROR, Handling.OTHER],
)
def test_what_a_check_says_before_an_answer_makes_no_other_cause(handling: Handling) -> None:
    told = answer(exchange(status=501))
    (one,) = _causes(("200", told, "Location"), ("x", f"{handling}: {told}", "Location"))
    assert one.seen == told == "501, no JSON object"


def test_numbers_within_or_before_a_text_are_no_answer() -> None:
    for seen in ("missing: 120, 450, 8", "120, 450 and 8", "ends (500, no JSON object) early"):
        (one,) = _causes(("all rows", seen, "Location"))
        assert one.seen == seen
    (both,) = _causes(
        ("all", "missing: 120, a", "Location"), ("all", "missing: 311, a", "Location")
    )
    assert both.findings == 2


def test_answers_that_differ_in_ids_only_are_one_cause() -> None:
    (one,) = _causes(
        ("200, Location", "404, OperationOutcome: Location/a1 is not known", "Location"),
        ("200, Location", "404, OperationOutcome: Location/b2 is not known", "Location"),
    )
    assert one.seen == "404, OperationOutcome: Location/a1 is not known"


def test_another_resource_or_answer_is_another_cause() -> None:
    causes = _causes(
        ("200", "401, no", "Location"),
        ("200", "501, no", "Location"),
        ("200", "200, 0 Location", "Location"),
        ("200", "206, 0 Location", "Location"),
        ("200", "401, no", "Endpoint"),
    )
    assert len(causes) == 5


def test_values_ids_and_numbers_do_not_tell_causes_apart() -> None:
    (one,) = _causes(
        ("the 3 rows of Location?_id=a1", "missing: 8f3e", "Location"),
        ("the 12 rows of Location?_id=b2", "missing: 99ab", "Location"),
    )
    assert one.findings == 2
    assert len(_causes(("a self link", "absent", ""), ("a next link", "absent", ""))) == 2


def test_causes_of_most_clauses_come_first() -> None:
    few, many = ("x", "absent", "Location"), ("y", "twice", "Location")
    causes = _causes(few, many, many)
    assert [(cause.seen, len(cause.records)) for cause in causes] == [("twice", 2), ("absent", 1)]


def test_a_clause_that_fails_in_two_ways_stands_under_both_with_its_own_findings() -> None:
    both = (
        finding("DIR-A", Outcome.FAIL, case="a", assertions=(broken(observed="401, no"),)),
        finding("DIR-A", Outcome.FAIL, case="b", assertions=(broken(observed="absent"),)),
        finding("DIR-A", Outcome.FAIL, case="c", assertions=(broken(observed="absent"),)),
    )
    causes = causes_of(digest_of(run_of(*both)).with_finding(Outcome.FAIL))
    told = {cause.seen: [f.case for r in cause.records for f in r.findings] for cause in causes}
    assert told == {"401, no": ["a"], "absent": ["b", "c"]}


def test_where_nothing_was_judged_the_message_is_the_cause() -> None:
    failed = [
        finding(name, Outcome.ERROR, message=f"connection refused after {seconds} s")
        for name, seconds in (("DIR-A", 3), ("DIR-B", 12))
    ]
    (one,) = causes_of(digest_of(run_of(*failed)).with_finding(Outcome.ERROR))
    assert one.seen == "connection refused after 3 s"
    assert len(one.records) == 2
