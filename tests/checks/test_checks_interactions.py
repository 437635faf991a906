"""Checks of read, vread, their errors, and of who is let in."""

from __future__ import annotations

from typing import Any

import pytest
from builders import Said, exchange, outcome, read, resource

from conformance.checks import access
from conformance.checks import interactions as check

META = {"versionId": "2", "lastUpdated": "2026-01-01T00:00:00Z"}
ROW = resource("Location", "1", meta=META, name="Main", status="active")
CURRENT = {**ROW, "meta": {"versionId": "2", "lastUpdated": "2025-01-01T00:00:00Z"}}


def test_a_read_of_what_was_asked_for_holds() -> None:
    said = Said(check.read_returns(read(ROW), "Location", "1"))
    assert said.holds
    assert len(said.all) == 3


def test_a_read_that_fails_is_broken_once_with_what_the_server_said() -> None:
    only = Said(check.read_returns(read(None, 404), "Location", "1")).only
    assert (only.expected, only.observed) == ("200", "404, OperationOutcome: no such thing")


@pytest.mark.parametrize(
    ("row", "at", "observed"),
    [
        (resource("Organization", "1"), "resourceType", "Organization"),
        (resource("Location", "2"), "id", "2"),
        ({"resourceType": "Location"}, "id", "absent"),
    ],
)
def test_a_read_of_something_else_is_broken(row: dict[str, Any], at: str, observed: str) -> None:
    only = Said(check.read_returns(read(row), "Location", "1")).only
    assert (only.at, only.observed) == (at, observed)


def test_a_read_of_no_object_is_broken() -> None:
    said = Said(check.read_returns(exchange([1]), "Location", "1"))
    assert [item.at for item in said.broken] == ["resourceType", "id"]


def test_expected_and_observed_are_always_text() -> None:
    strange: Any = 5
    said = Said(check.read_returns(read({"resourceType": 7, "id": 5}), "Location", strange))
    assert all(isinstance(text, str) for it in said.all for text in (it.expected, it.observed))


def test_a_vread_of_the_version_holds() -> None:
    assert Said(check.vread_returns(read(ROW), "Location", "1", "2")).holds


@pytest.mark.parametrize(
    ("meta", "observed"), [({"versionId": "3"}, "3"), ({}, "absent"), (5, "absent")]
)
def test_a_vread_of_another_version_is_broken(meta: Any, observed: str) -> None:
    only = Said(check.vread_returns(read({**ROW, "meta": meta}), "Location", "1", "2")).only
    assert (only.at, only.expected, only.observed) == ("meta.versionId", "2", observed)


def test_an_older_version_that_is_itself_holds() -> None:
    old = {**ROW, "meta": {"versionId": "1", "lastUpdated": "2024-01-01T00:00:00Z"}}
    assert Said(check.older_version_is_itself(read(old), "1", CURRENT)).holds


def test_an_older_version_that_is_the_current_one_is_broken() -> None:
    only = Said(check.older_version_is_itself(read(ROW), "1", ROW)).only
    assert (only.expected, only.observed) == ("1", "2")


def test_the_current_version_under_an_old_number_is_broken() -> None:
    renamed = {**CURRENT, "meta": {**CURRENT["meta"], "versionId": "1"}}
    only = Said(check.older_version_is_itself(read(renamed), "1", CURRENT)).only
    assert (only.at, only.observed) == ("meta.lastUpdated", "2025-01-01T00:00:00Z")


def test_two_versions_may_be_of_one_second() -> None:
    old = {**CURRENT, "meta": {**CURRENT["meta"], "versionId": "1"}, "name": "Before"}
    assert Said(check.older_version_is_itself(read(old), "1", CURRENT)).holds


@pytest.mark.parametrize("status", [404, 410])
def test_an_older_version_need_not_be_kept(status: int) -> None:
    gone = read(None, status)
    assert Said(check.older_version_is_itself(gone, "1", ROW)).nothing


def test_an_older_version_that_breaks_the_server_is_broken() -> None:
    assert Said(check.older_version_is_itself(read(None, 500), "1", ROW)).only


