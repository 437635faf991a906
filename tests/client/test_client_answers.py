"""Any HTTP answer is an exchange to judge, recorded once with what is wrong with it."""

from __future__ import annotations

import gzip
import re
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest
from rough_server import http, reset

from conformance import __version__
from conformance.client import TargetUnusable

if TYPE_CHECKING:
    import socket

    from rough_server import Asked

    from conftest import Dial, Serve

BUNDLE = {"resourceType": "Bundle", "type": "searchset"}


@pytest.mark.parametrize(
    "status", ["200 OK", "400 Bad", "401 No", "404 Not Found", "500 Oops", "503 Later", "999 Odd"]
)
def test_any_status_is_an_answer(serve: Serve, dial: Dial, status: str) -> None:
    there = dial(serve(http(BUNDLE, status)).base)
    exchange = there.get()
    assert exchange.status == int(status[:3])
    assert exchange.document == BUNDLE
    assert exchange.error == ""
    assert there.recorder.drain() == (exchange,)


def test_an_exchange_tells_what_was_sent_and_what_came(serve: Serve, dial: Dial) -> None:
    there = dial(serve(http(BUNDLE, "200 OK", 'ETag: W/"1"')).base)
    exchange = there.get("/Location", params=(("name", "a b"), ("_count", "2")))
    assert (exchange.id, exchange.purpose) == ("ex-0001", "a test")
    assert exchange.request.method == "GET"
    assert exchange.request.url == f"{there.base}/Location?name=a+b&_count=2"
    assert exchange.response is not None
    assert exchange.response.header("ETag") == 'W/"1"'
    assert exchange.response.header("X-None") == ""
    assert exchange.response.body == '{"resourceType":"Bundle","type":"searchset"}'
    assert exchange.response.size == len(exchange.response.body)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", exchange.started)
    assert 0 < exchange.elapsed < 5
    assert str(exchange) == f"ex-0001  GET {exchange.request.url} -> 200"


def test_a_request_says_what_it_wants_and_who_asks(serve: Serve, dial: Dial) -> None:
    server = serve(http(BUNDLE))
    there = dial(server.base)
    there.get()
    there.get(headers={"Accept": "application/json"})
    first, second = server.asked
    assert first.header("accept") == ["application/fhir+json"]
    assert second.header("accept") == ["application/json"]
    assert first.header("user-agent") == [f"flexcheck/{__version__}"]
    assert first.header("accept-encoding") == ["gzip, deflate"]
    assert first.header("authorization") == first.header("cookie") == []


def test_recorded_headers_are_those_sent(serve: Serve, dial: Dial) -> None:
    server = serve(http(BUNDLE))
    recorded = dict(dial(server.base).get().request.headers)
    assert recorded == dict(server.asked[0].headers)


def test_repeated_headers_are_all_kept_in_order(serve: Serve, dial: Dial) -> None:
    there = dial(serve(http(b"", "200 OK", "Via: a", "X-B: 1", "Via: b")).base)
    response = there.get().response
    assert response is not None
    assert [pair for pair in response.headers if pair[0] in {"via", "x-b"}] == [
        ("via", "a"),
        ("x-b", "1"),
        ("via", "b"),
    ]


BODIES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", ""),
    "blank": (b" \n", ""),
    "HTML": (b"<html>Sorry</html>", "the body is not JSON"),
    "cut JSON": (b'{"resourceType": "Bun', "the body is not JSON"),
    "NaN": (b'{"a": NaN}', "the body is not JSON"),
    "invalid UTF-8": (b'{"name": "\xe9"}', "the body is not UTF-8 at byte 10"),
    "half a surrogate": (rb'{"name": "\ud800"}', "the body is not JSON"),
    "100,000 levels": (b"[" * 100_000 + b"]" * 100_000, "the body is not JSON"),
    "500 levels": (b'{"a":' * 500 + b"1" + b"}" * 500, "the body nests deeper than 100 levels"),
}


@pytest.mark.parametrize(("body", "problem"), BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_document_says_why(
    serve: Serve, dial: Dial, body: bytes, problem: str
) -> None:
    exchange = dial(serve(http(body)).base).get()
    assert exchange.status == 200
    assert exchange.document is None
    assert exchange.response is not None
    assert exchange.response.problem.startswith(problem)
    assert bool(exchange.response.problem) == bool(problem)
    assert exchange.response.size == len(body)


def test_a_body_of_ninety_levels_is_read(serve: Serve, dial: Dial) -> None:
    assert dial(serve(http(b"[" * 90 + b"]" * 90)).base).get().document is not None


def test_any_json_value_is_a_document(serve: Serve, dial: Dial) -> None:
    assert dial(serve(http(b'["a", null, 1e3]')).base).get().document == ["a", None, 1000.0]


PACKED = gzip.compress(b'{"resourceType": "Bundle"}')
DEFLATED = zlib.compress(b'{"resourceType": "Bundle"}')


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", PACKED),
        ("X-GZIP", PACKED),
        ("gzip", gzip.compress(b'{"resourceType": ') + gzip.compress(b'"Bundle"}')),
        ("deflate", DEFLATED),
        ("deflate", DEFLATED[2:-4]),
        ("identity", b'{"resourceType": "Bundle"}'),
    ],
    ids=["gzip", "x-gzip", "two members", "zlib", "raw deflate", "identity"],
)
def test_a_packed_body_is_unpacked(serve: Serve, dial: Dial, encoding: str, body: bytes) -> None:
    answer = http(body, "200 OK", f"Content-Encoding: {encoding}")
    exchange = dial(serve(answer).base).get()
    assert exchange.document == {"resourceType": "Bundle"}


