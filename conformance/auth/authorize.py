"""The authorization request, and what its answer is. Imports Authlib's primitives and records."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from authlib.common.security import generate_token
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from conformance.auth.watch import parameters_of
from conformance.oauth import Callback
from conformance.redaction import MASK

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from conformance.auth.secrets import App
    from conformance.exchange import Exchange

VERIFIER_LENGTH = 64
STATE_LENGTH = 32


def new_verifier() -> str:
    """Return a random `code_verifier`."""
    verifier: str = generate_token(VERIFIER_LENGTH)
    return verifier


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier."""
    challenge: str = create_s256_code_challenge(verifier)
    return challenge


def request_parameters(
    app: App,
    scopes: Iterable[str],
    verifier: str,
    changes: Mapping[str, str | None],
    audience: str = "",
) -> dict[str, str]:
    """Return the parameters of a good request but for the changes; None takes one out.

    `audience` is SMART's `aud`, the FHIR base; "" sends none.
    """
    good: dict[str, str | None] = {
        "response_type": "code",
        "client_id": app.id,
        "redirect_uri": app.redirect_uri,
        "scope": " ".join(scopes),
        "state": generate_token(STATE_LENGTH),
    }
    if audience:
        good["aud"] = audience
    if verifier:
        good |= {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def address(endpoint: str, parameters: Sequence[tuple[str, str]]) -> str:
    """Return the address of a request; spaces are %20, as the documents write them."""
    query = urlencode(parameters, quote_via=quote)
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"


def callback_of(
    exchange: Exchange, location: str, asked: str, registered: str
) -> tuple[Callback, str] | None:
    """Return the way back that a redirect is, and its code; None where it leads elsewhere."""
    if not any(uri and _base(location) == _base(uri) for uri in (asked, registered)):
        return None
    parameters = dict(parameters_of(location))
    code = parameters.get("code", "")
    if code:
        parameters["code"] = MASK
    return Callback(exchange, _is_at(location, asked), parameters), code


def _is_at(location: str, asked: str) -> bool:
    """Whether a redirect goes to the very address asked for: RFC 6749 3.1.2 keeps its query."""
    return _base(location) == _base(asked) and _query(asked) <= _query(location)


def _query(uri: str) -> set[tuple[str, str]]:
    try:
        return set(parse_qsl(urlsplit(uri).query, keep_blank_values=True))
    except ValueError:
        return set()


def _base(uri: str) -> str:
    return uri.partition("#")[0].partition("?")[0]
