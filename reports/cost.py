"""What a run cost: requests, bytes, latency by endpoint, and how much of the time was ours.

Made from the run log alone. Imports runlog and wording.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from reports.wording import api_title, clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from conformance.exchange import Exchange, Request
    from conformance.runlog import Run

_PATH = re.compile(
    r"(?P<type>[A-Z][A-Za-z]*)(?:/(?P<search>_search)|/(?P<id>[^/]+)(?:/(?P<history>_history)/[^/]+)?)?"
)
_BASES = (("DIR", "directory_base"), ("PA", "fhir_base"))


@dataclass(frozen=True, slots=True)
class Spread:
    """Half of the values are at most `p50`, 95 of 100 at most `p95` (nearest rank)."""

    p50: float
    p95: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Return the spread of some values; 0.0 of none."""
        ranked = sorted(values) or [0.0]
        return cls(*(ranked[ceil(part * len(ranked)) - 1] for part in (0.5, 0.95, 1)))

    def to_json(self) -> dict[str, float]:
        """Return all in milliseconds."""
        return {
            "p50": round(self.p50 * 1000, 2),
            "p95": round(self.p95 * 1000, 2),
            "max": round(self.most * 1000, 2),
        }


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What one interaction with one resource type cost; times are seconds, sizes bytes.

    `api` is its title, "" of what is none (an authorization server). `unanswered` requests have
    no latency, for they ended in an error; where no other was sent, it is None.
    """

    api: str
    name: str
    requests: int
    unanswered: int
    received: int
    latency: Spread | None

    def to_json(self) -> dict[str, Any]:
        """Return the item of `cost.endpoints` in summary.json."""
        return {
            "api": self.api,
            "endpoint": self.name,
            "requests": self.requests,
            "unanswered": self.unanswered,
            "bytes_received": self.received,
            "latency_ms": self.latency and self.latency.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run cost.

    `sent` are the bytes of request lines, headers and bodies as they are recorded, `received`
    those of bodies, decompressed. `seconds` is the whole run, `under_way` the part of it in which
    at least one request was, `at_once` how many were at most. `own` is our processor time in the
    run, the mock's not among it (None where the log does not tell), `handling` our processor time
    for an exchange: to send, redact, read and record it.
    """

    requests: int
    sent: int
    received: int
    latency: Spread
    seconds: float
    under_way: float
    at_once: int
    own: float | None
    handling: Spread
    endpoints: tuple[Endpoint, ...]

    @property
    def share(self) -> float | None:
        """Our processor time as a part of the run's time."""
        return None if self.own is None or not self.seconds else self.own / self.seconds

    def to_json(self) -> dict[str, Any]:
        """Return `cost` of summary.json (docs/reports.md)."""
        return {
            "requests": self.requests,
            "bytes": {"sent": self.sent, "received": self.received},
            "latency_ms": self.latency.to_json(),
            "seconds": self.seconds,
            "seconds_under_way": round(self.under_way, 3),
            "at_once": self.at_once,
            "own_seconds": self.own,
            "own_share": None if self.share is None else round(self.share, 3),
            "own_ms_per_exchange": self.handling.to_json(),
            "endpoints": [endpoint.to_json() for endpoint in self.endpoints],
        }


def cost_of(run: Run) -> Cost:
    """Return what a run cost; of one that did not end, what is known by its last exchange."""
    exchanges = list(run.exchanges.values())
    bases = api_bases(run)
    grouped: defaultdict[tuple[str, str], list[Exchange]] = defaultdict(list)
    for exchange in exchanges:
        grouped[endpoint_of(exchange.request, bases)].append(exchange)
    under_way, at_once, whole = _overlap(exchanges)
    return Cost(
        requests=run.footer.get("requests", len(exchanges)),
        sent=sum(_size(exchange.request) for exchange in exchanges),
        received=_received(exchanges),
        latency=_latency(exchanges),
        seconds=run.footer.get("seconds", round(whole, 3)),
        under_way=under_way,
        at_once=at_once,
        own=run.footer.get("own_seconds"),
        handling=Spread.of(exchange.own for exchange in exchanges),
        endpoints=tuple(_endpoint(*place, grouped[place]) for place in sorted(grouped)),
    )


def _endpoint(api: str, name: str, exchanges: Sequence[Exchange]) -> Endpoint:
    answered = sum(exchange.response is not None for exchange in exchanges)
    return Endpoint(
        api,
        name,
        requests=len(exchanges),
        unanswered=len(exchanges) - answered,
        received=_received(exchanges),
        latency=_latency(exchanges) if answered else None,
    )


def _received(exchanges: Iterable[Exchange]) -> int:
    return sum(exchange.response.size for exchange in exchanges if exchange.response)


def _latency(exchanges: Iterable[Exchange]) -> Spread:
    return Spread.of(exchange.elapsed for exchange in exchanges if exchange.response)


def _size(request: Request) -> int:
    head = f"{request.method} {request.url} HTTP/1.1\r\n"
    lines = "".join(f"{name}: {value}\r\n" for name, value in request.headers)
    return len(f"{head}{lines}\r\n{request.body}".encode("utf-8", "replace"))


def api_bases(run: Run) -> dict[str, str]:
    """Return the address of each FHIR API of the target by its title."""
    target = run.header.get("target", {})
    found = {api_title(area): str(target.get(key) or "") for area, key in _BASES}
    return {api: base.rstrip("/") for api, base in found.items() if base}


def endpoint_of(request: Request, bases: Mapping[str, str]) -> tuple[str, str]:
    """Name API, and interaction and type: `search Location`; what is not FHIR by method and path.

    Args:
        request: what was sent.
        bases: the addresses of the FHIR APIs, by title.
    """
    parts = urlsplit(request.url)
    for api, base in sorted(bases.items(), key=lambda item: len(item[1]), reverse=True):
        if re.match(rf"{re.escape(base)}(?:[/?]|$)", request.url):
            path = request.url[len(base) :].partition("?")[0].strip("/")
            return api, _interaction(request.method, path, parse_qs(parts.query))
    return "", clean(f"{request.method} {parts.path or '/'}")


def _interaction(method: str, path: str, query: dict[str, list[str]]) -> str:
    if not path and "_getpages" in query:
        return "next page"
    found = _PATH.fullmatch(path)
    if found is None or method not in {"GET", "POST"}:
        return clean(f"{method} {found['type'] if found else path or '/'}")
    word = "search"
    if found["id"]:
        word = "vread" if found["history"] else "read"
    return f"{word} {found['type']}{' by POST' if found['search'] else ''}"


def _overlap(exchanges: Iterable[Exchange]) -> tuple[float, int, float]:
    """Return seconds with a request under way, how many were at most, and first to last."""
    moments: list[tuple[float, int]] = []
    for exchange in exchanges:
        start = datetime.fromisoformat(exchange.started).timestamp()
        # An end comes before a start of the same moment.
        moments += [(start, 1), (start + exchange.elapsed, -1)]
    moments.sort()
    busy, at_once, now, before = 0.0, 0, 0, 0.0
    for moment, step in moments:
        busy += moment - before if now else 0.0
        now, before = now + step, moment
        at_once = max(at_once, now)
    return busy, at_once, moments[-1][0] - moments[0][0] if moments else 0.0
