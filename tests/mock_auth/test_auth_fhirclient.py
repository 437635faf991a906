"""SMART's own Python client, which is not ours, logs a member in at the mock and reads data."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from fhirclient.client import FHIRClient
from fhirclient.models.coverage import Coverage
from fhirclient.models.patient import Patient
from fhirclient.server import FHIRUnauthorizedException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auth_browser import Browser

    from conformance.mock import RunningMock

    Serve = Callable[..., tuple[RunningMock, Browser]]

#: It asks for `launch/patient` beside them: a server leaves out what it does not list.
SCOPE = "patient/Patient.read patient/Coverage.read"


@pytest.fixture(scope="module", params=["tooele", "uhc"])
def served(serve: Serve, request: pytest.FixtureRequest) -> tuple[RunningMock, Browser]:
    return serve(deployment=request.param, environment="production")


@contextmanager
def client_of(mock: RunningMock, **changes: Any) -> Iterator[FHIRClient]:
    settings = {
        "app_id": mock.client_id,
        "app_secret": mock.client_secret,
        "api_base": mock.fhir_base,
        "redirect_uri": mock.redirect_uri,
        "scope": SCOPE,
        **changes,
    }
    client = FHIRClient(settings=settings)
    try:
        yield client
    finally:
        client.server.session.close()


def back_of(browser: Browser, url: str) -> str:
    """Return the address that the member's browser ends at."""
    page = browser.login(browser.http.get(url))
    return str(browser.decide(page).headers["location"])


def reads(client: FHIRClient) -> tuple[str, int]:
    """Return the id of the member's Patient, and how many coverages there are."""
    found = Coverage.where({"_count": "1"}).perform_iter(client.server)
    return Patient.read(client.patient_id, client.server).id, sum(len(page.entry) for page in found)


def test_it_finds_the_server_logs_in_reads_and_refreshes(
    served: tuple[RunningMock, Browser],
) -> None:
    mock, browser = served
    with client_of(mock) as client:
        assert client.prepare() is False  # it has read the CapabilityStatement, and has no token
        url = client.authorize_url
        assert "aud=http" in url
        assert "code_challenge_method=S256" in url
        client.handle_callback(back_of(browser, url))
        assert client.ready
        patient, coverages = reads(client)
        assert patient == client.patient_id
        assert coverages >= 1
        used = client.server.auth.access_token
        assert client.reauthorize()
        assert client.server.auth.access_token != used
        assert reads(client) == (patient, coverages)


def test_a_public_application_proves_itself_by_pkce(mock: RunningMock, browser: Browser) -> None:
    public = {"app_id": mock.public_client_id, "app_secret": None}
    with client_of(mock, **public, redirect_uri=mock.public_redirect_uri) as client:
        client.prepare()
        client.handle_callback(back_of(browser, client.authorize_url))
        assert client.patient_id
        assert client.reauthorize()
        assert reads(client)[0] == client.patient_id


def test_it_uses_no_code_that_came_with_another_state(
    served: tuple[RunningMock, Browser],
) -> None:
    mock, browser = served
    with client_of(mock) as client:
        client.prepare()
        location = back_of(browser, client.authorize_url)
        with pytest.raises(Exception, match="Invalid state"):
            client.handle_callback(location.replace("state=", "state=x"))
        assert not client.ready


def test_without_a_token_it_is_told_to_log_in(served: tuple[RunningMock, Browser]) -> None:
    mock, _ = served
    with client_of(mock) as client:
        client.prepare()
        with pytest.raises(FHIRUnauthorizedException):
            Patient.read("somebody", client.server)
