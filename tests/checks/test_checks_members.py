"""What Patient Access owes and refuses a member."""

from __future__ import annotations

from typing import Any

import pytest
from builders import bundle, entry, exchange, found, outcome, resource

from conformance.checks import members as check
from conformance.checks.rows import rows_claim_profile

PATIENT = resource("Patient", "p1")


def claim(**fields: Any) -> dict[str, Any]:
    return resource("ExplanationOfBenefit", "e1", **fields)


def holds(assertions: Any) -> list[bool]:
    return [assertion.holds for assertion in assertions]


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refusal_without_data_holds(status: int) -> None:
    assert all(holds(check.refused_without_data([exchange(outcome(), status)])))


@pytest.mark.parametrize(
    ("document", "status"),
    [
        (PATIENT, 200),
        (bundle(), 200),
        (outcome(), 500),
        (PATIENT, 401),
        (bundle(entry(PATIENT)), 403),
    ],
)
def test_an_answer_or_data_in_a_refusal_breaks_it(document: Any, status: int) -> None:
    assert not all(holds(check.refused_without_data([exchange(document, status)])))


def test_a_refusal_with_data_names_the_resource() -> None:
    made = list(check.refused_without_data([exchange(bundle(entry(PATIENT)), 401)]))
    assert made[-1].observed == "Patient/p1"


@pytest.mark.parametrize(
    "dates",
    [
        {"billablePeriod": {"start": "2015-12-30", "end": "2016-01-01"}},
        {"billablePeriod": {"start": "2016-01-01"}},
        {"item": [{"servicedDate": "2016"}], "created": "2015-01-01"},
        {"created": "2020-05-05T10:00:00Z"},
    ],
)
def test_a_claim_within_the_window_holds(dates: dict[str, Any]) -> None:
    rows = found(claim(**dates), kind="ExplanationOfBenefit").matches
    assert holds(check.nothing_dated_before(rows, "2016-01-01")) == [True]


@pytest.mark.parametrize(
    "dates",
    [
        {"billablePeriod": {"start": "2015-12-01", "end": "2015-12-31"}},
        {"item": [{"servicedPeriod": {"end": "2015-06"}}]},
        {"created": "2015-12-31T23:59:59Z"},
    ],
)
def test_an_older_claim_breaks_the_window(dates: dict[str, Any]) -> None:
    rows = found(claim(**dates), kind="ExplanationOfBenefit").matches
    assert holds(check.nothing_dated_before(rows, "2016-01-01")) == [False]


def test_a_claim_without_dates_demonstrates_nothing() -> None:
    rows = found(claim(), kind="ExplanationOfBenefit").matches
    assert holds(check.nothing_dated_before(rows, "2016-01-01")) == []


@pytest.mark.parametrize(("code", "right"), [("oral", True), ("pharmacy", False)])
def test_rows_of_a_type_are_told_from_others(code: str, right: bool) -> None:  # noqa: FBT001 - a row
    row = claim(type={"coding": [{"code": code}]})
    rows = found(row, kind="ExplanationOfBenefit").matches
    assert holds(check.types_are_only(rows, "oral")) == [right]


@pytest.mark.parametrize(
    ("document", "status", "right"),
    [
        (claim(), 200, True),
        (outcome(), 404, True),
        (outcome(), 500, False),
        (PATIENT, 200, False),
        (None, 200, False),
    ],
)
def test_an_example_read_is_answered_or_refused(
    document: Any,
    status: int,
    right: bool,  # noqa: FBT001 - a row
) -> None:
    made = check.answered_or_refused(exchange(document, status), "ExplanationOfBenefit")
    assert holds(made) == [right]


@pytest.mark.parametrize(("family", "right"), [(True, True), (False, False)])
def test_a_family_of_profiles_is_claimed_by_any_of_its_kind(
    family: bool,  # noqa: FBT001 - a row
    right: bool,  # noqa: FBT001 - a row
) -> None:
    row = claim(meta={"profile": ["http://x/C4BB-ExplanationOfBenefit-Pharmacy|1.1.0"]})
    rows = found(row, kind="ExplanationOfBenefit").matches
    made = rows_claim_profile(rows, "http://x/C4BB-ExplanationOfBenefit", family=family)
    assert holds(made) == [right]
