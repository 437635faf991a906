"""Where the registered redirect URI is not of this machine, the address is pasted."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from login_browser import Memory, changed, invoke, live_file, member_logs_in

import conformance.cli.login as login_module
from conformance.auth.callback import loopback_of, pasted_parameters
from conformance.auth.errors import LoginFailed
from conformance.mock.server import start_mock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conformance.mock.server import RunningMock

CALLBACK = "https://app.example.com/api/auth/smart/callback"


@pytest.fixture(scope="module")
def production() -> Iterator[RunningMock]:
    with start_mock(practitioners=5, deployment="uhc", environment="production") as mock:
        yield mock


def log_in(target: Path, **more: Any) -> Any:
    return invoke("login", "--target", str(target), "--timeout", "10", **more)


@pytest.fixture
def paste(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[str]]]:
    """Have a person log in and paste where the browser ended, with parameters changed."""
    reading, writing = os.pipe()
    ask, seen = login_module.ask_for_address, list[str]()

    def asked(uri: str, seconds: float) -> str:
        with os.fdopen(reading, encoding="utf-8") as stdin, monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", stdin)
            return ask(uri, seconds)

    def sit_down(**changes: str | None) -> list[str]:
        def opened(url: str) -> bool:
            seen.append(changed(member_logs_in(url), **changes))
            os.write(writing, f"  {seen[0]}\n".encode())
            return True

        monkeypatch.setattr("webbrowser.open", opened)
        return seen

    monkeypatch.setattr(login_module, "ask_for_address", asked)
    yield sit_down
    os.close(writing)


def test_a_confidential_client_of_production_logs_in_by_pasting(
    production: RunningMock, tmp_path: Path, memory: Memory, paste: Callable[..., list[str]]
) -> None:
    seen = paste()
    result = log_in(live_file(production, tmp_path))
    assert result.exit_code == 0, result.output
    assert f"The browser will end at {CALLBACK}" in result.stderr
    assert seen[0].startswith(CALLBACK)
    assert seen[0] not in result.output
    assert len(memory.held) == 1


def test_another_state_is_refused(
    production: RunningMock, tmp_path: Path, memory: Memory, paste: Callable[..., list[str]]
) -> None:
    paste(state="another")
    result = log_in(live_file(production, tmp_path))
    assert (result.exit_code, memory.held) == (3, {})
    assert "does not carry the state" in result.stderr


def test_an_empty_answer_ends_the_login(
    production: RunningMock, tmp_path: Path, memory: Memory
) -> None:
    result = log_in(live_file(production, tmp_path), input="")
    assert (result.exit_code, memory.held) == (3, {})
    assert "nothing was pasted" in result.stderr


def test_nothing_pasted_in_time_ends_it(production: RunningMock, tmp_path: Path) -> None:
    line = [sys.executable, "-P", "-m", "conformance.cli", "login", "--no-browser"]
    target = live_file(production, tmp_path, login={"store": "file"})
    with subprocess.Popen(  # noqa: S603 - our own command
        [*line, "--timeout", "1", "--target", str(target)],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")},
        text=True,
    ) as process:
        assert process.stderr
        assert process.wait(30) == 3
        assert "nothing was pasted in 1 s" in process.stderr.read()


@pytest.mark.parametrize(
    ("pasted", "holds"),
    [
        (f"{CALLBACK}?code=a&state=b", True),
        (f"{CALLBACK}?code=a\n &state=b", True),
        (f"{CALLBACK}#code=a&state=b", True),
        (f"{CALLBACK}/?code=a&state=b", False),
        ("https://app.example.com.evil.example/api/auth/smart/callback?code=a&state=b", False),
        ("http://app.example.com/api/auth/smart/callback?code=a&state=b", False),
        ("code=a&state=b", False),
        ("", False),
    ],
)
def test_only_the_registered_address_is_taken(pasted: str, holds: bool) -> None:  # noqa: FBT001
    if holds:
        assert pasted_parameters(pasted, CALLBACK) == (("code", "a"), ("state", "b"))
    else:
        with pytest.raises(LoginFailed, match="copy the whole address"):
            pasted_parameters(pasted, CALLBACK)


@pytest.mark.parametrize(
    ("uri", "addresses", "hosts", "path"),
    [
        (
            "http://localhost:3000/api/cb",
            ("127.0.0.1", "::1"),
            {"localhost:3000"},
            "/api/cb",
        ),
        ("http://127.0.0.1:8765", ("127.0.0.1",), {"127.0.0.1:8765"}, "/"),
        ("http://[::1]:99/c?x=1", ("::1",), {"[::1]:99"}, "/c"),
        ("http://localhost/c", ("127.0.0.1", "::1"), {"localhost", "localhost:80"}, "/c"),
    ],
)
def test_a_redirect_uri_of_this_machine_is_listened_for(
    uri: str, addresses: tuple[str, ...], hosts: set[str], path: str
) -> None:
    found = loopback_of(uri)
    assert found
    assert (found.addresses, found.hosts, found.path) == (addresses, hosts, path)


@pytest.mark.parametrize(
    "uri",
    [
        "https://localhost:3000/cb",
        "http://localhost.evil.example/cb",
        "http://10.0.0.1/cb",
        "com.example.flexapp://callback",
        "http://localhost:99999/",
        "",
    ],
)
def test_any_other_is_pasted(uri: str) -> None:
    assert loopback_of(uri) is None
