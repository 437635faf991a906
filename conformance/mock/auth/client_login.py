"""How a client shows at the token endpoint who it is. Imports clients, flow, params, problems.

The document sends `client_secret` in the body; RFC 6749, 2.3.1 wants Basic too.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from conformance.mock.auth.flow import ClientLogin
from conformance.mock.auth.problems import OAuthError, broken, invalid_client

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.mock.auth.clients import Client
    from conformance.mock.auth.params import Params


def identify(find: Callable[[str], Client | None], form: Params, authorization: str) -> ClientLogin:
    """Return the client of a token request and whether it proved itself.

    Raises:
        OAuthError: it is unknown, or shows itself in two ways at once.
    """
    client_id, secret = form.value("client_id"), form.value("client_secret")
    if authorization:
        basic_id, basic_secret = _basic(authorization)
        if secret or client_id not in ("", basic_id):
            raise OAuthError("invalid_request", "The client shows itself in two ways at once")
        client_id, secret = basic_id, basic_secret
    if not client_id:
        raise OAuthError("invalid_request", "client_id is required")
    client = find(client_id)
    if client is None:
        raise invalid_client("The client is not known")
    proven = client.knows(secret)
    wrong = bool(secret) and not proven
    breaches = broken((wrong, "secret", "invalid_client", "The client_secret is wrong"))
    return ClientLogin(client, bool(secret), proven, breaches=breaches)


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise invalid_client("Clients authenticate with Basic or in the body")
    try:
        decoded = b64decode(credentials.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        raise invalid_client("The Basic credentials are not readable") from None
    client_id, _, secret = decoded.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)
