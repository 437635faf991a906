"""Whether the public directory asks for credentials, and what it makes of those that come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks.interactions import read_agrees
from conformance.checks.wording import answer, listed
from conformance.findings import Assertion
from conformance.records import OK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.exchange import Exchange
    from conformance.records import Search

#: "Who are you" and "not you" (RFC 9110 15.5.2, 15.5.4).
CLOSED = frozenset({401, 403})


def open_to_everyone(exchanges: Iterable[Exchange]) -> Iterator[Assertion]:
    """A request that carried no credentials is neither refused nor sent to a login."""
    for exchange in exchanges:
        names = {name for name, _ in exchange.request.headers}
        if names & {"authorization", "cookie"} or exchange.response is None:
            continue
        refused = exchange.status in CLOSED or bool(exchange.response.header("www-authenticate"))
        # A redirect on the same origin was followed: what a login answers is a web page.
        media_type = exchange.response.header("content-type").lower()
        page = exchange.status == OK and exchange.document is None and "html" in media_type
        elsewhere = exchange.response.header("location") if 300 <= exchange.status < 400 else ""  # noqa: PLR2004 - HTTP's redirects
        yield Assertion(
            not refused and not elsewhere and not page,
            "status",
            "an answer without credentials",
            f"{exchange.status} to {elsewhere}" if elsewhere else _shown(exchange, page=page),
            exchange.id,
        )


def reads_alike(authorized: Exchange, anonymous: Exchange) -> Iterator[Assertion]:
    """A read with a token is answered as the same read without one.

    Content is compared where both tell the same version: a row may have changed in between.
    """
    yield _same_status(authorized, anonymous)
    if anonymous.status == OK and isinstance(anonymous.document, dict):
        yield from read_agrees(authorized, anonymous.document)


def searches_alike(authorized: Search, anonymous: Search) -> Iterator[Assertion]:
    """A search with a token finds the rows that the same search finds without one."""
    yield _same_status(authorized.first, anonymous.first)
    if authorized.complete and anonymous.complete:
        lost, gained = anonymous.ids - authorized.ids, authorized.ids - anonymous.ids
        yield Assertion(
            not lost and not gained,
            "Bundle.entry",
            f"the {len(anonymous.ids)} rows of {anonymous} without credentials",
            "; ".join(
                f"{word}: {listed(ids)}"
                for word, ids in (("missing", lost), ("extra", gained))
                if ids
            )
            or "the same rows",
            authorized.first.id,
        )


def _same_status(authorized: Exchange, anonymous: Exchange) -> Assertion:
    return Assertion(
        authorized.status == anonymous.status,
        "status",
        f"{anonymous.status}, as without credentials",
        answer(authorized),
        authorized.id,
    )


def _shown(exchange: Exchange, *, page: bool) -> str:
    return f"{exchange.status}, a web page ({exchange.request.url})" if page else answer(exchange)