@pytest.mark.parametrize(
    ("encoding", "body", "problem"),
    [
        ("gzip", b'{"resourceType": "Bundle"}', "incorrect header check"),
        ("gzip", PACKED[:-10], "it stops in the middle"),
        ("deflate", b"\xff\xff\xff\xff", "invalid"),
        ("br", b"\x0b\x02\x80{}\x03", "'br' was not asked for"),
        ("gzip, gzip", gzip.compress(PACKED), "'gzip, gzip' was not asked for"),
    ],
    ids=["not gzip", "cut gzip", "not deflate", "brotli", "twice"],
)
def test_a_body_that_cannot_be_unpacked_says_so(
    serve: Serve, dial: Dial, encoding: str, body: bytes, problem: str
) -> None:
    exchange = dial(serve(http(body, "200 OK", f"Content-Encoding: {encoding}")).base).get()
    assert exchange.response is not None
    assert "Content-Encoding cannot be undone" in exchange.response.problem
    assert problem in exchange.response.problem
    assert exchange.document is None


def test_a_gzip_bomb_ends_at_the_bound_and_takes_no_more_memory(serve: Serve, dial: Dial) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    there = dial(serve(http(bomb, "200 OK", "Content-Encoding: gzip")).base, max_body_bytes=4096)
    tracemalloc.start()
    try:
        response = there.get().response
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert response is not None
    assert response.problem == "the body is larger than 4096 bytes"
    assert response.size == 4096
    assert peak < 5_000_000


def test_a_body_too_large_is_cut_at_the_bound(serve: Serve, dial: Dial) -> None:
    there = dial(serve(http(b'"' + b"x" * 9998 + b'"')).base, max_body_bytes=5000)
    response = there.get().response
    assert response is not None
    assert (response.size, len(response.body)) == (5000, 5000)
    assert response.problem == "the body is larger than 5000 bytes"


def test_a_body_of_just_the_bound_is_whole(serve: Serve, dial: Dial) -> None:
    there = dial(serve(http(b'"' + b"x" * 4998 + b'"')).base, max_body_bytes=5000)
    assert there.get().document == "x" * 4998


def _chunked(first: bytes, connection: socket.socket) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    connection.sendall(head + b"%x\r\n%s\r\n" % (len(first), first))


def test_a_body_cut_by_a_reset_keeps_what_came(serve: Serve, dial: Dial) -> None:
    def answer(_: Asked, connection: socket.socket) -> None:
        _chunked(b'{"resourceType":', connection)
        reset(connection)

    response = dial(serve(answer).base).get().response
    assert response is not None
    assert response.status == 200
    assert response.problem.startswith("the body broke off")


def test_a_body_shorter_than_announced_says_so(serve: Serve, dial: Dial) -> None:
    response = dial(serve(http(b'{"a": 1}', length=500)).base).get().response
    assert response is not None
    assert response.body == '{"a": 1}'
    assert response.problem.startswith("the body broke off")
    assert response.document is None


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200", b"\x00\x01\x02\r\n\r\n", b"SSH-2.0-OpenSSH\r\n\r\n"],
    ids=["nothing", "half a line", "no HTTP", "another protocol"],
)
def test_no_http_answer_is_no_answer(serve: Serve, dial: Dial, answer: bytes) -> None:
    there = dial(serve(answer).base)
    with pytest.raises(TargetUnusable) as raised:
        there.get()
    (exchange,) = there.recorder.drain()
    assert raised.value.exchange == exchange
    assert exchange.response is None
    assert exchange.error.startswith("RemoteProtocolError")
    assert exchange.error in str(raised.value)
    assert str(exchange).endswith(f"-> no answer ({exchange.error})")


def test_headers_cut_by_a_reset_are_no_answer(serve: Serve, dial: Dial) -> None:
    def answer(_: Asked, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-")
        reset(connection)

    there = dial(serve(answer).base)
    with pytest.raises(TargetUnusable, match=r"ReadError|RemoteProtocolError"):
        there.get()


def test_secrets_that_come_back_are_masked_in_the_record(serve: Serve, dial: Dial) -> None:
    said = {"access_token": "first-secret", "echo": "learned secret/9", "code": "kept"}
    server = serve(http(said, "200 OK", "Set-Cookie: s=cookie-secret", "X-Echo: learned secret/9"))
    there = dial(server.base)
    there.redactor.learn("learned secret/9")
    exchange = there.get(
        "/Location",
        params=(("name", "learned secret/9"),),
        headers={"Authorization": "Bearer sent-secret"},
    )
    assert server.asked[0].header("authorization") == ["Bearer sent-secret"]
    kept = f"{exchange.request} {exchange.response} {exchange.request.headers}"
    assert exchange.response is not None
    kept += f"{exchange.response.headers} {exchange.response.body} {exchange.document}"
    for secret in ("first-secret", "cookie-secret", "sent-secret", "learned", "secret/9"):
        assert secret not in kept
    assert exchange.document["code"] == "kept"


def test_a_search_by_code_is_recorded_as_sent(serve: Serve, dial: Dial) -> None:
    link = "http://h/R4/Location?code=abc&token=2"
    server = serve(http({**BUNDLE, "link": [{"relation": "next", "url": link}]}))
    exchange = dial(server.base).get("/Location", params=(("code", "abc"),))
    assert exchange.request.url.endswith("?code=abc")
    assert exchange.document["link"][0]["url"] == link


def test_a_code_on_a_login_page_is_masked(serve: Serve, dial: Dial) -> None:
    page = b"<a href='/callback?code=abc'>"
    exchange = dial(serve(http(page, kind="text/html")).base).get("/oauth/authorize?code=abc")
    assert exchange.response is not None
    assert "abc" not in exchange.request.url + exchange.response.body
