"""Every resource that an exchange returned is there once, for the test that judges it."""

from __future__ import annotations

from typing import Any

from conformance.exchange import Exchange, Request, Response
from conformance.returned import STATEMENT, Returned

BASE = "https://x/R4"


def location(number: str, version: str = "1", **elements: Any) -> dict[str, Any]:
    return {
        "resourceType": "Location",
        "id": number,
        "meta": {"versionId": version},
        **elements,
    }


def exchange(document: Any, path: str = "/Location", base: str = BASE) -> Exchange:
    answer = Response(200, document=document)
    return Exchange("ex-1", "test", "2026", 0.1, Request("GET", f"{base}{path}"), answer)


def bundle(*rows: dict[str, Any]) -> dict[str, Any]:
    entries = [{"resource": row, "search": {"mode": "match"}} for row in rows]
    return {"resourceType": "Bundle", "entry": entries}


def keys(entries: list[Any]) -> list[str]:
    return [entry.key for entry in entries]


def test_rows_come_from_reads_pages_and_histories_of_any_test() -> None:
    returned = Returned()
    returned.add("DIR-Location", [exchange(location("1"), "/Location/1")])
    returned.add("DIR-PractitionerRole", [exchange(bundle(location("2")), "/PractitionerRole?x=1")])
    returned.add(
        "suites/authorization", [exchange(bundle(location("1", "2")), "/Location/_search")]
    )
    assert keys(returned.rows(BASE, "Location")) == ["Location/1", "Location/2", "Location/1"]


def test_a_resource_is_the_same_where_all_its_content_is() -> None:
    returned = Returned()
    rows = (location("1"), location("1"), location("1", "2"), location("1", name="Else"))
    returned.add("g", [exchange(bundle(*rows)), exchange(location("1"))])
    assert len(returned.rows(BASE, "Location")) == 3


def test_exchanges_that_come_later_are_taken_in() -> None:
    returned = Returned()
    assert returned.rows(BASE, "Location") == []
    returned.add("g", [exchange(location("1"))])
    assert keys(returned.rows(BASE, "Location")) == ["Location/1"]


def test_what_another_api_returned_is_apart() -> None:
    returned = Returned()
    returned.add("g", [exchange(location("1")), exchange(location("2"), base="https://x/R4/other")])
    returned.add("g", [exchange(location("3"), base="https://x/R4B")])
    assert keys(returned.rows("https://x/R4B", "Location")) == ["Location/3"]
    assert keys(returned.rows("https://x/R4/other", "Location")) == ["Location/2"]
    assert returned.rows("", "Location") == []


def test_what_one_test_judged_is_left_to_no_other() -> None:
    returned = Returned()
    returned.add("DIR-Location", [exchange(bundle(location("1")))])
    assert keys(returned.judge_rows(BASE, "Location")) == ["Location/1"]
    assert keys(returned.judge_rest(BASE, "DIR-Location")) == ["Bundle/"]
    assert returned.judge_rest(BASE, "DIR-Location") == []


def test_rows_that_no_test_of_their_type_judged_are_the_rest_of_who_asked() -> None:
    returned = Returned()
    returned.add("DIR-PractitionerRole", [exchange(bundle(location("1")), "/PractitionerRole")])
    assert returned.judge_rest(BASE, "DIR-Location") == []
    assert keys(returned.judge_rest(BASE, "DIR-PractitionerRole")) == ["Bundle/", "Location/1"]


def test_the_rest_of_a_type_is_with_it_whoever_asked() -> None:
    returned = Returned()
    returned.add("suites/fhir", [exchange(location("1"), "/Location/1")])
    assert keys(returned.judge_rest(BASE, "DIR-Location", "Location")) == ["Location/1"]
    assert returned.judge_rest(BASE, "suites/fhir") == []


def test_the_statement_is_judged_with_the_api_whoever_asked_for_it() -> None:
    returned = Returned()
    returned.add("DIR-Location", [exchange({"resourceType": STATEMENT}, "/metadata")])
    assert returned.judge_rest(BASE, "DIR-Location") == []
    assert keys(returned.judge_rows(BASE, STATEMENT)) == [f"{STATEMENT}/"]


def test_what_is_no_resource_is_left_out() -> None:
    returned = Returned()
    returned.add("g", [exchange(None), exchange([1]), exchange({"error": "x"}), exchange("text")])
    returned.add("g", [exchange({"resourceType": "Bundle", "entry": [{"fullUrl": "u"}, 3]})])
    assert keys(returned.judge_rest(BASE, "g")) == ["Bundle/"]


def test_content_that_cannot_be_written_again_is_kept_all_the_same() -> None:
    returned = Returned()
    odd = location("1", name="\ud800")
    returned.add("g", [exchange(bundle(odd, {**odd, "alias": [2**70]}))])
    assert len(returned.rows(BASE, "Location")) == 2
