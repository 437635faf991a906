"""A kept connection that the server closes meanwhile costs no answer; a new one is not retried."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rough_server import http

from conformance.client import TargetUnusable

if TYPE_CHECKING:
    import socket

    from rough_server import Asked

    from conftest import Dial, Serve

KEPT = http(b"{}").replace(b"Connection: close\r\n", b"")


class _Forgetful:
    """Answers the first request of a connection, and closes it when the second one comes."""

    def __init__(self) -> None:
        self.second: list[bytes] = []

    def __call__(self, _: Asked, connection: socket.socket) -> None:
        connection.sendall(KEPT)
        if more := connection.recv(65536):
            self.second.append(more)


def test_a_request_on_a_connection_that_was_closed_meanwhile_is_sent_again(
    serve: Serve, dial: Dial
) -> None:
    server = serve(_Forgetful())
    there = dial(server.base)
    assert [there.get().status for _ in range(3)] == [200, 200, 200]
    assert len(server.asked) == 3
    assert len(there.recorder.drain()) == 3


def test_a_post_is_not_sent_again(serve: Serve, dial: Dial) -> None:
    forgetful = _Forgetful()
    server = serve(forgetful)
    there = dial(server.base)
    assert there.get().status == 200
    with pytest.raises(TargetUnusable, match="RemoteProtocolError"):
        there.client.post(f"{there.base}/token", form=(("code", "1"),), purpose="a test")
    assert len(server.asked) == 1
    assert forgetful.second[0].startswith(b"POST ")


def test_a_connection_that_was_new_is_not_tried_again(serve: Serve, dial: Dial) -> None:
    server = serve(b"")
    with pytest.raises(TargetUnusable, match="RemoteProtocolError"):
        dial(server.base).get()
    assert len(server.asked) == 1
