"""A login at the browser: the good end, every bad one, and nothing left behind by either."""

from __future__ import annotations

import json
import socket
import threading
import webbrowser
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import click
import pytest
from login_browser import (
    Memory,
    Person,
    ask,
    changed,
    follow,
    invoke,
    listens,
    live_file,
    member_logs_in,
    visible,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.mock.server import RunningMock

    SitDown = Callable[[Callable[[str], Any]], Person]


@pytest.fixture
def desk(loopback_mock: tuple[RunningMock, int], tmp_path: Path) -> tuple[Path, int]:
    """A target file whose redirect URI has a free port, and that port."""
    mock, port = loopback_mock
    return live_file(mock, tmp_path), port


def log_in(target: Path, *more: str) -> Any:
    return invoke("login", "--target", str(target), "--timeout", "10", *more)


def test_a_login_ends_with_a_token_in_the_keyring_and_a_page_that_says_so(
    desk: tuple[Path, int], memory: Memory, person: SitDown
) -> None:
    target, port = desk
    somebody = person(lambda url: follow(member_logs_in(url)))
    result = log_in(target)
    assert result.exit_code == 0, result.output
    ((status, page),) = somebody.done()
    assert status == 200
    assert "You are logged in" in visible(page)
    ((service, account),) = memory.held
    kept = json.loads(memory.held[service, account])
    assert service == "flexcheck"
    assert kept["refresh_token"] not in result.output + page + account
    assert kept["patient"]
    assert kept["scopes"] == ["patient/Coverage.read", "patient/Patient.read"]
    assert f"flexcheck run --target {target}" in result.output
    assert not listens(port)


def test_the_request_has_a_state_and_an_s256_challenge(
    desk: tuple[Path, int], memory: Memory, person: SitDown
) -> None:
    seen: list[str] = []

    def look(url: str) -> Any:
        seen.append(url)
        return follow(member_logs_in(url))

    person(look).done()
    assert log_in(desk[0]).exit_code == 0
    assert memory.held
    asked = parse_qs(urlsplit(seen[0]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert len(asked["state"][0]) >= 22
    assert set(asked) == {
        *("response_type", "client_id", "redirect_uri", "scope", "state"),
        *("code_challenge", "code_challenge_method"),
    }


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"state": "another"}, "does not carry the state"),
        ({"state": None}, "does not carry the state"),
        ({"state": "\u00fc"}, "does not carry the state"),
        ({"code": None}, "neither a code nor an error"),
        ({"code": "unknown"}, "gave no token: 400, error invalid_grant"),
        ({"code": None, "error": "access_denied"}, "the server says access_denied"),
        (
            {"error": "server_error", "error_description": "try \x1b[31mlater\u202e"},
            "the server says server_error (try  [31mlater)",
        ),
        ({"state": "x", "error": "access_denied"}, "does not carry the state"),
    ],
    ids=str,
)
def test_an_answer_that_is_not_the_right_one_gives_no_token(
    desk: tuple[Path, int],
    memory: Memory,
    person: SitDown,
    answer: dict[str, str | None],
    said: str,
) -> None:
    target, port = desk
    somebody = person(lambda url: follow(changed(member_logs_in(url), **answer)))
    result = log_in(target)
    assert result.exit_code == 3
    assert result.stderr.startswith("flexcheck: no login: ")
    assert said in result.stderr
    assert "\x1b" not in result.stderr
    ((status, page),) = somebody.done()
    assert status == 400
    assert "No login" in visible(page)
    assert memory.held == {}
    assert not listens(port)


def test_a_member_who_declines_is_told_as_the_server_says_it(
    desk: tuple[Path, int], memory: Memory, person: SitDown
) -> None:
    person(lambda url: follow(member_logs_in(url, "deny")))
    result = log_in(desk[0])
    assert (result.exit_code, memory.held) == (3, {})
    assert "the server says access_denied" in result.stderr


