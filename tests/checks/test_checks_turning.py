"""Single pages again, and references between rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builders import BASE, Said, entry, exchange, found, outcome, page, resource, search

from conformance.checks import references
from conformance.checks import turning as check
from conformance.checks.unlisted import Probe

if TYPE_CHECKING:
    from conformance.exchange import Exchange

ONE, TWO = resource("Location", "1"), resource("Location", "2")
PAGE = page(entry(ONE))


def test_a_link_gives_the_rows_that_it_gave() -> None:
    assert Said(check.gives_the_rows_of(PAGE, page(entry(ONE)), "next")).holds
    said = Said(check.gives_the_rows_of(PAGE, page(entry(TWO)), "next")).only
    assert said.observed == "missing: Location/1; extra: Location/2"
    assert Said(check.gives_the_rows_of(PAGE, exchange(outcome(), 410), "next")).only
    assert Said(check.gives_the_rows_of(PAGE, None, "previous")).only.observed == check.AWAY


def test_an_unknown_page_is_refused_with_a_reason() -> None:
    assert Said(check.unknown_page_is_refused(exchange(outcome(), 410))).holds
    assert Said(check.unknown_page_is_refused(page())).only
    assert Said(check.unknown_page_is_refused(None)).nothing


def test_a_page_needs_the_token() -> None:
    assert Said(check.page_needs_the_token(exchange(outcome(), 401))).holds
    assert Said(check.page_needs_the_token(PAGE)).only
    assert Said(check.page_needs_the_token(None)).nothing


ROLE = resource(
    "PractitionerRole",
    "r",
    organization={"reference": "Organization/a"},
    location=[{"reference": f"{BASE}/Location/1/_history/2"}],
    endpoint=[{"reference": "#inside"}, {"reference": "https://other.example/Endpoint/9"}],
)
REFERRED = references.references_of([ROLE], BASE)


def test_references_are_those_on_this_server() -> None:
    assert REFERRED == {"Organization/a": "PractitionerRole/r", "Location/1": "PractitionerRole/r"}


def test_references_resolve_among_rows_or_by_a_read() -> None:
    reads = {"Organization/a": exchange(resource("Organization", "a"))}
    assert Said(references.references_resolve(REFERRED, {"Location": ["1"]}, reads)).holds


def test_a_dangling_reference_is_named_with_who_refers() -> None:
    said = Said(references.references_resolve(REFERRED, {"Location": ["2"]}, {})).only
    assert said.observed == "1 do not: Location/1 of PractitionerRole/r"
    gone = {"Organization/a": exchange(outcome(), 404)}
    assert Said(references.references_resolve(REFERRED, {}, gone)).only


def declaring(*names: str) -> object:
    entry = {"type": "Location", "searchParam": [{"name": name} for name in names]}
    rest = [{"mode": "server", "resource": [entry]}]
    return exchange({"resourceType": "CapabilityStatement", "rest": rest})


def test_what_is_declared_works() -> None:
    asked = {("searchParam", "name"): exchange(outcome(), 400)}
    said = Said(references.declared_works(declaring("name"), "Location", asked))  # type: ignore[arg-type]
    assert said.only.expected == "name, which is declared, works"
    works = {("searchParam", "name"): PAGE}
    assert Said(references.declared_works(declaring("name"), "Location", works)).holds  # type: ignore[arg-type]
    assert Said(references.declared_works(declaring(), "Location", asked)).nothing  # type: ignore[arg-type]


def test_what_is_applied_is_declared() -> None:
    probe = Probe("status", "active", found(status="active"), found(ONE))
    said = references.applied_is_declared(declaring(), "Location", [probe])  # type: ignore[arg-type]
    assert Said(said).only.observed == "absent"
    declared = references.applied_is_declared(declaring("status"), "Location", [probe])  # type: ignore[arg-type]
    assert Said(declared).holds
    every = Probe("_tag", "x", found(_tag="x"), found(ONE))
    assert Said(references.applied_is_declared(declaring(), "Location", [every])).nothing  # type: ignore[arg-type]
    ignored = Probe("status", "active", found(ONE, status="active"), found(ONE))
    assert Said(references.applied_is_declared(declaring(), "Location", [ignored])).nothing  # type: ignore[arg-type]


def saying(**fields: object) -> Exchange:
    rest = [{"mode": "server", "resource": [{"type": "Location", **fields}]}]
    return exchange({"resourceType": "CapabilityStatement", "rest": rest})


def test_a_condition_that_is_declared_is_heeded() -> None:
    check = references.condition_is_heeded_where_declared
    full, unchanged = exchange(ONE), exchange(None, 304)
    declaring = saying(conditionalRead="not-match")
    assert Said(check(declaring, "Location", unchanged)).holds
    assert Said(check(declaring, "Location", full)).only.expected == "304: not-match is declared"
    assert Said(check(saying(conditionalRead="modified-since"), "Location", full)).nothing
    assert Said(check(saying(), "Location", full)).nothing
    assert Said(check(declaring, "Location", None)).nothing


def test_what_adds_rows_is_declared() -> None:
    owner = entry(resource("Organization", "a"), "include")
    params = [("_include", "Location:organization")]
    asked = {
        ("searchInclude", "Location:organization"): search(page(entry(ONE), owner), params=params)
    }
    said = references.added_is_declared(saying(searchInclude=["Location:x"]), "Location", asked)
    assert Said(said).only.observed == "absent"
    for told in ("*", "Location:organization"):
        holds = references.added_is_declared(saying(searchInclude=[told]), "Location", asked)
        assert Said(holds).holds
    assert Said(references.added_is_declared(saying(), "Location", asked)).nothing
