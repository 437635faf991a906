"""Counts the requests of a rehearsal by endpoint and purpose. May import rehearsal and target.

It is an estimate, and says so: the mock holds few rows and answers as the documents say.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from conformance.exchange import Exchange
    from conformance.rehearsal import Rehearsal
    from conformance.target import Target

HOW = (
    "An estimate: nothing was sent to the target. The suites ran against the embedded mock of the"
    " same deployment and environment, with the target's tiers, limits and way to log in."
)
_TYPE = re.compile(r"^([A-Z][A-Za-z]+)(?:/([^/]+))?(?:/_history/([^/]+))?$")
#: What tells pages, steps and repetitions of one purpose apart.
_REPETITION = re.compile(r"(, (page|step|time) \d+| \(redirected\))")
_NEXT_PAGE = re.compile(r", page \d+$")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method and path of one API, with how often it would be asked and why."""

    api: str
    method: str
    path: str
    purposes: tuple[tuple[str, int], ...]

    @property
    def requests(self) -> int:
        """How many requests it would get."""
        return sum(number for _, number in self.purposes)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would send to a target; `most` is the bound that the target's limits set."""

    target: Target
    endpoints: tuple[Endpoint, ...]
    most: int
    outcomes: dict[str, int]
    without_token: str = ""

    @property
    def requests(self) -> int:
        """How many requests the rehearsal sent."""
        return sum(endpoint.requests for endpoint in self.endpoints)

    @property
    def seconds(self) -> float:
        """The least time that so many requests take at the target's pace."""
        rate = self.target.limits.requests_per_second
        return self.requests / rate if rate else 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the item of `flexcheck run --plan --json`."""
        return {
            "target": self.target.name,
            "estimate": HOW,
            "tiers": list(self.target.safety),
            "requests": self.requests,
            "at_most": self.most,
            "request_budget": self.target.limits.request_budget,
            "seconds_at_least": round(self.seconds, 1),
            "without_token": self.without_token,
            "endpoints": [
                {
                    "api": item.api,
                    "method": item.method,
                    "path": item.path,
                    "requests": item.requests,
                    "purposes": dict(item.purposes),
                }
                for item in self.endpoints
            ],
            "outcomes_on_the_mock": self.outcomes,
        }


def plan_of(target: Target, rehearsal: Rehearsal) -> Plan:
    """Count the requests of a rehearsal."""
    counted: dict[tuple[str, str, str], Counter[str]] = {}
    for exchange in rehearsal.run.exchanges.values():
        key = _endpoint_of(exchange, rehearsal.mock)
        counted.setdefault(key, Counter())[_REPETITION.sub("", exchange.purpose)] += 1
    endpoints = (Endpoint(*key, tuple(purposes.most_common())) for key, purposes in counted.items())
    return Plan(
        target,
        tuple(sorted(endpoints, key=lambda item: (item.api, item.path, item.method))),
        _most(target, rehearsal),
        dict(Counter(str(finding.outcome.value) for finding in rehearsal.run.findings)),
        rehearsal.without_token,
    )


def _endpoint_of(exchange: Exchange, mock: Target) -> tuple[str, str, str]:
    """Return API, method and path, ids left out."""
    url, method = exchange.request.url, exchange.request.method
    bases = (
        ("Authorization", mock.authorization_base),
        ("Patient Access", mock.fhir_base),
        ("Provider Directory", mock.directory_base),
    )
    for api, base in bases:
        if base and re.match(rf"{re.escape(base)}(?:[/?]|$)", url):
            return api, method, _path_of(url, base)
    return "Authorization", method, urlsplit(url).path


def _path_of(url: str, base: str) -> str:
    path = url[len(base) :].partition("?")[0].strip("/")
    if not path:
        return "[base] (a next page)"
    if found := _TYPE.match(path):
        kind, row, version = found.groups()
        return f"{kind}{'/[id]' if row else ''}{'/_history/[vid]' if version else ''}"
    return path


def _most(target: Target, rehearsal: Rehearsal) -> int:
    """Return how many requests a server with many rows could get: all pages of each search.

    A search that reads what a type holds ends at `crawl_rows`; the budget bounds everything.
    """
    limits = target.limits
    crawl = min(limits.max_pages, -(-limits.crawl_rows // limits.page_size))
    total = 0
    for exchange in rehearsal.run.exchanges.values():
        if _NEXT_PAGE.search(exchange.purpose):
            continue
        if exchange.purpose.startswith("what the server holds"):
            total += crawl
        elif _is_search(exchange):
            total += limits.max_pages
        else:
            total += 1
    return min(total, limits.request_budget or total)


def _is_search(exchange: Exchange) -> bool:
    """Whether more pages could follow an answer."""
    body = exchange.response.body if exchange.response else ""
    return '"searchset"' in body
