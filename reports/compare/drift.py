"""What the target itself changed: its CapabilityStatement, its latency, its data. Pure.

Imports runlog, places and wording.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from reports.places import document_of
from reports.wording import bases_of, clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conformance.exchange import Exchange
    from conformance.runlog import Run

#: What a statement says of itself on each call, and nothing of the server.
_VOLATILE = frozenset({"date", "id", "meta", "text"})
#: What tells the items of a list apart (CapabilityStatement's elements).
_KEYS = ("type", "name", "code", "url", "system", "mode")
#: An endpoint is slower where its median is so many times, and so many seconds, more.
SLOWER, AT_LEAST = 1.5, 0.05


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of the CapabilityStatement; "" where that run's has none."""

    api: str
    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Timing:
    """How long one endpoint took: number of requests, median and 95th percentile in seconds."""

    requests: int
    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class Latency:
    """One endpoint in both runs; None where a run did not ask it."""

    endpoint: str
    before: Timing | None
    after: Timing | None

    @property
    def slower(self) -> bool:
        """Whether the target answers so much later that a reader should know."""
        if not (self.before and self.after):
            return False
        more = self.after.median - self.before.median
        return more >= AT_LEAST and self.after.median >= SLOWER * self.before.median


@dataclass(frozen=True, slots=True)
class Count:
    """How many resources of a type the answers of each run held, each counted once."""

    resource_type: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Drift:
    """All that changed in the target."""

    capability: tuple[Fact, ...]
    latency: tuple[Latency, ...]
    counts: tuple[Count, ...]


def drift_between(before: Run, after: Run) -> Drift:
    """Compare what the two runs tell of the target itself."""
    return Drift(
        tuple(_capability(_facts(before), _facts(after))),
        tuple(_latency(timings_of(before), timings_of(after))),
        tuple(_counts(_rows(before), _rows(after))),
    )


def _capability(old: Mapping[tuple[str, str], str], new: Mapping[Any, str]) -> Iterator[Fact]:
    apis = {api for api, _ in old} & {api for api, _ in new}
    for api, path in sorted(old.keys() | new.keys()):
        was, now = old.get((api, path), ""), new.get((api, path), "")
        # A statement that only one run read is no change of it.
        if api in apis and was != now:
            yield Fact(api, path, was, now)


def _facts(run: Run) -> dict[tuple[str, str], str]:
    """Return the first CapabilityStatement of each base, flattened."""
    facts: dict[tuple[str, str], str] = {}
    read: set[str] = set()
    for name, exchange in run.exchanges.items():
        base = exchange.request.url.partition("/metadata")[0]
        api = _api(run, base)
        if not api or api in read or "/metadata" not in exchange.request.url:
            continue
        document = document_of(run, name)
        if isinstance(document, dict) and document.get("resourceType") == "CapabilityStatement":
            read.add(api)
            facts |= {(api, path): text for path, text in _flat(document, "", base)}
    return facts


def _api(run: Run, base: str) -> str:
    target = run.header.get("target", {})
    return next((key for key in ("directory_base", "fhir_base") if target.get(key) == base), "")


def _flat(value: Any, path: str, base: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, child in value.items():
            if path or key not in _VOLATILE:
                yield from _flat(child, f"{path}.{key}" if path else key, base)
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from _flat(child, f"{path}[{_key(child, number)}]", base)
    else:
        # Another port of the same mock is no change.
        yield clean(path), clean(str(value).replace(base, "[base]"))


def _key(item: Any, number: int) -> str:
    if isinstance(item, dict):
        return next((str(item[key]) for key in _KEYS if key in item), str(number))
    return str(item) if isinstance(item, (str, int)) else str(number)


def timings_of(run: Run) -> dict[str, Timing]:
    """Return the answer times of each endpoint: method and the first step of the path."""
    times: defaultdict[str, list[float]] = defaultdict(list)
    bases = bases_of(run)
    for exchange in run.exchanges.values():
        if exchange.response:
            times[_endpoint(exchange, bases)].append(exchange.elapsed)
    return {name: _timing(found) for name, found in sorted(times.items())}


def _timing(times: list[float]) -> Timing:
    p95 = quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]
    return Timing(len(times), round(median(times), 6), round(p95, 6))


def _endpoint(exchange: Exchange, bases: Iterable[str]) -> str:
    """Return `GET Location`, `GET Location/[id]`, `POST /oauth/token`."""
    url = urlsplit(exchange.request.url)._replace(query="", fragment="").geturl()
    for base in bases:
        if url == base or url.startswith(f"{base}/"):
            steps = [step for step in url[len(base) :].split("/") if step]
            shown = "/".join([*steps[:1], *(["[id]"] if len(steps) > 1 else [])])
            return clean(f"{exchange.request.method} {shown or '/'}")
    return clean(f"{exchange.request.method} {urlsplit(url).path or '/'}")


def _latency(old: Mapping[str, Timing], new: Mapping[str, Timing]) -> Iterator[Latency]:
    for name in sorted(old.keys() | new.keys()):
        yield Latency(name, old.get(name), new.get(name))


def _counts(old: Mapping[str, int], new: Mapping[str, int]) -> Iterator[Count]:
    for name in sorted(old.keys() | new.keys()):
        if old.get(name, 0) != new.get(name, 0):
            yield Count(name, old.get(name, 0), new.get(name, 0))


def _rows(run: Run) -> dict[str, int]:
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for name in run.exchanges:
        document = document_of(run, name)
        entries = document.get("entry") if isinstance(document, dict) else None
        for entry in entries if isinstance(entries, list) else ():
            resource = entry.get("resource") if isinstance(entry, dict) else None
            if isinstance(resource, dict) and resource.get("id"):
                seen[clean(str(resource.get("resourceType", "?")))].add(str(resource["id"]))
    return {name: len(rows) for name, rows in seen.items()}
