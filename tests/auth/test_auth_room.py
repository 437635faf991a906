"""The auth room against the mock and against servers that misbehave."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import httpx
import pytest
from auth_servers import REDIRECT, Rough, rough_server, talking_to, target_of

from conformance.auth import DENY, Bearer, CannotAuthorize, Decision, MemberAuth
from conformance.auth.authorize import challenge_of
from conformance.auth.secrets import App
from conformance.client import TargetUnusable
from conformance.mock.server import RunningMock, start_mock
from conformance.target import ClientConfig, Login, Target, load_target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOGIN = '<form method="post" action="login"><input name="u"><input type="password" name="p"></form>'
HTML = {"Content-Type": "text/html"}


class Clock:
    """The mock's seconds: they pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def mock(clock: Clock) -> Iterator[RunningMock]:
    with start_mock(practitioners=5, clock=clock) as running:
        yield running


@pytest.fixture
def target(mock: RunningMock) -> Target:
    return load_target(mock.target_file)


@pytest.fixture
def rough() -> Iterator[Rough]:
    with rough_server() as served:
        yield served


def test_the_challenge_is_that_of_the_standard() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize("public", [False, True], ids=["secret", "pkce"])
def test_a_member_logs_in_and_the_code_becomes_tokens(target: Target, public: bool) -> None:  # noqa: FBT001
    with talking_to(target) as (server, recorder):
        app = server.public_app() if public else server.app()
        flow = server.begin(app)
        assert [page.kind for page in flow.authorization.pages] == ["login", "consent"]
        answer = server.redeem(flow)
        assert answer.granted
        assert answer.patient
        wire = "".join(map(repr, (*recorder.drain(), flow, answer, server)))
        for secret in (answer.tokens.access, answer.tokens.refresh, flow.authorization.code):
            assert secret not in wire
        assert not flow.verifier or flow.verifier not in wire
        assert not app.secret or app.secret not in wire


def test_a_member_can_decline_a_scope_and_refuse(target: Target) -> None:
    with talking_to(target) as (server, _):
        without = Decision(without=("patient/Coverage.read",))
        answer = server.redeem(server.begin(server.app(), decision=without))
        assert "patient/Coverage.read" not in answer.scopes
        denied = server.begin(server.app(), decision=DENY).authorization
        assert (denied.code, denied.callback and denied.callback.error) == ("", "access_denied")


def test_a_session_renews_its_token_when_its_time_is_over(target: Target, clock: Clock) -> None:
    with talking_to(target) as (server, recorder):
        session = MemberAuth(server)
        url = f"{target.fhir_base}/Patient/{session.patient}"
        clock.now += 301
        exchange = server.client.get(url, purpose="read", auth=session)
        assert exchange.status == 200
        purposes = [item.purpose for item in recorder.drain()][-3:]
        assert purposes == ["read", "session: refresh", "read"]
        assert repr(session) == "MemberAuth('Mock of tooele (sandbox)')"


def test_a_session_logs_in_anew_where_a_refresh_is_refused(target: Target) -> None:
    with talking_to(target) as (server, recorder):
        session = MemberAuth(server)
        old = session.ready()
        flow_code_used_twice = server.begin(server.app())
        assert server.redeem(flow_code_used_twice).granted
        bad = type(old)(
            old.exchange, type(old.tokens)("stale-access", "stale-refresh"), old.received
        )
        session._answer = bad
        url = f"{target.fhir_base}/Patient/{old.patient}"
        assert server.client.get(url, purpose="read", auth=session).status == 200
        assert "session: code for a token" in [item.purpose for item in recorder.drain()][-3:]


def test_threads_renew_a_token_once(target: Target) -> None:
    with talking_to(target) as (server, recorder):
        session = MemberAuth(server)
        used = session.ready().tokens.access
        recorder.drain()
        renewed: list[str] = []
        threads = [
            threading.Thread(target=lambda: renewed.append(session._renewed(used)))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(renewed)) == 1
        assert [item.purpose for item in recorder.drain()] == ["session: refresh"]


def test_credentials_go_to_configured_origins_only(target: Target) -> None:
    with talking_to(target) as (server, _):
        session = MemberAuth(server)
        assert session.header_for("https://elsewhere.example/R4/Patient") == {}
        assert session.header_for(f"{target.fhir_base}/Patient")
        with pytest.raises(ValueError, match="not on a configured origin"):
            server.client.get("https://elsewhere.example/x", purpose="x", auth=session)


def test_a_bearer_shows_its_token_to_nobody() -> None:
    request = httpx.Request("GET", "http://a.example")
    assert next(Bearer("abc").auth_flow(request)).headers["authorization"] == "Bearer abc"
    assert "abc" not in repr(Bearer("abc"))