def test_a_scope_that_the_member_takes_out_is_told(
    desk: tuple[Path, int], memory: Memory, person: SitDown
) -> None:
    person(lambda url: follow(member_logs_in(url, without="patient/Coverage.read")))
    result = log_in(desk[0])
    assert (result.exit_code, len(memory.held)) == (0, 1)
    assert "Scopes: patient/Patient.read\n" in result.stdout
    assert "Asked for and not given: patient/Coverage.read\n" in result.stdout


def test_a_parameter_sent_twice_is_refused(
    desk: tuple[Path, int], memory: Memory, person: SitDown
) -> None:
    person(lambda url: follow(f"{member_logs_in(url)}&code=another"))
    result = log_in(desk[0])
    assert (result.exit_code, memory.held) == (3, {})
    assert "has code more than once" in result.stderr


def test_what_is_no_answer_is_turned_away_and_the_login_goes_on(
    desk: tuple[Path, int], memory: Memory, person: SitDown
) -> None:
    target, port = desk
    path = "/api/auth/smart/callback"
    here = f"localhost:{port}"

    def act(url: str) -> Any:
        back = member_logs_in(url)
        query = urlsplit(back).query
        with socket.create_connection(("127.0.0.1", port)):  # says nothing, as browsers do
            others = [
                ask(port, "/favicon.ico", host=here),
                ask(port, path, host=here),
                ask(port, f"{path}/?{query}", host=here),
                ask(port, f"{path}?{query}", host=f"127.0.0.1:{port}"),
                ask(port, f"{path}?{query}", host=f"evil.example:{port}"),
                ask(port, f"{path}?{query}", host="localhost"),
                ask(port, f"{path}?{query}", host=here, method="POST"),
                ask(port, f"{path}?{query}", host=here, method="HEAD"),
            ]
            return [*others, follow(back)]

    somebody = person(act)
    result = log_in(target)
    assert result.exit_code == 0, result.output
    (answers,) = somebody.done()
    statuses = [status for status, _ in answers]
    assert statuses == [404, 400, 404, 421, 421, 421, 501, 501, 200]
    assert len(memory.held) == 1


