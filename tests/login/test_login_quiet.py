"""What a login says, logs and raises holds no code, token, secret or verifier."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from login_browser import Memory, changed, follow, invoke, live_file, member_logs_in

from conformance.auth import browser_login
from conformance.mock.auth.store import AuthStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.mock.server import RunningMock


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return every secret that is made from now on."""
    made: list[str] = []

    def telling(function: Any) -> Any:
        def noted(*args: Any, **kwargs: Any) -> Any:
            made.append(function(*args, **kwargs))
            return made[-1]

        return noted

    for name in ("new_code", "new_access_token", "new_refresh_token"):
        monkeypatch.setattr(AuthStore, name, telling(getattr(AuthStore, name)))
    monkeypatch.setattr(browser_login, "new_verifier", telling(browser_login.new_verifier))
    return made


@pytest.mark.parametrize(
    ("answer", "code"), [({}, 0), ({"state": "x"}, 3), ({"code": "planted-wrong-code"}, 3)], ids=str
)
def test_a_login_tells_no_secret(  # noqa: PLR0913, PLR0917 - each is a fixture
    loopback_mock: tuple[RunningMock, int],
    tmp_path: Path,
    memory: Memory,
    person: Callable[..., Any],
    secrets: list[str],
    caplog: pytest.LogCaptureFixture,
    answer: dict[str, str],
    code: int,
) -> None:
    mock, _ = loopback_mock
    pages: list[str] = []
    somebody = person(lambda url: pages.append(follow(changed(member_logs_in(url), **answer))[1]))
    with caplog.at_level(logging.DEBUG):
        target = str(live_file(mock, tmp_path))
        result = invoke("login", "--target", target, "--timeout", "10")
    somebody.done()
    assert result.exit_code == code
    assert len(memory.held) == (code == 0)
    told = "".join((result.output, caplog.text, repr(result.exc_info), *pages))
    assert len(secrets) >= 2
    assert [value for value in [*secrets, mock.client_secret or "-"] if value in told] == []
    assert "planted" not in told


def test_endpoints_are_found_by_discovery_where_the_file_names_none(
    loopback_mock: tuple[RunningMock, int],
    tmp_path: Path,
    memory: Memory,
    person: Callable[..., Any],
) -> None:
    path = live_file(loopback_mock[0], tmp_path)
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith("authorization_base")))
    seen: list[str] = []

    def act(url: str) -> None:
        seen.append(url)
        follow(member_logs_in(url))

    person(act)
    result = invoke("login", "--target", str(path), "--timeout", "10")
    assert result.exit_code == 0, result.output
    assert urlsplit(seen[0]).path == "/authz/oauth/authorize"
    assert parse_qs(urlsplit(seen[0]).query)["client_id"] == [loopback_mock[0].client_id]
    assert len(memory.held) == 1
