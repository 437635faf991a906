"""A client that answers from a run log instead of the network. May import the client, runlog.

What a check judged is what was recorded, so the same suites on the same answers must come to the
same findings: that is how an evidence archive is judged again, offline.
"""

from __future__ import annotations

from collections import defaultdict, deque
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from conformance.client.body import Raw
from conformance.client.http import Client
from conformance.client.politeness import Politeness, TargetUnusable
from conformance.clock import told_by
from conformance.parsing import parse_body
from conformance.target.model import is_below

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable
    from types import TracebackType
    from typing import Self

    from conformance.client.recorder import Recorder
    from conformance.exchange import Exchange, Request
    from conformance.redaction import Redactor
    from conformance.target import Target

#: What only keeps a session: no check judges it, and threads may have renewed it at other moments.
SESSION = "session: "
#: What the message of a finding says where the log holds no answer to a request.
NOT_RECORDED = "not recorded"


class Clock:
    """Time as the recorded run saw it: a token expires in a replay when it did then."""

    def __init__(self) -> None:
        self._now = 0.0
        self._start: datetime | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(told_by(self))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def monotonic(self) -> float:
        """Return seconds since the recorded run began."""
        return self._now

    def sleep(self, seconds: float, /) -> None:
        """Let so many seconds pass."""
        self._now += max(0.0, seconds)

    def pass_to(self, exchange: Exchange) -> None:
        """Go to the moment at which an exchange had ended.

        That may be back in time: of two xdist workers, each had a course of its own.
        """
        started = datetime.fromisoformat(exchange.started)
        self._start = self._start or started
        self._now = (started - self._start).total_seconds() + exchange.elapsed


class Tape:
    """The recorded exchanges, each given out once, in order.

    A FHIR request is answered only by the very same one, by one with the same headers first. Where
    a login makes values up (state, challenges), the next exchange of that purpose and path answers;
    so it does where the log has `pseudonyms` of members, for a value that was made of another's
    part is another then.
    """

    def __init__(self, exchanges: Iterable[Exchange], *, pseudonyms: bool = False) -> None:
        self.pseudonyms = pseudonyms
        self._same: defaultdict[Hashable, deque[Exchange]] = defaultdict(deque)
        self._exact: defaultdict[Hashable, deque[Exchange]] = defaultdict(deque)
        self._alike: defaultdict[Hashable, deque[Exchange]] = defaultdict(deque)
        self._given: set[str] = set()
        #: The last answer that each kind of session request got.
        self._session: dict[Hashable, Exchange] = {}
        for exchange in exchanges:
            exactly = _exactly(exchange.request, exchange.purpose)
            self._same[exactly, exchange.request.headers].append(exchange)
            self._exact[exactly].append(exchange)
            self._alike[_alike(exchange.request, exchange.purpose)].append(exchange)

    def answer(self, request: Request, purpose: str, *, alike: bool) -> Exchange | None:
        """Return the recorded exchange of a request, None where there is none left."""
        exactly, kind = _exactly(request, purpose), _alike(request, purpose)
        # Threads may have sent two that differ in a header only in the other order.
        found = self._next(self._same[exactly, request.headers])
        if found is None:
            found = self._next(self._exact[exactly])
        if found is None and alike:
            found = self._next(self._alike[kind])
        if purpose.startswith(SESSION):
            found = found or self._session.get(kind)
            if found:
                self._session[kind] = found
        return found

    def _next(self, waiting: deque[Exchange]) -> Exchange | None:
        while waiting:
            exchange = waiting.popleft()
            if exchange.id not in self._given:
                self._given.add(exchange.id)
                return exchange
        return None


def _exactly(request: Request, purpose: str) -> Hashable:
    return purpose, request.method, request.url, request.body


def _alike(request: Request, purpose: str) -> Hashable:
    parts = urlsplit(request.url)
    return purpose, request.method, parts.netloc, parts.path


class ReplayClient(Client):
    """Gives every request the answer that a run log holds; it never opens a connection."""

    def __init__(
        self, target: Target, recorder: Recorder, redactor: Redactor, tape: Tape, clock: Clock
    ) -> None:
        super().__init__(target, recorder, redactor)
        self._politeness = Politeness(self.limits, clock.sleep)
        self._tape = tape
        self._clock = clock
        #: Exchanges that answered another request than theirs: a login made a value up anew.
        self.loose: list[str] = []
        #: The `state` of each recorded login, and the one that was made up in its place.
        self._states: dict[str, str] = {}

    def _exchange(
        self, request: httpx.Request, purpose: str, inspect: Callable[[Raw], None] | None
    ) -> tuple[Exchange, str]:
        asked = self._recorded(request)
        alike = not self._is_fhir(str(request.url)) or self._is_hidden(str(request.url))
        found = self._tape.answer(asked, purpose, alike=alike)
        if found is None:
            raise TargetUnusable(f"{NOT_RECORDED}: {asked.method} {asked.url} ({purpose})")
        if (found.request.url, found.request.body) != (asked.url, asked.body):
            self.loose.append(found.id)
            if (before := _state_of(found.request.url)) and (now := _state_of(asked.url)):
                self._states[before] = now
        self._clock.pass_to(found)
        response = found.response
        if response is None:
            return found, ""
        if inspect:
            headers = httpx.Headers(
                [
                    (name, self._as_now(value) if name == "location" else value)
                    for name, value in response.headers
                ]
            )
            inspect(Raw(response.status, headers, response.body))
        document, _ = parse_body(response.body, response.problem)
        answered = replace(found, response=replace(response, document=document))
        return answered, self._as_now(response.header("location"))

    def _is_hidden(self, url: str) -> bool:
        """Whether the log has pseudonyms where an address leads."""
        return self._tape.pseudonyms and not is_below(self._target.public_base, url)

    def _as_now(self, location: str) -> str:
        """Return a recorded redirect with the `state` that was sent this time, if it kept it."""
        state = _state_of(location)
        return location.replace(state, self._states[state]) if state in self._states else location


def _state_of(url: str) -> str:
    """Return the `state` in an address as it is written there, "" where there is none."""
    pairs = (pair.partition("=") for pair in urlsplit(url).query.split("&"))
    return next((value for name, _, value in pairs if name == "state"), "")
