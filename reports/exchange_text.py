"""An exchange as readable text, cut to size. Imports exchanges and wording."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import orjson

from reports.wording import answer_text, api_title, clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.exchange import Exchange
    from conformance.runlog import Run

#: APIs whose answers hold no member data: their bodies may stand in any report.
_PUBLIC_APIS = frozenset({"Provider Directory"})
WITHHELD = "(body not shown: it may hold member data, and the target is no sandbox)"


@dataclass(frozen=True, slots=True)
class ExchangeText:
    """The parts of an exchange that a report shows."""

    request: str
    response: str

    def __str__(self) -> str:
        return f"{self.request}\n\n{self.response}\n"


def is_public(area: str) -> bool:
    """Whether the answers that an area's clauses are judged on hold no member data."""
    return api_title(area) in _PUBLIC_APIS


def shows_body(area: str, environment: str, *, fit: bool = False) -> bool:
    """Whether bodies may stand in a report: public data, or a sandbox (DESIGN, section 6).

    `fit`: the log holds pseudonyms for members, or the target's file opts in.
    """
    return fit or is_public(area) or environment == "sandbox"


def bodies_are_fit(run: Run) -> bool:
    """Whether the log says what it holds of members; logs of older versions do not."""
    return bool(run.header.get("evidence", {}).get("bodies"))


def body_is_shown(run: Run, exchange: Exchange) -> bool:
    """Whether an exchange's bodies may stand in a report that goes by exchanges, not by clauses.

    Public is what lies below the directory's address, where that is not the members' address too.
    """
    target = run.header.get("target", {})
    if target.get("environment") == "sandbox" or bodies_are_fit(run):
        return True
    directory, members = target.get("directory_base") or "", target.get("fhir_base") or ""
    rest = exchange.request.url.removeprefix(directory)
    public = directory and rest != exchange.request.url and rest[:1] in ("", "/", "?")
    return bool(public) and not members.startswith(directory)


def exchange_text(exchange: Exchange, *, limit: int, bodies: bool) -> ExchangeText:
    """Return the exchange with each body pretty-printed, and cut at `limit` characters."""
    request, response = exchange.request, exchange.response
    sent = [f"{request.method} {request.url}", *_headers(request.headers)]
    sent += ["", _body(request.body, limit, shown=bodies)] if request.body else []
    got = [f"-> {answer_text(exchange)}  in {exchange.elapsed:.3f} s"]
    if response:
        got += [*_headers(response.headers), ""]
        got += [_body(response.body, limit, shown=bodies)] if response.body else ["(no body)"]
        got += [f"(problem with the body: {response.problem})"] if response.problem else []
    return ExchangeText(clean("\n".join(sent)), clean("\n".join(got)))


def _headers(headers: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers]


def _body(body: str, limit: int, *, shown: bool) -> str:
    return cut_body(body, limit) if shown else WITHHELD


@lru_cache(maxsize=64)  # one exchange serves several findings, most of them soon after another
def cut_body(body: str, limit: int) -> str:
    """Return a body pretty-printed, and cut at `limit` characters."""
    text = _pretty(body)
    if len(text) <= limit:
        return text
    return (
        f"{text[:limit]}\n... cut here: {limit:,} of {len(text):,} characters; run.ndjson has all"
    )


def _pretty(body: str) -> str:
    try:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2).decode()
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return body
