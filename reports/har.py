"""`exchanges.har`: the recorded exchanges as HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/).

Imports runlog and the exchanges. What was redacted at capture stays so; bodies that may hold member
data stand in it only where reports show them.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from conformance.findings import Outcome
from reports.exchange_text import WITHHELD, body_is_shown
from reports.wording import clean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from conformance.exchange import Exchange, Request, Response
    from conformance.runlog import Run

#: A body so short is written out, whatever it is.
SHORT = 200
#: Characters of one body, and bytes of the whole file where there are many: a run's log has all.
MAX_BODY, MAX_FILE = 20_000, 9_000_000
_NO_SIZE = -1
_FORM = "application/x-www-form-urlencoded"


def render(run: Run) -> str:
    """Return the text of `exchanges.har`."""
    return document_of([("page_1", run)])


def document_of(pages: Iterable[tuple[str, Run]]) -> str:
    """Return a HAR of one or more runs, each a page of its own."""
    runs = list(pages)
    version = str(runs[0][1].header.get("flexcheck", "")) if runs else ""
    entries = [_entry(name, run, e) for name, run in runs for e in run.exchanges.values()]
    cited = {(name, exchange) for name, run in runs for exchange in _cited_by_failures(run)}
    _fit(entries, cited)
    log = {
        "version": "1.2",
        "creator": {"name": "flexcheck", "version": version},
        "pages": [_page(name, run) for name, run in runs],
        "entries": entries,
    }
    return orjson.dumps({"log": log}).decode() + "\n"


def _cited_by_failures(run: Run) -> Iterator[str]:
    for finding in run.findings:
        if finding.outcome in {Outcome.FAIL, Outcome.WARNING}:
            yield from finding.exchanges


def _fit(entries: list[dict[str, Any]], cited: Collection[tuple[str, str]]) -> None:
    """Cut received bodies, keep equal ones of a run once, leave out those without room.

    Bodies that a failure rests on have the first claim on the room. Ids of exchanges are those of
    one run: only there can a body refer to another.
    """
    found = [
        (content, content.pop("text"), entry["comment"].partition(":")[0], entry["pageref"])
        for entry in entries
        if "text" in (content := entry["response"]["content"])
    ]
    room = MAX_FILE - len(orjson.dumps(entries))
    found.sort(key=lambda item: (item[3], item[2]) not in cited)
    first: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for body, text, name, page in found:
        room -= _put(body, text, name, first[page], room)


def _put(body: dict[str, Any], text: str, name: str, first: dict[str, str], room: int) -> int:
    """Give a body its text, or say why not; return the bytes that took."""
    if len(text) > SHORT and text in first:
        return _comment(body, f"the same body as that of {first[text]}")
    shown = text[:MAX_BODY]
    size = len(orjson.dumps(shown))
    if size > max(room, SHORT):
        return _comment(body, "left out for size; run.ndjson has it")
    first.setdefault(text, name)
    body["text"] = shown
    if shown != text:
        size += _comment(
            body, f"cut at {MAX_BODY:,} of {len(text):,} characters; run.ndjson has all"
        )
    return size


def _comment(body: dict[str, Any], said: str) -> int:
    body["comment"] = "; ".join(filter(None, (body.get("comment", ""), said)))
    return len(said)


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
