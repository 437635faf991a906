"""Refresh tokens of the mock, and a mock that gives a new one each time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.auth import AuthorizationServer
from conformance.client import Client, Recorder
from conformance.mock.auth import tokens
from conformance.redaction import Redactor
from conformance.target import load_target

if TYPE_CHECKING:
    import pytest

    from conformance.mock.server import RunningMock


def refresh_token_of(mock: RunningMock, *, public: bool = False) -> str:
    """Log in at the mock by form."""
    target = load_target(mock.target_file)
    with Client(target, Recorder(), Redactor()) as client:
        server = AuthorizationServer(client, target)
        app = server.public_app() if public else server.app()
        return server.redeem(server.begin(app)).tokens.refresh


def rotation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the mock give a new refresh token with each refresh, and end the old one."""
    make = tokens.TokenEndpoint._make

    def rotate(self: Any, issue: Any) -> dict[str, Any]:
        if issue.grant_type == tokens.REFRESH:
            issue = replace(issue, refresh=True, retire=True)
        return make(self, issue)

    monkeypatch.setattr(tokens.TokenEndpoint, "_make", rotate)
