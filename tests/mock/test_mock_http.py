"""The answers around the resources: reads, versions, errors, negotiation, metadata."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from asking import InProcess
from fhir.resources.R4B.capabilitystatement import CapabilityStatement

from conformance.mock import start_mock
from conformance.mock.app import build_app
from conformance.mock.defects import Defects
from conformance.mock.directory import Directory

if TYPE_CHECKING:
    from mock_api import Api

    from conformance.mock.data.store import Store

DOCUMENTED_TYPES = (
    "HealthcareService",
    "Location",
    "Organization",
    "OrganizationAffiliation",
    "Practitioner",
    "PractitionerRole",
)
COMMON = {"_count", "_getpagesoffset", "_id", "_lastUpdated"}
PARAMETERS = {
    "HealthcareService": {"name", "organization", "service-category", "specialty", "_include"},
    "Location": {"address", "address-city", "address-postalcode", "address-state", "_include",
                 "_revinclude"},
    "Organization": {"address", "name", "type", "_include", "_revinclude"},
    "OrganizationAffiliation": {"network", "participating-organization", "primary-organization",
                                "specialty", "_include"},
    "Practitioner": {"family", "given", "name", "_revinclude"},
    "PractitionerRole": {"network", "organization", "practitioner", "role", "specialty",
                         "_include"},
}  # fmt: skip


@pytest.mark.parametrize("kind", [*DOCUMENTED_TYPES, "Endpoint"])
def test_read_gives_the_current_version_with_etag_and_date(
    kind: str, api: Api, store: Store
) -> None:
    row = next(r for r in store.rows(kind) if len(r.versions) > 1)
    response = api.get(f"/{row.reference}")
    assert response.json() == row.resource
    assert response.headers["content-type"] == "application/fhir+json;charset=UTF-8"
    assert response.headers["etag"] == f'W/"{row.resource["meta"]["versionId"]}"'
    changed = parsedate_to_datetime(response.headers["last-modified"])
    assert row.resource["meta"]["lastUpdated"].startswith(changed.strftime("%Y-%m-%dT%H:%M:%S"))


@pytest.mark.parametrize("kind", [*DOCUMENTED_TYPES, "Endpoint"])
def test_vread_gives_the_very_version(kind: str, api: Api, store: Store) -> None:
    row = next(r for r in store.rows(kind) if len(r.versions) == 3)
    for version in row.versions:
        vid = version["meta"]["versionId"]
        response = api.get(f"/{row.reference}/_history/{vid}")
        assert response.json() == version
        assert response.headers["etag"] == f'W/"{vid}"'


def test_a_known_version_is_not_sent_again(api: Api, store: Store) -> None:
    row = store.rows("Location")[0]
    etag = api.get(f"/{row.reference}").headers["etag"]
    response = api.get(f"/{row.reference}", If_None_Match=etag)
    assert (response.status_code, response.content) == (304, b"")
    assert api.get(f"/{row.reference}", If_None_Match='W/"99"').status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/Practitioner/unknown", 404),
        ("/Practitioner/not_an_id", 400),
        ("/Patient/1", 404),
        ("/Patient", 404),
        ("/InsurancePlan", 404),
        ("/practitioner", 404),
        ("/Practitioner/", 404),
        ("/Practitioner/x/y/z", 404),
        ("/Practitioner/unknown/_history/1", 404),
        ("", 410),
        ("/", 410),
        ("/metadata?name=x", 400),
        ("/Practitioner/unknown?name=x", 400),
    ],
)
def test_every_error_is_an_operation_outcome(path: str, status: int, api: Api) -> None:
    assert api.outcome(path, status)


@pytest.mark.parametrize("vid", ["99", "0", "x"])
def test_an_unknown_version_is_not_found(vid: str, api: Api, store: Store) -> None:
    assert vid in api.outcome(f"/{store.rows('Location')[0].reference}/_history/{vid}", 404)


def test_a_path_outside_the_directory_is_not_found(api: Api) -> None:
    api.outcome(api.base.removesuffix("/fhirpublic/R4") + "/elsewhere", 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/Practitioner", "/Practitioner/1", "/metadata", ""])
def test_other_methods_are_refused(method: str, path: str, api: Api) -> None:
    response = api.client.request(method, api.base + path)
    assert response.status_code == 405
    assert "GET" in response.headers["allow"]
    assert response.headers["content-type"] == "application/fhir+json;charset=UTF-8"
    assert response.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    "accept",
    ["application/fhir+json", "application/json", "*/*", "text/html, */*;q=0.8",
     "application/fhir+xml, application/fhir+json;q=0.5", "Application/FHIR+JSON"],
)  # fmt: skip
def test_who_takes_json_gets_it(accept: str, api: Api) -> None:
    assert api.get("/Practitioner?_count=1", Accept=accept).status_code == 200


@pytest.mark.parametrize("accept", ["application/fhir+xml", "text/html", "application/fhir+turtle"])
def test_who_takes_no_json_is_told_so(accept: str, api: Api) -> None:
    assert "JSON" in api.outcome("/Practitioner?_count=1", 406, Accept=accept)


def test_format_overrides_the_accept_header(api: Api) -> None:
    path = "/Practitioner?_count=1&_format="
    for value in ("json", "application/fhir%2Bjson", "application/fhir+json"):
        assert api.get(path + value, Accept="application/fhir+xml").status_code == 200
    api.outcome(f"{path}xml", 406, Accept="application/fhir+json")


def test_pretty_adds_white_space_alone(api: Api, store: Store) -> None:
    reference = store.rows("Location")[0].reference
    pretty = api.get(f"/{reference}?_pretty=true")
    assert b"\n  " in pretty.content
    assert pretty.json() == api.json(f"/{reference}")


def test_each_answer_has_an_id_of_its_own_and_sets_no_cookie(api: Api) -> None:
    answers = [api.get("/metadata"), api.get("/Practitioner"), api.get("/Nothing")]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 3
    assert not any("set-cookie" in answer.headers for answer in answers)


def test_credentials_are_not_needed_but_bad_ones_are_refused(api: Api) -> None:
    assert api.get("/Practitioner?name=Smith").json()["entry"]
    assert "not known" in api.outcome("/Practitioner?name=Smith", 401, Authorization="Bearer x")


def test_head_answers_as_get_without_a_body(api: Api) -> None:
    response = api.client.head(f"{api.base}/metadata")
    assert (response.status_code, response.content) == (200, b"")


def test_a_fault_of_the_server_is_an_operation_outcome(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(Directory, "answer", fail)
    directory = Directory("http://testserver/fhirpublic/R4", store)
    with httpx.Client(transport=InProcess(build_app(directory, Defects()))) as client:
        response = client.get(f"{directory.base}/metadata")
    assert response.status_code == 500
    assert response.json()["issue"][0]["diagnostics"] == "Internal error: boom"


def test_addresses_come_from_the_public_url_never_from_the_host_header() -> None:
    with start_mock(practitioners=50, public_url="https://flex.example/") as mock:
        assert mock.directory_base == "https://flex.example/fhirpublic/R4"
        port = mock._server.servers[0].sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}/fhirpublic/R4/Practitioner?_count=2"
        text = httpx.get(url, headers={"Host": "evil.example"}).text
    assert "evil.example" not in text
    assert f"127.0.0.1:{port}" not in text
    assert '"https://flex.example/fhirpublic/R4?_getpages=' in text


@pytest.fixture(scope="module")
def statement(api: Api) -> dict[str, Any]:
    found: dict[str, Any] = api.json("/metadata")
    return found


def test_metadata_says_what_the_server_is(statement: dict[str, Any], api: Api) -> None:
    CapabilityStatement.model_validate(statement)
    assert statement["fhirVersion"] == "4.0.1"
    assert statement["kind"] == "instance"
    assert statement["implementation"]["url"] == api.base
    assert statement["software"]["name"] == "optum-flex-server-default"
    guide = "http://hl7.org/fhir/us/davinci-pdex-plan-net/ImplementationGuide/"
    assert statement["implementationGuide"] == [f"{guide}hl7.fhir.us.davinci-pdex-plan-net|1.0.0"]


@pytest.mark.parametrize("kind", DOCUMENTED_TYPES)
def test_metadata_declares_what_is_documented_and_no_more(
    kind: str, statement: dict[str, Any]
) -> None:
    found = next(r for r in statement["rest"][0]["resource"] if r["type"] == kind)
    codes = [interaction["code"] for interaction in found["interaction"]]
    assert codes == ["read", "vread", "search-type"]
    assert {p["name"] for p in found["searchParam"]} == COMMON | PARAMETERS[kind]
    assert ("searchInclude" in found) is ("_include" in PARAMETERS[kind])
    assert ("searchRevInclude" in found) is ("_revinclude" in PARAMETERS[kind])
    assert all(p.rpartition("/")[2].startswith("plannet-") for p in found["supportedProfile"])


def test_metadata_has_the_documented_types_and_endpoint(statement: dict[str, Any]) -> None:
    types = {resource["type"] for resource in statement["rest"][0]["resource"]}
    assert types == {*DOCUMENTED_TYPES, "Endpoint"}
