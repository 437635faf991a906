"""How search values are read and compared: FHIR R4 search.html, sections string to date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.mock.outcomes import FhirProblem
from conformance.mock.search.dates import date_test, milliseconds, period_of
from conformance.mock.search.values import (
    fold,
    reference_accepts,
    split,
    token_accepts,
    unescape,
)

INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
PRECISIONS = ("%Y", "%Y-%m", "%Y-%m-%d", "%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%SZ")


@given(st.lists(st.text(), min_size=1))
def test_escaped_alternatives_come_back_whole(values: list[str]) -> None:
    escaped = [v.replace("\\", "\\\\").replace(",", "\\,").replace("\0", "") for v in values]
    parts = split(",".join(escaped), ",")
    assert [unescape(part) for part in parts] == [v.replace("\0", "") for v in values]


@pytest.mark.parametrize(
    ("one", "other"),
    [("JOSÉ", "jose"), ("Núñez", "NUNEZ"), ("ß", "SS"), ("de  la\tCruz", "De La Cruz")],
)
def test_strings_compare_without_case_accent_and_spacing(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("wanted", "accepted"),
    [
        ("ntwk", True),
        ("urn:s|ntwk", True),
        ("urn:s|", True),
        ("urn:other|ntwk", False),
        ("|ntwk", False),
        ("NTWK", False),
        ("ntw", False),
        (r"urn:s\|ntwk", False),
    ],
)
def test_a_token_compares_system_and_code(wanted: str, accepted: bool) -> None:  # noqa: FBT001
    assert token_accepts(wanted, "urn:s|ntwk") is accepted


def test_a_token_with_empty_system_wants_a_code_without_one() -> None:
    assert token_accepts("|x", "|x")


@pytest.mark.parametrize(
    ("wanted", "accepted"),
    [
        ("a1", True),
        ("Organization/a1", True),
        ("http://h/R4/Organization/a1", True),
        ("http://elsewhere/R4/Organization/a1", False),
        ("Practitioner/a1", False),
        ("a", False),
        ("organization/a1", False),
    ],
)
def test_a_reference_is_an_id_a_typed_id_or_a_url_of_this_server(
    wanted: str,
    accepted: bool,  # noqa: FBT001
) -> None:
    assert reference_accepts(wanted, "Organization/a1", "http://h/R4") is accepted


@given(INSTANTS, st.sampled_from(PRECISIONS), INSTANTS)
def test_lt_eq_gt_partition_time_at_any_precision(
    when: datetime, precision: str, other: datetime
) -> None:
    text, instant = when.strftime(precision).rjust(4, "0"), milliseconds(other)
    parts = [date_test("_lastUpdated", prefix + text)(instant) for prefix in ("lt", "eq", "gt")]
    assert sum(parts) == 1


@given(INSTANTS, st.sampled_from(PRECISIONS), INSTANTS)
def test_the_other_prefixes_follow_from_these(
    when: datetime, precision: str, other: datetime
) -> None:
    text, instant = when.strftime(precision).rjust(4, "0"), milliseconds(other)

    def holds(prefix: str) -> bool:
        return date_test("_lastUpdated", prefix + text)(instant)

    assert holds("ne") is not holds("eq")
    assert holds("ge") is (holds("gt") or holds("eq"))
    assert holds("le") is (holds("lt") or holds("eq"))
    assert holds("sa") is holds("gt")
    assert holds("eb") is holds("lt")
    assert holds("") is holds("eq")


@given(INSTANTS, st.sampled_from(PRECISIONS))
def test_a_date_holds_the_instant_it_was_cut_from(when: datetime, precision: str) -> None:
    low, high = period_of(when.strftime(precision))
    assert low <= milliseconds(when) < high


@given(INSTANTS)
def test_an_instant_equals_itself_and_nothing_a_millisecond_away(when: datetime) -> None:
    text = when.isoformat(timespec="milliseconds")
    accepts = date_test("_lastUpdated", text)
    assert accepts(period_of(text)[0])
    assert not accepts(period_of(text)[0] + 1)
    assert not accepts(period_of(text)[0] - 1)


def test_time_zones_count() -> None:
    assert period_of("2026-10-01T00:30:00+02:00") == period_of("2026-09-30T22:30:00Z")


def test_approximate_dates_widen_with_distance_from_now() -> None:
    now = datetime.now(UTC)
    accepts = date_test("_lastUpdated", "ap" + (now - timedelta(days=100)).strftime("%Y-%m-%d"))
    assert accepts(milliseconds(now - timedelta(days=107)))
    assert not accepts(milliseconds(now - timedelta(days=130)))


@pytest.mark.parametrize(
    "text",
    ["yesterday", "", "2026-13", "2026-1-1", "xx2026", "2026-10-01 00:00", "26", "2026-02-30", "gt",
     "2026-10-01T00:00:00 00:00"],
)  # fmt: skip
def test_what_is_no_date_is_refused_by_name(text: str) -> None:
    with pytest.raises(FhirProblem, match="_lastUpdated") as caught:
        date_test("_lastUpdated", text)
    assert caught.value.status == 400
