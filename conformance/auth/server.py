"""One target's authorization server: flows, token requests, revocation. May import the room."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from authlib.common.security import generate_token

from conformance import clock
from conformance.auth.authorize import new_verifier, request_parameters
from conformance.auth.endpoints import Endpoints, find_endpoints
from conformance.auth.errors import CannotAuthorize
from conformance.auth.form_login import ALLOW, Decision, Member, Walk
from conformance.auth.secrets import App, read_app, read_password, read_public_app
from conformance.auth.watch import Watch, tokens_seen
from conformance.oauth import TokenAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from conformance.client import Client
    from conformance.oauth import Authorization, Tokens
    from conformance.target import Target

NO_CHANGES: Mapping[str, str | None] = {}
Pairs = tuple[tuple[str, str], ...]
#: What a client asks for where the target file names no scopes: the documented example's.
USUAL_SCOPES = ("patient/Patient.read", "patient/ExplanationOfBenefit.read")


@dataclass(frozen=True, slots=True)
class Flow:
    """An authorization with what its code is bound to; `verifier` is "" without PKCE."""

    app: App
    authorization: Authorization
    verifier: str = field(default="", repr=False)


class AuthorizationServer:
    """Sends OAuth requests for the applications of one target; every secret is learned first."""

    def __init__(self, client: Client, target: Target) -> None:
        self.client = client
        self.target = target
        self._endpoints: Endpoints | None = None

    def __repr__(self) -> str:
        return f"AuthorizationServer({self.target.name!r})"

    @property
    def endpoints(self) -> Endpoints:
        """The endpoints, found once.

        Raises:
            CannotAuthorize: there are none to send credentials to.
        """
        if self._endpoints is None:
            self._endpoints = find_endpoints(self.client, self.target)
        return self._endpoints

    @property
    def audience(self) -> str:
        """The `aud` of a good request: SMART requires it, and one document says it is SMART's."""
        return self.target.fhir_base if self.target.deployment == "uhc" else ""

    def app(self) -> App:
        """Return the application of `[client]`; `CannotAuthorize` where it is not usable."""
        return self._known(read_app(self.target))

    def public_app(self) -> App:
        """Return the one of `[public_client]`; `CannotAuthorize` where it is not usable."""
        return self._known(read_public_app(self.target))

    def member(self, username: str = "") -> Member:
        """Return who logs in, or why nobody can."""
        login = self.target.login
        if login.method != "form":
            method = f'method "{login.method}"' if login.method else "no method"
            return Member(
                why=f"login and consent pages are judged where they need no person: [login] method"
                f' "form" with username and password_file ({self.target.path} has {method})'
            )
        password = read_password(self.target)
        self.client.learn(password)
        return Member(username or login.username, password)

    def begin(  # noqa: PLR0913 - each is a choice of the application or the member
        self,
        app: App,
        scopes: Iterable[str] = (),
        *,
        changes: Mapping[str, str | None] = NO_CHANGES,
        pkce: bool | None = None,
        decision: Decision = ALLOW,
        username: str = "",
        login: bool = True,
        purpose: str = "authorization",
        proof: str = "",
        again: Pairs = (),
    ) -> Flow:
        """Send an authorization request and, if `login`, have the member log in and decide.

        A public application uses PKCE, one with a secret does not, unless `pkce` says otherwise;
        its verifier is random or `proof`. `again` are parameters sent after those of the request.
        """
        with_pkce = not app.secret if pkce is None else pkce
        verifier = self.secret(proof or new_verifier()) if with_pkce else ""
        asked = request_parameters(
            app, scopes or app.scopes or USUAL_SCOPES, verifier, changes, self.audience
        )
        member = self.member(username) if login else Member(why="only the request was sent")
        walk = Walk(self.client, member, decision, app.redirect_uri, purpose)
        return Flow(app, walk.go(self.endpoints.authorize, asked, again), verifier)

    def redeem(
        self,
        flow: Flow,
        *,
        changes: Mapping[str, str | None] = NO_CHANGES,
        purpose: str = "code for a token",
        headers: dict[str, str] | None = None,
    ) -> TokenAnswer:
        """Exchange the code of a flow with a request that is good but for the changes."""
        return self.ask({**good_form(flow), **changes}, purpose=purpose, headers=headers)

    def refresh(
        self,
        app: App,
        tokens: Tokens,
        *,
        changes: Mapping[str, str | None] = NO_CHANGES,
        purpose: str = "refresh",
        headers: dict[str, str] | None = None,
    ) -> TokenAnswer:
        """Ask for a new access token."""
        form = {**refresh_form(app, tokens), **changes}
        return self.ask(form, purpose=purpose, headers=headers)

    def client_credentials(
        self,
        app: App,
        scopes: Iterable[str],
        *,
        changes: Mapping[str, str | None] = NO_CHANGES,
        purpose: str = "client credentials",
    ) -> TokenAnswer:
        """Ask for a token of the application's own."""
        good = {
            "grant_type": "client_credentials",
            "client_id": app.id,
            "client_secret": app.secret or None,
            "scope": " ".join(scopes),
        }
        return self.ask({**good, **changes}, purpose=purpose)

    def ask(
        self,
        form: Mapping[str, str | None],
        *,
        purpose: str,
        headers: dict[str, str] | None = None,
    ) -> TokenAnswer:
        """POST to the token endpoint; None takes a field out."""
        fields: Sequence[tuple[str, str]] = [(k, v) for k, v in form.items() if v is not None]
        watch = Watch(self.client, fields=fields)
        exchange = self.client.post(
            self.endpoints.token,
            fields,
            purpose=purpose,
            headers={"Accept": "application/json", **(headers or {})},
            inspect=watch,
        )
        return TokenAnswer(exchange, tokens_seen(watch), clock.monotonic(), watch.echoed)

    def secret(self, value: str = "") -> str:
        """Return a secret of our own making that no record keeps; a random one without `value`."""
        made = value or generate_token(43)
        self.client.learn(made)
        return made

    def _known(self, app: App) -> App:
        if app.secret:
            self.client.learn(app.secret, b64encode(f"{app.id}:{app.secret}".encode()).decode())
        return app


def good_form(flow: Flow) -> dict[str, str]:
    """Return the fields of a good token request for the code of a flow."""
    app = flow.app
    proof = {"code_verifier": flow.verifier} if flow.verifier else {"client_secret": app.secret}
    return {
        "grant_type": "authorization_code",
        "code": flow.authorization.code,
        "redirect_uri": flow.authorization.asked.get("redirect_uri", app.redirect_uri),
        "client_id": app.id,
        **proof,
    }


def refresh_form(app: App, tokens: Tokens) -> dict[str, str | None]:
    """Return the fields of a good refresh; None is a field that is not sent."""
    return {
        "grant_type": "refresh_token",
        "refresh_token": tokens.refresh,
        "client_id": app.id,
        "client_secret": app.secret or None,
    }


__all__ = ["AuthorizationServer", "CannotAuthorize", "Flow", "good_form", "refresh_form"]
