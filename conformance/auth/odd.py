"""Requests that no careful application sends: by a foreign page, by GET, in the address, by Basic.

May import the room and client.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, unquote_plus

from conformance import clock
from conformance.auth.authorize import address, new_verifier, request_parameters
from conformance.auth.watch import Watch, tokens_seen
from conformance.oauth import TokenAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.auth.secrets import App
    from conformance.auth.server import AuthorizationServer
    from conformance.exchange import Exchange

Pairs = list[tuple[str, str]]


def by_foreign_page(
    server: AuthorizationServer, app: App, scopes: Iterable[str], origin: str, purpose: str
) -> Exchange:
    """Send an authorization request as a script of a page at another origin does."""
    verifier = "" if app.secret else server.secret(new_verifier())
    asked = request_parameters(app, scopes, verifier, {}, server.audience)
    url = address(server.endpoints.authorize, [*asked.items()])
    headers = {"Origin": origin, "Accept": "text/html"}
    watch = Watch(server.client, unquote_plus(url))
    return server.client.get(url, purpose=purpose, headers=headers, follow=False, inspect=watch)


def by_get(server: AuthorizationServer, fields: Pairs, purpose: str) -> TokenAnswer:
    """GET the token endpoint with the fields in its query."""
    watch = Watch(server.client)
    exchange = server.client.get(
        server.endpoints.token,
        tuple(fields),
        purpose=purpose,
        headers={"Accept": "application/json"},
        follow=False,
        inspect=watch,
    )
    return TokenAnswer(exchange, tokens_seen(watch), clock.monotonic())


def in_address(server: AuthorizationServer, fields: Pairs, purpose: str) -> TokenAnswer:
    """POST an empty form to the token endpoint, the fields in its query."""
    return posted(server, [], purpose, url=address(server.endpoints.token, fields))


def posted(
    server: AuthorizationServer,
    fields: Pairs,
    purpose: str,
    *,
    headers: dict[str, str] | None = None,
    url: str = "",
) -> TokenAnswer:
    """POST fields as they are, doubled ones too."""
    watch = Watch(server.client)
    exchange = server.client.post(
        url or server.endpoints.token,
        fields,
        purpose=purpose,
        headers={"Accept": "application/json", **(headers or {})},
        inspect=watch,
    )
    return TokenAnswer(exchange, tokens_seen(watch), clock.monotonic())


def basic(server: AuthorizationServer, app: App, secret: str) -> dict[str, str]:
    """Return the header that shows a client by HTTP Basic (RFC 6749 2.3.1: both form-encoded)."""
    shown = b64encode(f"{quote_plus(app.id)}:{quote_plus(secret)}".encode()).decode()
    server.client.learn(shown)
    return {"Authorization": f"Basic {shown}"}
