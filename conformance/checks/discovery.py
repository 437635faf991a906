"""How an application finds the authorization server (SMART App Launch 1.0, discovery)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conformance.checks.wording import answer, listed
from conformance.findings import Assertion
from conformance.records import OK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.exchange import Exchange

OAUTH_URIS = "/StructureDefinition/oauth-uris"
#: What the extension calls the endpoints of the SMART configuration.
NAMES = {"authorize": "authorization_endpoint", "token": "token_endpoint"}


def configuration_is_there(exchange: Exchange) -> Iterator[Assertion]:
    """The SMART configuration is a JSON object that nobody needs credentials for."""
    document = exchange.document
    holds = exchange.status == OK and isinstance(document, dict)
    observed = "200, a JSON object" if holds else answer(exchange)
    yield Assertion(holds, "response", "200, a JSON object", observed, exchange.id)


def names_endpoint(exchange: Exchange, name: str) -> Iterator[Assertion]:
    """The SMART configuration names an endpoint by its absolute address."""
    if isinstance(exchange.document, dict):
        told = exchange.document.get(name)
        yield Assertion(
            _is_address(told), name, "an absolute address", str(told or "absent"), exchange.id
        )


def lists_capabilities(exchange: Exchange) -> Iterator[Assertion]:
    """The SMART configuration lists its capabilities."""
    if isinstance(exchange.document, dict):
        told = exchange.document.get("capabilities")
        texts = told if isinstance(told, list) else []
        holds = bool(texts) and all(isinstance(text, str) for text in texts)
        yield Assertion(
            holds, "capabilities", "a list of texts", listed(texts) or "absent", exchange.id
        )


def statement_agrees(metadata: Exchange, configuration: Exchange) -> Iterator[Assertion]:
    """The CapabilityStatement names the endpoints, the same as the SMART configuration."""
    told = _oauth_uris(metadata.document)
    found = configuration.document if isinstance(configuration.document, dict) else {}
    for short, name in NAMES.items():
        address, other = told.get(short), found.get(name)
        place = f"CapabilityStatement.rest.security.extension(oauth-uris).{short}"
        yield Assertion(
            _is_address(address), place, "an address", str(address or "absent"), metadata.id
        )
        if address and other:
            yield Assertion(address == other, place, str(other), str(address), metadata.id)


def _oauth_uris(document: Any) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for server in _items(document, "rest"):
        for extension in _items(server.get("security"), "extension"):
            if str(extension.get("url", "")).endswith(OAUTH_URIS):
                for part in _items(extension, "extension"):
                    found.setdefault(str(part.get("url")), str(part.get("valueUri", "")))
    return found


def _items(node: Any, name: str) -> list[dict[str, Any]]:
    items = node.get(name) if isinstance(node, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _is_address(told: Any) -> bool:
    try:
        parts = urlsplit(told) if isinstance(told, str) else urlsplit("")
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.netloc)
