"""Reads, versions, methods, errors, discovery: what HTTP shows of Patient Access."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from asking import issue, link
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from members_api import BASE, build

if TYPE_CHECKING:
    from members_api import World

EOB = "ExplanationOfBenefit"
VERSIONED = ("Patient", "Coverage", EOB)


@pytest.mark.parametrize("kind", VERSIONED)
def test_every_version_of_a_row_can_be_read(tooele: World, kind: str) -> None:
    member = tooele.member()
    row = max(tooele.rows(kind), key=lambda row: len(row.versions))
    assert len(row.versions) > 1
    assert member.json(f"/{row.reference}") == row.versions[-1]
    for version in row.versions:
        vid = version["meta"]["versionId"]
        response = member.get(f"/{row.reference}/_history/{vid}")
        assert response.json() == version
        assert response.headers["etag"] == f'W/"{vid}"'
    member.outcome(f"/{row.reference}/_history/9", 404)
    current = row.versions[-1]["meta"]["versionId"]
    unchanged = member.ask("GET", f"/{row.reference}", headers={"If-None-Match": f'W/"{current}"'})
    assert unchanged.status_code == 304


def test_a_vread_that_is_not_documented_is_not_there(uhc: World) -> None:
    for kind in set(uhc.vocabularies) - set(VERSIONED):
        row = uhc.rows(kind)[0]
        assert uhc.member().json(f"/{row.reference}") == row.resource
        problem = uhc.member().outcome(f"/{row.reference}/_history/1", 404)
        assert problem["code"] == "not-supported"


def test_unknown_things_are_not_found(tooele: World) -> None:
    member = tooele.member()
    for path in ("/Patient/unknown", "/Nothing", "/Nothing/1", "/Condition", "/Patient/1/2/3/4"):
        assert member.outcome(path, 404)["code"] == "not-found"
    member.outcome("/Patient/not*an*id", 400)
    member.outcome("/Patient/_search", 400)
    member.outcome(f"/Patient/{tooele.patients[0]}?_summary=true", 400)
    member.outcome("/metadata?mode=full", 400)


def test_a_forgotten_page_is_gone(tooele: World) -> None:
    assert tooele.member().outcome("?_getpages=never-given", 410)["code"] == "not-found"


def test_other_media_types_are_not_acceptable(tooele: World) -> None:
    member = tooele.member()
    member.outcome("/Patient", 406, Accept="application/fhir+xml")
    member.outcome("/Patient?_format=xml", 406)
    assert member.json("/Patient?_format=json&_pretty=true")["total"] == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/Patient/1"),
        ("DELETE", "/Patient/1"),
        ("PATCH", "/Patient/1"),
        ("POST", "/Patient"),
        ("POST", ""),
        ("DELETE", "/metadata"),
    ],
)
def test_writing_is_refused(tooele: World, method: str, path: str) -> None:
    response = tooele.member().ask(method, path)
    assert issue(response, 405)["code"] == "not-supported"
    assert "GET" in response.headers["allow"]


@pytest.mark.parametrize("kind", ["Condition", "Encounter", "Immunization"])
def test_a_posted_search_finds_what_get_finds(future: World, kind: str) -> None:
    member, patient = future.member(), future.patients[0]
    form = {"patient": f"Patient/{patient}", "_count": "4"}
    posted = member.ask("POST", f"/{kind}/_search", data=form)
    assert posted.status_code == 200
    got = member.json(f"/{kind}?patient=Patient/{patient}&_count=4")
    assert posted.json()["entry"] == got["entry"]
    assert posted.json()["total"] == got["total"]
    assert link(posted.json(), "self") == link(got, "self")
    both = member.ask("POST", f"/{kind}/_search?_count=4", data={"patient": patient})
    assert [e["fullUrl"] for e in both.json()["entry"]] == [e["fullUrl"] for e in got["entry"]]


def test_a_posted_search_is_refused_as_one_by_get(future: World) -> None:
    member = future.member()
    wrong = member.ask("POST", "/Condition/_search", data={"code": "I10"})
    assert issue(wrong, 400)["code"] == "not-supported"
    typed = member.ask("POST", "/Condition/_search", json={"patient": "x"})
    assert issue(typed, 415)["code"] == "not-supported"
    empty = member.ask("POST", "/Condition/_search")
    assert empty.json()["total"] == len(future.rows("Condition"))


def test_types_without_a_documented_post_refuse_it(uhc: World) -> None:
    posted = {kind for kind, found in uhc.vocabularies.items() if found.posted}
    assert posted == {"Condition", "Encounter", "Immunization"}
    for kind in set(uhc.vocabularies) - posted:
        response = uhc.member().ask("POST", f"/{kind}/_search", data={"_id": "1"})
        assert issue(response, 405)["code"] == "not-supported"
        assert response.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("name", ["tooele", "future", "uhc"])
def test_the_capability_statement_says_what_is_served(
    name: str, request: pytest.FixtureRequest
) -> None:
    world: World = request.getfixturevalue(name)
    body = world.bearer().json("/metadata")
    CapabilityStatement.model_validate(body)
    assert body["fhirVersion"] == "4.0.1"
    rest = body["rest"][0]
    described = {found["type"]: found for found in rest["resource"]}
    assert set(described) == set(world.api.access.described)
    for kind, vocabulary in world.vocabularies.items():
        codes = [entry["code"] for entry in described[kind]["interaction"]]
        assert codes == list(vocabulary.interactions)
        params = {param["name"] for param in described[kind]["searchParam"]}
        assert params == {p.name for p in vocabulary.parameters}
        held = {p for row in world.rows(kind) for p in row.resource["meta"]["profile"]}
        assert {p.partition("|")[0] for p in held} <= set(described[kind]["supportedProfile"])
    security = rest["security"]["extension"][0]["extension"]
    addresses = {part["url"]: part["valueUri"] for part in security}
    smart = world.bearer().json("/.well-known/smart-configuration")
    assert addresses["authorize"] == smart["authorization_endpoint"]
    assert addresses["token"] == smart["token_endpoint"] == "http://flex.test/authz/oauth/token"
    assert set(smart["scopes_supported"]) == set(world.api.scopes)
    assert smart["code_challenge_methods_supported"] == ["S256"]


def test_what_the_authorization_server_says_of_itself_is_shown() -> None:
    world = build("tooele", "sandbox")
    assert len(world.patients) == 1
    assert world.rows(EOB)
    assert (
        world.bearer()
        .get("/.well-known/smart-configuration")
        .headers["content-type"]
        .startswith("application/json")
    )


def test_the_scopes_are_those_of_the_document(tooele: World, future: World, uhc: World) -> None:
    assert set(tooele.vocabularies) == {"Patient", "Coverage", EOB}
    assert set(future.vocabularies) - set(tooele.vocabularies) == {
        "Condition", "Encounter", "Immunization",
    }  # fmt: skip
    assert len(uhc.api.scopes) == 10


def test_links_stay_under_the_base(tooele: World) -> None:
    for page in tooele.member().pages(f"/{EOB}?patient={tooele.patients[0]}"):
        assert all(entry["url"].startswith(BASE) for entry in page["link"])
        assert all(e["fullUrl"] == f"{BASE}/{EOB}/{e['resource']['id']}" for e in page["entry"])
