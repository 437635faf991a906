"""All that the authorization server remembers, behind one lock. Imports the standard library only.

A grant is what one member allowed one client once; codes and tokens hang on it, so that revoking a
grant ends all of them.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import RLock
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

CODE_SECONDS = 60
TICKET_SECONDS = 600
_MOST_TICKETS = 10_000
_MOST_TOKENS = 50_000


@dataclass(frozen=True, slots=True)
class Grant:
    """What was allowed; `patient` is "" where no member took part (client_credentials)."""

    id: int
    client_id: str
    scopes: tuple[str, ...]
    patient: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code and what it is bound to."""

    grant: Grant
    redirect_uri: str
    challenge: str
    method: str
    expires: float
    used: bool = False


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token: perhaps fewer scopes than its grant (a refresh can narrow)."""

    grant: Grant
    scopes: tuple[str, ...]
    expires: float


def random_value(_: str = "") -> str:
    """Return 256 random bits, whatever they are for."""
    return secrets.token_urlsafe(32)


class AuthStore:
    """Codes, tokens, grants and the one-time tickets of forms; `clock` counts seconds.

    `mint` makes a `code`, an `access_token` or a `refresh_token`.
    """

    def __init__(
        self,
        clock: Callable[[], float] = monotonic,
        code_seconds: float = CODE_SECONDS,
        mint: Callable[[str], str] = random_value,
    ) -> None:
        self.lock = RLock()
        self.members: tuple[str, ...] = ()
        self.code_seconds = code_seconds
        self._clock = clock
        self._mint = mint
        self._grants = 0
        self._revoked: set[int] = set()
        self._current: dict[tuple[str, str], list[Grant]] = {}
        self._codes: dict[str, Code] = {}
        self._access: OrderedDict[str, AccessToken] = OrderedDict()
        self._refresh: dict[str, Grant] = {}
        self._declined: dict[tuple[str, str], frozenset[str]] = {}
        self._tickets: OrderedDict[str, tuple[float, str, Any]] = OrderedDict()

    def now(self) -> float:
        """Return the server's time in seconds."""
        return self._clock()

    def new_ticket(self, page: str, content: Any) -> str:
        """Return a one-time value that lets a form of this page be sent once."""
        ticket = secrets.token_urlsafe(24)
        with self.lock:
            self._tickets[ticket] = (self.now() + TICKET_SECONDS, page, content)
            _forget_beyond(self._tickets, _MOST_TICKETS)
        return ticket

    def take_ticket(self, page: str, ticket: str) -> Any:
        """Return what the ticket was made for and forget it; None where it is not good here."""
        with self.lock:
            expires, made_for, content = self._tickets.get(ticket, (0.0, "", None))
            if made_for != page:
                return None
            del self._tickets[ticket]
            return content if self.now() < expires else None

    def latest_ticket(self, page: str) -> Any:
        """Return what the ticket was made for that was given out last for forms of a page."""
        with self.lock:
            known = reversed(self._tickets.values())
            return next((content for _, made_for, content in known if made_for == page), None)

    def new_grant(self, client_id: str, scopes: tuple[str, ...], patient: str = "") -> Grant:
        """Record what was allowed."""
        with self.lock:
            self._grants += 1
            grant = Grant(self._grants, client_id, scopes, patient)
            if patient:
                self._current.setdefault((patient, client_id), []).append(grant)
            return grant

    def decline(self, client_id: str, patient: str, scopes: frozenset[str]) -> None:
        """Remember what a member did not share with a client, in place of what was so before."""
        self._declined[patient, client_id] = scopes

    def declined(self, client_id: str, patient: str) -> frozenset[str]:
        """Return what a member did not share with a client the last time."""
        return self._declined.get((patient, client_id), frozenset())

    def new_code(self, grant: Grant, redirect_uri: str, challenge: str, method: str) -> str:
        """Return a code for a grant, good for `code_seconds`."""
        value = self._mint("code")
        with self.lock:
            expires = self.now() + self.code_seconds
            self._codes[value] = Code(grant, redirect_uri, challenge, method, expires)
        return value

    def code(self, value: str) -> Code | None:
        """Return what a code is bound to, also when it is used or expired."""
        return self._codes.get(value)

    def latest_code(self) -> Code | None:
        """Return the code that was given out last."""
        return next(reversed(self._codes.values()), None)

    def use_code(self, value: str) -> None:
        """Mark a code as used: it stays known so that a second use is noticed."""
        with self.lock:
            self._codes[value] = replace(self._codes[value], used=True)

    def new_access_token(self, grant: Grant, scopes: tuple[str, ...], lifetime: int) -> str:
        """Return an opaque access token."""
        value = self._mint("access_token")
        with self.lock:
            self._access[value] = AccessToken(grant, scopes, self.now() + lifetime)
            _forget_beyond(self._access, _MOST_TOKENS)
        return value

    def access_token(self, value: str) -> AccessToken | None:
        """Return what an access token allows, also when it is expired or revoked."""
        return self._access.get(value)

    def latest_access_token(self, grant: Grant) -> str:
        """Return the access token that was given last for a grant."""
        with self.lock:
            return next((v for v, t in reversed(self._access.items()) if t.grant == grant), "")

    def new_refresh_token(self, grant: Grant) -> str:
        """Return an opaque refresh token, good until the grant is revoked."""
        value = self._mint("refresh_token")
        with self.lock:
            self._refresh[value] = grant
        return value

    def refresh_token(self, value: str) -> Grant | None:
        """Return the grant of a refresh token, also when it is revoked."""
        return self._refresh.get(value)

    def latest_refresh_token(self) -> Grant | None:
        """Return the grant of the refresh token that was given out last."""
        return next(reversed(self._refresh.values()), None)

    def forget_access_token(self, value: str) -> None:
        """Forget one access token; its grant lives on."""
        with self.lock:
            self._access.pop(value, None)

    def forget_refresh_token(self, value: str) -> None:
        """Forget one refresh token; its grant lives on."""
        with self.lock:
            self._refresh.pop(value, None)

    def revoke(self, grant: Grant) -> None:
        """End every code and token of a grant."""
        with self.lock:
            self._revoked.add(grant.id)

    def is_revoked(self, grant: Grant) -> bool:
        """Whether a grant was ended."""
        return grant.id in self._revoked

    def applications(self, patient: str) -> dict[str, tuple[str, ...]]:
        """Return the clients that can see a member's data, each with the scopes it has."""
        with self.lock:
            found: dict[str, tuple[str, ...]] = {}
            for (owner, client_id), grants in self._current.items():
                good = [g for g in grants if not self.is_revoked(g)] if owner == patient else []
                if good:
                    scopes = dict.fromkeys(scope for grant in good for scope in grant.scopes)
                    found[client_id] = tuple(scopes)
            return found

    def revoke_application(self, patient: str, client_id: str) -> None:
        """End everything a member ever allowed a client."""
        with self.lock:
            for grant in self._current.pop((patient, client_id), []):
                self.revoke(grant)


def _forget_beyond(kept: OrderedDict[str, Any], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)
