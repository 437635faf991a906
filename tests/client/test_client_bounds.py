"""No answer in time is `TargetUnusable`, whatever the target does; a dead one is given up."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest
from rough_server import http

from conformance.client import TargetUnusable

if TYPE_CHECKING:
    from collections.abc import Callable

    from rough_server import Asked

    from conftest import Dial, Serve

SHORT = 0.3
#: What a machine under load may add.
SLACK = 3.0


def _dead_base() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}/R4"


def _drip(before: bytes) -> Callable[[Asked, socket.socket], None]:
    """Send something, then a byte now and then, far longer than any test waits."""

    def answer(_: Asked, connection: socket.socket) -> None:
        connection.sendall(before)
        for _ in range(200):
            connection.sendall(b"x")
            time.sleep(0.05)

    return answer


def _silence(_: Asked, connection: socket.socket) -> None:
    connection.recv(1)  # returns when the client has gone


def test_a_refused_connection_is_no_answer(dial: Dial) -> None:
    there = dial(_dead_base())
    with pytest.raises(TargetUnusable, match="ConnectError") as raised:
        there.get()
    (exchange,) = there.recorder.drain()
    assert raised.value.exchange == exchange
    assert exchange.status == 0


def test_silence_ends_at_the_time_limit(serve: Serve, dial: Dial) -> None:
    there = dial(serve(_silence).base, timeout_seconds=SHORT)
    began = time.monotonic()
    with pytest.raises(TargetUnusable, match="ReadTimeout"):
        there.get()
    assert SHORT <= time.monotonic() - began < SHORT + SLACK


@pytest.mark.parametrize(
    "before", [b"", b"HTTP/1.1 200 OK\r\nX-Long: "], ids=["status line", "header"]
)
def test_headers_that_drip_without_end_end_at_the_time_limit(
    serve: Serve, dial: Dial, before: bytes
) -> None:
    there = dial(serve(_drip(before)).base, timeout_seconds=SHORT)
    began = time.monotonic()
    with pytest.raises(TargetUnusable, match="ReadTimeout"):
        there.get()
    assert SHORT <= time.monotonic() - began < SHORT + SLACK


def test_a_body_that_drips_without_end_ends_at_the_time_limit(serve: Serve, dial: Dial) -> None:
    server = serve(_drip(http(b'{"resourceType":', length=10_000)))
    began = time.monotonic()
    response = dial(server.base, timeout_seconds=SHORT).get().response
    assert SHORT <= time.monotonic() - began < SHORT + SLACK
    assert response is not None
    assert response.status == 200
    assert response.body.startswith('{"resourceType":x')
    assert response.problem == "the body did not end within the time limit"


def test_each_request_has_the_whole_time_limit(serve: Serve, dial: Dial) -> None:
    def slow(_: Asked, __: socket.socket) -> bytes:
        time.sleep(0.2)
        return http(b"{}")

    there = dial(serve(slow).base, timeout_seconds=0.4 + SLACK)
    assert [there.get().status for _ in range(3)] == [200, 200, 200]


def test_a_dead_origin_is_given_up_after_three_silent_requests(dial: Dial) -> None:
    there = dial(_dead_base())
    for _ in range(3):
        with pytest.raises(TargetUnusable, match="ConnectError"):
            there.get()
    for _ in range(2):
        with pytest.raises(TargetUnusable, match="was given up after 3 requests") as raised:
            there.get()
        assert raised.value.exchange is None
    assert len(there.recorder.drain()) == 3


def test_an_origin_that_breaks_off_is_asked_longer_before_it_is_given_up(
    serve: Serve, dial: Dial
) -> None:
    there = dial(serve(lambda _, __: b"").base)
    for _ in range(30):
        with pytest.raises(TargetUnusable, match="RemoteProtocolError"):
            there.get()
    with pytest.raises(TargetUnusable, match="was given up"):
        there.get()
    assert len(there.recorder.drain()) == 30


def test_an_answer_between_failures_keeps_an_origin_alive(serve: Serve, dial: Dial) -> None:
    there = dial(serve(lambda asked, _: b"" if asked.path == "/R4/dead" else http(b"{}")).base)
    for path in ("/dead", "/dead", "/alive", "/dead", "/dead"):
        if path == "/alive":
            assert there.get(path).status == 200
        else:
            with pytest.raises(TargetUnusable, match="RemoteProtocolError"):
                there.get(path)
    assert there.get("/alive").status == 200


def test_the_request_budget_is_kept(serve: Serve, dial: Dial) -> None:
    server = serve(http(b"{}"))
    there = dial(server.base, request_budget=2)
    assert [there.get().status for _ in range(2)] == [200, 200]
    with pytest.raises(TargetUnusable, match=r"budget of 2 is spent \(limits\.request_budget\)"):
        there.get()
    assert len(server.asked) == 2


def test_the_rate_is_kept(serve: Serve, dial: Dial, sleeps: list[float]) -> None:
    there = dial(serve(http(b"{}")).base, requests_per_second=4)
    for _ in range(4):
        there.get()
    assert sleeps == [0.25, 0.25, 0.25]


def test_a_rate_of_zero_is_none(serve: Serve, dial: Dial, sleeps: list[float]) -> None:
    there = dial(serve(http(b"{}")).base, requests_per_second=0)
    for _ in range(4):
        there.get()
    assert sleeps == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/R4/Location",
        "https://example.org/R4",
        "http://127.0.0.1@example.org/",
        "//example.org/",
        "file:///etc/passwd",
        "http://[bad",
        "",
    ],
)
def test_an_address_off_the_configured_origins_is_refused_unsent(dial: Dial, url: str) -> None:
    there = dial(_dead_base())
    with pytest.raises(ValueError, match="is not on a configured origin of rough"):
        there.client.get(url, purpose="never")
    assert there.recorder.drain() == ()


def test_a_refused_address_is_shown_without_its_secrets(dial: Dial) -> None:
    there = dial(_dead_base())
    there.redactor.learn("learned-value")
    with pytest.raises(ValueError, match="configured origin") as raised:
        there.client.get("https://x.example/?a=learned-value&access_token=S3", purpose="never")
    assert "learned-value" not in str(raised.value)
    assert "S3" not in str(raised.value)


def test_an_address_that_cannot_be_one_is_no_answer(dial: Dial) -> None:
    there = dial(_dead_base())
    with pytest.raises(TargetUnusable, match="is no address a client can use"):
        there.get("/Location/a\x00b")
    assert there.recorder.drain() == ()


def test_a_host_that_cannot_be_one_is_no_answer(dial: Dial) -> None:
    there = dial(f"http://{'a' * 70}.invalid/R4")
    with pytest.raises(TargetUnusable, match="ConnectError"):
        there.get()
