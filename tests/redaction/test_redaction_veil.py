"""What pseudonyms hide and keep, value by value."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.exchange import Exchange, Request, Response
from conformance.findings import Assertion, Finding, Outcome
from conformance.redaction.pseudonyms import Pseudonyms, new_key
from conformance.redaction.veil import Veil
from conformance.target import load_target
from conformance.target.model import Target

BASE, DIRECTORY = "https://members.example/R4", "https://directory.example/R4"
KEY = "5a" * 32


def target(**more: Any) -> Target:
    about = {"name": "t", "deployment": "tooele", "environment": "production", "path": Path("t")}
    bases = {
        "fhir_base": BASE,
        "directory_base": DIRECTORY,
        "authorization_base": "https://a.example",
    }
    return Target(**{**about, **bases, **more})


def veil(**more: Any) -> Veil:
    return Veil(target(**more), KEY)


def answered(document: Any, url: str = f"{BASE}/Patient/p-4711", **more: Any) -> Exchange:
    kind = more.pop("kind", "application/fhir+json")
    body = document if isinstance(document, str) else json.dumps(document)
    read = None if isinstance(document, str) else document
    headers = (("content-type", kind), *more.pop("headers", ()))
    response = Response(more.pop("status", 200), headers, body, len(body), read)
    return Exchange("ex-1", "read", "2026-01-02T03:04:05Z", 0.1, Request("GET", url), response)


def body_of(exchange: Exchange) -> Any:
    assert exchange.response
    return json.loads(exchange.response.body)


PATIENT = {
    "resourceType": "Patient",
    "id": "p-4711",
    "meta": {"versionId": "3", "profile": ["http://hl7.org/fhir/us/core/p|3.1.1"]},
    "text": {"status": "generated", "div": "<div>Jane Roe of Elm Street, born in Ohio</div>"},
    "identifier": [{"system": "http://e.org/mrn", "value": "MRN-88123"}],
    "name": [{"use": "official", "family": "Roe-Smith", "given": ["Janet"]}],
    "telecom": [{"system": "phone", "value": "555-0147"}],
    "birthDate": "1971-03-09",
    "gender": "female",
    "address": [
        {"line": ["12 Elm Street"], "city": "Tooele", "state": "UT", "postalCode": "84074"}
    ],
    "generalPractitioner": [{"reference": "Practitioner/77aa", "display": "Dr. Bones"}],
    "multipleBirthInteger": 2,
    "photo": [{"url": "https://pictures.example/of/janet-r.png"}],
    "extension": [{"url": "http://e.org/x", "valueString": "likes tea and crumpets"}],
}
TOLD = (
    *("p-4711", "Jane Roe", "MRN-88123", "Roe-Smith", "Janet", "555-0147", "1971", "Elm Street"),
    *("84074", "77aa", "Bones", "crumpets", "janet-r", '"Tooele"'),
)


def test_what_names_a_member_is_replaced_and_the_rest_stays() -> None:
    [shown] = veil().exchanges([answered(PATIENT)])
    row, text = body_of(shown), json.dumps(body_of(shown))
    assert [value for value in TOLD if value in text] == []
    assert row["meta"] == PATIENT["meta"]
    assert (row["gender"], row["multipleBirthInteger"]) == ("female", 2)
    assert row["address"][0]["state"] == "UT"
    assert row["identifier"][0]["system"] == "http://e.org/mrn"
    assert row["extension"][0]["url"] == "http://e.org/x"
    assert row["text"]["div"].startswith('<div xmlns="http://www.w3.org/1999/xhtml">narrative-')
    assert shown.request.url == f"{BASE}/Patient/{row['id']}"
    assert row["id"].startswith("member-")


def test_equal_values_get_equal_pseudonyms_in_addresses_bodies_and_findings() -> None:
    hider = veil()
    claim = {
        "resourceType": "Coverage",
        "id": "c-99812",
        "beneficiary": {"reference": "Patient/p-4711"},
        "subscriberId": "MRN-88123",
    }
    found = f"{BASE}/Coverage?patient=p-4711&identifier=http://e.org/mrn%7CMRN-88123"
    first, second = hider.exchanges([answered(PATIENT), answered(claim, found)])
    member = body_of(first)["id"]
    number = body_of(first)["identifier"][0]["value"]
    assert body_of(second)["beneficiary"]["reference"] == f"Patient/{member}"
    assert body_of(second)["subscriberId"] == number
    assert f"patient={member}&identifier=http://e.org/mrn|{number}" in second.request.url
    said = hider.finding(finding("Patient/p-4711 has MRN-88123, see ROE-SMITH, JANET"))
    assert said.message.startswith(f"Patient/{member} has {number}, see name-")
    assert "JANET" not in said.message


def finding(message: str, observed: str = "x") -> Finding:
    made = (Assertion(holds=False, at="here", expected="y", observed=observed, exchange="ex-1"),)
    return Finding("PA-X", "", Outcome.FAIL, message, made, 0, 1, ("ex-1",), "t::x")


@pytest.mark.parametrize("cut", [0, 3, 7, 15])
def test_a_quotation_that_was_cut_is_replaced(cut: int) -> None:
    hider = veil()
    note = "Member called on Tuesday about the knee of her daughter Ophelia"
    hider.exchanges([answered({"resourceType": "Coverage", "note": [{"text": note}]})])
    said = hider.finding(finding("first: " + note[cut : cut + 40] + "…")).message
    assert not any(word in said for word in ("Tuesday", "knee", "daughter"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            "<html><h1>Sorry, Jane Roe</h1><form action='/go'><input name='q' value='Roe'>",
            "text/html",
        ),
        ("Jane Roe is not here", "text/plain"),
        ("\ufffdPNG Jane Roe", "image/png"),
        ('{"resourceType": "Patient", "name": [{"family": "Roe', "application/fhir+json"),
        ('{"who": {"Jane Roe": ["Roe, Jane"]}, "n": 123456789}', "application/json"),
    ],
)
def test_of_other_answers_no_words_are_kept(text: str, kind: str) -> None:
    sent = (("x-member", "Jane Roe"), ("location", f"{BASE}/Patient/Roe?name=Roe#Roe"))
    [shown] = veil().exchanges([answered(text, kind=kind, headers=sent)])
    assert "Roe" not in f"{shown}{shown.response}{shown.response and shown.response.headers}"
    assert shown.response
    assert "Roe" not in shown.response.body
    assert "123456789" not in shown.response.body


@pytest.mark.parametrize("levels", [98, 400, 900, 5000])
def test_an_answer_that_nests_without_end_is_hidden_and_loses_no_other(levels: int) -> None:
    inner = '{"a":' * levels + '"Jane Roe"' + "}" * levels
    deep = f'{{"resourceType":"Patient","contact":{inner}}}'
    [shown, other] = veil().exchanges([answered(deep), answered(PATIENT)])
    assert shown.response
    assert "Jane Roe" not in shown.response.body
    assert (shown.response.body[:9] == "[withheld") == (levels > 98)
    assert body_of(other)["gender"] == "female"


def test_the_directory_stays_as_it_is_and_so_do_its_findings() -> None:
    row = {**PATIENT, "resourceType": "Practitioner"}
    asked = answered(row, f"{DIRECTORY}/Practitioner/p-4711")
    hider = veil()
    assert hider.exchanges([asked]) == (asked,)
    assert hider.of_api("provider-directory") is None
    assert hider.of_api("patient-access") is hider


def test_one_address_for_both_hides_all() -> None:
    hider = veil(directory_base=BASE)
    [shown] = hider.exchanges([answered(PATIENT)])
    assert "Roe-Smith" not in str(body_of(shown))
    assert hider.of_api("provider-directory") is hider


@pytest.mark.parametrize("directory", ["https://Members.example/R4", f"{BASE}/", f"{BASE}/x/.."])
def test_one_address_written_in_two_ways_hides_all(tmp_path: Path, directory: str) -> None:
    path = tmp_path / "t.toml"
    path.write_text(
        '[target]\nname = "t"\ndeployment = "tooele"\nenvironment = "production"\n'
        f'fhir_base = "https://members.example:443/R4"\ndirectory_base = "{directory}"',
        encoding="utf-8",
    )
    [shown] = Veil(load_target(path), KEY).exchanges([answered(PATIENT)])
    assert "Roe-Smith" not in str(body_of(shown))


def test_an_address_beside_the_directory_is_hidden_in_messages() -> None:
    assert "4711" not in veil().text(f"see {DIRECTORY}x/Patient/p-4711?name=p-4711")


@pytest.mark.parametrize("host", ["https://MEMBERS.example", "https://members.example:443"])
def test_the_targets_own_host_is_known_however_it_is_written(host: str) -> None:
    assert "jane-roe" not in veil().text(f"see {host}/of/jane-roe#jane-roe")


@pytest.mark.parametrize(
    ("environment", "bodies", "hidden"),
    [
        ("sandbox", "", False),
        ("production", "", True),
        ("production", "full", False),
        ("sandbox", "pseudonyms", True),
    ],
)
def test_a_sandbox_or_opting_in_shows_all(environment: str, bodies: str, *, hidden: bool) -> None:
    assert replace(target(), environment=environment, bodies=bodies).hides_members is hidden


def test_samples_of_members_are_hidden_in_the_log() -> None:
    samples = {"Patient": {"id": ("p-4711",)}, "Location": {"address-city": ("Tooele",)}}
    hider = veil(samples=samples)
    shown = hider.settings({"samples": samples, "other_member": {"rows": {"Patient": ["q-1"]}}})
    [shown_id] = shown["samples"]["Patient"]["id"]
    assert shown_id == hider.text("Patient/p-4711").partition("/")[2]
    assert shown["samples"]["Location"] == {"address-city": ["Tooele"]}
    assert "q-1" not in str(shown["other_member"])


WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=6, max_size=20)


@given(WORDS, st.text(max_size=10), st.text(max_size=10))
def test_a_value_once_seen_is_found_in_any_text(value: str, before: str, after: str) -> None:
    known = Pseudonyms(KEY)
    instead = known.of(f"7{value}", "name")
    text = known.text(f"{before} 7{value} {after}")
    assert f"7{value}" not in text.replace(instead, "")
    assert known.text(text) == text
    assert known.of(instead, "other") == instead


@pytest.mark.parametrize(
    "text", ["groves", "mangrove", "the groves", "Mangroves", "GROVES", "groveé", "%2Fgroves"]
)
def test_a_short_word_is_not_replaced_within_another_word(text: str) -> None:
    known = Pseudonyms(KEY)
    known.of("grove", "name")
    assert known.text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("grove", "a grove.", "grove_2", "7grove7", "GROVE", "name=grove&x", "/grove/", '"grove"'),
        *("a%2Fgrove", "a%252Fgrove", "a%25252fgrove", "%C3%A9grove", "grove%20x"),
        *(r"a\ngrove", r"\tgrove\n", r"\u00e9grove", "&eacute;grove", "a+grove+b"),
    ],
)
def test_a_short_word_is_replaced_however_it_is_set_off(text: str) -> None:
    known = Pseudonyms(KEY)
    instead = known.of("grove", "name")
    assert known.text(text) == text.replace("grove", instead).replace("GROVE", instead)


@pytest.mark.parametrize("value", ["Grove", "grove7", "grovegrovegrove"])
def test_any_other_value_is_replaced_within_a_word(value: str) -> None:
    known = Pseudonyms(KEY)
    assert known.of(value, "name") in known.text(f"x{value}x")


@given(st.lists(st.dates(), min_size=2, max_size=5))
def test_days_keep_their_order_and_none_stays(days: list[Any]) -> None:
    known = Pseudonyms(KEY)
    usual = [day for day in days if day.year > 1900]
    moved = {day: known.day(day.isoformat()) for day in usual}
    assert sorted(moved.values()) == [moved[day] for day in sorted(moved)]
    assert all(instead != day.isoformat() for day, instead in moved.items())
    assert len(set(moved.values())) == len(moved)
    assert known.day("2023-02-30") is None
    assert known.day("2024-05-06T10:00:00Z").endswith("T10:00:00Z")


@pytest.mark.parametrize("number", ["4021-33", "1987-65-43", "0000-12", "2024-01-01T471108815"])
def test_a_number_that_only_looks_like_a_date_is_hidden(number: str) -> None:
    hider = veil()
    row = {"resourceType": "Coverage", "subscriberId": number, "identifier": [{"value": number}]}
    asked = f"{BASE}/Coverage?identifier=x%7C{number}&subscriber={number}&start=ge{number}"
    [shown] = hider.exchanges([answered(row, asked)])
    told = number.rpartition("T")[2]
    assert shown.response
    assert told not in shown.response.body + shown.request.url
    assert told not in hider.finding(finding(f"no {number} here")).message


def test_what_looks_like_a_day_in_a_message_alone_is_hidden_where_it_is_none() -> None:
    assert "1987-65-43" not in veil().text("no row of 1987-65-43")


def test_another_run_gives_other_pseudonyms() -> None:
    one, other = Pseudonyms(new_key()), Pseudonyms(new_key())
    assert one.of("Roe-Smith", "name") != other.of("Roe-Smith", "name")
    assert one.of("Roe-Smith", "name") == Pseudonyms(one._key.hex()).of("Roe-Smith", "name")
