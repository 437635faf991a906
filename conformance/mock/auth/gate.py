"""Lets bearers of good access tokens in (RFC 6750). Imports access, flow, problems, store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.mock.access.model import Access, Refusal
from conformance.mock.auth.flow import Presented
from conformance.mock.auth.problems import broken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.mock.auth.store import AuthStore
    from conformance.mock.defects.registry import Defects

REALM = 'Bearer realm="flex"'
PATIENT_ACCESS, DIRECTORY = "patient-access", "directory"


@dataclass(frozen=True, slots=True)
class TokenGate:
    """Decides by the tokens that the authorization server gave out; a token in a query is none."""

    store: AuthStore
    defects: Defects

    def admit(self, headers: Mapping[str, str]) -> Access | Refusal:
        """Return what the bearer may do, or why it is refused (header names in lower case)."""
        return self._admit(headers.get("authorization", ""), PATIENT_ACCESS)

    def require_public(self, headers: Mapping[str, str], resource_type: str = "") -> Refusal | None:
        """Return why a request to the public directory is refused.

        Anybody may ask without a token; who brings one must bring a good one, whose scopes cover
        the resource type ("" is any: a further page, whose search was covered).
        """
        authorization = headers.get("authorization", "")
        if not authorization:
            return None
        access = self._admit(authorization, DIRECTORY)
        if isinstance(access, Refusal) or access.reads_public(resource_type):
            return access if isinstance(access, Refusal) else None
        scope = f"public/{resource_type}.read"
        challenge = f'{REALM}, error="insufficient_scope", scope="{scope}"'
        message = f"The token lacks the scope {scope}"
        return self.defects.apply(Refusal(403, challenge, message))

    def _admit(self, authorization: str, where: str) -> Access | Refusal:
        scheme, _, value = authorization.strip().partition(" ")
        if scheme.lower() != "bearer" or not value:
            return self.defects.apply(Refusal(401, REALM, "An access token is required"))
        token = self.store.access_token(value.strip())
        if token is None:
            return self._invalid("The access token is not known")
        breaches = broken(
            (
                self.store.is_revoked(token.grant),
                "revoked",
                "invalid_token",
                "The access token was revoked",
            ),
            (
                self.store.now() >= token.expires,
                "expired",
                "invalid_token",
                "The access token has expired",
            ),
        )
        presented = Presented(where, token, self.store.members, breaches=breaches)
        presented = self.defects.apply(presented)
        if presented.breaches:
            return self._invalid(presented.breaches[0].description)
        grant, scopes = presented.token.grant, frozenset(presented.token.scopes)
        return self.defects.apply(Access(grant.client_id, scopes, grant.patient))

    def _invalid(self, why: str) -> Refusal:
        challenge = f'{REALM}, error="invalid_token", error_description="{why}"'
        return self.defects.apply(Refusal(401, challenge, why))
