"""An HTTP proxy on loopback that can rewrite what passes. Imports traffic and stdlib only.

It stands between `flexcheck` and a mock whose `public_url` is the proxy's origin.
"""

from __future__ import annotations

import sys
import threading
from functools import partial
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, urlsplit

from traffic import DIRECTORY, MEMBERS, Answer, Asked

if TYPE_CHECKING:
    from collections.abc import Callable

    Forward = Callable[[Asked], Answer]
    Change = Callable[[Asked, Forward], Answer]

#: Headers that belong to one connection, or that the proxy writes anew.
HOP = frozenset({"connection", "content-length", "transfer-encoding", "keep-alive", "date"})


def honest(asked: Asked, forward: Forward) -> Answer:
    """Change nothing."""
    return forward(asked)


class RewritingProxy(ThreadingHTTPServer):
    """Forwards each request through `change`; `upstream` is the port of the mock."""

    daemon_threads = True
    block_on_close = False
    change: Change = staticmethod(honest)
    upstream = 0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.faults: list[str] = []
        self.origin = f"http://127.0.0.1:{self.server_port}"
        self._searches: dict[str, Asked] = {}

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: Any) -> None:
        """Keep what went wrong; the client sees a connection that was cut."""
        fault = sys.exception()
        if not isinstance(fault, ConnectionError):
            self.faults.append(repr(fault))

    def understood(
        self, method: str, path: str, headers: tuple[tuple[str, str], ...], body: bytes
    ) -> Asked:
        parts = urlsplit(path)
        bases = (base for base in (DIRECTORY, MEMBERS) if parts.path.startswith(base))
        base = next(bases, "")
        if not base:  # What is no FHIR passes as it came, byte by byte.
            return Asked(path, headers=headers, method=method, body=body)
        below = parts.path.removeprefix(base).removeprefix("/")
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        first = self._searches.get(dict(query).get("_getpages", ""))
        asked = Asked(below, query, headers, first, base, method, body, parts.query)
        form = parse_qsl(body.decode(), keep_blank_values=True) if asked.is_posted else ()
        return asked.having([*query, *form])

    def forward(self, link: HTTPConnection, asked: Asked) -> Answer:
        """Ask the mock, and remember which search its pages belong to."""
        headers = {name: value for name, value in asked.headers if name.lower() not in HOP}
        link.request(asked.method, asked.url, asked.content or None, headers)
        got = link.getresponse()
        kept = {name.lower(): value for name, value in got.headers.items()}
        answer = Answer(got.status, got.read(), {n: v for n, v in kept.items() if n not in HOP})
        if asked.what == "search" and answer.bears("Bundle"):
            self._searches[answer.document["id"]] = asked
        return answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Or each body waits 40 ms for the ACK of its headers.
    disable_nagle_algorithm = True
    server: RewritingProxy

    def setup(self) -> None:
        super().setup()
        self._link = HTTPConnection("127.0.0.1", self.server.upstream)

    def finish(self) -> None:
        self._link.close()
        super().finish()

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = tuple(self.headers.items())
        asked = self.server.understood(self.command, self.path, headers, body)
        answer = self.server.change(asked, partial(self.server.forward, self._link))
        if answer.reset:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, value in {**answer.headers, "content-length": str(len(answer.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_POST = do_HEAD = do_DELETE = do_GET  # noqa: N815 - the library's names