def test_a_version_that_is_told_holds() -> None:
    assert Said(check.version_is_told(read(ROW))).holds


@pytest.mark.parametrize("meta", [None, {}, {"versionId": ""}, {"versionId": 2}, "2"])
def test_a_version_that_is_not_told_is_broken(meta: Any) -> None:
    only = Said(check.version_is_told(read({**ROW, "meta": meta}))).only
    assert only.at == "meta.versionId"


def test_the_version_of_an_error_is_not_judged() -> None:
    assert Said(check.version_is_told(read(None, 404))).nothing


def test_a_read_that_agrees_with_the_row_holds() -> None:
    fuller = {**ROW, "meta": {**META, "source": "#x"}, "text": {"div": "<div/>"}}
    assert Said(check.read_agrees(read(fuller), ROW)).holds


@pytest.mark.parametrize(
    ("changed", "at", "expected", "observed"),
    [
        ({"name": "Side"}, "Location.name", "as in the search row: Main", "Side"),
        ({"alias": ["x"]}, "Location.alias", "as in the search row: absent", "['x']"),
        ({"status": None}, "Location.status", "as in the search row: active", "absent"),
    ],
)
def test_a_read_that_differs_names_the_element(
    changed: dict[str, Any], at: str, expected: str, observed: str
) -> None:
    only = Said(check.read_agrees(read({**ROW, **changed}), ROW)).only
    assert (only.at, only.expected, only.observed) == (at, expected, observed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"versionId": "3"}, {"versionId": "2"}),
        ({"lastUpdated": "2026-01-02T00:00:00Z"}, {"lastUpdated": "2026-01-01T00:00:00Z"}),
        ({}, {}),
        (None, 5),
    ],
    ids=["other-version", "other-time", "no-version", "no-meta"],
)
def test_rows_not_known_to_be_of_one_version_are_not_compared(one: Any, other: Any) -> None:
    reading = read({**ROW, "meta": one, "name": "Side"})
    assert Said(check.read_agrees(reading, {**ROW, "meta": other})).nothing


def test_a_failed_read_is_not_compared() -> None:
    assert Said(check.read_agrees(read(None, 404), ROW)).nothing
    assert Said(check.read_agrees(exchange("text"), ROW)).nothing


def test_what_does_not_exist_is_absent() -> None:
    assert Said(check.unknown_is_absent(read(None, 404))).holds


@pytest.mark.parametrize("status", [200, 400, 403, 410, 500])
def test_what_does_not_exist_is_nothing_else(status: int) -> None:
    only = Said(check.unknown_is_absent(read(None, status))).only
    assert only.expected == "404"
    assert only.observed.startswith(str(status))


@pytest.mark.parametrize("status", [400, 404, 500])
def test_an_error_that_says_why_holds(status: int) -> None:
    assert Said(check.errors_carry_outcome([exchange(outcome(), status)])).holds


@pytest.mark.parametrize(
    "document",
    [None, [], {"resourceType": "OperationOutcome", "issue": []}, {"issue": [{}]}, {"error": "x"}],
)
def test_an_error_that_does_not_say_why_is_broken(document: Any) -> None:
    only = Said(check.errors_carry_outcome([exchange(document, 400)])).only
    assert only.expected == "an OperationOutcome with an issue"


def test_an_answer_that_is_no_error_needs_no_outcome() -> None:
    answers = [exchange({}, 200), exchange(status=302), exchange(error="timed out")]
    assert Said(check.errors_carry_outcome(answers)).nothing


def test_an_answer_without_credentials_holds() -> None:
    assert Said(access.open_to_everyone([exchange(ROW), exchange(outcome(), 404)])).holds


@pytest.mark.parametrize(
    ("status", "headers"),
    [(401, ()), (403, ()), (400, (("www-authenticate", "Bearer"),))],
)
def test_a_refusal_to_let_in_is_broken(status: int, headers: tuple[tuple[str, str], ...]) -> None:
    only = Said(access.open_to_everyone([exchange(outcome(), status, headers=headers)])).only
    assert only.expected == "an answer without credentials"
    assert only.observed.startswith(str(status))


