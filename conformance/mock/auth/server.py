"""The authorization server as a whole. Imports the room's modules, not the HTTP framework."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from conformance.mock.auth.authorize import AuthorizeEndpoint
from conformance.mock.auth.clients import Clients, register
from conformance.mock.auth.discovery import capability_security, smart_configuration
from conformance.mock.auth.flow import Discovery, Minted
from conformance.mock.auth.gate import TokenGate
from conformance.mock.auth.people import People, people_of
from conformance.mock.auth.portal import Portal
from conformance.mock.auth.scopes import Catalogue, catalogue
from conformance.mock.auth.store import CODE_SECONDS, AuthStore, random_value
from conformance.mock.auth.tokens import CODE, REFRESH, SYSTEM, TokenEndpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.mock.defects.registry import Defects

AUTHORIZATION_PATH = "/authz"
PORTAL_PATH = "/portal/applications"


@dataclass(frozen=True, slots=True)
class AuthServer:
    """One authorization server of one deployment and environment, with all it remembers."""

    origin: str
    clients: Clients
    catalogue: Catalogue
    people: People
    store: AuthStore
    defects: Defects
    token_lifetime: int
    pkce_is_enough: bool
    #: The FHIR base that tokens are for, "" where nobody told.
    audience: str = ""

    @property
    def base(self) -> str:
        """The address under which `/oauth/authorize` and `/oauth/token` are."""
        return self.origin + AUTHORIZATION_PATH

    @property
    def authorize(self) -> AuthorizeEndpoint:
        """The authorize endpoint."""
        return AuthorizeEndpoint(
            self.clients,
            self.catalogue,
            self.people,
            self.store,
            self.defects,
            issuer=self.base,
            audience=self.audience,
        )

    @property
    def tokens(self) -> TokenEndpoint:
        """The token endpoint."""
        return TokenEndpoint(
            self.clients,
            self.catalogue,
            self.store,
            self.token_lifetime,
            self.defects,
            self.pkce_is_enough,
        )

    @property
    def portal(self) -> Portal:
        """The member portal."""
        return Portal(self.clients, self.people, self.store, self.defects)

    @property
    def gate(self) -> TokenGate:
        """What decides about access tokens at the FHIR bases."""
        return TokenGate(self.store, self.defects)

    def with_members(self, patients: tuple[str, ...], audience: str = "") -> AuthServer:
        """Return this server for the members that the data has; what it remembers is shared.

        `audience` is the FHIR base where their data is.
        """
        self.store.members = patients  # the gate, which the members' API has, knows the store only
        return replace(self, people=replace(self.people, patients=patients), audience=audience)

    def smart_configuration(self) -> dict[str, Any]:
        """Return the content of `[fhir_base]/.well-known/smart-configuration`."""
        return self._discovery().configuration

    def capability_security(self) -> dict[str, Any]:
        """Return `rest.security` of the Patient Access CapabilityStatement."""
        return self._discovery().security

    def _discovery(self) -> Discovery:
        grant_types = [CODE, REFRESH, *([SYSTEM] if self.catalogue.public else [])]
        portal = self.origin + PORTAL_PATH
        configuration = smart_configuration(self.base, portal, self.catalogue.of(CODE), grant_types)
        return self.defects.apply(Discovery(configuration, capability_security(self.base, portal)))


def build_auth(  # noqa: PLR0913 - each is a fact of the environment
    origin: str,
    deployment: str,
    environment: str,
    defects: Defects,
    *,
    token_lifetime: int = 300,
    code_lifetime: float = CODE_SECONDS,
    future: bool = False,
    clock: Callable[[], float] = monotonic,
) -> AuthServer:
    """Build the authorization server of an environment, with members that have no data yet."""

    def mint(what: str) -> str:
        return defects.apply(Minted(what, random_value())).value

    return AuthServer(
        origin,
        register(deployment, environment),
        catalogue(deployment, future=future),
        people_of(deployment, environment),
        AuthStore(clock, code_lifetime, mint),
        defects,
        token_lifetime,
        # tooele: "client_secret (if not using PKCE)"; uhc: "a confidential client with a secret".
        pkce_is_enough=deployment == "tooele",
    )
