"""Where a refresh token is kept: only its owner reads it, it is written whole, it can go."""

from __future__ import annotations

import json
import os
import stat
import time
from typing import TYPE_CHECKING, Any

import keyring
import pytest
from keyring.backends import fail, null
from login_browser import Memory, follow, invoke, live_file, live_target, member_logs_in

from conformance.auth import CannotAuthorize
from conformance.auth.private_file import read_private, write_private
from conformance.auth.token_store import FileStore, Given, Kept, KeyringStore, default_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.mock.server import RunningMock

KEPT = Kept("planted-refresh-token", "pat-1", ("patient/Patient.read",), "2026-01-01T00:00:00Z")

needs_posix = pytest.mark.skipif(os.name != "posix", reason="owners and modes are POSIX's")


@pytest.fixture
def no_keyring() -> Any:
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.set_keyring(before)


def test_what_is_kept_is_read_again_and_shows_no_token() -> None:
    assert Kept.of_text(KEPT.to_text()) == KEPT
    assert "planted" not in repr(KEPT)


@pytest.mark.parametrize("text", ["", " \n", "{", "{}", '{"refresh_token": ""}', '{"scopes": 1}'])
def test_what_is_no_token_is_none(text: str) -> None:
    assert Kept.of_text(text) is None


def test_what_is_null_is_empty() -> None:
    text = '{"refresh_token": "a", "patient": null, "scopes": null}'
    assert Kept.of_text(text) == Kept("a")


def test_a_bare_token_is_one() -> None:
    assert Kept.of_text(" abc\n") == Kept("abc")


@needs_posix
def test_a_file_is_its_owners_alone_from_the_first_byte(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "new" / "folder" / "token.json")
    before = os.umask(0)
    try:
        store.keep(KEPT)
    finally:
        os.umask(before)
    assert store.read() == KEPT
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700
    assert [path.name for path in store.path.parent.iterdir()] == ["token.json"]


@needs_posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused_with_the_fix(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "token"
    path.write_text("abc")
    path.chmod(mode)
    with pytest.raises(CannotAuthorize, match=f"run `chmod 600 {path}`"):
        read_private(path)


@needs_posix
def test_a_file_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "token"
    write_private(path, "abc")
    mine = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    with pytest.raises(CannotAuthorize, match="belongs to another user"):
        read_private(path)


@needs_posix
def test_a_folder_and_a_pipe_are_no_token_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(CannotAuthorize, match="plain file"):
            read_private(path)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a\0b", b"x" * 70_000])
def test_a_file_that_holds_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "token"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(CannotAuthorize, match="not the text of a token"):
        read_private(path)


def test_a_write_that_fails_leaves_the_old_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FileStore(tmp_path / "token")
    store.keep(KEPT)

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(CannotAuthorize, match="No space left"):
        store.keep(Kept("newer"))
    assert store.read() == KEPT
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_variable_holds_what_came_after_it_as_long_as_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FLEX_TEST_TOKEN", "first")
    given = Given("FLEX_TEST_TOKEN")
    assert given.read() == Kept("first")
    given.keep(Kept("second"))
    assert given.read() == Kept("second")
    assert given.remove() is False
    assert os.environ["FLEX_TEST_TOKEN"] == "first"


def test_the_keyring_keeps_and_forgets(memory: Memory) -> None:
    store = KeyringStore("app at https://authz")
    assert store.read() is None
    assert store.remove() is False
    store.keep(KEPT)
    assert list(memory.held) == [("flexcheck", "app at https://authz")]
    assert store.read() == KEPT
    assert store.remove() is True
    assert memory.held == {}


@pytest.mark.usefixtures("no_keyring")
def test_no_keyring_is_one_error_that_names_the_other_choice() -> None:
    with pytest.raises(CannotAuthorize) as error:
        KeyringStore("a").check()
    assert str(error.value) == (
        "the OS keyring cannot be used (NoKeyringError); keep the token in a private file instead:"
        ' `--store file`, or [login] store = "file"'
    )


@pytest.mark.usefixtures("memory")
def test_a_keyring_that_keeps_nothing_is_noticed() -> None:
    keyring.set_keyring(null.Keyring())
    with pytest.raises(CannotAuthorize, match="did not keep the token"):
        KeyringStore("a").keep(KEPT)


@pytest.mark.usefixtures("memory")
def test_a_keyring_that_does_not_answer_blocks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Memory, "get_password", lambda *_: time.sleep(0.5))
    with pytest.raises(CannotAuthorize, match=r"no answer in 0\.05 s: it may be locked"):
        KeyringStore("a", patience=0.05).read()


@pytest.mark.usefixtures("no_keyring")
def test_without_a_keyring_a_login_ends_before_any_browser_opens(
    loopback_mock: tuple[RunningMock, int],
    tmp_path: Path,
    person: Callable[..., Any],
) -> None:
    somebody = person(lambda _: "opened")
    result = invoke("login", "--target", str(live_file(loopback_mock[0], tmp_path)))
    assert result.exit_code == 2
    assert "`--store file`" in result.stderr
    assert somebody.done() == []


@pytest.mark.usefixtures("no_keyring")
def test_a_file_is_chosen_by_option_and_logout_removes_it(
    loopback_mock: tuple[RunningMock, int],
    tmp_path: Path,
    person: Callable[..., Any],
    state: Path,
) -> None:
    target = live_target(loopback_mock[0], tmp_path)
    person(lambda url: follow(member_logs_in(url)))
    result = invoke("login", "--target", str(target.path), "--store", "file", "--timeout", "10")
    assert result.exit_code == 0, result.output
    path = default_file(f"{target.client.id} at {target.authorization_base}")
    assert path.is_relative_to(state)
    token = json.loads(path.read_text())["refresh_token"]
    assert token not in result.output
    assert (
        invoke("logout", "--target", str(target.path)).output == f"Removed from the file {path}.\n"
    )
    assert not path.exists()
    assert invoke("logout", "--target", str(target.path)).output == "There was no token.\n"


def test_a_login_removes_the_older_token_of_the_other_place(
    loopback_mock: tuple[RunningMock, int],
    tmp_path: Path,
    memory: Memory,
    person: Callable[..., Any],
) -> None:
    target = live_file(loopback_mock[0], tmp_path, login={"store_file": "kept/token.json"})
    file = tmp_path / "kept" / "token.json"
    person(lambda url: follow(member_logs_in(url)))
    assert invoke("login", "--target", str(target), "--timeout", "10").exit_code == 0
    assert file.exists()
    assert memory.held == {}
    chosen = ("--store", "keyring", "--timeout", "10")
    assert invoke("login", "--target", str(target), *chosen).exit_code == 0
    assert not file.exists()
    assert len(memory.held) == 1
    assert invoke("logout", "--target", str(target)).output == "Removed from the OS keyring.\n"


def test_a_folder_that_cannot_be_written_is_told_before_any_browser_opens(
    loopback_mock: tuple[RunningMock, int], tmp_path: Path, person: Callable[..., Any]
) -> None:
    (tmp_path / "plain").write_text("")
    somebody = person(lambda _: "opened")
    target = live_file(loopback_mock[0], tmp_path, login={"store_file": "plain/token.json"})
    result = invoke("login", "--target", str(target))
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    assert somebody.done() == []