@pytest.mark.parametrize(
    ("answer", "ending"),
    [
        ((302, {"Location": "https://elsewhere.example/login"}, ""), "302 to https://elsewhere"),
        ((200, HTML, LOGIN.replace("login", "https://elsewhere.example/")), "a form that leaves"),
        ((200, HTML, "<p>no form"), "200, a page without a form"),
        ((400, HTML, LOGIN), "400, a page without a form"),
        ((302, {"Location": "/oauth/authorize"}, ""), "no end after 10 pages"),
        ((200, HTML, LOGIN.replace("login", "authorize")), "200, a login page"),
        ((302, {"Location": f"{REDIRECT}#code=abc"}, ""), "302, back to the application"),
    ],
)
def test_a_walk_ends_wherever_it_is_led(
    rough: Rough, tmp_path: Path, answer: tuple[int, dict[str, str], str], ending: str
) -> None:
    rough.answers["/oauth/authorize"] = answer
    with talking_to(target_of(rough, tmp_path)) as (server, recorder):
        walked = server.begin(server.app()).authorization
        assert walked.ending.startswith(ending)
        assert not any("elsewhere" in item.request.url for item in recorder.drain())


def test_what_a_strange_token_endpoint_says_is_an_answer(rough: Rough, tmp_path: Path) -> None:
    with talking_to(target_of(rough, tmp_path)) as (server, _):
        for body in ("[]", "nothing", '{"access_token": 7}', "[" * 5000, ""):
            rough.answers["/oauth/token"] = (200, {"Content-Type": "application/json"}, body)
            answer = server.client_credentials(server.app(), ["public/Location.read"])
            assert not answer.granted
            assert (answer.scopes, answer.patient, answer.error) == (frozenset(), "", "")


def test_discovery_finds_the_endpoints(rough: Rough, tmp_path: Path) -> None:
    path = "/R4/.well-known/smart-configuration"
    target = target_of(rough, tmp_path, authorization_base="")
    told = f'{{"authorization_endpoint": "{rough.origin}/a", "token_endpoint": "%s/t"}}'
    rough.answers[path] = (200, {}, told % rough.origin)
    with talking_to(target) as (server, _):
        assert server.endpoints.token == f"{rough.origin}/t"
    rough.answers[path] = (200, {}, told % "https://elsewhere.example")
    with talking_to(target) as (server, _), pytest.raises(CannotAuthorize, match="set authoriz"):
        _ = server.endpoints
    rough.answers.clear()
    with (
        talking_to(target) as (server, _),
        pytest.raises(CannotAuthorize, match="seems to be open"),
    ):
        _ = server.endpoints


def test_without_a_login_a_session_says_what_to_do(rough: Rough, tmp_path: Path) -> None:
    with talking_to(target_of(rough, tmp_path, login=Login())) as (server, _):
        with pytest.raises(CannotAuthorize, match="there is no token for rough"):
            MemberAuth(server).ready()
        rough.answers["/oauth/authorize"] = (200, HTML, LOGIN)
        assert "[login]" in server.begin(server.app()).authorization.stopped


def test_a_login_that_gives_no_code_is_no_usable_answer(rough: Rough, tmp_path: Path) -> None:
    with (
        talking_to(target_of(rough, tmp_path)) as (server, _),
        pytest.raises(TargetUnusable, match="gave no code: 404"),
    ):
        MemberAuth(server).ready()


@pytest.mark.parametrize(
    ("client", "mode", "said"),
    [
        (ClientConfig(), 0o600, r"no \[client\]"),
        (ClientConfig(id="a", secret_env="FLEX_NOT_SET"), 0o600, "FLEX_NOT_SET is not set"),
        (ClientConfig(id_env="FLEX_NOT_SET"), 0o600, "client.id_env"),
        (ClientConfig(id="a", secret_file="secret"), 0o644, "run `chmod 600"),
        (ClientConfig(id="a", secret_file="absent"), 0o600, "cannot be read"),
    ],
)
def test_a_secret_that_cannot_be_had_is_told_with_the_fix(
    rough: Rough, tmp_path: Path, client: ClientConfig, mode: int, said: str
) -> None:
    target = target_of(rough, tmp_path, client=client)
    (tmp_path / "secret").chmod(mode)
    with talking_to(target) as (server, _), pytest.raises(CannotAuthorize, match=said) as error:
        server.app()
    assert "planted" not in str(error.value)


def test_a_secret_comes_from_the_environment(
    rough: Rough, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLEX_TEST_SECRET", "planted-env-value")
    client = ClientConfig(id="a", secret_env="FLEX_TEST_SECRET")
    with talking_to(target_of(rough, tmp_path, client=client)) as (server, _):
        assert server.app() == App("a", "", (), "planted-env-value")
        assert "planted" not in repr(server.app())
