"""`Retry-After` is honoured up to a cap; redirects are followed on the same origin only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from rough_server import http

from conformance.client import TargetUnusable

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from rough_server import Asked

    from conftest import Dial, Serve

BUSY = "429 Too Many Requests"


def _in_turn(*answers: bytes) -> Callable[[Asked, socket.socket], bytes]:
    """Give one answer after the other, then the last one for ever."""
    left = list(answers)
    return lambda *_: left.pop(0) if len(left) > 1 else left[0]


def test_a_busy_target_is_asked_again_when_it_says(
    serve: Serve, dial: Dial, sleeps: list[float]
) -> None:
    server = serve(_in_turn(http(b"", BUSY, "Retry-After: 7"), http(b'{"a": 1}')))
    there = dial(server.base)
    assert there.get().document == {"a": 1}
    assert sleeps == [7.0]
    assert [exchange.status for exchange in there.recorder.drain()] == [429, 200]


@pytest.mark.parametrize(
    ("after", "wait"),
    [
        ("Retry-After: 0", []),
        ("Retry-After: 2.5", [2.5]),
        ("Retry-After: 999999999", [60.0]),
        ("Retry-After: inf", [60.0]),
        ("Retry-After: nan", []),
        ("Retry-After: -5", []),
        ("Retry-After: soon", [1.0]),
        ("Retry-After: Mon, 01 Jan 2001 00:00:00 GMT", []),
        ("Retry-After: Mon, 01 Jan 2001 00:00:00 -0000", [1.0]),
        ("Retry-After: Wed, 21 Oct 99999999999999999999 07:28:00 GMT", [1.0]),
        ("Retry-After: Fri, 31 Dec 2999 23:59:59 GMT", [60.0]),
        ("X-None: 1", [1.0]),
    ],
)
def test_any_retry_after_of_a_429_has_a_bounded_meaning(
    serve: Serve, dial: Dial, sleeps: list[float], after: str, wait: list[float]
) -> None:
    there = dial(serve(_in_turn(http(b"", BUSY, after), http(b"{}"))).base)
    assert there.get().status == 200
    assert sleeps == wait


def test_a_retry_after_date_is_waited_for(serve: Serve, dial: Dial, sleeps: list[float]) -> None:
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    there = dial(serve(_in_turn(http(b"", BUSY, f"Retry-After: {then}"), http(b"{}"))).base)
    there.get()
    assert sleeps == [pytest.approx(29, abs=2)]


def test_the_cap_of_the_target_file_bounds_the_wait(
    serve: Serve, dial: Dial, sleeps: list[float]
) -> None:
    answers = _in_turn(http(b"", BUSY, "Retry-After: 50"), http(b"{}"))
    dial(serve(answers).base, retry_after_cap=3).get()
    assert sleeps == [3.0]


def test_429_to_the_end_is_no_usable_answer(serve: Serve, dial: Dial, sleeps: list[float]) -> None:
    server = serve(http(b"", BUSY, "Retry-After: 1"))
    there = dial(server.base)
    with pytest.raises(TargetUnusable, match="429 Too Many Requests to the end") as raised:
        there.get()
    assert sleeps == [1.0, 1.0, 1.0]
    assert len(server.asked) == 4
    recorded = there.recorder.drain()
    assert raised.value.exchange == recorded[-1]


def test_a_secret_in_an_address_answered_429_is_not_told(
    serve: Serve, dial: Dial, sleeps: list[float]
) -> None:
    there = dial(serve(http(b"", BUSY)).base)
    with pytest.raises(TargetUnusable) as raised:
        there.get("/Location?access_token=S3cret")
    assert "S3cret" not in str(raised.value)
    assert len(sleeps) == 3


def test_a_target_that_is_always_busy_is_given_up(
    serve: Serve, dial: Dial, sleeps: list[float]
) -> None:
    server = serve(http(b"", BUSY, "Retry-After: 60"))
    there = dial(server.base)
    for _ in range(3):
        with pytest.raises(TargetUnusable, match="to the end"):
            there.get()
    with pytest.raises(TargetUnusable, match="was given up after 3"):
        there.get()
    assert len(server.asked) == 12
    assert len(sleeps) == 9


def test_503_with_a_time_is_asked_again(serve: Serve, dial: Dial, sleeps: list[float]) -> None:
    later = http(b"", "503 Later", "Retry-After: 4")
    assert dial(serve(_in_turn(later, http(b"{}"))).base).get().status == 200
    assert sleeps == [4.0]


def test_503_to_the_end_is_an_answer(serve: Serve, dial: Dial, sleeps: list[float]) -> None:
    there = dial(serve(http(b"", "503 Later", "Retry-After: 4")).base)
    assert there.get().status == 503
    assert sleeps == [4.0, 4.0, 4.0]


def test_503_without_a_time_is_an_answer_at_once(
    serve: Serve, dial: Dial, sleeps: list[float]
) -> None:
    server = serve(http(b"", "503 Later"))
    assert dial(server.base).get().status == 503
    assert sleeps == []
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", ["301 a", "302 b", "303 c", "307 d", "308 e"])
@pytest.mark.parametrize("location", ["{base}/new?code=a", "/R4/new?code=a", "new?code=a"])
def test_a_redirect_on_the_origin_is_followed_and_each_hop_recorded(
    serve: Serve, dial: Dial, status: str, location: str
) -> None:
    def answer(asked: Asked, _: socket.socket) -> bytes:
        if asked.path.endswith("/old"):
            return http(b"", status, f"Location: {location.format(base=server.base)}")
        return http(b"{}")

    server = serve(answer)
    there = dial(server.base)
    exchange = there.get("/old", headers={"Accept": "text/plain"})
    # Followed as it came, though the record masks a `code=` outside FHIR.
    assert server.paths == ["/R4/old", "/R4/new?code=a"]
    assert exchange.request.url == f"{server.base}/new?code=[redacted]"
    first, second = there.recorder.drain()
    assert (first.status, second) == (int(status[:3]), exchange)
    assert second.purpose == "a test (redirected)"
    assert server.asked[1].header("accept") == ["text/plain"]


def test_a_redirect_off_the_origin_is_returned_and_never_followed(serve: Serve, dial: Dial) -> None:
    foreign = serve(http(b"{}"))
    server = serve(http(b"", "302 Found", f"Location: {foreign.base}/Location"))
    there = dial(server.base)
    exchange = there.get(headers={"Authorization": "Bearer x"})
    assert exchange.status == 302
    assert there.recorder.drain() == (exchange,)
    assert foreign.asked == []


@pytest.mark.parametrize(
    "location",
    ["", "https://127.0.0.1:{port}/R4", "//example.org/x", "mailto:x", "http://[bad", "http://:x/"],
)
def test_a_redirect_that_leads_nowhere_on_the_origin_is_an_answer(
    serve: Serve, dial: Dial, location: str
) -> None:
    def answer(*_: object) -> bytes:
        return http(b"", "302 Found", f"Location: {location.format(port=server.port)}")

    server = serve(answer)
    assert dial(server.base).get().status == 302
    assert len(server.asked) == 1


def test_a_redirect_loop_ends(serve: Serve, dial: Dial) -> None:
    server = serve(http(b"", "302 Found", "Location: /R4/Location"))
    there = dial(server.base)
    assert there.get().status == 302
    assert len(server.asked) == len(there.recorder.drain()) == 6


def test_a_cookie_is_never_sent_back(serve: Serve, dial: Dial) -> None:
    server = serve(http(b"{}", "200 OK", "Set-Cookie: session=1"))
    there = dial(server.base)
    there.get()
    there.get()
    assert [asked.header("cookie") for asked in server.asked] == [[], []]


def test_a_200_with_a_location_is_no_redirect(serve: Serve, dial: Dial) -> None:
    server = serve(http(b"{}", "200 OK", "Location: /R4/elsewhere"))
    assert dial(server.base).get().status == 200
    assert len(server.asked) == 1
