"""Where a target's authorization server is. May import target, client and the room's errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from conformance.auth.errors import CannotAuthorize
from conformance.target.model import origin_of

if TYPE_CHECKING:
    from conformance.client import Client
    from conformance.exchange import Exchange
    from conformance.target import Target

WELL_KNOWN = ".well-known/smart-configuration"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The two endpoints, and the page where a member revokes access ("" where none is known)."""

    authorize: str
    token: str


def read_configuration(client: Client, target: Target) -> Exchange:
    """GET the SMART configuration of Patient Access, without credentials."""
    return client.get(
        f"{target.fhir_base}/{WELL_KNOWN}",
        purpose="SMART configuration",
        headers={"Accept": "application/json"},
    )


def find_endpoints(client: Client, target: Target) -> Endpoints:
    """Return the endpoints: below `authorization_base`, else by SMART discovery.

    Raises:
        CannotAuthorize: there are none, or credentials would go to an origin not configured.
    """
    if base := target.authorization_base:
        return Endpoints(f"{base}/oauth/authorize", f"{base}/oauth/token")
    if not target.fhir_base:
        raise CannotAuthorize(f"{target.path}: the target names no authorization_base; add it")
    found = read_configuration(client, target)
    told = found.document if isinstance(found.document, dict) else {}
    names = ("authorization_endpoint", "token_endpoint")
    if found.status != 200 or not all(isinstance(told.get(name), str) for name in names):  # noqa: PLR2004
        raise CannotAuthorize(
            f"{found.request.url} names no endpoints ({found.status}): the API seems to be open;"
            f" if it is not, add authorization_base to {target.path}"
        )
    authorize, token = (urljoin(found.request.url, told[name]) for name in names)
    for url in (authorize, token):
        if origin_of(url) not in target.origins:
            raise CannotAuthorize(
                f"{target.path}: discovery names {url}, whose origin is not configured; credentials"
                " go to configured origins only: set authorization_base to it"
            )
    return Endpoints(authorize, token)


def management_page(configuration: Exchange, target: Target) -> str:
    """Return the page where members revoke access, "" where none is told on a known origin."""
    told = configuration.document
    url = told.get("management_endpoint") if isinstance(told, dict) else None
    return url if isinstance(url, str) and origin_of(url) in target.origins else ""
