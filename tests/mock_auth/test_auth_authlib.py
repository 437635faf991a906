"""Authlib, which is not ours, completes the documented flows against the served mock."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest
from auth_browser import SCOPE
from authlib.deprecate import AuthlibDeprecationWarning
from authlib.integrations.base_client import OAuthError
from authlib.oauth2.rfc7636 import create_s256_code_challenge

with warnings.catch_warnings():  # Authlib 1.7 and later say that httpx2 will follow httpx
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.httpx_client import OAuth2Client

if TYPE_CHECKING:
    from auth_browser import Browser

    from conformance.mock import RunningMock

VERIFIER = "eae64b84b53f479d92ab81dce7c8bbe608492951def502d84b4f0cd7"  # the document's own


def _client(mock: RunningMock, **options: str) -> OAuth2Client:
    return OAuth2Client(
        mock.client_id,
        mock.client_secret,
        redirect_uri=mock.redirect_uri,
        token_endpoint=f"{mock.authorization_base}/oauth/token",
        **{"scope": SCOPE, "token_endpoint_auth_method": "client_secret_post", **options},
    )


def _callback(browser: Browser, url: str) -> str:
    """Return the address that the member's browser ends at."""
    page = browser.login(browser.http.get(url))
    return str(browser.decide(page).headers["location"])


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
def test_code_with_a_secret_and_refresh(mock: RunningMock, browser: Browser, method: str) -> None:
    with _client(mock, token_endpoint_auth_method=method) as client:
        url, state = client.create_authorization_url(f"{mock.authorization_base}/oauth/authorize")
        token = client.fetch_token(authorization_response=_callback(browser, url), state=state)
        assert (token["token_type"], token["scope"]) == ("Bearer", SCOPE)
        refreshed = client.refresh_token()
        assert refreshed["access_token"] != token["access_token"]
        assert refreshed["refresh_token"] == token["refresh_token"]  # kept by Authlib


def test_code_with_pkce_for_a_public_client(mock: RunningMock, browser: Browser) -> None:
    with OAuth2Client(
        mock.public_client_id,
        redirect_uri=mock.public_redirect_uri,
        scope=SCOPE,
        token_endpoint=f"{mock.authorization_base}/oauth/token",
        token_endpoint_auth_method="none",
        code_challenge_method="S256",
    ) as client:
        url, state = client.create_authorization_url(
            f"{mock.authorization_base}/oauth/authorize", code_verifier=VERIFIER
        )
        assert f"code_challenge={create_s256_code_challenge(VERIFIER)}" in url
        response = _callback(browser, url)
        token = client.fetch_token(
            authorization_response=response, state=state, code_verifier=VERIFIER
        )
        assert token["patient"]
        assert client.refresh_token()["scope"] == SCOPE


def test_client_credentials_read_the_directory(mock: RunningMock) -> None:
    with _client(mock, scope="public/Location.read") as client:
        token = client.fetch_token(grant_type="client_credentials")
        assert "refresh_token" not in token
        assert client.get(f"{mock.directory_base}/Location?_count=1").status_code == 200


def test_an_error_is_one_that_authlib_understands(mock: RunningMock) -> None:
    with _client(mock) as client, pytest.raises(OAuthError) as caught:
        client.fetch_token(code="unknown", grant_type="authorization_code")
    assert caught.value.error == "invalid_grant"