def test_being_sent_to_a_login_is_broken() -> None:
    sent = exchange(status=302, headers=(("location", "https://login.example/"),))
    only = Said(access.open_to_everyone([sent])).only
    assert only.observed == "302 to https://login.example/"


@pytest.mark.parametrize("header", ["authorization", "cookie"])
def test_a_request_with_credentials_demonstrates_nothing(header: str) -> None:
    known = exchange(ROW, asked_with=((header, "[redacted]"),))
    assert Said(access.open_to_everyone([known, exchange(error="timed out")])).nothing


def versioned(version: Any, when: str) -> dict[str, Any]:
    return {**ROW, "meta": {"versionId": version, "lastUpdated": when}}


@pytest.mark.parametrize(
    ("version", "when"),
    [
        ("3", "2026-01-02T00:00:00Z"),
        ("3", "2026-01-01T00:00:00Z"),
        (None, "2026-01-02T00:00:00Z"),
    ],
    ids=["later", "same-second", "no-version-told"],
)
def test_a_read_of_a_later_version_holds(version: Any, when: str) -> None:
    assert Said(check.read_is_not_older(read(versioned(version, when)), ROW)).holds


@pytest.mark.parametrize(
    ("version", "when"),
    [
        ("1", "2025-12-31T00:00:00Z"),
        ("2", "2026-01-02T00:00:00Z"),
        ("3", "yesterday"),
        (None, "2026-01-01T00:00:00Z"),
    ],
    ids=["older", "same-version-later", "no-time", "no-version"],
)
def test_a_read_of_no_later_version_is_broken(version: Any, when: str) -> None:
    only = Said(check.read_is_not_older(read(versioned(version, when)), ROW)).only
    assert only.expected == "version 2 of 2026-01-01T00:00:00Z or a later one"
    assert when in only.observed


@pytest.mark.parametrize("when", ["2026-01-01T00:00:00.000+00:00", "2025-12-31T17:00:00-07:00"])
def test_the_same_version_spelt_otherwise_is_the_same(when: str) -> None:
    assert Said(check.read_is_not_older(read(versioned("2", when)), ROW)).nothing


def test_rows_and_reads_that_tell_no_time_are_not_compared() -> None:
    assert Said(check.read_is_not_older(read(ROW), {**ROW, "meta": None})).nothing
    assert Said(check.read_is_not_older(read(None, 404), ROW)).nothing


def test_an_outcome_under_a_status_of_success_is_broken() -> None:
    hidden = exchange(outcome("refused"), 200)
    only = Said(check.no_error_is_hidden([exchange(ROW), exchange(outcome(), 400), hidden])).only
    assert (only.expected, only.exchange) == ("4xx or 5xx", hidden.id)


def test_results_and_errors_hide_nothing() -> None:
    assert Said(check.no_error_is_hidden([exchange(ROW), exchange(outcome(), 400)])).nothing


@pytest.mark.parametrize("status", [400, 404, 422, 501])
def test_a_refusal_that_says_why_holds(status: int) -> None:
    assert Said(check.refused_as_unsupported(exchange(outcome(), status))).holds


@pytest.mark.parametrize(
    ("document", "status"), [(outcome(), 500), (outcome(), 302), (None, 400), ({}, 501)]
)
def test_a_refusal_that_does_not_say_why_is_broken(document: Any, status: int) -> None:
    only = Said(check.refused_as_unsupported(exchange(document, status))).only
    assert only.observed.startswith(str(status))


def test_a_web_page_is_a_login() -> None:
    page = exchange(headers=(("content-type", "text/html"),))
    assert "a web page" in Said(access.open_to_everyone([page])).only.observed


def test_a_profile_that_only_the_search_tells_differs() -> None:
    told = {**ROW, "meta": {**META, "profile": ["urn:p"]}}
    assert Said(check.read_agrees(read(ROW), told)).only.at == "Location.meta.profile"
