"""A request as it goes out, and where an answer leads. Imports `exchange` and target."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from json import dumps
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin

import httpx

from conformance import __version__
from conformance.target.model import origin_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.exchange import Exchange

FHIR_JSON = "application/fhir+json"
FORM = "application/x-www-form-urlencoded"
HEADERS = {
    "Accept": FHIR_JSON,
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": f"flexcheck/{__version__}",
}
REDIRECTS = frozenset({301, 302, 303, 307, 308})


def make_request(  # noqa: PLR0913 - each is a part of a request
    method: str,
    url: str,
    *,
    params: Sequence[tuple[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    form: Sequence[tuple[str, str]] | None = None,
    timeout: float,
) -> httpx.Request:
    """Return a request; a form goes out as JSON where the headers name another content type.

    Raises:
        httpx.InvalidURL: the address is none.
    """
    sent = {**HEADERS, **(headers or {})}
    content = None
    if form is not None:
        sent.setdefault("Content-Type", FORM)
        content = urlencode(form) if sent["Content-Type"] == FORM else dumps(dict(form))
    return httpx.Request(
        method,
        url,
        params=list(params) if params else None,
        headers=sent,
        content=content,
        extensions={"timeout": httpx.Timeout(timeout).as_dict()},
    )


def seconds_of(retry_after: str) -> float:
    """Read a `Retry-After` header (RFC 9110 10.2.3): seconds or a date; nonsense is one second."""
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return 1.0


def redirect_of(exchange: Exchange, location: str) -> str:
    """Return where an answer leads on its own origin, "" where it does not."""
    if exchange.status not in REDIRECTS or not location:
        return ""
    onward = join(exchange.request.url, location)
    return onward if origin_of(onward) == origin_of(exchange.request.url) else ""


def join(url: str, link: str) -> str:
    """Return the address that a link on a page leads to, "" where it leads nowhere."""
    try:
        return urljoin(url, link)
    except ValueError:
        return ""
