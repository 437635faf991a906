"""How well a directory is kept: each question, kept and not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from builders import Said, found, resource

from conformance.checks import quality as check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.findings import Assertion

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NTWK = {"coding": [{"code": "ntwk"}]}


def row(kind: str = "Practitioner", row_id: str = "1", **fields: Any) -> dict[str, Any]:
    return resource(kind, row_id, **fields)


def numbered(value: str, row_id: str = "1") -> dict[str, Any]:
    return row(row_id=row_id, identifier=[{"system": check.NPI, "value": value}])


def at(**address: str) -> dict[str, Any]:
    return row(address=[address])


def specialised(code: str) -> dict[str, Any]:
    return row(specialty=[{"coding": [{"system": check.NUCC, "code": code}]}])


def reached(system: str, value: str) -> dict[str, Any]:
    return row(telecom=[{"system": system, "value": value}])


CASES: list[tuple[Callable[..., Iterator[Assertion]], dict[str, Any], bool]] = [
    (check.npis_are_valid, numbered("1234567893"), True),
    (check.npis_are_valid, numbered("1234567890"), False),
    (check.npis_are_valid, numbered("12345"), False),
    (check.telecoms_are_sane, reached("phone", "(801) 555-0123"), True),
    (check.telecoms_are_sane, reached("phone", "+1 801 555 0123 x9"), True),
    (check.telecoms_are_sane, reached("fax", "000-000-0000"), False),
    (check.telecoms_are_sane, reached("email", "a@b.example"), True),
    (check.telecoms_are_sane, reached("email", "nobody"), False),
    (check.addresses_are_sane, at(city="Provo", state="UT", postalCode="84601-1234"), True),
    (check.addresses_are_sane, at(city="Provo", state="UT", postalCode="846"), False),
    (check.addresses_are_sane, at(city="Provo", state="Utah", postalCode="84601"), False),
    (check.addresses_are_sane, at(state="UT", postalCode="84601"), False),
    (check.specialties_have_the_form, specialised("207R00000X"), True),
    (check.specialties_have_the_form, specialised("207R"), False),
    (check.rows_are_active, row(active=True), True),
    (check.rows_are_active, row(active=False), False),
]


@pytest.mark.parametrize(("question", "given", "holds"), CASES)
def test_a_row_is_well_kept_or_not(
    question: Callable[..., Iterator[Assertion]], given: dict[str, Any], *, holds: bool
) -> None:
    said = Said(question("Practitioner", [given]))
    assert said.holds is holds
    if not holds:
        assert said.only.observed.startswith("1 of 1 are not: Practitioner/1")


@pytest.mark.parametrize("question", list(dict.fromkeys(found for found, _, _ in CASES)))
def test_what_is_not_told_is_not_judged(question: Callable[..., Iterator[Assertion]]) -> None:
    assert Said(question("Practitioner", [row()])).nothing


def test_an_address_elsewhere_is_not_judged() -> None:
    assert Said(check.addresses_are_sane("Location", [at(country="CA", state="Ontario")])).nothing


def test_a_provider_is_there_once() -> None:
    one, other = numbered("1234567893"), numbered("1234567893", row_id="2")
    assert Said(check.rows_are_there_once("Practitioner", [one])).holds
    said = Said(check.rows_are_there_once("Practitioner", [one, other])).only
    assert "NPI 1234567893 (2 rows)" in said.observed
    places = [row("Location", name, name="Clinic") for name in ("1", "2")]
    assert (
        "Location/1 = Location/2"
        in Said(check.rows_are_there_once("Location", places)).only.observed
    )


def test_a_time_is_past_and_its_age_is_told() -> None:
    old = row(meta={"lastUpdated": "2025-12-30T00:00:00Z"})
    said = Said(check.times_are_past("Practitioner", [old], NOW))
    assert said.holds
    assert said.all[0].observed == (
        "2025-12-30 to 2025-12-30, the newest 2 days old, 0 of 1 older than 30 days"
    )
    older = row(row_id="2", meta={"lastUpdated": "2025-12-01T00:00:00Z"})
    both = Said(check.times_are_past("Practitioner", [old, older], NOW))
    assert both.all[0].observed.endswith("1 of 2 older than 30 days")
    ahead = row(meta={"lastUpdated": "2027-01-01T00:00:00Z"})
    assert Said(check.times_are_past("Practitioner", [ahead], NOW)).only
    assert Said(check.times_are_past("Practitioner", [row()], NOW)).nothing


def role(*networks: str) -> dict[str, Any]:
    extensions = [
        {"url": check.NETWORK, "valueReference": {"reference": f"Organization/{name}"}}
        for name in networks
    ]
    return row("PractitionerRole", extension=extensions)


def test_most_roles_name_a_network() -> None:
    assert Said(check.roles_name_networks([role("a"), role("a"), role()])).holds
    assert Said(check.roles_name_networks([role("a"), role()])).only
    assert Said(check.roles_name_networks([])).nothing


def test_networks_are_there_and_told_apart() -> None:
    held = {
        name: row("Organization", name, name=called, type=[NTWK])
        for name, called in (("a", "Gold"), ("b", "Silver"), ("c", "Gold"))
    }
    assert Said(check.networks_are_told_apart([role("a", "b")], held)).holds
    same = Said(check.networks_are_told_apart([role("a", "c")], held)).only
    assert same.observed == "1 names: Gold"
    lost = Said(check.networks_are_told_apart([role("a", "b", "x")], held)).only
    assert lost.observed == "1 of 3 are not: Organization/x"
    assert Said(check.networks_are_told_apart([role()], held)).nothing


def test_a_row_from_another_state_is_counted_and_told() -> None:
    utah, nevada = (
        row("Location", name, address={"state": state})
        for name, state in (("1", "UT"), ("2", "NV"))
    )
    honest = found(utah, address__state="UT")
    assert Said(check.searches_keep_their_word("Location", [honest])).holds
    mixed = found(utah, nevada, address__state="UT")
    said = Said(check.searches_keep_their_word("Location", [honest, mixed])).only
    assert said.observed == "1 of 3 are not: Location/2 (NV) for address-state = UT"
    assert Said(check.searches_keep_their_word("Location", [])).nothing