def test_a_second_answer_is_not_heard(
    desk: tuple[Path, int], memory: Memory, person: SitDown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second comes while the first one's code is exchanged."""
    from conformance.auth.browser_login import BrowserLogin  # noqa: PLC0415

    second: list[tuple[int, str]] = []
    finish = BrowserLogin.finish
    backs: list[str] = []

    def slow(self: BrowserLogin, parameters: Any) -> Any:
        second.append(follow(backs[0]))
        return finish(self, parameters)

    monkeypatch.setattr(BrowserLogin, "finish", slow)

    def act(url: str) -> Any:
        backs.append(member_logs_in(url))
        return follow(backs[0])

    somebody = person(act)
    assert log_in(desk[0]).exit_code == 0
    assert somebody.done()[0][0] == 200
    assert second[0][0] == 410
    assert "already" in second[0][1]
    assert len(memory.held) == 1


def test_a_login_that_nobody_comes_back_from_times_out(
    desk: tuple[Path, int], memory: Memory, person: SitDown
) -> None:
    target, port = desk
    person(lambda _: None)
    result = invoke("login", "--target", str(target), "--timeout", "1")
    assert (result.exit_code, memory.held) == (3, {})
    assert "nobody came back from the login in 1 s" in result.stderr
    assert not listens(port)


def test_without_a_browser_the_address_is_printed_and_still_listened_for(
    desk: tuple[Path, int], memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _: pytest.fail("a browser was opened"))
    result = invoke("login", "--target", str(desk[0]), "--no-browser", "--timeout", "1")
    assert "/oauth/authorize?response_type=code" in result.stdout
    assert (result.exit_code, memory.held) == (3, {})


@pytest.mark.parametrize("wrong", [None, webbrowser.Error("no runnable browser")], ids=str)
def test_a_machine_without_a_browser_says_so_and_waits_all_the_same(
    desk: tuple[Path, int], memory: Memory, monkeypatch: pytest.MonkeyPatch, wrong: Exception | None
) -> None:
    said, addresses = threading.Event(), list[str]()
    echo = click.echo

    def told(text: str, **more: Any) -> None:
        echo(text, **more)
        if "No browser could be opened here; open the address by hand." in text:
            said.set()

    def by_hand() -> None:
        said.wait(10)
        follow(member_logs_in(addresses[0]))

    def opened(url: str) -> bool:
        addresses.append(url)
        threading.Thread(target=by_hand, daemon=True).start()
        if wrong:
            raise wrong
        return False

    monkeypatch.setattr(webbrowser, "open", opened)
    monkeypatch.setattr(click, "echo", told)
    assert log_in(desk[0]).exit_code == 0
    assert said.is_set()
    assert len(memory.held) == 1


def test_a_port_that_is_taken_is_told_before_any_browser_opens(
    desk: tuple[Path, int], memory: Memory, person: SitDown
) -> None:
    target, port = desk
    somebody = person(lambda _: "opened")
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        result = log_in(target)
    assert (result.exit_code, memory.held) == (2, {})
    assert f"cannot listen on 127.0.0.1 port {port}" in result.stderr
    assert somebody.done() == []


def test_a_port_of_the_other_loopback_address_that_is_taken_is_told(
    desk: tuple[Path, int], memory: Memory, person: SitDown
) -> None:
    """A browser may go to ::1 for localhost: whoever listens there would get the code."""
    target, port = desk
    somebody = person(lambda _: "opened")
    with socket.socket(socket.AF_INET6) as other:
        try:
            other.bind(("::1", port))
        except OSError:
            pytest.skip("this machine has no IPv6 loopback")
        other.listen()
        result = log_in(target)
    assert (result.exit_code, memory.held) == (2, {})
    assert f"cannot listen on ::1 port {port}" in result.stderr
    assert somebody.done() == []


def test_a_secret_that_is_not_there_is_told_before_any_browser_opens(
    desk: tuple[Path, int], memory: Memory, person: SitDown
) -> None:
    target, _ = desk
    (target.parent / "client-secret").unlink()
    somebody = person(lambda _: "opened")
    result = log_in(target)
    assert result.exit_code == 2
    assert "client.secret_file" in result.stderr
    assert somebody.done() == []
    assert memory.held == {}


def test_a_login_that_no_run_would_use_is_done_and_said_so(
    loopback_mock: tuple[RunningMock, int], person: SitDown, tmp_path: Path
) -> None:
    person(lambda url: follow(member_logs_in(url)))
    result = log_in(loopback_mock[0].target_file, "--store", "file")
    assert result.exit_code == 0
    assert "a run logs in by itself and does not use this token" in result.stderr
    assert len(list(tmp_path.rglob("state/flexcheck/*.json"))) == 1


def test_the_embedded_mock_has_nobody_to_log_in() -> None:
    result = invoke("login", "--target", "mock")
    assert result.exit_code == 2
    assert "name a target file" in result.stderr


def test_a_server_without_refresh_tokens_is_told(
    desk: tuple[Path, int], memory: Memory, person: SitDown, monkeypatch: pytest.MonkeyPatch
) -> None:
    from conformance.mock.auth import tokens  # noqa: PLC0415

    make = tokens.TokenEndpoint._make

    def without(self: Any, issue: Any) -> dict[str, Any]:
        return {name: value for name, value in make(self, issue).items() if name != "refresh_token"}

    monkeypatch.setattr(tokens.TokenEndpoint, "_make", without)
    person(lambda url: follow(member_logs_in(url)))
    result = log_in(desk[0])
    assert (result.exit_code, memory.held) == (3, {})
    assert "no refresh token" in result.stderr
