"""What a served mock tells about its authorization server: announcement, target file, command."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from conformance.cli.mock import mock as command
from conformance.mock import start_mock
from conformance.target import load_target

if TYPE_CHECKING:
    from collections.abc import Callable

    from auth_browser import Browser

    from conformance.mock import RunningMock

    Serve = Callable[..., tuple[RunningMock, Browser]]


def test_the_announcement_names_everything(mock: RunningMock) -> None:
    announced = mock.announcement()
    assert announced["authorization_base"] == f"{mock.origin}/authz"
    assert announced["fhir_base"] == f"{mock.origin}/fhir/R4"
    assert announced["client_id"] == "flexcheck-tooele-sandbox-web"
    assert announced["client_secret"] == mock.client_secret
    assert str(mock.client_secret) not in repr(mock)


def test_the_target_file_needs_nothing_else(mock: RunningMock) -> None:
    written = tomllib.loads(mock.target_file.read_text())
    client, login = written["client"], written["login"]
    assert Path(client.pop("secret_file")).read_text() == mock.client_secret
    assert client == {
        "id": mock.client_id,
        "redirect_uri": mock.redirect_uri,
        "scopes": [
            "patient/Coverage.read",
            "patient/ExplanationOfBenefit.read",
            "patient/Patient.read",
        ],
    }
    assert written["public_client"] == {
        "id": mock.public_client_id,
        "redirect_uri": mock.public_redirect_uri,
    }
    assert (login["method"], login["username"]) == ("form", "member1")
    assert Path(login["password_file"]).read_text()
    target = load_target(mock.target_file)
    assert target.authorization_base == mock.authorization_base
    assert target.login.method == "form"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_secrets_are_readable_by_their_owner_only(mock: RunningMock) -> None:
    folder = mock.target_file.parent
    for name in ("client-secret", "login-password"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    assert str(mock.client_secret) not in mock.target_file.read_text()


def test_the_target_files_login_works(mock: RunningMock, browser: Browser) -> None:
    login = tomllib.loads(mock.target_file.read_text())["login"]
    password = Path(login["password_file"]).read_text()
    page = browser.login(browser.open(), login["username"], password)
    assert browser.decide(page).status_code == 303


def test_secrets_differ_from_start_to_start(mock: RunningMock) -> None:
    with start_mock(practitioners=50) as other:
        assert other.client_id == mock.client_id
        assert other.client_secret != mock.client_secret


def test_a_public_url_is_shown_everywhere(serve: Serve) -> None:
    mock, browser = serve(public_url="https://flex.example:8443", deployment="uhc")
    assert mock.authorization_base == "https://flex.example:8443/authz"
    assert "https://flex.example:8443/authz" in mock.target_file.read_text()
    shown = str(browser.auth.smart_configuration())
    assert "127.0.0.1" not in shown
    assert "https://flex.example:8443/authz/oauth/token" in shown


def test_the_command_has_a_future() -> None:
    assert "--future" in CliRunner().invoke(command, ["--help"]).stdout
