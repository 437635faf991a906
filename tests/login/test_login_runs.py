"""A run lives on a refresh token, keeps the one that comes after it, and waits for nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from login_browser import live_target
from login_tokens import refresh_token_of, rotation

from conformance.auth import AuthorizationServer, CannotAuthorize, MemberAuth
from conformance.auth.token_store import FileStore, Given, Kept, KeyringStore, account_of
from conformance.client import Client, Recorder, TargetUnusable
from conformance.mock.auth import tokens
from conformance.redaction import Redactor
from conformance.target import load_target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conformance.mock.server import RunningMock
    from conformance.target import Target


@pytest.fixture
def refresh_token(mock: RunningMock) -> str:
    return refresh_token_of(mock)


@pytest.fixture
def session() -> Iterator[Callable[[Target], tuple[MemberAuth, Recorder, Client]]]:
    opened: list[Client] = []

    def start(target: Target) -> tuple[MemberAuth, Recorder, Client]:
        recorder = Recorder()
        opened.append(Client(target, recorder, Redactor()))
        return MemberAuth(AuthorizationServer(opened[-1], target)), recorder, opened[-1]

    yield start
    for client in opened:
        client.close()


def by_variable(mock: RunningMock, folder: Path, **client: Any) -> Target:
    login = {"method": "refresh-token", "refresh_token_env": "FLEX_TEST_REFRESH"}
    return live_target(mock, folder, login=login, client=client)


def read_patient(target: Target, member: MemberAuth, client: Client) -> int:
    url = f"{target.fhir_base}/Patient/{member.patient}"
    return client.get(url, purpose="read", auth=member).status


def test_a_confidential_client_reads_with_a_token_of_the_environment(
    mock: RunningMock, refresh_token: str, tmp_path: Path, session: Any, monkeypatch: Any
) -> None:
    monkeypatch.setenv("FLEX_TEST_REFRESH", refresh_token)
    target = by_variable(mock, tmp_path)
    member, recorder, client = session(target)
    assert member.patient
    assert read_patient(target, member, client) == 200
    told = repr((recorder.drain(), member))
    assert refresh_token not in told
    assert [item.purpose for item in recorder.drain()] == []


def test_a_public_client_reads_with_a_token_of_a_file(
    mock: RunningMock, tmp_path: Path, session: Any
) -> None:
    token = tmp_path / "token"
    token.write_text(refresh_token_of(mock, public=True))
    token.chmod(0o600)
    target = live_target(
        mock,
        tmp_path,
        client={"id": mock.public_client_id, "redirect_uri": mock.public_redirect_uri},
        login={"method": "refresh-token", "refresh_token_file": "token"},
    )
    text = target.path.read_text().replace('secret_file = "client-secret"\n', "")
    target.path.write_text(text)
    target = load_target(target.path)
    assert not target.client.confidential
    member, _, client = session(target)
    assert read_patient(target, member, client) == 200


def test_what_a_login_kept_is_used_and_the_environment_comes_first(
    mock: RunningMock, refresh_token: str, tmp_path: Path, session: Any, monkeypatch: Any
) -> None:
    target = live_target(
        mock, tmp_path, login={"store_file": "t.json", "refresh_token_env": "FLEX_TEST_REFRESH"}
    )
    FileStore(tmp_path / "t.json").keep(Kept(refresh_token, "from-the-login"))
    member, _, client = session(target)
    assert read_patient(target, member, client) == 200
    monkeypatch.setenv("FLEX_TEST_REFRESH", "planted-and-unknown")
    with pytest.raises(CannotAuthorize, match="variable FLEX_TEST_REFRESH is no longer good"):
        session(target)[0].ready()


@pytest.mark.parametrize("login", [{}, {"store": "file"}, {"store_file": "t.json"}], ids=str)
@pytest.mark.usefixtures("memory")
def test_a_token_is_found_wherever_a_login_was_told_to_keep_it(
    mock: RunningMock, refresh_token: str, tmp_path: Path, session: Any, login: dict[str, str]
) -> None:
    target = live_target(mock, tmp_path, login=login)
    KeyringStore(account_of(target, target.client.id)).keep(Kept(refresh_token))
    member, _, client = session(target)
    assert read_patient(target, member, client) == 200


@pytest.mark.usefixtures("memory")
def test_without_a_token_the_command_to_get_one_is_told(
    mock: RunningMock, tmp_path: Path, session: Any
) -> None:
    target = live_target(mock, tmp_path)
    with pytest.raises(CannotAuthorize) as error:
        session(target)[0].ready()
    assert str(error.value).startswith(
        "there is no token for live sandbox: log in once with"
        f" `flexcheck login --target {target.path}`, or give"
    )


@pytest.mark.parametrize(
    ("login", "said"),
    [
        ({"refresh_token_env": "FLEX_NOT_SET"}, "the environment variable FLEX_NOT_SET is not set"),
        ({"refresh_token_file": "absent"}, "there is no file"),
        ({}, r"names no refresh_token_env and no refresh_token_file"),
    ],
)
def test_a_pipeline_without_its_token_is_told_what_is_missing(
    mock: RunningMock, tmp_path: Path, session: Any, login: dict[str, str], said: str
) -> None:
    target = live_target(mock, tmp_path, login={"method": "refresh-token", **login})
    with pytest.raises(CannotAuthorize, match=said):
        session(target)[0].ready()


def test_a_stored_file_that_others_can_read_is_told_beside_the_command(
    mock: RunningMock, tmp_path: Path, session: Any
) -> None:
    (tmp_path / "t.json").write_text("planted")
    (tmp_path / "t.json").chmod(0o644)
    target = live_target(mock, tmp_path, login={"store_file": "t.json"})
    with pytest.raises(CannotAuthorize, match=r"chmod 600 .*log in once with"):
        session(target)[0].ready()


def test_a_token_file_that_others_can_read_is_not_used(
    mock: RunningMock, tmp_path: Path, session: Any
) -> None:
    (tmp_path / "token").write_text("planted")
    (tmp_path / "token").chmod(0o644)
    target = live_target(mock, tmp_path, login={"refresh_token_file": "token"})
    with pytest.raises(CannotAuthorize, match="chmod 600") as error:
        session(target)[0].ready()
    assert "planted" not in str(error.value)


@pytest.fixture
def rotating(monkeypatch: pytest.MonkeyPatch) -> None:
    rotation(monkeypatch)


@pytest.mark.usefixtures("rotating")
def test_a_token_that_the_server_replaces_is_kept_for_the_next_run(
    mock: RunningMock, refresh_token: str, tmp_path: Path, session: Any
) -> None:
    target = live_target(mock, tmp_path, login={"store_file": "t.json"})
    store = FileStore(tmp_path / "t.json")
    store.keep(Kept(refresh_token, "pat"))
    for _ in range(2):
        before = store.read()
        member, recorder, client = session(target)
        assert read_patient(target, member, client) == 200
        after = store.read()
        assert before
        assert after
        assert before.refresh != after.refresh
        assert after.patient == "pat"
        assert after.refresh not in repr(recorder.drain())


@pytest.mark.usefixtures("rotating")
def test_a_run_goes_on_with_what_it_was_given_last(
    mock: RunningMock, tmp_path: Path, session: Any, monkeypatch: Any
) -> None:
    monkeypatch.setenv("FLEX_TEST_REFRESH", refresh_token_of(mock))
    target = by_variable(mock, tmp_path)
    member, _, client = session(target)
    assert member.ready()
    assert member._renewed(member.ready().tokens.access)
    assert read_patient(target, member, client) == 200


@pytest.mark.usefixtures("rotating")
def test_a_new_token_that_cannot_be_kept_is_told(
    mock: RunningMock, refresh_token: str, tmp_path: Path, session: Any, monkeypatch: Any
) -> None:
    target = live_target(mock, tmp_path, login={"store_file": "t.json"})
    FileStore(tmp_path / "t.json").keep(Kept(refresh_token))

    def full(*_: object) -> None:
        raise CannotAuthorize("no space")

    monkeypatch.setattr(FileStore, "keep", full)
    with pytest.raises(CannotAuthorize, match="a new refresh token that was not kept: no space"):
        session(target)[0].ready()


def test_a_token_that_is_no_longer_good_is_told_with_the_command(
    mock: RunningMock, tmp_path: Path, session: Any
) -> None:
    target = live_target(mock, tmp_path, login={"store_file": "t.json"})
    FileStore(tmp_path / "t.json").keep(Kept("planted-stale-token"))
    with pytest.raises(CannotAuthorize, match="no longer good") as error:
        session(target)[0].ready()
    assert "log in anew with `flexcheck login --target" in str(error.value)
    assert "planted" not in str(error.value)


def test_another_refusal_is_a_failure_of_the_environment(
    mock: RunningMock, refresh_token: str, tmp_path: Path, session: Any
) -> None:
    target = live_target(mock, tmp_path, login={"store_file": "t.json"}, client={"id": "nobody"})
    FileStore(tmp_path / "t.json").keep(Kept(refresh_token))
    with pytest.raises(TargetUnusable, match="401, error invalid_client"):
        session(target)[0].ready()


def test_a_token_that_ends_in_the_middle_of_a_run_is_no_bug_of_ours(
    mock: RunningMock, refresh_token: str, tmp_path: Path, session: Any
) -> None:
    target = live_target(mock, tmp_path, login={"store_file": "t.json"})
    store = FileStore(tmp_path / "t.json")
    store.keep(Kept(refresh_token))
    member, _, _ = session(target)
    used = member.ready().tokens.access
    store.remove()
    with pytest.raises(TargetUnusable, match="holds no token; run `flexcheck login"):
        member._renewed(used)


def test_a_member_whom_no_token_response_names_is_looked_up(
    mock: RunningMock, refresh_token: str, tmp_path: Path, session: Any, monkeypatch: Any
) -> None:
    make = tokens.TokenEndpoint._make

    def without(self: Any, issue: Any) -> dict[str, Any]:
        return {name: value for name, value in make(self, issue).items() if name != "patient"}

    monkeypatch.setattr(tokens.TokenEndpoint, "_make", without)
    monkeypatch.setenv("FLEX_TEST_REFRESH", refresh_token)
    target = by_variable(mock, tmp_path)
    member, recorder, client = session(target)
    assert read_patient(target, member, client) == 200
    purposes = [item.purpose for item in recorder.drain()]
    assert purposes.count("session: member's Patient") == 1


def test_no_member_is_taken_for_another_one(
    mock: RunningMock, refresh_token: str, tmp_path: Path, session: Any
) -> None:
    """A refresh token is the member's who logged in: nobody else's data come with it."""
    target = live_target(mock, tmp_path, login={"store_file": "t.json"})
    FileStore(tmp_path / "t.json").keep(Kept(refresh_token))
    member, recorder, _ = session(target)
    other = MemberAuth(member._server, username="member2")
    with pytest.raises(CannotAuthorize, match=r'\[login\] method "form"'):
        other.ready()
    assert recorder.drain() == ()


def test_the_stores_say_what_they_are() -> None:
    assert KeyringStore("a").name == "the OS keyring"
    assert Given("X").name == "the environment variable X"
