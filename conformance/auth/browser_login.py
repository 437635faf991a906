"""A member's login at a browser: one request, its answer, the tokens. May import the room.

PKCE is always used, the client secret beside it where the application has one (RFC 9700, 2.1.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.auth.authorize import address, new_verifier, request_parameters
from conformance.auth.callback import Parameters, code_of
from conformance.auth.errors import LoginFailed, quoted
from conformance.auth.server import USUAL_SCOPES, Flow
from conformance.auth.stored import now
from conformance.auth.token_store import Kept
from conformance.oauth import Authorization

if TYPE_CHECKING:
    from conformance.auth.secrets import App
    from conformance.auth.server import AuthorizationServer


class BrowserLogin:
    """One login: send a person to `url`, then `finish` with what comes back."""

    def __init__(self, server: AuthorizationServer, app: App) -> None:
        self._server = server
        self._app = app
        self._verifier = server.secret(new_verifier())
        scopes = app.scopes or USUAL_SCOPES
        self._asked = request_parameters(app, scopes, self._verifier, {}, server.audience)
        self.url = address(server.endpoints.authorize, tuple(self._asked.items()))

    def __repr__(self) -> str:
        return f"BrowserLogin({self._app.id!r})"

    @property
    def asked(self) -> frozenset[str]:
        """The scopes asked for."""
        return frozenset(self._asked["scope"].split())

    def finish(self, parameters: Parameters) -> Kept:
        """Exchange the code that came back for tokens, and return what is to be kept.

        Raises:
            LoginFailed: the answer or the tokens are not what they have to be.
            TargetUnusable: the token endpoint gave no usable answer.
        """
        code = self._server.secret(code_of(parameters, self._asked["state"]))
        authorization = Authorization(self._asked, (), "back to the application", code=code)
        answer = self._server.redeem(
            Flow(self._app, authorization, self._verifier),
            changes={"client_secret": self._app.secret or None},
            purpose="login: code for a token",
        )
        if not answer.granted:
            raise LoginFailed(f"the token endpoint gave no token: {quoted(str(answer))}")
        if not answer.tokens.refresh:
            raise LoginFailed(
                "the server gave an access token but no refresh token: there is nothing to keep;"
                " look whether the registration has refresh tokens, or needs a scope for them"
            )
        scopes = answer.scopes or self.asked  # RFC 6749, 5.1: none named means as asked
        return Kept(answer.tokens.refresh, answer.patient, tuple(sorted(scopes)), now())
