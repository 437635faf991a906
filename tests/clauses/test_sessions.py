"""Sessions and searches that the new clauses need: another member, an application, POST."""

from __future__ import annotations

import tomllib
from types import SimpleNamespace
from typing import TYPE_CHECKING

import httpx
import pytest

from conformance.auth import AuthorizationServer, CannotAuthorize, MemberAuth, SystemAuth
from conformance.client import Client, FhirApi, Recorder
from conformance.mock import start_mock
from conformance.redaction import Redactor
from conformance.target import load_target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.mock import RunningMock

LOCATIONS = ("public/Location.read",)


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with start_mock(environment="production", future=True, practitioners=5) as running:
        yield running


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def server(mock: RunningMock, recorder: Recorder) -> Iterator[AuthorizationServer]:
    target = load_target(mock.target_file)
    with Client(target, recorder, Redactor()) as client:
        yield AuthorizationServer(client, target)


def test_another_member_logs_in_with_the_same_password(server: AuthorizationServer) -> None:
    one, other = MemberAuth(server), MemberAuth(server, username="member2")
    assert one.patient
    assert other.patient
    assert one.patient != other.patient


def test_a_search_is_posted_as_a_form(server: AuthorizationServer, recorder: Recorder) -> None:
    member = MemberAuth(server)
    api = FhirApi(server.client, server.target.fhir_base, {}, auth=member)
    params = (("patient", member.patient), ("_count", "7"))
    got, posted = (
        api.search("Encounter", params, purpose="search", posted=posted) for posted in (False, True)
    )
    assert posted.ids == got.ids
    assert len(posted.pages) == len(got.pages) > 1
    asked = [page.request for page in posted.pages]
    assert [request.method for request in asked] == ["POST", *["GET"] * (len(asked) - 1)]
    assert asked[0].url == f"{api.base}/Encounter/_search"
    assert asked[0].body == f"patient={member.patient}&_count=7"
    assert recorder.drain()
    assert api.search("Encounter", params, purpose="again", posted=True) is posted
    assert not recorder.drain()


def test_an_application_reads_the_directory_with_its_token(server: AuthorizationServer) -> None:
    session = SystemAuth(server, LOCATIONS)
    api = FhirApi(server.client, server.target.directory_base, {}, auth=session)
    found = api.search("Location", (("_count", "1"),), purpose="search", max_rows=1)
    assert found.answered
    assert "authorization" in dict(found.first.request.headers)
    assert session.ready().scopes == frozenset(LOCATIONS)
    assert session.ready() is session.ready()
    shown = repr((session, found.pages, session.ready()))
    assert session.ready().tokens.access not in shown


def test_an_application_has_a_new_token_when_its_time_is_nearly_over(
    server: AuthorizationServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = SystemAuth(server, LOCATIONS)
    first = session.ready()
    late = first.received + 299
    monkeypatch.setattr("conformance.auth.system.clock", SimpleNamespace(monotonic=lambda: late))
    assert session.ready().tokens.access != first.tokens.access


def test_an_application_gives_its_token_to_nobody_else(server: AuthorizationServer) -> None:
    session = SystemAuth(server, LOCATIONS)
    request = next(session.auth_flow(httpx.Request("GET", "https://elsewhere.example/Location")))
    assert "authorization" not in request.headers


def test_without_an_application_there_is_no_session(mock: RunningMock, tmp_path: Path) -> None:
    path = tmp_path / "open.toml"
    told = tomllib.loads(mock.target_file.read_text("utf-8"))["target"]
    path.write_text("[target]\n" + "".join(f"{key} = {value!r}\n" for key, value in told.items()))
    target = load_target(path)
    with Client(target, Recorder(), Redactor()) as client, pytest.raises(CannotAuthorize):
        SystemAuth(AuthorizationServer(client, target), LOCATIONS).ready()
