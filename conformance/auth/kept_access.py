"""Token requests with the refresh token of a login, for suites that judge their answers.

May import the room. The stored token stays good for the next run: what could end it is not sent
here, and a new one is kept at once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.auth.stored import exchange, find_token
from conformance.auth.token_store import Given, Kept

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.auth.secrets import App
    from conformance.auth.server import AuthorizationServer
    from conformance.oauth import TokenAnswer, Tokens

NO_CHANGES: Mapping[str, str | None] = {}


class KeptAccess:
    """The access that a member gave at the browser once.

    `replaced` tells whether the server gave another refresh token for the one that was shown;
    `patient` is the member's Patient id as the login was told it ("" where nothing did), `scopes`
    what it was granted (none where nothing told).

    Raises:
        CannotAuthorize: there is no token; the message is the command that gets one.
    """

    def __init__(self, server: AuthorizationServer, app: App) -> None:
        self._server = server
        self._app = app
        self._store = find_token(server.target, app.id)
        # Once: a keyring may ask its user, or be locked by and by.
        told = self._store.read() or Kept("")
        self.patient, self.scopes = told.patient, frozenset(told.scopes)
        self.replaced = False

    def __repr__(self) -> str:
        return f"KeptAccess({self._store.name!r})"

    @property
    def is_given(self) -> bool:
        """Whether it is a token of the environment, which no run can replace."""
        return isinstance(self._store, Given)

    def refresh(
        self,
        purpose: str,
        changes: Mapping[str, str | None] = NO_CHANGES,
        headers: dict[str, str] | None = None,
    ) -> TokenAnswer:
        """Refresh with a request that is good but for the changes."""
        return self.ask(
            lambda tokens: self._server.refresh(
                self._app, tokens, changes=changes, purpose=purpose, headers=headers
            )
        )

    def ask(self, send: Callable[[Tokens], TokenAnswer]) -> TokenAnswer:
        """Have any token request sent; the answer holds the refresh token that is good now."""

        def noted(tokens: Tokens) -> TokenAnswer:
            answer = send(tokens)
            new = answer.tokens.refresh not in {"", tokens.refresh}
            self.replaced = self.replaced or (answer.granted and new)
            return answer

        answer, kept = exchange(self._server.target, self._store, self._server.client.learn, noted)
        return replace(answer, tokens=replace(answer.tokens, refresh=kept.refresh))
