"""The member's session: an httpx auth flow that holds tokens and renews them, single flight.

May import the room and client.
"""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

import httpx

from conformance import clock
from conformance.auth.errors import CannotAuthorize
from conformance.auth.stored import access_by, find_token
from conformance.client.http import TargetUnusable
from conformance.target.model import origin_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from conformance.auth.secrets import App
    from conformance.auth.server import AuthorizationServer
    from conformance.auth.token_store import Kept, Store
    from conformance.oauth import TokenAnswer

#: Seconds before its time at which a token is renewed, as a part of its life at most.
MARGIN, PART = 10.0, 0.2
_UNAUTHORIZED = 401


class Bearer(httpx.Auth):
    """Sends one access token, come what may; "" sends none."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __repr__(self) -> str:
        return "Bearer(…)"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token to a request."""
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class MemberAuth(httpx.Auth):
    """A member's access, by form or refresh token: renewed when its time is over and on a 401.

    Threads that find a token too old at once renew it once. Credentials go to the target's
    configured origins only. `username` is who logs in, the member of `[login]` without one.
    """

    def __init__(
        self, server: AuthorizationServer, scopes: tuple[str, ...] = (), username: str = ""
    ) -> None:
        self._server = server
        self._scopes = scopes
        self._username = username
        self._lock = Lock()
        self._answer: TokenAnswer | None = None
        self._app: App | None = None
        self._store: Store | None = None
        self._kept: Kept | None = None
        self._patient = ""

    def __repr__(self) -> str:
        return f"MemberAuth({self._server.target.name!r})"

    @property
    def patient(self) -> str:
        """The member's Patient id, "" where nothing tells it.

        It is told by the token response, by the one of the login, or by a search for Patient.
        """
        told = self.ready().patient or (self._kept.patient if self._kept else "")
        if not told and not self._patient and self._kept:
            self._patient = self._look_up()
        return told or self._patient

    @property
    def granted(self) -> frozenset[str]:
        """The scopes that the session has."""
        return self.ready().scopes

    def ready(self) -> TokenAnswer:
        """Log in where that was not done, and return the answer that gave the tokens.

        Raises:
            CannotAuthorize: the target tells no way to log in; the message says what to do.
            TargetUnusable: the login did not give a token.
        """
        with self._lock:
            if self._answer is None:
                self._answer = self._log_in()
            return self._answer

    def header_for(self, url: str) -> dict[str, str]:
        """Return the headers that give a request access; none for an origin not configured."""
        if origin_of(url) not in self._server.target.origins:
            return {}
        return {"Authorization": f"Bearer {self._current()}"}

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send a request with a good token; where it is refused, once more with a new one."""
        headers = self.header_for(str(request.url))
        request.headers.update(headers)
        answer = yield request
        if answer.status_code == _UNAUTHORIZED and headers:
            used = headers["Authorization"].removeprefix("Bearer ")
            request.headers["Authorization"] = f"Bearer {self._renewed(used)}"
            yield request

    def _current(self) -> str:
        answer = self.ready()
        life = answer.lifetime
        if life is not None:
            left = answer.received + life - clock.monotonic()
            if left < min(MARGIN, life * PART):
                return self._renewed(answer.tokens.access)
        return answer.tokens.access

    def _renewed(self, used: str) -> str:
        """Return another token than the one used; whoever comes second takes the first one's."""
        with self._lock:
            if self._answer is None or self._answer.tokens.access == used:
                try:
                    self._answer = self._renew()
                except CannotAuthorize as why:  # it could before: now the environment fails
                    raise TargetUnusable(str(why)) from None
            return self._answer.tokens.access

    def _renew(self) -> TokenAnswer:
        before = self._answer
        if self._store:
            return self._by_refresh_token("session: refresh")
        if before and before.tokens.refresh and self._app:
            answer = self._server.refresh(self._app, before.tokens, purpose="session: refresh")
            if answer.granted:
                return _continued(answer, before)
        return self._log_in()

    def _log_in(self) -> TokenAnswer:
        # A refresh token is one member's: who else is asked for has to log in.
        if self._server.target.login.method != "form" and not self._username:
            return self._by_refresh_token("session: refresh token for access")
        member = self._server.member(self._username)
        if not member.username:
            raise CannotAuthorize(member.why)
        self._app = self._server.app()
        flow = self._server.begin(
            self._app, self._scopes, username=self._username, purpose="session: authorization"
        )
        if not flow.authorization.code:
            raise TargetUnusable(
                f"the login gave no code: {flow.authorization.ending}", flow.authorization.last
            )
        if not flow.authorization.state_kept:
            raise TargetUnusable(
                "the login brought back another `state` than was sent: its code is not used",
                flow.authorization.last,
            )
        answer = self._server.redeem(flow, purpose="session: code for a token")
        if not answer.granted:
            raise TargetUnusable(f"the login gave no token: {answer}", answer.exchange)
        return answer

    def _by_refresh_token(self, purpose: str) -> TokenAnswer:
        self._app = self._app or self._server.app()
        self._store = self._store or find_token(self._server.target, self._app.id)
        answer, self._kept = access_by(self._server, self._app, self._store, purpose)
        return answer

    def _look_up(self) -> str:
        """Search for the one Patient that the member may see."""
        url = f"{self._server.target.fhir_base}/Patient"
        found = self._server.client.get(url, purpose="session: member's Patient", auth=self)
        entries = found.document.get("entry") if isinstance(found.document, dict) else None
        for entry in entries if isinstance(entries, list) else ():
            resource = entry.get("resource") if isinstance(entry, dict) else None
            if isinstance(resource, dict) and resource.get("resourceType") == "Patient":
                return str(resource.get("id", ""))
        return ""


def _continued(answer: TokenAnswer, before: TokenAnswer) -> TokenAnswer:
    """Return a refreshed answer that keeps the refresh token it was had with (tooele: no new)."""
    kept = answer.tokens.refresh or before.tokens.refresh
    return replace(answer, tokens=replace(answer.tokens, refresh=kept))
