"""`exchanges.har`: the recorded exchanges as HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/).

Imports runlog and the exchanges. What was redacted at capture stays so; bodies that may hold member
data stand in it only where reports show them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from reports.exchange_text import WITHHELD, body_is_shown
from reports.wording import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.exchange import Exchange, Request, Response
    from conformance.runlog import Run

_NO_SIZE = -1
_FORM = "application/x-www-form-urlencoded"


def render(run: Run) -> str:
    """Return the text of `exchanges.har`."""
    return document_of([("page_1", run)])


def document_of(pages: Iterable[tuple[str, Run]]) -> str:
    """Return a HAR of one or more runs, each a page of its own."""
    runs = list(pages)
    version = str(runs[0][1].header.get("flexcheck", "")) if runs else ""
    log = {
        "version": "1.2",
        "creator": {"name": "flexcheck", "version": version},
        "pages": [_page(name, run) for name, run in runs],
        "entries": [_entry(name, run, e) for name, run in runs for e in run.exchanges.values()],
    }
    return orjson.dumps({"log": log}, option=orjson.OPT_INDENT_2).decode() + "\n"


def _page(name: str, run: Run) -> dict[str, Any]:
    return {
        "id": name,
        "title": clean(str(run.header.get("target", {}).get("name", ""))),
        "startedDateTime": run.header.get("started", ""),
        "pageTimings": {},
    }


def _entry(page: str, run: Run, exchange: Exchange) -> dict[str, Any]:
    shown = body_is_shown(run, exchange)
    milliseconds = round(exchange.elapsed * 1000, 3)
    return {
        "pageref": page,
        "startedDateTime": exchange.started,
        "time": milliseconds,
        "request": _request(exchange.request, shown=shown),
        "response": _response(exchange, shown=shown),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": clean(f"{exchange.id}: {exchange.purpose}"),
    }


def _request(request: Request, *, shown: bool) -> dict[str, Any]:
    sent: dict[str, Any] = {
        "method": request.method,
        "url": clean(request.url),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [*_headers(request.headers)],
        "queryString": [*_pairs(request.url)],
        "headersSize": _NO_SIZE,
        "bodySize": len(request.body.encode("utf-8", "replace")),
    }
    if request.body:
        kind = next((v for k, v in request.headers if k == "content-type"), _FORM)
        sent["postData"] = {
            "mimeType": kind,
            "text": clean(request.body) if shown else WITHHELD,
            "params": [],
        }
    return sent


def _pairs(url: str) -> Iterator[dict[str, str]]:
    try:
        query = urlsplit(url).query
    except ValueError:
        return
    for name, value in parse_qsl(query, keep_blank_values=True):
        yield {"name": clean(name), "value": clean(value)}


def _headers(headers: Iterable[tuple[str, str]]) -> Iterator[dict[str, str]]:
    for name, value in headers:
        yield {"name": clean(name), "value": clean(value)}


def _response(exchange: Exchange, *, shown: bool) -> dict[str, Any]:
    response = exchange.response
    got: dict[str, Any] = {
        "status": exchange.status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [*_headers(response.headers)] if response else [],
        "content": _content(response, shown=shown),
        "redirectURL": clean(response.header("location")) if response else "",
        "headersSize": _NO_SIZE,
        "bodySize": response.size if response else _NO_SIZE,
    }
    if exchange.error:
        got["comment"] = clean(f"no answer: {exchange.error}")
    return got


def _content(response: Response | None, *, shown: bool) -> dict[str, Any]:
    if response is None:
        return {"size": 0, "mimeType": "x-unknown"}
    content: dict[str, Any] = {
        "size": response.size,
        "mimeType": clean(response.header("content-type")) or "x-unknown",
    }
    if response.body:
        content["text"] = clean(response.body) if shown else WITHHELD
    if response.problem:
        content["comment"] = clean(response.problem)
    return content
