"""What our own client refuses, and tokens of one environment in the other."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from conformance.auth import AuthorizationServer, Bearer, MemberAuth
from conformance.auth.authorize import challenge_of
from conformance.client import Client, Recorder, TargetUnusable
from conformance.mock import start_mock
from conformance.redaction import Redactor
from conformance.target import load_target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.mock import RunningMock


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningMock]:
    with start_mock(practitioners=5) as mock:
        yield mock


@contextmanager
def server_of(mock: RunningMock) -> Iterator[tuple[AuthorizationServer, Recorder]]:
    target, recorder = load_target(mock.target_file), Recorder()
    with Client(target, recorder, Redactor()) as client:
        yield AuthorizationServer(client, target), recorder


@pytest.mark.parametrize("defect", ["authorize-state-dropped", "authorize-state-altered"])
def test_a_login_that_brings_another_state_back_is_not_used(defect: str) -> None:
    with (
        start_mock(practitioners=5, defects=[defect]) as mock,
        server_of(mock) as (server, recorder),
    ):
        with pytest.raises(TargetUnusable, match="another `state` than was sent"):
            MemberAuth(server).ready()
        assert not [item for item in recorder.drain() if "/oauth/token" in item.request.url]


def test_a_login_that_keeps_the_state_is_used(sandbox: RunningMock) -> None:
    with server_of(sandbox) as (server, _):
        assert MemberAuth(server).ready().granted


def test_a_token_of_the_sandbox_opens_nothing_in_production(sandbox: RunningMock) -> None:
    with server_of(sandbox) as (server, _):
        tokens = server.redeem(server.begin(server.app()))
    with (
        start_mock(environment="production", practitioners=5) as production,
        server_of(production) as (other, _),
    ):
        base = other.target.fhir_base
        for path in ("Patient", f"Patient/{tokens.patient}", "Coverage"):
            exchange = other.client.get(
                f"{base}/{path}", purpose="foreign token", auth=Bearer(tokens.tokens.access)
            )
            assert exchange.status == 401


def test_the_pair_of_rfc_7636_appendix_b_is_exchanged(sandbox: RunningMock) -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    with server_of(sandbox) as (server, _):
        flow = server.begin(server.public_app(), proof=verifier)
        asked = flow.authorization.asked["code_challenge"]
        assert asked == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        assert server.redeem(flow).granted
