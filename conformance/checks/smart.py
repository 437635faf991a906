"""What SMART and RFC 9207 add to the authorization request and its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance.findings import Assertion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.exchange import Exchange
    from conformance.oauth import Authorization

#: RFC 9207 3.
PROMISE = "authorization_response_iss_parameter_supported"


def names_issuer(
    authorizations: Iterable[Authorization], configuration: Exchange
) -> Iterator[Assertion]:
    """The `iss` of an authorization response is the issuer that the server's metadata names.

    Where the metadata promises it, it is in every response; otherwise only one that came is judged.
    """
    told = configuration.document if isinstance(configuration.document, dict) else {}
    issuer, promised = told.get("issuer"), told.get(PROMISE) is True
    for authorization in authorizations:
        back = authorization.callback
        if back is None or (not promised and "iss" not in back.parameters):
            continue
        found = back.parameters.get("iss", "")
        named = isinstance(issuer, str)
        yield Assertion(
            found == issuer if named else _is_issuer(found),
            "callback.iss",
            str(issuer) if named else "an address without query and fragment",
            ascii(found)[1:-1] or "absent",
            back.exchange.id,
        )


def tells_challenge_methods(exchange: Exchange) -> Iterator[Assertion]:
    """The SMART configuration lists S256 among its challenge methods, and not `plain`."""
    if isinstance(exchange.document, dict):
        told = exchange.document.get("code_challenge_methods_supported")
        methods = told if isinstance(told, list) else []
        yield Assertion(
            "S256" in methods and "plain" not in methods,
            "code_challenge_methods_supported",
            "S256, and not plain",
            ", ".join(map(str, methods)) or "absent",
            exchange.id,
        )


def _is_issuer(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc) and not (parts.query or parts.fragment)
