"""How requests for data are refused: with an outcome, without data, without foreign readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks.wording import answer, is_outcome
from conformance.findings import Assertion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.exchange import Exchange
    from conformance.oauth import Use

FORBIDDEN = 403


def forbidden_with_outcome(uses: Iterable[Use]) -> Iterator[Assertion]:
    """A request beyond the token's scopes is answered with 403 and an OperationOutcome."""
    for use in uses:
        exchange = use.exchange
        yield Assertion(
            exchange.status == FORBIDDEN and is_outcome(exchange),
            f"response({use.resource_type})",
            "403, OperationOutcome",
            answer(exchange),
            exchange.id,
        )


def shares_no_credentials(exchange: Exchange, origin: str) -> Iterator[Assertion]:
    """No CORS header lets a page of a foreign origin read an answer with credentials (Fetch)."""
    if exchange.response is None:
        return
    told = {
        name: value
        for name, value in exchange.response.headers
        if name.startswith("access-control-")
    }
    foreign = told.get("access-control-allow-origin", "").strip() == origin
    shared = told.get("access-control-allow-credentials", "").strip().lower() == "true"
    yield Assertion(
        not (foreign and shared),
        "Access-Control-Allow-Credentials",
        f"not true for {origin}",
        "; ".join(f"{name}: {value}" for name, value in told.items()) or "no CORS headers",
        exchange.id,
    )
