"""Checks of what becomes of a parameter that the document does not list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from builders import (
    BASE,
    Said,
    entry,
    exchange,
    found,
    links,
    outcome,
    page,
    refused,
    resource,
    search,
)

from conformance.checks import unlisted as check
from conformance.checks.unlisted import Handling, Probe

if TYPE_CHECKING:
    from conformance.records import Search

ROWS = [resource("Location", str(number), status=status) for number, status in enumerate(
    ["active", "active", "suspended", "inactive"]
)]  # fmt: skip
ACTIVE = ROWS[:2]
ALL = found(*ROWS)


def probe(asked: Search, name: str = "status", value: str = "active") -> Probe:
    return Probe(name, value, asked, ALL)


def answered(*rows: dict[str, Any], self_link: str = "") -> Search:
    return search(page(*map(entry, rows), link=links(self=self_link or f"{BASE}/Location")))


def including(*added: dict[str, Any]) -> Search:
    entries = [entry(ROWS[0]), *(entry(row, "include") for row in added)]
    return search(page(*entries), params=[("_include", "Location:endpoint")])


@pytest.mark.parametrize(
    ("asked", "handling"),
    [
        (refused(), Handling.REJECTED),
        (search(exchange(None, 400)), Handling.REJECTED_BARE),
        (search(exchange({"resourceType": "OperationOutcome"}, 400)), Handling.REJECTED_BARE),
        (search(exchange({**outcome(), "issue": []}, 422)), Handling.REJECTED_BARE),
        (refused(status=500), Handling.SERVER_ERROR),
        (search(exchange(outcome())), Handling.OTHER),
        (search(exchange(status=304)), Handling.OTHER),
        (answered(*ACTIVE), Handling.APPLIED),
        (answered(), Handling.APPLIED),
        (answered(*ROWS), Handling.IGNORED),
        (answered(*reversed(ROWS)), Handling.IGNORED),
        (answered(ROWS[3], ROWS[0]), Handling.IGNORED),
        (
            answered(*ROWS, self_link=f"{BASE}/Location?_count=5&status=active"),
            Handling.IGNORED_BUT_NAMED,
        ),
        (answered(*ROWS, self_link="http://[?status=active"), Handling.IGNORED),
    ],
    ids=lambda value: str(value)[:24],
)
def test_an_answer_is_classified(asked: Search, handling: Handling) -> None:
    assert check.classify(probe(asked)) is handling


@pytest.mark.parametrize(
    ("rows", "handling"),
    [
        (ROWS, Handling.IGNORED),
        # No order is promised: other rows of a large directory on the first page prove nothing.
        ([resource("Location", "9")], Handling.IGNORED),
        ([], Handling.APPLIED),
    ],
)
def test_a_strange_name_is_applied_where_it_leaves_no_row(
    rows: list[dict[str, Any]], handling: Handling
) -> None:
    strange = probe(answered(*rows), "flexcheck-unlisted", "flexcheck-none")
    assert check.classify(strange) is handling


def test_an_empty_directory_has_ignored_what_leaves_it_empty() -> None:
    assert check.classify(Probe("x", "y", answered(), answered())) is Handling.IGNORED


def test_a_parameter_that_selects_is_broken() -> None:
    only = Said(check.unlisted_is_not_applied(probe(answered(*ACTIVE)))).only
    assert only.at == "parameter status"
    assert only.observed == "applied: 2 rows on the first page, 4 without it"


@pytest.mark.parametrize(
    "asked", [refused(), refused(status=500), answered(*ROWS), search(exchange(None, 400))]
)
def test_a_parameter_that_selects_nothing_holds(asked: Search) -> None:
    assert Said(check.unlisted_is_not_applied(probe(asked))).holds


def test_without_a_search_to_compare_with_nothing_is_judged() -> None:
    blind = Probe("status", "active", answered(*ACTIVE), refused())
    assert Said(check.unlisted_is_not_applied(blind)).nothing


def test_where_there_are_no_rows_an_empty_answer_demonstrates_nothing() -> None:
    empty = Probe("status", "active", answered(), answered())
    assert Said(check.unlisted_is_not_applied(empty)).nothing
    assert Said(check.unlisted_is_not_applied(Probe("x", "y", answered(), answered()))).nothing


def test_a_refusal_holds_even_where_there_are_no_rows() -> None:
    assert Said(check.unlisted_is_not_applied(Probe("x", "y", refused(), answered()))).holds


def test_a_refusal_that_says_why_holds() -> None:
    assert Said(check.unlisted_is_refused(probe(refused()))).holds


@pytest.mark.parametrize(
    ("asked", "observed"),
    [
        (answered(*ROWS), "ignored: 4 rows on the first page, 4 without it"),
        (answered(*ACTIVE), "applied: 2 rows on the first page, 4 without it"),
        (search(exchange(None, 400)), "rejected without an OperationOutcome: 400, no JSON object"),
        (refused(status=503), "a server error: 503, OperationOutcome: refused"),
        (search(exchange(ROWS[0])), "neither refused nor searched: 200, Location"),
    ],
)
def test_anything_but_a_refusal_that_says_why_is_broken(asked: Search, observed: str) -> None:
    only = Said(check.unlisted_is_refused(probe(asked))).only
    assert only.expected == "rejected with an OperationOutcome"
    assert only.observed == observed


def shaped(name: str, value: str, *rows: dict[str, object]) -> Probe:
    one, two = resource("Location", "1", name="A"), resource("Location", "2", name="B")
    return Probe(name, value, found(*rows), found(one, two))


def test_a_sort_that_is_applied_shows_in_the_order() -> None:
    one, two = resource("Location", "1", name="A"), resource("Location", "2", name="B")
    assert check.classify(shaped("_sort", "-_id", two, one)) is Handling.APPLIED
    assert check.classify(shaped("_sort", "-_id", one, two)) is Handling.IGNORED


def test_elements_that_are_left_out_show() -> None:
    one, two = resource("Location", "1"), resource("Location", "2", name="B")
    assert check.classify(shaped("_elements", "id", one, two)) is Handling.APPLIED
    whole = resource("Location", "1", name="A")
    assert check.classify(shaped("_elements", "id", whole, two)) is Handling.IGNORED


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (refused(), ""),
        (including(), ""),
        (including(resource("Endpoint", "e1")), "applied: adds Endpoint/e1"),
        (search(exchange(None, 400)), "rejected without an OperationOutcome: 400, no JSON object"),
        (refused(status=500), "a server error: 500, OperationOutcome: refused"),
        (search(exchange(outcome())), "neither refused nor searched: 200, OperationOutcome:"),
    ],
)
def test_an_include_that_is_not_listed_is_classified(asked: Search, says: str) -> None:
    said = Said(check.other_include_adds_nothing(asked, "_include=Location:endpoint"))
    assert said.holds if not says else said.only.observed.startswith(says)
