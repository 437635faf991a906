"""One synchronous httpx client for one target. May import target, exchange, redaction."""

from __future__ import annotations

import ssl
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin, urlsplit

import httpx

from conformance import __version__
from conformance.client.body import read_response
from conformance.exchange import Exchange, Request, Response
from conformance.target.model import origin_of

if TYPE_CHECKING:
    from types import TracebackType

    from conformance.client.recorder import Recorder
    from conformance.redaction import Redactor
    from conformance.target import Target

FHIR_JSON = "application/fhir+json"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Answers that ask to come back later; 429 to the end is no answer at all (DESIGN, section 3).
BUSY = frozenset({429, 503})
MAX_TRIES = 4
MAX_REDIRECTS = 5
#: After this many requests in a row without any answer, an origin is given up.
GIVE_UP_AFTER = 3


class TargetUnusable(Exception):  # noqa: N818 - not an error of ours: the environment failed
    """No usable answer was had: connection, TLS, time-out, 429 to the end, budget spent."""

    def __init__(self, message: str, exchange: Exchange | None = None) -> None:
        super().__init__(message)
        self.exchange = exchange


class Client:
    """Sends requests to one target's configured origins and records each exchange once.

    It never follows a redirect off its origin, bounds body size and total time, keeps to the rate
    and the request budget, honours `Retry-After` up to a cap, and gives a dead origin up.
    """

    def __init__(self, target: Target, recorder: Recorder, redactor: Redactor) -> None:
        self._target = target
        self.limits = target.limits
        self._recorder = recorder
        self._redactor = redactor
        self._silent: dict[str, int] = {}
        self._next_at = 0.0
        self._http = httpx.Client(
            headers={
                "Accept": FHIR_JSON,
                "Accept-Encoding": "gzip, deflate",
                "User-Agent": f"flexcheck/{__version__}",
            },
            timeout=httpx.Timeout(self.limits.timeout_seconds),
            follow_redirects=False,
            verify=_tls(target),
            proxy=target.network.proxy or None,
            trust_env=not _all_loopback(target),
        )

    def __repr__(self) -> str:
        return f"Client({self._target.name!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def get(
        self,
        url: str,
        params: tuple[tuple[str, str], ...] = (),
        *,
        purpose: str,
        headers: dict[str, str] | None = None,
    ) -> Exchange:
        """GET an address below a configured origin and return the recorded exchange.

        Any HTTP answer is returned, a 5xx too. Redirects on the same origin are followed, each
        hop recorded; one that leaves the origin is returned as it is.

        Raises:
            TargetUnusable: no usable answer was had.
        """
        exchange = self._ask(self._request(url, params, headers), purpose)
        for _ in range(MAX_REDIRECTS):
            onward = self._redirect(exchange)
            if not onward:
                break
            exchange = self._ask(self._request(onward, (), headers), f"{purpose} (redirected)")
        return exchange

    def _request(
        self, url: str, params: tuple[tuple[str, str], ...], headers: dict[str, str] | None
    ) -> httpx.Request:
        if origin_of(url) not in self._target.origins:
            raise ValueError(f"{url} is not on a configured origin of {self._target.name}")
        try:
            return self._http.build_request(
                "GET", url, params=list(params) if params else None, headers=headers
            )
        except httpx.InvalidURL as error:
            raise TargetUnusable(f"{url!r} is no address a client can use: {error}") from None

    def _redirect(self, exchange: Exchange) -> str:
        if exchange.status not in REDIRECTS or exchange.response is None:
            return ""
        location = exchange.response.header("location")
        onward = urljoin(exchange.request.url, location) if location else ""
        return onward if origin_of(onward) == origin_of(exchange.request.url) else ""

    def _ask(self, request: httpx.Request, purpose: str) -> Exchange:
        """Send until there is an answer other than "come back later"."""
        for attempt in range(1, MAX_TRIES + 1):
            exchange = self._send_once(request, purpose)
            if exchange.status not in BUSY:
                return exchange
            wait = self._come_back(exchange)
            if attempt == MAX_TRIES or wait is None:
                break
            time.sleep(wait)
        if exchange.status == httpx.codes.TOO_MANY_REQUESTS:
            raise TargetUnusable(f"{request.url}: 429 Too Many Requests to the end", exchange)
        return exchange

    def _come_back(self, exchange: Exchange) -> float | None:
        """Seconds until the next try; None where a 503 names no time (then it is an answer)."""
        after = exchange.response.header("retry-after") if exchange.response else ""
        if not after:
            return 1.0 if exchange.status == httpx.codes.TOO_MANY_REQUESTS else None
        return min(_seconds(after), self.limits.retry_after_cap)

    def _send_once(self, request: httpx.Request, purpose: str) -> Exchange:
        origin = origin_of(str(request.url))
        self._keep_limits(origin)
        started, clock = datetime.now(UTC), time.monotonic()
        response, error = self._transfer(request, clock + self.limits.timeout_seconds)
        exchange = Exchange(
            id=self._recorder.next_id(),
            purpose=purpose,
            started=started.isoformat(timespec="milliseconds"),
            elapsed=round(time.monotonic() - clock, 6),
            request=self._recorded(request),
            response=response,
            error=error,
        )
        self._recorder.add(exchange)
        self._silent[origin] = self._silent.get(origin, 0) + 1 if error else 0
        if error:
            raise TargetUnusable(f"{exchange.request.url}: {error}", exchange)
        return exchange

    def _transfer(self, request: httpx.Request, deadline: float) -> tuple[Response | None, str]:
        try:
            answer = self._http.send(request, stream=True)
        except httpx.TransportError as error:
            return None, self._redactor.text(f"{type(error).__name__}: {error}")
        try:
            bound = self.limits.max_body_bytes
            return read_response(answer, self._redactor, max_bytes=bound, deadline=deadline), ""
        finally:
            answer.close()

    def _recorded(self, request: httpx.Request) -> Request:
        return Request(
            method=request.method,
            url=self._redactor.text(str(request.url)),
            headers=self._redactor.headers(request.headers.multi_items()),
        )

    def _keep_limits(self, origin: str) -> None:
        if self._silent.get(origin, 0) >= GIVE_UP_AFTER:
            raise TargetUnusable(
                f"{origin} was given up after {GIVE_UP_AFTER} requests in a row without an answer"
            )
        budget = self.limits.request_budget
        if budget and self._recorder.sent >= budget:
            raise TargetUnusable(f"the request budget of {budget} is spent (limits.request_budget)")
        if rate := self.limits.requests_per_second:
            now = time.monotonic()
            time.sleep(max(0.0, self._next_at - now))
            self._next_at = max(now, self._next_at) + 1.0 / rate


def _seconds(retry_after: str) -> float:
    """Read a `Retry-After` header (RFC 9110 10.2.3): seconds or a date; nonsense is one second."""
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 1.0


def _tls(target: Target) -> ssl.SSLContext | bool:
    network = target.network
    if not network.ca_bundle and not network.client_certificate:
        return True
    context = ssl.create_default_context(cafile=network.ca_bundle or None)
    if network.client_certificate:
        context.load_cert_chain(network.client_certificate, network.client_key or None)
    return context


def _all_loopback(target: Target) -> bool:
    """Whether the target is on this machine: then a proxy from the environment is no way to it."""
    return all(urlsplit(origin).hostname in LOOPBACK for origin in target.origins)
