"""A transport that ends a request at a point in time, however slowly the bytes drip.

httpx bounds each single read: a server that sends one header byte at a time would never be done.
Here every read, write and connect below one request shares one deadline. Imports nothing of ours.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator

#: httpcore logs whole headers at debug level: tokens going out, codes coming back.
for _name in ("connection", "http11", "http2", "proxy", "socks"):
    logging.getLogger(f"httpcore.{_name}").addFilter(lambda _record: False)


#: Seconds an idle connection is kept: less than the 5 after which common servers close it.
KEEP_IDLE = 4.0
#: Methods whose repetition changes nothing.
SAFE = frozenset({"GET", "HEAD"})


class Deadline(threading.local):
    """The `time.monotonic()` by which the request under way in this thread has to be done.

    `opened` counts the connections that this thread opened.
    """

    at = float("inf")
    opened = 0

    def left(self, wanted: float | None) -> float:
        """Return how long one operation may take: what it asks for, or what is left.

        Raises:
            httpcore.ReadTimeout: nothing is left.
        """
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("no complete answer within the time limit")
        return left if wanted is None else min(wanted, left)


class _Stream(httpcore.NetworkStream):
    """A connection whose operations end at the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.SyncBackend):
    """Opens such connections, and counts them."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        self._deadline.opened += 1
        left = self._deadline.left(timeout)
        stream = super().connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(stream, self._deadline)


class DeadlineTransport(httpx.BaseTransport):
    """An httpx transport on httpcore's own pool, with the deadline beneath it.

    Args:
        tls: how servers are verified, and the client certificate.
        proxy: the address of the proxy to go through, "" for none.
        deadline: shared with whoever sends; set it before each request.
    """

    def __init__(self, *, tls: ssl.SSLContext | None, proxy: str, deadline: Deadline) -> None:
        self._deadline = deadline
        backend = _Backend(deadline)
        if proxy:
            through = httpx.Proxy(proxy)
            self._pool: httpcore.ConnectionPool = httpcore.HTTPProxy(
                proxy_url=_core_url(through.url),
                proxy_auth=through.raw_auth,
                ssl_context=tls,
                max_connections=None,  # who sends keeps to the target's limit
                keepalive_expiry=KEEP_IDLE,
                network_backend=backend,
            )
        else:
            self._pool = httpcore.ConnectionPool(
                ssl_context=tls,
                max_connections=None,
                keepalive_expiry=KEEP_IDLE,
                network_backend=backend,
            )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; the body is read when the caller asks for it.

        A server that closes an idle connection may do so while the next request is on its way: a
        safe one is then sent again on a new connection (RFC 9110, section 9.2.2).
        """
        opened = self._deadline.opened
        try:
            return self._send(request)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            if request.method not in SAFE or self._deadline.opened != opened:
                raise
        return self._send(request)

    def _send(self, request: httpx.Request) -> httpx.Response:
        with _as_httpx():
            answer = self._pool.handle_request(
                httpcore.Request(
                    request.method,
                    _core_url(request.url),
                    headers=request.headers.raw,
                    content=request.read(),
                    extensions=request.extensions,
                )
            )
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


def _core_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )


@contextmanager
def _as_httpx() -> Iterator[None]:
    """Raise httpcore's exceptions as httpx's, which have the same names."""
    try:
        yield
    except (httpcore.NetworkError, httpcore.TimeoutException) as error:
        raise _namesake(error) from error
    except (httpcore.ProtocolError, httpcore.ProxyError, httpcore.UnsupportedProtocol) as error:
        raise _namesake(error) from error
    except UnicodeError as error:  # socket: a host name that cannot be one
        raise httpx.ConnectError(str(error)) from error


def _namesake(error: Exception) -> httpx.TransportError:
    kind = getattr(httpx, type(error).__name__, httpx.TransportError)
    made: httpx.TransportError = kind(str(error))
    return made
