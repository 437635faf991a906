"""The application's own access to what is public: an httpx auth flow of client credentials.

May import the room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from conformance import clock
from conformance.auth.session import MARGIN, PART
from conformance.target.model import origin_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from conformance.auth.server import AuthorizationServer
    from conformance.oauth import TokenAnswer


class SystemAuth(httpx.Auth):
    """Sends a token had by `client_credentials`, another one where its time is nearly over.

    It is sent to the target's configured origins only.
    """

    def __init__(self, server: AuthorizationServer, scopes: tuple[str, ...]) -> None:
        self._server = server
        self._scopes = scopes
        self._answer: TokenAnswer | None = None

    def __repr__(self) -> str:
        return f"SystemAuth({self._server.target.name!r})"

    def ready(self) -> TokenAnswer:
        """Return the answer to the newest token request; it may be a refusal.

        Raises:
            CannotAuthorize: there is no application to ask with; the message says what to do.
            TargetUnusable: the token endpoint gave no usable answer.
        """
        if self._answer is None or _old(self._answer):
            app = self._server.app()
            self._answer = self._server.client_credentials(
                app, self._scopes, purpose="authorized directory: client credentials"
            )
        return self._answer

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token to a request."""
        if origin_of(str(request.url)) in self._server.target.origins:
            request.headers["Authorization"] = f"Bearer {self.ready().tokens.access}"
        yield request


def _old(answer: TokenAnswer) -> bool:
    life = answer.lifetime
    if life is None or not answer.granted:
        return False
    return clock.monotonic() > answer.received + life - min(MARGIN, life * PART)
