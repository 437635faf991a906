"""Refresh tokens and client credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from auth_browser import SCOPE, error

if TYPE_CHECKING:
    from collections.abc import Callable

    from auth_browser import Browser

    Local = Callable[..., Browser]
EIGHT = " ".join(
    f"public/{name}.read"
    for name in (
        "Endpoint", "HealthcareService", "Location", "Organization", "OrganizationAffiliation",
        "Network", "Practitioner", "PractitionerRole",
    )
)  # fmt: skip


def test_a_refresh_gives_a_new_access_token_and_no_refresh_token(browser: Browser) -> None:
    tokens = browser.tokens()
    response = browser.refresh(tokens)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    body = response.json()
    assert list(body) == ["access_token", "token_type", "expires_in", "scope", "patient"]
    assert body["access_token"] != tokens["access_token"]
    assert (body["scope"], body["patient"]) == (SCOPE, tokens["patient"])
    assert browser.admitted(body["access_token"]).patient == tokens["patient"]
    assert browser.admitted(tokens["access_token"]).patient


def test_a_refresh_token_works_again_and_again(local: Local) -> None:
    browser = local()
    tokens = browser.tokens()
    seen = {tokens["access_token"]}
    for _ in range(5):
        browser.clock.pass_(300)
        assert browser.admitted(tokens["access_token"]).status == 401
        seen.add(browser.refresh(tokens).json()["access_token"])
    assert len(seen) == 6


def test_a_refresh_narrows_for_once(browser: Browser) -> None:
    tokens = browser.tokens()
    narrow = browser.refresh(tokens, scope="patient/Patient.read").json()
    assert narrow["scope"] == "patient/Patient.read"
    assert not browser.admitted(narrow["access_token"]).reads("Coverage")
    assert browser.refresh(tokens).json()["scope"] == SCOPE


@pytest.mark.parametrize(
    "scope",
    [
        "patient/ExplanationOfBenefit.read",
        f"{SCOPE} patient/ExplanationOfBenefit.read",
        "patient/*.read",
        'patient/"Patient".read',
    ],
)
def test_a_refresh_never_widens(browser: Browser, scope: str) -> None:
    assert error(browser.refresh(browser.tokens(), scope=scope)) == "invalid_scope"


@pytest.mark.parametrize(
    ("changes", "code", "status"),
    [
        ({"refresh_token": None}, "invalid_request", 400),
        ({"refresh_token": "unknown"}, "invalid_grant", 400),
        ({"client_secret": "wrong"}, "invalid_client", 401),
        ({"client_secret": None}, "invalid_client", 401),
        ({"client_id": "unknown"}, "invalid_client", 401),
    ],
)
def test_a_wrong_refresh_is_refused(
    browser: Browser, changes: dict[str, str | None], code: str, status: int
) -> None:
    assert error(browser.refresh(browser.tokens(), **changes), status) == code


def test_a_refresh_token_is_its_clients_own(browser: Browser) -> None:
    assert error(browser.refresh(browser.tokens(), browser.mobile)) == "invalid_grant"
    mobile = browser.tokens(browser.mobile)
    assert error(browser.refresh(mobile, browser.web)) == "invalid_grant"
    assert browser.refresh(mobile, browser.mobile).status_code == 200


def test_an_access_token_is_no_refresh_token(browser: Browser) -> None:
    tokens = browser.tokens()
    swapped = {**tokens, "refresh_token": tokens["access_token"]}
    assert error(browser.refresh(swapped)) == "invalid_grant"
    assert browser.admitted(tokens["refresh_token"]).status == 401


def test_client_credentials_give_public_scopes_and_nothing_of_a_member(browser: Browser) -> None:
    response = browser.system(EIGHT)
    assert response.status_code == 200
    body = response.json()
    assert list(body) == ["access_token", "token_type", "expires_in", "scope"]
    assert body["scope"] == EIGHT
    assert browser.admitted(body["access_token"]).patient == ""


def test_the_documents_example_is_granted_without_its_user_scope(browser: Browser) -> None:
    asked = "public/Practitioner.read user/PractitionerRole.read"
    assert browser.system(asked).json()["scope"] == "public/Practitioner.read"


@pytest.mark.parametrize(
    "scope",
    [None, "", "patient/Patient.read", "public/*.read", "public/location.read", "public/X.read"],
)
def test_client_credentials_without_a_public_scope_are_refused(
    browser: Browser, scope: str | None
) -> None:
    assert error(browser.system(scope)) == "invalid_scope"


def test_client_credentials_need_the_secret(browser: Browser) -> None:
    assert error(browser.system(client_secret="wrong"), 401) == "invalid_client"
    missing = browser.token(
        grant_type="client_credentials", scope="public/Location.read", client_secret=None
    )
    assert error(missing, 401) == "invalid_client"


def test_a_public_client_and_uhc_have_no_client_credentials(browser: Browser, uhc: Browser) -> None:
    form = {"grant_type": "client_credentials", "scope": "public/Location.read"}
    assert error(browser.token(browser.mobile, **form)) == "unauthorized_client"
    assert error(uhc.system()) == "unauthorized_client"


def test_future_scopes_wait_for_the_future(browser: Browser, serve: Callable[..., object]) -> None:
    asked = "patient/Condition.read patient/Encounter.read patient/Immunization.read"
    assert browser.tokens(scope=f"{asked} patient/Patient.read")["scope"] == "patient/Patient.read"
    _, future = serve(future=True)  # type: ignore[misc]
    assert future.tokens(scope=asked)["scope"] == asked


def test_uhc_grants_its_ten_scopes(uhc: Browser) -> None:
    ten = " ".join(uhc.auth.catalogue.patient)
    assert len(ten.split()) == 10
    assert uhc.tokens(scope=f"{ten} public/Location.read")["scope"] == ten
