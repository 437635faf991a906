"""Whether the public directory asks for credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks.wording import answer
from conformance.findings import Assertion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.exchange import Exchange

#: "Who are you" and "not you" (RFC 9110 15.5.2, 15.5.4).
CLOSED = frozenset({401, 403})


def open_to_everyone(exchanges: Iterable[Exchange]) -> Iterator[Assertion]:
    """A request that carried no credentials is neither refused nor sent to a login."""
    for exchange in exchanges:
        names = {name for name, _ in exchange.request.headers}
        if names & {"authorization", "cookie"} or exchange.response is None:
            continue
        refused = exchange.status in CLOSED or bool(exchange.response.header("www-authenticate"))
        elsewhere = exchange.response.header("location") if 300 <= exchange.status < 400 else ""  # noqa: PLR2004 - HTTP's redirects
        yield Assertion(
            not refused and not elsewhere,
            "status",
            "an answer without credentials",
            f"{exchange.status} to {elsewhere}" if elsewhere else answer(exchange),
            exchange.id,
        )
