"""A client that answers from a run log: what it gives, in which order, and at what time."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance import clock
from conformance.client import Recorder, TargetUnusable
from conformance.client.replay import Clock, ReplayClient, Tape
from conformance.exchange import Exchange, Request, Response
from conformance.redaction import Redactor
from conformance.target import Target
from conformance.target.model import ClientConfig, Limits, Login
from conformance.target.recorded import describe_target, recorded_target

if TYPE_CHECKING:
    from pathlib import Path

BASE, LOGIN = "https://fhir.example/R4", "https://login.example"


def recorded(name: str, url: str, *, body: str = "{}", **more: object) -> Exchange:
    fields: dict[str, object] = {
        "purpose": "p",
        "started": "2026-01-02T03:04:05.000+00:00",
        "elapsed": 0.5,
        "response": Response(200, (("location", "next"),), body, len(body)),
        **more,
    }
    return Exchange(id=name, request=Request("GET", url), **fields)  # type: ignore[arg-type]


def target(path: Path) -> Target:
    return Target("T", "tooele", "sandbox", path, directory_base=BASE, authorization_base=LOGIN)


def client_on(tmp_path: Path, *exchanges: Exchange) -> ReplayClient:
    return ReplayClient(target(tmp_path), Recorder(), Redactor(), Tape(exchanges), Clock())


def test_the_same_request_gets_its_answers_in_order(tmp_path: Path) -> None:
    url = f"{BASE}/Location?_id=1"
    with client_on(
        tmp_path, recorded("ex-1", url, body='{"n":1}'), recorded("ex-2", url, body='{"n":2}')
    ) as client:
        found = [client.get(f"{BASE}/Location", (("_id", "1"),), purpose="p") for _ in range(2)]
    assert [(exchange.id, exchange.document) for exchange in found] == [
        ("ex-1", {"n": 1}),
        ("ex-2", {"n": 2}),
    ]
    assert client.loose == []


def test_two_that_differ_in_a_header_keep_their_answers_in_any_order(tmp_path: Path) -> None:
    url = f"{BASE}/Location/1"
    tags = ('W/"2"', 'W/"1"')
    with client_on(tmp_path) as client:
        sent = [
            client._recorded(client._request("GET", url, (), {"If-None-Match": tag}))
            for tag in tags
        ]
    log = [
        replace(recorded(f"ex-{number}", url), request=request)
        for number, request in enumerate(sent)
    ]
    with client_on(tmp_path, *log) as client:
        found = [
            client.get(url, purpose="p", headers={"If-None-Match": tag}) for tag in reversed(tags)
        ]
    assert [exchange.id for exchange in found] == ["ex-1", "ex-0"]


def test_a_session_that_is_renewed_once_more_gets_its_last_answer_again(tmp_path: Path) -> None:
    renewed = recorded("ex-1", f"{LOGIN}/token", purpose="session: refresh")
    other = recorded("ex-2", f"{LOGIN}/token", purpose="judged: refresh")
    with client_on(tmp_path, renewed, other) as client:
        found = [client.get(f"{LOGIN}/token", purpose="session: refresh").id for _ in range(3)]
        client.get(f"{LOGIN}/token", purpose="judged: refresh")
        with pytest.raises(TargetUnusable, match="not recorded"):
            client.get(f"{LOGIN}/token", purpose="judged: refresh")
    assert found == ["ex-1"] * 3


def test_a_request_that_is_not_in_the_log_gets_no_answer(tmp_path: Path) -> None:
    with client_on(tmp_path, recorded("ex-1", f"{BASE}/Location?_id=1")) as client:
        with pytest.raises(TargetUnusable, match=r"^not recorded: GET .*_id=2 \(p\)"):
            client.get(f"{BASE}/Location?_id=2", purpose="p")
        with pytest.raises(TargetUnusable, match="not recorded"):
            client.get(f"{BASE}/Location?_id=1", purpose="another")
        client.get(f"{BASE}/Location?_id=1", purpose="p")
        with pytest.raises(TargetUnusable, match="not recorded"):
            client.get(f"{BASE}/Location?_id=1", purpose="p")


def test_a_login_may_ask_with_another_state_and_that_is_noted(tmp_path: Path) -> None:
    with client_on(tmp_path, recorded("ex-1", f"{LOGIN}/authorize?state=a")) as client:
        found = client.get(f"{LOGIN}/authorize?state=b", purpose="p", follow=False)
    assert found.id == "ex-1"
    assert client.loose == ["ex-1"]


def test_an_error_that_was_recorded_comes_again(tmp_path: Path) -> None:
    gone = recorded("ex-1", f"{BASE}/metadata", response=None, error="ConnectError: refused")
    with client_on(tmp_path, gone) as client, pytest.raises(TargetUnusable, match="refused"):
        client.get(f"{BASE}/metadata", purpose="p")


def test_time_is_that_of_the_recording() -> None:
    with Clock() as recording:
        begun = clock.monotonic()
        clock.sleep(100)
        assert clock.monotonic() == begun + 100
        recording.pass_to(recorded("ex-1", BASE))
        later = recorded("ex-2", BASE, started="2026-01-02T03:07:05.000+00:00")
        recording.pass_to(later)
        assert clock.monotonic() == 180.5
    assert clock.monotonic() > time.monotonic() - 60


def test_who_is_not_judged_keeps_the_real_time() -> None:
    """A mock's event loop that saw the time of a log would sleep until that comes again."""
    real = time.monotonic, time.sleep
    with Clock():
        assert (time.monotonic, time.sleep) == real


def test_a_recorded_retry_after_is_waited_for_in_the_time_of_the_recording(tmp_path: Path) -> None:
    headers = (("retry-after", "50"),)
    busy = recorded("ex-1", f"{BASE}/Location/1", response=Response(429, headers))
    with Clock() as recording:
        tape = Tape([busy, recorded("ex-2", f"{BASE}/Location/1")])
        with ReplayClient(target(tmp_path), Recorder(), Redactor(), tape, recording) as client:
            recording.pass_to = lambda _: None  # type: ignore[method-assign]
            begun = clock.monotonic()
            assert client.get(f"{BASE}/Location/1", purpose="p").id == "ex-2"
            assert clock.monotonic() - begun == 50


def test_a_target_comes_back_from_the_log_without_its_secrets(tmp_path: Path) -> None:
    before = Target(
        "T", "tooele", "sandbox", tmp_path,
        fhir_base=BASE, authorization_base=LOGIN,
        client=ClientConfig("id", secret_file="/here/secret", scopes=("a",)),
        public_client=ClientConfig("public", redirect_uri="https://x.example/cb"),
        login=Login("form", "member-1", "/here/password"),
        limits=Limits(page_size=7), safety=("safe",), samples={"Location": {"id": ("1",)}},
        future=("clinical-resources",),
    )  # fmt: skip
    settings = describe_target(before)
    assert not {"/here", "member-1"} & {w for w in ("/here", "member-1") if w in str(settings)}
    about = {"name": "T", "deployment": "tooele", "environment": "sandbox", "fhir_base": BASE}
    after = recorded_target({"target": about, "settings": settings}, tmp_path)
    assert describe_target(after) == settings | {
        "limits": settings["limits"] | {"requests_per_second": 0}
    }
    assert (after.fhir_base, after.directory_base) == (BASE, "")
    assert after.client.confidential
    assert not after.public_client.confidential
