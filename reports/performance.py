"""How the target performed: requests, times and bytes of each endpoint. Imports exchanges."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reports.wording import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from conformance.exchange import Exchange
    from conformance.runlog import Run

#: What an address below no FHIR base is of: the authorization server.
ELSEWHERE = "Authorization"
_BASES = (("Provider Directory", "directory_base"), ("Patient Access", "fhir_base"))
_TYPE = re.compile(r"[A-Z][A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint of one API: `GET /Location/{id}`.

    `count` requests were sent, `unanswered` of them had no answer. `p50`, `p95` and `slowest` are
    milliseconds from request to the last byte (nearest rank) of those answered, None where none
    was; `size` is bytes of all bodies received.
    """

    api: str
    name: str
    count: int
    unanswered: int
    p50: float | None
    p95: float | None
    slowest: float | None
    size: int


def performance_of(run: Run) -> tuple[Endpoint, ...]:
    """Return the endpoints that a run asked."""
    target = run.header.get("target", {})
    bases = {api: str(target.get(key) or "") for api, key in _BASES}
    return endpoints_of(run.exchanges.values(), bases)


def endpoints_of(exchanges: Iterable[Exchange], bases: Mapping[str, str]) -> tuple[Endpoint, ...]:
    """Return each endpoint with its figures, by API (in the order of `bases`) and name.

    `bases` is the base address of each API, "" where the target has none.
    """
    found: defaultdict[tuple[str, str], list[Exchange]] = defaultdict(list)
    for exchange in exchanges:
        found[_endpoint(exchange, bases)].append(exchange)
    order = [*bases, ELSEWHERE]
    ranked = sorted(found, key=lambda key: (order.index(key[0]), key[1].partition(" ")[2], key[1]))
    return tuple(_figures(*key, found[key]) for key in ranked)


def _endpoint(exchange: Exchange, bases: Mapping[str, str]) -> tuple[str, str]:
    method, url = exchange.request.method, exchange.request.url
    for api, base in bases.items():
        rest = url.removeprefix(base.rstrip("/")) if base else url
        if rest != url and rest[:1] in ("", "/", "?"):
            return api, clean(f"{method} {_template(rest)}")
    return ELSEWHERE, clean(f"{method} {urlsplit(url).path or '/'}")


def _template(rest: str) -> str:
    """Return a path of FHIR's RESTful API with ids left out (FHIR R4, http.html)."""
    path, _, query = rest.partition("?")
    if not path.strip("/") and "_getpages=" in query:
        return "/?_getpages"
    parts = path.strip("/").split("/")
    if len(parts) > 1 and _TYPE.fullmatch(parts[0]) and parts[1][:1] not in ("_", "$"):
        parts[1] = "{id}"
        if len(parts) > 3 and parts[2] == "_history":  # noqa: PLR2004 - type, id, _history, version
            parts[3] = "{version}"
    return "/" + "/".join(parts)


def _figures(api: str, name: str, exchanges: Sequence[Exchange]) -> Endpoint:
    times = sorted(exchange.elapsed * 1000 for exchange in exchanges if exchange.response)
    return Endpoint(
        api=api,
        name=name,
        count=len(exchanges),
        unanswered=len(exchanges) - len(times),
        p50=_rank(times, 50),
        p95=_rank(times, 95),
        slowest=_rank(times, 100),
        size=sum(exchange.response.size for exchange in exchanges if exchange.response),
    )


def _rank(times: Sequence[float], percent: int) -> float | None:
    """Return the nearest-rank percentile of sorted times, to a tenth of a millisecond."""
    return round(times[-(-len(times) * percent // 100) - 1], 1) if times else None
