"""What a row holds for a parameter, by the type of the element."""

from __future__ import annotations

from typing import Any

import pytest
from search_rows import NETWORK, location, practitioner, role

from conformance.search import Token, definition_of, values_of


def held(row: dict[str, Any], name: str) -> list[Any]:
    return list(values_of(row, definition_of(row["resourceType"], name)))


def test_a_human_name_is_searched_by_each_of_its_strings() -> None:
    name = {
        "use": "official",
        "text": "Dr. Ana María Núñez",
        "family": "Núñez",
        "given": ["Ana", "María"],
        "prefix": ["Dr."],
        "suffix": ["MD"],
        "period": {"start": "2020"},
    }
    assert set(held(practitioner(name=[name]), "name")) == {
        *("Dr. Ana María Núñez", "Núñez", "Ana", "María", "Dr.", "MD"),
    }


def test_one_part_of_a_name_is_searched_alone() -> None:
    row = practitioner(name=[{"family": "Lee", "given": ["Bo", "Kim"]}, {"family": "Park"}])
    assert held(row, "family") == ["Lee", "Park"]
    assert held(row, "given") == ["Bo", "Kim"]


def test_an_address_is_searched_by_each_of_its_strings_and_not_by_its_use() -> None:
    address = {
        "use": "work",
        "type": "both",
        "text": "1 Main St, Provo UT",
        "line": ["1 Main St"],
        "city": "Provo",
        "district": "Utah County",
        "state": "UT",
        "postalCode": "84601",
        "country": "US",
    }
    row = location(address=address)
    assert set(held(row, "address")) == {
        *("1 Main St, Provo UT", "1 Main St", "Provo", "Utah County", "UT", "84601", "US"),
    }
    assert held(row, "address-state") == ["UT"]
    assert held(row, "address-use") == [Token(None, "work")]


def test_a_location_is_named_by_its_aliases_too() -> None:
    assert held(location(name="Main", alias=["Old", "Older"]), "name") == ["Main", "Old", "Older"]


@pytest.mark.parametrize(
    ("row", "name", "tokens"),
    [
        (
            role(specialty=[{"coding": [{"system": "urn:s", "code": "a"}, {"code": "b"}]}]),
            "specialty",
            [Token("urn:s", "a"), Token("", "b")],
        ),
        (role(specialty=[{"text": "words alone"}]), "specialty", []),
        (
            location(meta={"tag": [{"system": "urn:t", "code": "x"}]}),
            "_tag",
            [Token("urn:t", "x")],
        ),
        (
            location(identifier=[{"system": "urn:npi", "value": "1"}, {"value": "2"}]),
            "identifier",
            [Token("urn:npi", "1"), Token("", "2")],
        ),
        (
            practitioner(telecom=[{"system": "phone", "value": "555-1234", "use": "work"}]),
            "telecom",
            [Token(None, "555-1234")],
        ),
        (role(active=True), "active", [Token(None, "true")]),
        (role(active=False), "active", [Token(None, "false")]),
        (location(status="active"), "status", [Token(None, "active")]),
        (location(id="abc"), "_id", [Token(None, "abc")]),
    ],
    ids=[
        *("CodeableConcept", "text-only", "Coding", "Identifier", "ContactPoint"),
        *("true", "false", "code", "id"),
    ],
)
def test_a_token_parameter_reads_the_code_and_its_system(
    row: dict[str, Any], name: str, tokens: list[Token]
) -> None:
    assert held(row, name) == tokens


def test_a_reference_is_held_as_written_and_a_logical_one_not_at_all() -> None:
    row = role(
        location=[
            {"reference": "Location/1"},
            {"reference": "http://x/fhir/Location/2/_history/3"},
            {"identifier": {"value": "logical"}},
        ]
    )
    assert held(row, "location") == ["Location/1", "http://x/fhir/Location/2/_history/3"]


def test_a_network_is_read_from_its_extension_and_from_no_other() -> None:
    row = role(
        extension=[
            {"url": NETWORK, "valueReference": {"reference": "Organization/n1"}},
            {"url": "http://other", "valueReference": {"reference": "Organization/no"}},
            {"url": NETWORK, "valueReference": {"reference": "Organization/n2"}},
        ]
    )
    assert held(row, "network") == ["Organization/n1", "Organization/n2"]


@pytest.mark.parametrize(
    ("period", "dates"),
    [
        ({"start": "2020", "end": "2021"}, ["2020/2021"]),
        ({"start": "2020"}, ["2020/"]),
        ({"end": "2021"}, ["/2021"]),
        ({}, []),
        ({"start": 2020, "end": None}, []),
    ],
)
def test_a_period_is_read_with_its_open_ends(period: dict[str, Any], dates: list[str]) -> None:
    assert held(role(period=period), "date") == dates


def test_an_instant_and_a_uri_are_read_as_written() -> None:
    row = location(meta={"lastUpdated": "2026-01-02T03:04:05Z", "profile": ["urn:p", 5]})
    assert held(row, "_lastUpdated") == ["2026-01-02T03:04:05Z"]
    assert held(row, "_profile") == ["urn:p"]


def test_a_type_that_no_one_can_compare_has_no_values() -> None:
    assert held(location(position={"latitude": 1, "longitude": 2}), "near") == []


@pytest.mark.parametrize(
    "row",
    [
        practitioner(name="Lee"),
        practitioner(name=[None, 5, ["x"], {"family": 5, "given": "Bo"}]),
        practitioner(name={"family": ["Lee"]}),
        practitioner(),
    ],
    ids=["string", "mixed", "not-a-list", "absent"],
)
def test_a_malformed_name_gives_only_its_strings(row: dict[str, Any]) -> None:
    assert all(isinstance(value, str) for value in held(row, "name"))


@pytest.mark.parametrize("system", [[], {}, 5, None])
def test_a_system_that_is_no_text_is_no_system(system: Any) -> None:
    row = location(identifier=[{"system": system, "value": "1"}])
    assert held(row, "identifier") == [Token("", "1")]


def test_a_token_shows_its_system() -> None:
    assert str(Token("urn:s", "a")) == "urn:s|a"
    assert str(Token(None, "a")) == "a"


def test_an_unknown_parameter_is_named() -> None:
    with pytest.raises(KeyError, match="Location has no search parameter colour"):
        definition_of("Location", "colour")
