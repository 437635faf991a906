"""One synchronous httpx client for one target. May import target, exchange, redaction."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

import httpx

from conformance.client.body import make_response, read_body
from conformance.client.deadline import Deadline
from conformance.client.network import transports
from conformance.client.politeness import Politeness, TargetUnusable
from conformance.client.request import join, make_request, redirect_of, seconds_of
from conformance.exchange import Exchange, Request, Response
from conformance.target.model import origin_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from conformance.client.body import Raw
    from conformance.client.recorder import Recorder
    from conformance.redaction import Redactor
    from conformance.target import Target

#: Answers that ask to come back later; 429 to the end is no answer at all (DESIGN, section 3).
BUSY = frozenset({429, 503})
MAX_TRIES = 4
MAX_REDIRECTS = 5


#: What stands behind the base in a FHIR request: a type, a page, the statement.
_FHIR_PATH = re.compile(r"/?(?:$|\?|[A-Z]|metadata)")


__all__ = ["Client", "TargetUnusable", "join"]


class Client:
    """Sends requests to one target's configured origins and records each exchange once.

    It never follows a redirect off its origin, bounds body size and total time, keeps to the rate
    and the request budget, honours `Retry-After` up to a cap, and gives a dead origin up.

    Raises:
        TargetError: the target's network settings cannot be used.
    """

    def __init__(self, target: Target, recorder: Recorder, redactor: Redactor) -> None:
        self._target = target
        self.limits = target.limits
        self._recorder = recorder
        self._redactor = redactor
        self._bases = tuple(base for base in (target.directory_base, target.fhir_base) if base)
        self._politeness = Politeness(self.limits)
        self._deadline = Deadline()
        self._transports = transports(target, self._deadline)

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
        for transport in self._transports.values():
            transport.close()

    def stop(self) -> None:
        """Send nothing more: whoever asks for it from now on gets `TargetUnusable`."""
        self._politeness.stop()

    def learn(self, *secrets: str) -> None:
        """Remember secrets, so that no record keeps them."""
        self._redactor.learn(*secrets)

    def get(  # noqa: PLR0913 - each is a part of a request
        self,
        url: str,
        params: tuple[tuple[str, str], ...] = (),
        *,
        purpose: str,
        headers: dict[str, str] | None = None,
        auth: httpx.Auth | None = None,
        follow: bool = True,
        inspect: Callable[[Raw], None] | None = None,
    ) -> Exchange:
        """GET an address below a configured origin and return the recorded exchange.

        Any HTTP answer is returned, a 5xx too. Redirects on the same origin are followed, each
        hop recorded; one that leaves the origin is returned as it is.

        Args:
            url: the address.
            params: its query.
            purpose: a few words for a reader.
            headers: more headers.
            auth: adds credentials, and asks again where they were too old.
            follow: whether redirects are followed.
            inspect: sees each answer as it came, before it is recorded.

        Raises:
            TargetUnusable: no usable answer was had.
        """
        request = self._request("GET", url, params, headers)
        exchange, location = self._authorized(request, purpose, auth, inspect)
        for _ in range(MAX_REDIRECTS if follow else 0):
            onward = redirect_of(exchange, location)
            if not onward:
                break
            request = self._request("GET", onward, (), headers)
            exchange, location = self._authorized(request, f"{purpose} (redirected)", auth, inspect)
        return exchange

    def post(  # noqa: PLR0913 - each is a part of a request
        self,
        url: str,
        form: Sequence[tuple[str, str]],
        *,
        purpose: str,
        headers: dict[str, str] | None = None,
        auth: httpx.Auth | None = None,
        inspect: Callable[[Raw], None] | None = None,
    ) -> Exchange:
        """POST a form to an address below a configured origin. No redirect is followed.

        The arguments are those of `get`. A `Content-Type` among the headers replaces that of a
        form; the fields are then sent as one JSON object.

        Raises:
            TargetUnusable: no usable answer was had.
        """
        request = self._request("POST", url, (), headers, form=form)
        return self._authorized(request, purpose, auth, inspect)[0]

    def send(
        self,
        method: str,
        url: str,
        *,
        purpose: str,
        headers: Mapping[str, str] | None = None,
        auth: httpx.Auth | None = None,
    ) -> Exchange:
        """Send a request of any method, without a body. No redirect is followed.

        The arguments are those of `get`.

        Raises:
            TargetUnusable: no usable answer was had.
        """
        return self._authorized(self._request(method, url, (), headers), purpose, auth, None)[0]

    def _request(
        self,
        method: str,
        url: str,
        params: tuple[tuple[str, str], ...],
        headers: Mapping[str, str] | None,
        *,
        form: Sequence[tuple[str, str]] | None = None,
    ) -> httpx.Request:
        shown = self._redactor.text(url)
        if origin_of(url) not in self._target.origins:
            raise ValueError(f"{shown} is not on a configured origin of {self._target.name}")
        try:
            return make_request(
                method,
                url,
                params=params,
                headers=headers,
                form=form,
                timeout=self.limits.timeout_seconds,
            )
        except httpx.InvalidURL as error:
            raise TargetUnusable(f"{shown!r} is no address a client can use: {error}") from None

    def _authorized(
        self,
        request: httpx.Request,
        purpose: str,
        auth: httpx.Auth | None,
        inspect: Callable[[Raw], None] | None,
    ) -> tuple[Exchange, str]:
        """Let an httpx auth flow send the request, once or again with new credentials."""
        flow = (auth or httpx.Auth()).sync_auth_flow(request)
        try:
            sent = next(flow)
            while True:
                exchange, location = self._ask(sent, purpose, inspect)
                try:
                    sent = flow.send(httpx.Response(exchange.status, request=sent))
                except StopIteration:
                    return exchange, location
        finally:
            flow.close()

    def _ask(
        self, request: httpx.Request, purpose: str, inspect: Callable[[Raw], None] | None
    ) -> tuple[Exchange, str]:
        """Send until there is an answer other than "come back later"."""
        for attempt in range(1, MAX_TRIES + 1):
            exchange, location = self._send_once(request, purpose, inspect)
            if exchange.status not in BUSY:
                return exchange, location
            wait = self._come_back(exchange)
            if attempt == MAX_TRIES or wait is None:
                break
            self._politeness.pause(origin_of(str(request.url)), wait)
        if exchange.status == httpx.codes.TOO_MANY_REQUESTS:
            self._politeness.count(origin_of(str(request.url)), "429 to the end")
            raise TargetUnusable(
                f"{exchange.request.url}: 429 Too Many Requests to the end", exchange
            )
        return exchange, location

    def _come_back(self, exchange: Exchange) -> float | None:
        """Seconds until the next try; None where a 503 names no time (then it is an answer)."""
        after = exchange.response.header("retry-after") if exchange.response else ""
        if not after:
            return 1.0 if exchange.status == httpx.codes.TOO_MANY_REQUESTS else None
        return min(seconds_of(after), self.limits.retry_after_cap)

    def _send_once(
        self, request: httpx.Request, purpose: str, inspect: Callable[[Raw], None] | None
    ) -> tuple[Exchange, str]:
        """Send and record; return the exchange and, as it came, where a redirect leads."""
        origin = origin_of(str(request.url))
        with self._politeness.turn(origin):
            exchange, location = self._exchange(request, purpose, inspect)
            self._recorder.add(exchange)
            if exchange.status != httpx.codes.TOO_MANY_REQUESTS:
                self._politeness.count(origin, exchange.error)
        if exchange.error:
            raise TargetUnusable(f"{exchange.request.url}: {exchange.error}", exchange)
        return exchange, location

    def _exchange(
        self, request: httpx.Request, purpose: str, inspect: Callable[[Raw], None] | None
    ) -> tuple[Exchange, str]:
        """Send a request and describe what came of it; a replay has another way."""
        started, clock, worked = datetime.now(UTC), time.monotonic(), time.thread_time()
        self._deadline.at = clock + self.limits.timeout_seconds
        ended, response, location, error = self._transfer(request, inspect)
        exchange = Exchange(
            id=self._recorder.next_id(),
            purpose=purpose,
            started=started.isoformat(timespec="microseconds"),
            elapsed=round(ended - clock, 6),
            request=self._recorded(request),
            response=response,
            error=error,
            own=round(time.thread_time() - worked, 6),
        )
        return exchange, location

    def _transfer(
        self, request: httpx.Request, inspect: Callable[[Raw], None] | None
    ) -> tuple[float, Response | None, str, str]:
        """Return when the answer had ended (`time.monotonic()`), the answer, where it leads."""
        try:
            # Not `httpx.Client.send`: it fails on a Location it cannot read, and keeps cookies.
            answer = self._transports[origin_of(str(request.url))].handle_request(request)
        except httpx.TransportError as error:
            said = self._redactor.text(f"{type(error).__name__}: {error}")
            return time.monotonic(), None, "", said
        try:
            body = read_body(answer, self.limits.max_body_bytes, self._deadline.at)
        finally:
            answer.close()
        ended = time.monotonic()
        fhir = self._is_fhir(str(request.url))
        response = make_response(answer, body, self._redactor, fhir=fhir, inspect=inspect)
        return ended, response, answer.headers.get("location", ""), ""

    def _is_fhir(self, url: str) -> bool:
        """Whether an address is one of FHIR's own, where `code=` is a search and no secret."""
        return any(
            url.startswith(base) and _FHIR_PATH.match(url, len(base)) for base in self._bases
        )

    def _recorded(self, request: httpx.Request) -> Request:
        url = str(request.url)
        fhir = self._is_fhir(url)
        return Request(
            method=request.method,
            url=self._redactor.text(url, fhir=fhir),
            headers=self._redactor.headers(request.headers.multi_items()),
            body=self._redactor.text(request.content.decode(), fhir=fhir),
        )
