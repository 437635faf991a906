"""Waits on loopback for the browser to come back from a login. May import the room's callback.

It hears one answer, at the registered address only, and shows the member how it ended.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import ExitStack, contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, cast

from conformance.auth.callback import Loopback, Parameters, is_answer, parameters_in
from conformance.auth.errors import CannotAuthorize, LoginFailed
from conformance.auth.landing import HEADERS, Landing, page

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Seconds a connection may say nothing: browsers open some in advance.
SILENCE = 5.0
#: Seconds the answer to the browser may wait for the token, and we for the browser to take it.
ENDING, FAREWELL = 120.0, 2.0


class Listener:
    """What all sockets of one login share: the first answer, and what is said to it."""

    def __init__(self, at: Loopback) -> None:
        self.at = at
        self._answers: Queue[Parameters] = Queue()
        self._taken = False
        self._lock = Lock()
        self._ended, self._shown = Event(), Event()
        self._landing = Landing("The login was not finished.", good=False)

    def __repr__(self) -> str:
        return f"Listener({self.at.port})"

    def wait(self, seconds: float) -> Parameters:
        """Return the parameters of the answer.

        Raises:
            LoginFailed: none came in time.
        """
        deadline = time.monotonic() + seconds
        # In short waits, or Windows would not notice Ctrl-C.
        while (left := deadline - time.monotonic()) > 0:
            with suppress(Empty):
                return self._answers.get(timeout=min(left, 0.5))
        raise LoginFailed(f"nobody came back from the login in {seconds:g} s; start it again")

    def end(self, landing: Landing) -> None:
        """Show the browser that waits for it how the login ended; the first word stands."""
        if self._ended.is_set():
            return
        self._landing = landing
        self._ended.set()
        if self._taken:
            self._shown.wait(FAREWELL)

    def hear(self, query: str) -> tuple[HTTPStatus, Landing]:
        """Take the first answer and return what is shown for it, once the login has ended."""
        parameters = parameters_in(query)
        if not is_answer(parameters):
            return HTTPStatus.BAD_REQUEST, Landing("There is no answer of a login here.")
        with self._lock:
            if self._taken:
                return HTTPStatus.GONE, Landing("This login has had its answer already.")
            self._taken = True
        self._answers.put(parameters)
        self._ended.wait(ENDING)
        landing = self._landing
        return (HTTPStatus.OK if landing.good else HTTPStatus.BAD_REQUEST), landing

    def shown(self) -> None:
        """Note that the browser has the page."""
        if self._ended.is_set():
            self._shown.set()


class _Handler(BaseHTTPRequestHandler):
    timeout = SILENCE
    server_version, sys_version = "flexcheck", ""

    def do_GET(self) -> None:
        listener = cast("_Server", self.server).listener
        path, _, query = self.path.partition("?")
        if self.headers.get("Host", "").lower() not in listener.at.hosts:
            self._show(HTTPStatus.MISDIRECTED_REQUEST, Landing("This is no address of flexcheck."))
        elif path != listener.at.path:
            self._show(HTTPStatus.NOT_FOUND, Landing("There is nothing here."))
        else:
            self._show(*listener.hear(query))
            listener.shown()

    def _show(self, status: HTTPStatus, landing: Landing) -> None:
        content = page(landing).encode()
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing: the library's line would show the code."""


class _Server(ThreadingHTTPServer):
    daemon_threads, block_on_close = True, False
    # Elsewhere than on POSIX it would let another program take the port from us.
    allow_reuse_address = os.name == "posix"

    def __init__(self, listener: Listener, address: str) -> None:
        self.listener = listener
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        super().__init__((address, listener.at.port), _Handler)

    def handle_error(self, *_: Any) -> None:
        """Say nothing: a browser may hang up, and a traceback would show what it asked for."""


@contextmanager
def listening(at: Loopback) -> Iterator[Listener]:
    """Listen at a redirect URI; nothing is left open behind it.

    Raises:
        CannotAuthorize: the port cannot be had.
    """
    listener = Listener(at)
    with ExitStack() as stack:
        for server in _opened(listener, stack):
            thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
        try:
            yield listener
        finally:
            listener.end(Landing("The login was not finished.", good=False))


def _opened(listener: Listener, stack: ExitStack) -> list[_Server]:
    """Open every address that a browser may go to; a machine may lack IPv6, not the port."""
    found: list[_Server] = []
    for address in listener.at.addresses:
        try:
            server = _Server(listener, address)
        except OSError as error:
            if ":" in address and found and not _in_use(address, listener.at.port):
                continue
            raise CannotAuthorize(
                f"cannot listen on {address} port {listener.at.port} ({error.strerror}), where"
                " the redirect URI leads: end the program that has the port, or register another"
            ) from None
        stack.callback(server.server_close)
        found.append(server)
    return found


def _in_use(address: str, port: int) -> bool:
    """Whether another program answers there: it would get the code."""
    try:
        with socket.create_connection((address, port), timeout=1.0):
            return True
    except OSError:
        return False
