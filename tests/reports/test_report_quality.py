"""Directory quality as the real checks tell it: the report reads counts from what they observed."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from report_builders import BASE, exchange, finding, item, run_of

from conformance.checks import quality as check
from conformance.findings import Outcome
from conformance.records import Ending, Search
from reports.digest import digest_of
from reports.directory import quality_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.findings import Assertion
    from reports.directory import Quality

Row = dict[str, Any]


def _npi(value: str) -> Row:
    return {"identifier": [{"system": check.NPI, "value": value}]}


def _phone(value: str) -> Row:
    return {"telecom": [{"system": "phone", "value": value}]}


def _code(value: str) -> Row:
    return {"specialty": [{"coding": [{"system": check.NUCC, "code": value}]}]}


def _role(*networks: str) -> Row:
    named = [{"url": check.NETWORK, "valueReference": {"reference": name}} for name in networks]
    return {"extension": named}


def _networks(roles: Iterable[Row]) -> Iterable[Assertion]:
    network = {"name": "Gold", "type": [{"coding": [{"code": "ntwk"}]}]}
    held = dict.fromkeys(("a", "b"), network)
    # The second assertion, on their names, has no counts.
    return [*check.networks_are_told_apart(roles, held)][:1]


def _search(rows: Iterable[Row]) -> Iterable[Assertion]:
    entries = [{"resource": row, "search": {"mode": "match"}} for row in rows]
    page = exchange()
    assert page.response
    document = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
    page = replace(page, response=replace(page.response, document=document))
    asked = Search.of(f"{BASE}/Location", (("address-state", "UT"),), (page,), Ending.END)
    return check.searches_keep_their_word("Location", [asked])


def _of(question: Callable[[str, Iterable[Row]], Iterable[Assertion]]) -> Any:
    return lambda rows: question("Location", rows)


ADDRESS = {"city": "Provo", "state": "UT", "postalCode": "84601"}
#: Each check by its name: how it is asked, two rows that are as they should be, one that is not.
COUNTING: dict[str, tuple[Any, Row, Row, Row]] = {
    "npis_are_valid": (_of(check.npis_are_valid), *[_npi("1234567893")] * 2, _npi("1")),
    "telecoms_are_sane": (_of(check.telecoms_are_sane), *[_phone("8015550123")] * 2, _phone("0")),
    "addresses_are_sane": (
        _of(check.addresses_are_sane), *[{"address": [ADDRESS]}] * 2, {"address": [{"city": "X"}]},
    ),
    "specialties_have_the_form": (
        _of(check.specialties_have_the_form), *[_code("207R00000X")] * 2, _code("207R"),
    ),
    "rows_are_active": (_of(check.rows_are_active), *[{"active": True}] * 2, {"active": False}),
    "rows_are_there_once": (
        _of(check.rows_are_there_once), _npi("1234567893"), {"name": "X"}, {"name": "X"},
    ),
    "roles_name_networks": (check.roles_name_networks, *[_role("a")] * 2, _role()),
    "networks_are_told_apart": (_networks, _role("a"), _role("b"), _role("x")),
    "searches_keep_their_word": (
        _search, *[{"address": {"state": "UT"}}] * 2, {"address": {"state": "NV"}},
    ),
}  # fmt: skip
#: These tell something else than counts.
OTHERS = {"is_npi", "times_are_past"}


def _told(assertions: Iterable[Assertion]) -> Quality:
    made = finding("DIR-Q", Outcome.WARNING, assertions=tuple(assertions))
    clause = item("DIR-Q", topic="quality")
    (told,) = quality_of(digest_of(run_of(made, clauses=[clause])))
    return told


def _rows(*rows: Row) -> list[Row]:
    return [{"resourceType": "Location", "id": str(n), **row} for n, row in enumerate(rows, 1)]


@pytest.mark.parametrize("name", COUNTING)
def test_what_a_check_counts_is_read(name: str) -> None:
    question, one, other, bad = COUNTING[name]
    some = _told(question(_rows(one, other, bad)))
    assert (some.good, some.judged) == (2, 3)
    assert some.told
    assert not some.told.startswith("1 of 3")
    every = _told(question(_rows(one, other)))
    assert (every.good, every.judged, every.told) == (2, 2, "")


def test_more_than_a_thousand_are_counted_too() -> None:
    rows = [{"active": True}] * 1500 + [{"active": False}] * 1500
    told = _told(check.rows_are_active("Location", _rows(*rows)))
    assert (told.good, told.judged, told.percent) == (1500, 3000, 50.0)


def test_no_check_of_quality_is_forgotten_here() -> None:
    public = {
        name for name, made in inspect.getmembers(check, inspect.isfunction)
        if made.__module__ == check.__name__ and not name.startswith("_")
    }  # fmt: skip
    assert public == COUNTING.keys() | OTHERS
