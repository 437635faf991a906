"""An exchange as Allure 3's HTTP exchange attachment (https://allurereport.org/docs/attachments/).

Imports exchanges and wording. Schema version 1, as Allure's own HTTP integrations write it; there
is no Python producer.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from reports.exchange_text import WITHHELD, cut_body
from reports.wording import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.exchange import Exchange, Request, Response

CONTENT_TYPE, EXTENSION = "application/vnd.allure.http+json", "httpexchange"


def http_exchange(exchange: Exchange, *, limit: int, bodies: bool) -> str:
    """Return the attachment's JSON; each body is cut at `limit` characters, or not shown at all."""
    start = _milliseconds(exchange.started)
    content: dict[str, Any] = {
        "schemaVersion": 1,
        "start": start,
        "stop": start + round(exchange.elapsed * 1000),
        "request": _request(exchange.request, limit, shown=bodies),
    }
    if exchange.response:
        content["response"] = _response(exchange.response, limit, shown=bodies)
    if exchange.error:
        name, _, message = clean(exchange.error).partition(": ")
        content["error"] = {"name": name, "message": message or name}
    return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()


def _milliseconds(started: str) -> int:
    try:
        return round(datetime.fromisoformat(started).timestamp() * 1000)
    except ValueError:
        return 0


def _request(request: Request, limit: int, *, shown: bool) -> dict[str, Any]:
    sent: dict[str, Any] = {
        "method": clean(request.method),
        "url": clean(request.url),
        "headers": _pairs(request.headers),
    }
    if query := _query(request.url):
        sent["query"] = query
    if request.body:
        kind = next((value for name, value in request.headers if name == "content-type"), "")
        sent["body"] = _body(request.body, kind, limit, shown=shown)
    return sent


def _response(response: Response, limit: int, *, shown: bool) -> dict[str, Any]:
    got: dict[str, Any] = {"status": response.status, "headers": _pairs(response.headers)}
    if response.body:
        kind = response.header("content-type")
        got["body"] = _body(response.body, kind, limit, shown=shown, size=response.size)
    return got


def _body(
    body: str, content_type: str, limit: int, *, shown: bool, size: int | None = None
) -> dict[str, Any]:
    text = cut_body(body, limit) if shown else WITHHELD
    return {
        # A viewer that is told of JSON would refuse the sentence that stands in its place.
        "contentType": clean(content_type) if shown else "text/plain",
        "encoding": "utf8",
        "value": clean(text),
        "size": len(body.encode("utf-8", "replace")) if size is None else size,
        "truncated": not shown or len(body) > limit,
    }


def _query(url: str) -> list[dict[str, str]]:
    try:
        return _pairs(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    except ValueError:
        return []


def _pairs(items: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": clean(name), "value": clean(value)} for name, value in items]
