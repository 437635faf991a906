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
_ORIGIN, _CREDENTIALS = "access-control-allow-origin", "access-control-allow-credentials"


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
    told = _cors(exchange)
    foreign = told.get(_ORIGIN, "") == origin
    yield Assertion(
        not (foreign and told.get(_CREDENTIALS, "").lower() == "true"),
        "Access-Control-Allow-Credentials",
        f"not true for {origin}",
        _headers(told),
        exchange.id,
    )


def asks_for_no_credentials_of_all(exchange: Exchange) -> Iterator[Assertion]:
    """No answer allows credentials beside the origin `*`: a browser shares none such (Fetch)."""
    if exchange.response is None:
        return
    told = _cors(exchange)
    everybody = told.get(_ORIGIN, "") == "*"
    yield Assertion(
        not (everybody and told.get(_CREDENTIALS, "").lower() == "true"),
        "Access-Control-Allow-Credentials",
        "not true for the origin *",
        _headers(told),
        exchange.id,
    )


def has_no_cors(exchange: Exchange) -> Iterator[Assertion]:
    """An answer lets no page of any origin read it: it does not speak CORS at all."""
    if exchange.response is None:
        return
    told = _cors(exchange)
    yield Assertion(
        _ORIGIN not in told,
        "Access-Control-Allow-Origin",
        "absent",
        _headers(told),
        exchange.id,
    )


def _cors(exchange: Exchange) -> dict[str, str]:
    headers = exchange.response.headers if exchange.response else ()
    return {name: value.strip() for name, value in headers if name.startswith("access-control-")}


def _headers(told: dict[str, str]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in told.items()) or "no CORS headers"
