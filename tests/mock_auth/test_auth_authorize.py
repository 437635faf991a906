"""`GET /oauth/authorize`: what is refused on a page, what by redirect, and what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from auth_browser import CHALLENGE, PKCE, Form, back

if TYPE_CHECKING:
    from auth_browser import Browser


def test_a_good_request_leads_to_a_login_without_cookies(browser: Browser) -> None:
    page = browser.open()
    assert page.status_code == 200
    assert "One Healthcare ID" in page.text
    assert "set-cookie" not in page.headers
    assert page.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "unknown"},
        {"client_id": ["flexcheck-tooele-sandbox-web", "x"]},
        {"redirect_uri": None},
        {"redirect_uri": ""},
        {"redirect_uri": ["http://localhost:3000/api/auth/smart/callback", "http://x.example"]},
    ],
)
def test_an_uncertain_client_or_address_is_never_redirected(
    browser: Browser, changes: dict[str, object]
) -> None:
    page = browser.open(**changes)
    assert page.status_code == 400
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "location" not in page.headers


@pytest.mark.parametrize(
    "wrong",
    [
        "http://localhost:3000/api/auth/smart/callback/",
        "http://localhost:3000/api/auth/smart/callback?x=1",
        "http://localhost:3000/api/auth/smart/callback#x",
        "http://localhost:3000/api/auth/smart",
        "http://localhost:3000/api/auth/smart/callback/../callback",
        "http://localhost:3000/api/auth/smart/%63allback",
        "http://localhost:3001/api/auth/smart/callback",
        "http://LOCALHOST:3000/api/auth/smart/callback",
        "https://localhost:3000/api/auth/smart/callback",
        "http://me@localhost:3000/api/auth/smart/callback",
        "http://sub.localhost:3000/api/auth/smart/callback",
        "http://localhost:3000/api/auth/smart/callback\x00",
        "com.example.flexapp://callback",
        "http://[",
    ],
)
def test_a_redirect_uri_matches_to_the_letter(browser: Browser, wrong: str) -> None:
    page = browser.open(redirect_uri=wrong)
    assert page.status_code == 400
    assert "location" not in page.headers


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "Code"}, "unsupported_response_type"),
        ({"response_type": ["code", "code"]}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"scope": "patient/*.read"}, "invalid_scope"),
        ({"scope": "patient/patient.read"}, "invalid_scope"),
        ({"scope": "patient/Condition.read user/Patient.read"}, "invalid_scope"),
        ({"scope": 'patient/"Patient".read'}, "invalid_scope"),
        ({"scope": ["patient/Patient.read", "patient/Coverage.read"]}, "invalid_request"),
        ({**PKCE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
        ({**PKCE, "code_challenge": f"{CHALLENGE}="}, "invalid_request"),
        ({**PKCE, "code_challenge": "short"}, "invalid_request"),
        ({"whatever": ["1", "2"]}, "invalid_request"),
    ],
)
def test_other_errors_are_redirected_with_state(
    browser: Browser, changes: dict[str, object], code: str
) -> None:
    response = browser.open(**changes)
    assert response.status_code == 302
    assert response.headers["location"].startswith(f"{browser.web.redirect_uri}?error=")
    found = back(response)
    assert (found["error"], found["state"]) == (code, browser.request()["state"])
    assert set(found) == {"error", "error_description", "state", "iss"}


@pytest.mark.parametrize("state", [None, "", ["a", "b"]])
def test_a_request_without_one_state_is_refused_without_state(
    browser: Browser, state: object
) -> None:
    found = back(browser.open(state=state))
    assert found["error"] == "invalid_request"
    assert "state" not in found


@pytest.mark.parametrize(
    "state",
    ["a b+c%20", "&=#?/\\\"'<>", "ünïcödé ☃ 漢字", "x" * 2048, "\r\nSet-Cookie: a=b", "\x00\x7f"],
)
def test_state_comes_back_byte_for_byte(browser: Browser, state: str) -> None:
    assert back(browser.decide(browser.consent_page(state=state)))["state"] == state
    assert back(browser.open(state=state, scope="x"))["state"] == state


def test_state_that_is_no_utf8_comes_back_byte_for_byte(browser: Browser) -> None:
    parameters = "&".join(f"{k}={v}" for k, v in browser.request(scope="x", state="").items())
    url = f"{browser.auth.base}/oauth/authorize?{parameters}%FF%FE"
    assert browser.http.get(url).headers["location"].partition("&iss=")[0].endswith("&state=%FF%FE")


def test_unknown_parameters_are_ignored(browser: Browser) -> None:
    assert browser.open(resource="https://x.example/R4", prompt="login").status_code == 200


def test_a_query_of_too_many_parameters_is_refused(browser: Browser) -> None:
    page = browser.open(**{f"p{number}": "x" for number in range(200)})
    assert page.status_code == 400


def test_a_public_client_needs_a_challenge(browser: Browser) -> None:
    found = back(browser.open(browser.mobile, code_challenge=None, code_challenge_method=None))
    assert found["error"] == "invalid_request"
    assert browser.open(browser.mobile).status_code == 200


def test_a_custom_scheme_gets_its_code(browser: Browser) -> None:
    response = browser.decide(browser.consent_page(browser.mobile))
    assert response.status_code == 303
    address = urlsplit(response.headers["location"])
    assert (address.scheme, address.netloc) == ("com.example.flexapp", "callback")
    assert set(back(response)) == {"code", "state", "iss"}


def test_the_sandbox_has_a_loopback_client_and_production_has_none(
    browser: Browser, production: Browser
) -> None:
    assert browser.open(browser.auth.clients.others[0]).status_code == 200
    assert production.auth.clients.others == ()


def test_production_takes_its_https_address_only(production: Browser) -> None:
    assert production.web.redirect_uri == "https://app.example.com/api/auth/smart/callback"
    assert production.open().status_code == 200
    for wrong in ("http://app.example.com/api/auth/smart/callback", "http://localhost:3000/"):
        assert production.open(redirect_uri=wrong).status_code == 400


def test_environments_do_not_know_each_others_clients(
    browser: Browser, production: Browser
) -> None:
    assert production.open(browser.web).status_code == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_authorize_is_a_get(browser: Browser, method: str) -> None:
    response = browser.http.request(method, f"{browser.auth.base}/oauth/authorize")
    assert response.status_code == 405
    assert "GET" in response.headers["allow"]


def test_there_is_nothing_else_below_the_base(browser: Browser) -> None:
    for path in ("/", "/oauth", "/oauth/token/", "/oauth/authorize/", "/.well-known/x"):
        assert browser.http.get(browser.auth.base + path).status_code == 404


def test_what_a_request_says_is_never_html(browser: Browser) -> None:
    page = browser.open(scope=f"{Form.__name__} patient/Patient.read <script>")
    assert "<script>" not in page.text
    assert "<script>" not in browser.http.get(f"{browser.auth.base}/<script>").text


def test_an_audience_is_this_server_s_or_refused(browser: Browser) -> None:
    base = f"{browser.auth.origin}/fhir/R4"
    assert browser.open(aud=base).status_code == browser.open(aud=f"{base}/").status_code == 200
    refused = browser.open(aud="https://x.example/R4")
    assert back(refused)["error"] == "invalid_request"


def test_both_ways_back_name_the_issuer_of_the_configuration(browser: Browser) -> None:
    told = browser.auth.smart_configuration()
    assert told["authorization_response_iss_parameter_supported"] is True
    assert back(browser.open(scope="nothing"))["iss"] == told["issuer"] == browser.auth.base
