"""What an access token allows, as the resource server sees it. Imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Access:
    """What a valid access token allows: granted scopes, and the member it was given for.

    `patient` is the FHIR id of the member's Patient, "" for a system token (client_credentials).
    """

    client_id: str
    scopes: frozenset[str]
    patient: str = ""

    def reads(self, resource_type: str) -> bool:
        """Whether a member scope covers this type (`patient/Patient.read`)."""
        return f"patient/{resource_type}.read" in self.scopes

    def reads_public(self, resource_type: str) -> bool:
        """Whether a public scope covers this type of the directory; "" is any type at all.

        A network is an Organization, so `public/Network.read` opens that type too.
        """
        public = {scope[7:-5] for scope in self.scopes if scope.startswith("public/")}
        types = public | ({"Organization"} if "Network" in public else set())
        return resource_type in types if resource_type else bool(types)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not let in: status 401 or 403, and the `WWW-Authenticate` of RFC 6750."""

    status: int
    challenge: str
    message: str


class Gate(Protocol):
    """Decides about a request by its headers (lower-case names) and query."""

    def admit(self, headers: Mapping[str, str]) -> Access | Refusal:
        """Return what the bearer may do, or why it is refused."""
        ...


class OpenGate:
    """Lets everybody in as one member with every scope: for tests of the data alone."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def admit(self, headers: Mapping[str, str]) -> Access | Refusal:  # noqa: ARG002 - the protocol
        """Return the same access for everybody."""
        return self._access
