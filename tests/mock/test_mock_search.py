"""Searching over HTTP: each documented parameter selects what FHIR R4 says, no more, no less."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from mock_api import Api

    from conformance.mock.data.store import Store

BIG = "_count=200"
NETWORK = "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/network-reference"


def plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def starts(values: list[str], wanted: str) -> bool:
    return any(plain(value).startswith(plain(wanted)) for value in values)


def coded(concepts: Any, code: str) -> bool:
    return any(coding["code"] == code for concept in concepts or () for coding in concept["coding"])


def points(reference: Any, wanted: str) -> bool:
    found = reference if isinstance(reference, list) else [reference or {}]
    return any(one.get("reference") == wanted for one in found)


def address_parts(resource: dict[str, Any]) -> list[str]:
    found = resource.get("address", [])
    parts: list[str] = []
    for address in found if isinstance(found, list) else [found]:
        for key in ("line", "city", "district", "state", "postalCode", "country", "text"):
            value = address.get(key, [])
            parts += value if isinstance(value, list) else [value]
    return parts


def name_parts(resource: dict[str, Any]) -> list[str]:
    parts: list[str] = []
    for name in resource["name"]:
        for key in ("family", "given", "prefix", "suffix", "text"):
            value = name.get(key, [])
            parts += value if isinstance(value, list) else [value]
    return parts


STRINGS: list[tuple[str, str, str, Callable[[dict[str, Any]], list[str]]]] = [
    ("HealthcareService", "name", "Stewart", lambda r: [r["name"]]),
    ("Location", "address", "Orlando", address_parts),
    ("Location", "address", "ut", address_parts),
    ("Location", "address", "us", address_parts),
    ("Location", "address-city", "san jose", lambda r: [r.get("address", {}).get("city", "")]),
    ("Location", "address-postalcode", "97035-2591",
     lambda r: [r.get("address", {}).get("postalCode", "")]),
    ("Location", "address-postalcode", "840",
     lambda r: [r.get("address", {}).get("postalCode", "")]),
    ("Location", "address-state", "CA", lambda r: [r.get("address", {}).get("state", "")]),
    ("Location", "address-state", "c", lambda r: [r.get("address", {}).get("state", "")]),
    ("Organization", "address", "Tooele", address_parts),
    ("Organization", "name", "Utah Hospital", lambda r: [r["name"], *r.get("alias", [])]),
    ("Organization", "name", "old", lambda r: [r["name"], *r.get("alias", [])]),
    ("Practitioner", "family", "smith", lambda r: [n["family"] for n in r["name"]]),
    ("Practitioner", "family", "NUNEZ", lambda r: [n["family"] for n in r["name"]]),
    ("Practitioner", "given", "Scott", lambda r: [g for n in r["name"] for g in n["given"]]),
    ("Practitioner", "name", "Smith", name_parts),
    ("Practitioner", "name", "jr", name_parts),
    ("Practitioner", "name", "dr. s", name_parts),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "parameter", "value", "parts"), STRINGS)
def test_a_string_selects_what_starts_with_it(  # noqa: PLR0913, PLR0917
    kind: str,
    parameter: str,
    value: str,
    parts: Callable[[dict[str, Any]], list[str]],
    api: Api,
    store: Store,
) -> None:
    expected = {r.id for r in store.rows(kind) if starts(parts(r.resource), value)}
    assert 0 < len(expected) <= len(store.rows(kind))
    found = api.everything(f"/{kind}?{parameter}={value}&{BIG}")
    assert {row["id"] for row in found} == expected


TOKENS = [
    ("HealthcareService", "service-category", "prov", "category"),
    ("HealthcareService", "specialty", "207R00000X", "specialty"),
    ("Organization", "type", "ntwk", "type"),
    ("Organization", "type", "fac", "type"),
    ("OrganizationAffiliation", "specialty", "282N00000X", "specialty"),
    ("PractitionerRole", "role", "ph", "code"),
    ("PractitionerRole", "role", "ap", "code"),
    ("PractitionerRole", "specialty", "207R00000X", "specialty"),
]


@pytest.mark.parametrize(("kind", "parameter", "code", "element"), TOKENS)
def test_a_token_selects_its_code_with_and_without_system(  # noqa: PLR0913, PLR0917
    kind: str, parameter: str, code: str, element: str, api: Api, store: Store
) -> None:
    having = [r for r in store.rows(kind) if coded(r.resource.get(element), code)]
    assert 0 < len(having) < len(store.rows(kind))
    expected = {row.id for row in having}
    codings = [coding for c in having[0].resource[element] for coding in c["coding"]]
    system = next(coding["system"] for coding in codings if coding["code"] == code)
    for value in (code, f"{system}|{code}"):
        found = api.everything(f"/{kind}?{parameter}={value}&{BIG}")
        assert {row["id"] for row in found} == expected
    assert api.json(f"/{kind}?{parameter}=|{code}")["total"] == 0
    assert api.json(f"/{kind}?{parameter}=urn:other|{code}")["total"] == 0
    assert api.json(f"/{kind}?{parameter}={code.swapcase()}")["total"] == 0


def role_networks(resource: dict[str, Any]) -> list[dict[str, Any]]:
    return [x["valueReference"] for x in resource["extension"] if x["url"] == NETWORK]


REFERENCES: list[tuple[str, str, Callable[[dict[str, Any]], Any]]] = [
    ("HealthcareService", "organization", lambda r: r.get("providedBy")),
    ("OrganizationAffiliation", "network", lambda r: r.get("network")),
    ("OrganizationAffiliation", "participating-organization",
     lambda r: r.get("participatingOrganization")),
    ("OrganizationAffiliation", "primary-organization", lambda r: r.get("organization")),
    ("PractitionerRole", "network", role_networks),
    ("PractitionerRole", "organization", lambda r: r.get("organization")),
    ("PractitionerRole", "practitioner", lambda r: r.get("practitioner")),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "parameter", "element"), REFERENCES)
def test_a_reference_is_found_by_id_typed_id_and_url(
    kind: str, parameter: str, element: Callable[[dict[str, Any]], Any], api: Api, store: Store
) -> None:
    values = (element(row.resource) for row in store.rows(kind))
    first = next(value for value in values if value)
    wanted = (first[0] if isinstance(first, list) else first)["reference"]
    expected = {r.id for r in store.rows(kind) if points(element(r.resource), wanted)}
    assert 0 < len(expected) < len(store.rows(kind))
    for value in (wanted, wanted.partition("/")[2], f"{api.base}/{wanted}"):
        assert api.ids(f"/{kind}?{parameter}={value}&{BIG}") == expected
    assert api.json(f"/{kind}?{parameter}=http://elsewhere.example/{wanted}")["total"] == 0


def test_the_documented_chain_follows_the_location(api: Api, store: Store) -> None:
    expected = {
        row.id
        for row in store.rows("PractitionerRole")
        for ref in row.resource.get("location", ())
        if (place := store.resolve(ref["reference"]))
        and place.resource.get("address", {}).get("state") == "ID"
    }
    assert expected
    found = api.everything(f"/PractitionerRole?location.address-state=ID&{BIG}")
    assert {row["id"] for row in found} == expected


@pytest.mark.parametrize(
    "example",
    [
        "/HealthcareService?service-category=prov",
        "/HealthcareService?service-category=prov&name=Stewart",
        "/HealthcareService?service-category=prov&name=Stewart&specialty=207R00000X",
        "/Location?address=Orlando",
        "/Location?address-state=CA",
        "/Location?address-postalcode=97035-2591",
        "/Organization?name=Utah Hospital",
        "/Organization?type=ntwk",
        "/Practitioner?name=Smith",
        "/Practitioner?given=Scott",
        "/PractitionerRole?location.address-state=ID",
    ],
)
def test_the_documented_examples_find_rows_but_not_all(example: str, api: Api) -> None:
    everything = api.json(f"{example.partition('?')[0]}?_count=0")["total"]
    assert 0 < api.json(example)["total"] < everything


@pytest.mark.parametrize(
    "example",
    ["/OrganizationAffiliation?specialty=230000000X", "/PractitionerRole?specialty=340000000X"],
)
def test_examples_with_codes_that_nucc_does_not_have_find_nothing(example: str, api: Api) -> None:
    bundle = api.json(example)
    assert bundle["total"] == 0
    assert "entry" not in bundle


def test_commas_are_or_and_repetition_is_and(api: Api) -> None:
    smiths, scotts = (
        api.ids(f"/Practitioner?name=Smith&{BIG}"),
        api.ids(f"/Practitioner?given=Scott&{BIG}"),
    )
    assert smiths - scotts
    assert scotts - smiths
    assert api.ids(f"/Practitioner?name=Smith&given=Scott&{BIG}") == smiths & scotts
    assert api.ids(f"/Practitioner?name=Smith&name=Scott&{BIG}") < smiths
    either = api.ids(f"/Practitioner?family=Smith,Begay&{BIG}")
    assert either == api.ids(f"/Practitioner?family=Smith&{BIG}") | api.ids(
        f"/Practitioner?family=Begay&{BIG}"
    )


def test_an_escaped_comma_is_part_of_the_value(api: Api, store: Store) -> None:
    full = next(
        r for r in store.rows("Practitioner") if "," in r.resource["name"][0].get("text", "")
    )
    text = full.resource["name"][0]["text"]
    escaped = text.replace(",", "\\,")
    assert full.id in api.ids(f"/Practitioner?name={escaped}")
    assert api.ids(f"/Practitioner?name={escaped}") < api.ids(f"/Practitioner?name={text}&{BIG}")


def test_ids_select_one_or_several_and_unknown_ones_none(api: Api, store: Store) -> None:
    one, two = (row.id for row in store.rows("Location")[:2])
    assert api.ids(f"/Location?_id={one}") == {one}
    assert api.ids(f"/Location?_id={one},{two},unknown") == {one, two}
    assert api.ids(f"/Location?_id={one}&_id={two}") == set()


def test_last_updated_is_compared_as_instants(api: Api, store: Store) -> None:
    when = store.rows("Organization")[30].resource["meta"]["lastUpdated"]
    encoded = when.replace("+", "%2B")
    assert store.rows("Organization")[30].id in api.ids(f"/Organization?_lastUpdated={encoded}")
    counts = [
        api.json(f"/Organization?_lastUpdated={prefix}{encoded}&_count=0")["total"]
        for prefix in ("lt", "eq", "gt")
    ]
    assert all(counts)
    assert sum(counts) == len(store.rows("Organization"))
    both = api.json("/Organization?_lastUpdated=ge2026-10-01&_lastUpdated=lt2026-10-15")
    assert 0 < both["total"] < len(store.rows("Organization"))


def test_endpoints_can_be_searched_by_id(api: Api, store: Store) -> None:
    one = store.rows("Endpoint")[0].id
    assert api.ids(f"/Endpoint?_id={one}") == {one}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("/Practitioner?identifier=2010000422", "identifier"),
        ("/Practitioner?name:exact=Smith", "name:exact"),
        ("/Practitioner?Name=Smith", "Name"),
        ("/Practitioner?_sort=name", "_sort"),
        ("/Practitioner?_summary=true", "_summary"),
        ("/Practitioner?_elements=name", "_elements"),
        ("/Practitioner?_total=none", "_total"),
        ("/Practitioner?_has:PractitionerRole:practitioner:role=ph", "_has"),
        ("/Practitioner?_include=Practitioner:x", "_include"),
        ("/Practitioner?_reinclude=PractitionerRole:practitioner", "_reinclude"),
        ("/PractitionerRole?practitioner.name=Smith", "practitioner.name"),
        ("/PractitionerRole?location.address-city=Orlando", "location.address-city"),
        ("/PractitionerRole?_revinclude=X:y", "_revinclude"),
        ("/Location?organization=1", "organization"),
        ("/Organization?partof=1", "partof"),
        ("/HealthcareService?_revinclude=PractitionerRole:service", "_revinclude"),
        ("/Endpoint?organization=1", "organization"),
    ],
)
def test_what_is_not_listed_is_refused_by_name(query: str, parameter: str, api: Api) -> None:
    assert f'"{parameter}' in api.outcome(query, 400)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("/Location?_lastUpdated=yesterday", "_lastUpdated"),
        ("/Location?_count=abc", "_count"),
        ("/Location?_count=-1", "_count"),
        ("/Location?_count=1&_count=2", "_count"),
        ("/Location?_getpagesoffset=-5", "_getpagesoffset"),
        ("/Location?_getpagesoffset=x", "_getpagesoffset"),
        ("/Location?address-state=", "address-state"),
        ("/Location?_include=Location:endpoint", "_include"),
        ("/Location?_include=*", "_include"),
        ("/Location?_revinclude=PractitionerRole:nothing", "_revinclude"),
    ],
)
def test_a_value_that_cannot_be_read_is_refused_by_name(
    query: str, parameter: str, api: Api
) -> None:
    assert parameter in api.outcome(query, 400)
