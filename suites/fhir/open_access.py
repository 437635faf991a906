"""Who a run acts for where Patient Access needs no login. Imports auth, client and target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.auth import AuthorizationServer, CannotAuthorize

if TYPE_CHECKING:
    from conformance.client import Client
    from conformance.target import Target


@dataclass(frozen=True, slots=True)
class OpenAccess:
    """A member in name only: no token, no scopes; `patient` is the target file's, else ""."""

    patient: str = ""
    granted: frozenset[str] = frozenset()


def open_access(client: Client, target: Target) -> OpenAccess | None:
    """Return who is asked for where an API is open, None where somebody has to log in.

    It is open where the target file names neither a client, a login nor an authorization server,
    and SMART discovery finds none.
    """
    if target.authorization_base or target.client.named or target.login.method:
        return None
    try:
        _ = AuthorizationServer(client, target).endpoints
    except CannotAuthorize:
        return OpenAccess(next(iter(target.samples.get("Patient", {}).get("id", ())), ""))
    return None
