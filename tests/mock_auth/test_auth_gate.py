"""What a bearer meets at the FHIR bases: the gate itself, and the directory behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from conformance.mock.access import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from auth_browser import Browser

    from conformance.mock import RunningMock

    Local = Callable[..., Browser]


@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": ""}, {"authorization": "Bearer"}, {"authorization": "Token x"},
     {"authorization": "Basic eDp5"}],
)  # fmt: skip
def test_who_shows_no_token_is_asked_for_one(browser: Browser, headers: dict[str, str]) -> None:
    refusal = browser.auth.gate.admit(headers)
    assert isinstance(refusal, Refusal)
    assert (refusal.status, refusal.challenge) == (401, 'Bearer realm="flex"')


@pytest.mark.parametrize("token", ["unknown", "a b", "ünï"])
def test_a_token_nobody_gave_out_is_invalid(browser: Browser, token: str) -> None:
    refusal = browser.admitted(token)
    assert refusal.status == 401
    assert refusal.challenge.startswith('Bearer realm="flex", error="invalid_token"')


def test_the_scheme_is_not_case_sensitive_the_token_is(browser: Browser) -> None:
    token = browser.tokens()["access_token"]
    admit = browser.auth.gate.admit
    assert not isinstance(admit({"authorization": f"bEARER {token}"}), Refusal)
    assert isinstance(admit({"authorization": f"Bearer {token.swapcase()}"}), Refusal)


def test_an_access_token_ends_when_expires_in_says(local: Local) -> None:
    browser = local()
    tokens = browser.tokens()
    browser.clock.pass_(tokens["expires_in"] - 0.1)
    assert browser.admitted(tokens["access_token"]).patient == tokens["patient"]
    browser.clock.pass_(0.1)
    refusal = browser.admitted(tokens["access_token"])
    assert (refusal.status, refusal.message) == (401, "The access token has expired")


def test_the_lifetime_is_an_option(serve: Callable[..., tuple[RunningMock, Browser]]) -> None:
    _, browser = serve(token_lifetime=2)
    tokens = browser.tokens()
    assert tokens["expires_in"] == 2
    browser.clock.pass_(2)
    assert browser.admitted(tokens["access_token"]).status == 401
    assert browser.refresh(tokens).json()["expires_in"] == 2


def _directory(mock: RunningMock, path: str, token: str = "") -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.get(f"{mock.directory_base}{path}", headers=headers)


def _rows(response: httpx.Response) -> list[Any]:
    assert response.status_code == 200, response.text
    return [entry["resource"] for entry in response.json()["entry"]]


def test_the_directory_answers_the_same_with_and_without_a_token(
    mock: RunningMock, browser: Browser
) -> None:
    token = browser.system("public/Location.read").json()["access_token"]
    assert _rows(_directory(mock, "/Location", token)) == _rows(_directory(mock, "/Location"))
    page = _directory(mock, "/Location", token).json()
    following = next(link["url"] for link in page["link"] if link["relation"] == "next")
    path = following.removeprefix(str(mock.directory_base))
    assert _rows(_directory(mock, path, token)) == _rows(_directory(mock, path))


def test_a_network_scope_opens_the_type_that_networks_are(
    mock: RunningMock, browser: Browser
) -> None:
    token = browser.system("public/Network.read").json()["access_token"]
    assert _rows(_directory(mock, "/Organization?type=ntwk", token))
    assert _directory(mock, "/Location", token).status_code == 403


def test_the_directory_refuses_a_bad_token(mock: RunningMock) -> None:
    response = _directory(mock, "/Location", "unknown")
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["www-authenticate"]
    assert response.headers["content-type"].startswith("application/fhir+json")
    assert response.json()["issue"][0]["code"] == "login"
    assert _directory(mock, "/metadata", "unknown").status_code == 200


def test_the_directory_refuses_scopes_that_do_not_cover(
    mock: RunningMock, browser: Browser
) -> None:
    for token in (
        browser.system("public/Location.read").json()["access_token"],
        browser.tokens()["access_token"],
    ):
        response = _directory(mock, "/Practitioner", token)
        assert response.status_code == 403
        challenge = response.headers["www-authenticate"]
        assert 'error="insufficient_scope", scope="public/Practitioner.read"' in challenge
        assert response.json()["issue"][0]["code"] == "forbidden"


def test_a_token_in_the_address_is_no_token(mock: RunningMock, browser: Browser) -> None:
    token = browser.system("public/Location.read").json()["access_token"]
    assert _directory(mock, f"/Location?access_token={token}").status_code == 400


def _member(mock: RunningMock, path: str, token: str = "") -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.get(f"{mock.fhir_base}{path}", headers=headers)


def test_a_members_token_opens_what_was_consented(mock: RunningMock, browser: Browser) -> None:
    tokens = browser.tokens(scope="patient/Patient.read")
    path = f"/Patient/{tokens['patient']}"
    found = _member(mock, path, tokens["access_token"])
    assert (found.status_code, found.json()["id"]) == (200, tokens["patient"])
    coverage = _member(mock, f"/Coverage?patient={tokens['patient']}", tokens["access_token"])
    assert coverage.status_code == 403
    assert "insufficient_scope" in coverage.headers["www-authenticate"]


def test_member_data_wants_a_members_token(mock: RunningMock, browser: Browser) -> None:
    patient = browser.auth.people.patients[0]
    bare = _member(mock, f"/Patient/{patient}")
    assert (bare.status_code, bare.headers["www-authenticate"]) == (401, 'Bearer realm="flex"')
    system = browser.system("public/Location.read").json()["access_token"]
    assert _member(mock, f"/Patient/{patient}", system).status_code == 403
    revoked = browser.tokens()
    browser.revoke()
    refused = _member(mock, f"/Patient/{patient}", revoked["access_token"])
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]


def test_the_configuration_is_served_at_the_fhir_base(mock: RunningMock, browser: Browser) -> None:
    served = _member(mock, "/.well-known/smart-configuration")
    assert served.json() == browser.auth.smart_configuration()
    security = _member(mock, "/metadata").json()["rest"][0]["security"]
    assert security == browser.auth.capability_security()


def test_discovery_names_endpoints_that_are_there(browser: Browser, uhc: Browser) -> None:
    found = browser.auth.smart_configuration()
    assert found["authorization_endpoint"] == f"{browser.auth.base}/oauth/authorize"
    assert found["token_endpoint"] == f"{browser.auth.base}/oauth/token"
    assert browser.http.get(found["management_endpoint"]).status_code == 200
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert "client_credentials" in found["grant_types_supported"]
    assert "client_credentials" not in uhc.auth.smart_configuration()["grant_types_supported"]
    assert len(uhc.auth.smart_configuration()["scopes_supported"]) == 10
    (extension,) = browser.auth.capability_security()["extension"]
    addresses = {part["url"]: part["valueUri"] for part in extension["extension"]}
    assert addresses["authorize"] == found["authorization_endpoint"]
    assert addresses["token"] == found["token_endpoint"]
