"""`POST /oauth/token` for codes: who may redeem them, once, and how refusals look."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
from auth_browser import CHALLENGE, PKCE, SCOPE, VERIFIER, error

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    from auth_browser import Browser

    Local = Callable[..., Browser]


def test_a_code_becomes_tokens(browser: Browser) -> None:
    response = browser.redeem(browser.code())
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["pragma"] == "no-cache"
    body = response.json()
    assert list(body) == [
        "access_token", "token_type", "expires_in", "scope", "patient", "refresh_token",
    ]  # fmt: skip
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 300, SCOPE)
    assert body["patient"] == browser.auth.people.patients[0]
    assert body["access_token"] != body["refresh_token"]
    assert browser.admitted(body["access_token"]).scopes == set(SCOPE.split())


def test_public_scopes_can_be_asked_of_a_member_too(browser: Browser) -> None:
    asked = "public/Location.read patient/Patient.read"
    assert browser.tokens(scope=asked)["scope"] == asked


def test_pkce_replaces_the_secret_and_can_go_with_it(browser: Browser) -> None:
    code = browser.code(**PKCE)
    assert browser.redeem(code, client_secret=None, code_verifier=VERIFIER).status_code == 200
    code = browser.code(**PKCE)
    assert browser.redeem(code, code_verifier=VERIFIER).status_code == 200
    assert browser.tokens(browser.mobile)["refresh_token"]


def test_uhc_wants_the_secret_with_pkce_too(uhc: Browser) -> None:
    code = uhc.code(**PKCE)
    assert error(uhc.redeem(code, client_secret=None, code_verifier=VERIFIER), 401)
    assert uhc.redeem(code, code_verifier=VERIFIER).status_code == 200


@pytest.mark.parametrize(
    ("verifier", "code"),
    [
        (None, "invalid_request"),
        ("", "invalid_request"),
        ("a" * 43, "invalid_grant"),
        ("a" * 42, "invalid_grant"),
        ("a" * 129, "invalid_grant"),
        ("a" * 42 + "+", "invalid_grant"),
        (CHALLENGE, "invalid_grant"),
        (f"{VERIFIER}=", "invalid_grant"),
    ],
)
def test_only_the_challenges_verifier_will_do(
    browser: Browser, verifier: str | None, code: str
) -> None:
    mine = browser.code(browser.mobile)
    assert error(browser.redeem(mine, browser.mobile, code_verifier=verifier)) == code
    assert browser.redeem(mine, browser.mobile).status_code == 200


def test_a_verifier_nobody_asked_for_is_refused(browser: Browser) -> None:
    assert error(browser.redeem(browser.code(), code_verifier=VERIFIER)) == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "code", "status"),
    [
        ({"code": None}, "invalid_request", 400),
        ({"code": "unknown"}, "invalid_grant", 400),
        ({"redirect_uri": None}, "invalid_request", 400),
        ({"redirect_uri": "http://localhost:3000/other"}, "invalid_grant", 400),
        ({"client_id": None}, "invalid_request", 400),
        ({"client_id": "unknown"}, "invalid_client", 401),
        ({"client_secret": None}, "invalid_client", 401),
        ({"client_secret": ""}, "invalid_client", 401),
        ({"client_secret": "wrong"}, "invalid_client", 401),
        ({"client_secret": "wröng"}, "invalid_client", 401),
        ({"grant_type": None}, "invalid_request", 400),
        ({"grant_type": "password"}, "unsupported_grant_type", 400),
        ({"grant_type": "Authorization_Code"}, "unsupported_grant_type", 400),
    ],
)
def test_a_wrong_request_is_refused_and_leaves_the_code(
    browser: Browser, changes: dict[str, str | None], code: str, status: int
) -> None:
    mine = browser.code()
    good = {"grant_type": "authorization_code", "code": mine}
    form = {**good, "redirect_uri": browser.web.redirect_uri, **changes}
    response = browser.token(**form)
    assert error(response, status) == code
    assert ("www-authenticate" in response.headers) == (status == 401)
    assert browser.redeem(mine).status_code == 200


def test_another_clients_code_is_refused(browser: Browser) -> None:
    code = browser.code(browser.mobile)
    form = {"code_verifier": VERIFIER, "redirect_uri": browser.mobile.redirect_uri}
    assert error(browser.redeem(code, browser.web, **form)) == "invalid_grant"
    assert browser.redeem(code, browser.mobile).status_code == 200


def test_a_second_use_of_a_code_ends_the_tokens_of_the_first(browser: Browser) -> None:
    code = browser.code()
    tokens = browser.redeem(code).json()
    assert browser.admitted(tokens["access_token"]).patient
    assert error(browser.redeem(code)) == "invalid_grant"
    assert browser.admitted(tokens["access_token"]).status == 401
    assert error(browser.refresh(tokens)) == "invalid_grant"


def test_a_stranger_with_a_used_code_ends_nothing(browser: Browser) -> None:
    code = browser.code()
    tokens = browser.redeem(code).json()
    assert error(browser.redeem(code, browser.mobile)) == "invalid_grant"
    assert error(browser.redeem(code, client_secret="wrong"), 401) == "invalid_client"
    assert browser.admitted(tokens["access_token"]).patient


def test_a_code_lives_a_minute(local: Local) -> None:
    browser = local()
    early, late = browser.code(), browser.code()
    browser.clock.pass_(59.9)
    assert browser.redeem(early).status_code == 200
    browser.clock.pass_(0.1)
    assert error(browser.redeem(late)) == "invalid_grant"


def _basic(browser: Browser, name: str, secret: str, **more: str) -> httpx.Response:
    """Redeem a code with Basic credentials."""
    pair = b64encode(f"{name}:{secret}".encode()).decode()
    form = {
        "grant_type": "authorization_code",
        "code": browser.code(),
        "redirect_uri": browser.web.redirect_uri,
        **more,
    }
    url = f"{browser.auth.base}/oauth/token"
    return browser.http.post(url, data=form, headers={"Authorization": f"Basic {pair}"})


def test_the_secret_can_come_as_basic(browser: Browser) -> None:
    web = browser.web
    assert _basic(browser, web.id, web.secret).status_code == 200
    assert _basic(browser, web.id, web.secret, client_id=web.id).status_code == 200
    refused = _basic(browser, web.id, "wrong")
    assert error(refused, 401) == "invalid_client"
    assert refused.headers["www-authenticate"] == 'Basic realm="flex"'


def test_a_client_shows_itself_in_one_way(browser: Browser) -> None:
    web = browser.web
    assert error(_basic(browser, web.id, web.secret, client_secret=web.secret)) == "invalid_request"
    assert error(_basic(browser, web.id, web.secret, client_id="other")) == "invalid_request"


@pytest.mark.parametrize("header", ["Basic !!", "Basic /w==", "Bearer x", "Basic", "x"])
def test_unreadable_credentials_are_an_invalid_client(browser: Browser, header: str) -> None:
    response = browser.http.post(
        f"{browser.auth.base}/oauth/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": header},
    )
    expected = "invalid_request" if header == "Basic" else "invalid_client"
    assert response.json()["error"] in (expected, "invalid_client")


def test_a_public_client_has_no_secret_to_send(browser: Browser) -> None:
    code = browser.code(browser.mobile)
    refused = browser.redeem(code, browser.mobile, client_secret="x")
    assert error(refused, 401) == "invalid_client"


@pytest.mark.parametrize("name", ["grant_type", "code", "client_id", "client_secret"])
def test_a_doubled_parameter_is_refused(browser: Browser, name: str) -> None:
    code = browser.code()
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": browser.web.redirect_uri,
        "client_id": browser.web.id,
        "client_secret": browser.web.secret,
    }
    doubled = [*fields.items(), (name, fields[name])]
    response = browser.send(f"{browser.auth.base}/oauth/token", doubled)
    assert error(response) == "invalid_request"
    assert name in response.json()["error_description"]
    assert fields["client_secret"] not in response.text


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"grant_type": "client_credentials"}'),
        ("text/plain", b"grant_type=client_credentials"),
        ("", b"grant_type=client_credentials"),
        ("application/x-www-form-urlencoded", b"grant_type=%FF"),
        ("application/x-www-form-urlencoded", b"grant_type=\xff"),
        ("application/x-www-form-urlencoded", b""),
        ("application/x-www-form-urlencoded", b"&".join([b"a=b"] * 101)),
    ],
)
def test_what_is_no_form_is_refused(browser: Browser, content_type: str, body: bytes) -> None:
    headers = {"Content-Type": content_type}
    response = browser.http.post(f"{browser.auth.base}/oauth/token", content=body, headers=headers)
    assert error(response) == "invalid_request"


def test_a_charset_does_not_make_it_less_of_a_form(browser: Browser) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
    body = b"grant_type=password"
    response = browser.http.post(f"{browser.auth.base}/oauth/token", content=body, headers=headers)
    assert error(response) == "unsupported_grant_type"


def test_a_huge_body_is_refused(browser: Browser) -> None:
    response = browser.http.post(f"{browser.auth.base}/oauth/token", content=b"x" * 100_000)
    assert error(response, 413) == "invalid_request"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_the_token_endpoint_takes_post_only(browser: Browser, method: str) -> None:
    response = browser.http.request(method, f"{browser.auth.base}/oauth/token?grant_type=x")
    assert error(response, 405) == "invalid_request"
    assert response.headers["allow"] == "POST"


def test_credentials_in_the_address_do_not_count(browser: Browser) -> None:
    url = f"{browser.auth.base}/oauth/token?client_id={browser.web.id}"
    assert error(browser.send(url, [("grant_type", "client_credentials")])) == "invalid_request"


def test_no_secret_stands_in_the_repr_of_what_the_server_holds(browser: Browser) -> None:
    tokens = browser.tokens()
    shown = repr((browser.auth, browser.web, browser.admitted(tokens["access_token"])))
    for secret in (browser.web.secret, tokens["access_token"], tokens["refresh_token"]):
        assert secret not in shown
