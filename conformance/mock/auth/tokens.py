"""The token endpoint: code, refresh token or client credentials in, access token out.

Imports the authorization server's other modules; knows nothing of HTTP frameworks.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from conformance.mock.auth.client_login import identify
from conformance.mock.auth.flow import GrantType, Held, Issue, ScopeGrant, Sought, TokenReply
from conformance.mock.auth.params import form_params
from conformance.mock.auth.problems import OAuthError, invalid_client
from conformance.mock.auth.scopes import split
from conformance.mock.auth.token_rules import judge_code, judge_refresh

if TYPE_CHECKING:
    from conformance.mock.auth.clients import Client, Clients
    from conformance.mock.auth.flow import ClientLogin, Judged
    from conformance.mock.auth.params import Params
    from conformance.mock.auth.scopes import Catalogue
    from conformance.mock.auth.store import AuthStore, Code, Grant
    from conformance.mock.defects.registry import Defects

FORM = "application/x-www-form-urlencoded"
CODE, REFRESH, SYSTEM = "authorization_code", "refresh_token", "client_credentials"
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class TokenCall:
    """A request as it came: body, the two headers that matter, method and query."""

    body: bytes = field(repr=False)
    content_type: str = FORM
    authorization: str = field(default="", repr=False)
    method: str = "POST"
    query: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """Gives access tokens of one lifetime, in seconds.

    `pkce_is_enough`: a client that has a secret need not send it with a `code_verifier`.
    """

    clients: Clients
    catalogue: Catalogue
    store: AuthStore
    lifetime: int
    defects: Defects
    pkce_is_enough: bool

    def answer(self, call: TokenCall) -> TokenReply:
        """Answer one request to `/oauth/token`; a refusal is an answer too."""
        grant_type, call = "", self.defects.apply(call)
        form: Params | None = None
        try:
            form = _form(call)
            grant_type = _grant_type(self.defects.apply(GrantType(form, form.value("grant_type"))))
            login = self.defects.apply(identify(self._client, form, call.authorization))
            _refuse_broken(login)
            with self.store.lock:  # one decision at a time: a code has one first use
                issue = self._decide(grant_type, form, login)
                reply = TokenReply(grant_type, 200, self._make(issue), NO_STORE)
        except OAuthError as error:
            reply = refusal(error, grant_type)
        return self.defects.apply(replace(reply, form=form))

    def _client(self, name: str) -> Client | None:
        found: Client | None = self._sought(
            "client", name, self.clients.get(name), self.clients.web
        )
        return found

    def _sought(self, what: str, value: str, found: Any, other: Any) -> Any:
        return self.defects.apply(Sought(what, value, found, other)).found

    def _decide(self, grant_type: str, form: Params, login: ClientLogin) -> Issue:
        decide = {CODE: self._redeem, REFRESH: self._renew, SYSTEM: self._trust}
        return self.defects.apply(decide[grant_type](form, login))

    def _redeem(self, form: Params, login: ClientLogin) -> Issue:
        value = _required(form, "code")
        found, latest = self.store.code(value), self.store.latest_code()
        code: Code | None = self._sought("code", value, found, latest)
        pkce = self.pkce_is_enough and code is not None and bool(code.challenge)
        _demand_secret(login, unless=pkce)
        if code is None:
            raise OAuthError("invalid_grant", "The code is not known")
        redemption = self.defects.apply(judge_code(code, form, login.client, self.store))
        if redemption.revoke:
            self.store.revoke(code.grant)
        _refuse_broken(redemption)
        if found:
            self.store.use_code(value)
        return Issue(code.grant, CODE, code.grant.scopes, self.lifetime, refresh=True)

    def _renew(self, form: Params, login: ClientLogin) -> Issue:
        value = _required(form, "refresh_token")
        _demand_secret(login)
        known, latest = self.store.refresh_token(value), self.store.latest_refresh_token()
        access = self.store.access_token(value)
        found: Grant | None = self._sought("refresh_token", value, known, latest)
        grant = self.defects.apply(Held(found, access.grant if access else None)).grant
        if grant is None:
            raise OAuthError("invalid_grant", "The refresh token is not known")
        renewal = self.defects.apply(judge_refresh(grant, form, login.client, self.store))
        _refuse_broken(renewal)
        return Issue(
            grant,
            REFRESH,
            renewal.scopes,
            self.lifetime,
            refresh=False,
            presented=value,
            previous=self.store.latest_access_token(grant),
        )

    def _trust(self, form: Params, login: ClientLogin) -> Issue:
        """Give a client without a member what is public (RFC 6749, 4.4: confidential ones only)."""
        known = self.catalogue.of(SYSTEM)
        if not (login.client.confidential and known):
            raise OAuthError("unauthorized_client", "This client cannot use client_credentials")
        _demand_secret(login)
        asked = split(form.value("scope")) or ()
        granted = tuple(scope for scope in asked if scope in known)
        scopes = self.defects.apply(ScopeGrant(SYSTEM, asked, known, granted)).granted
        if not scopes:
            raise OAuthError("invalid_scope", "None of the scopes asked for is supported")
        grant = self.store.new_grant(login.client.id, scopes)
        return Issue(grant, SYSTEM, scopes, self.lifetime, refresh=False)

    def _make(self, issue: Issue) -> dict[str, Any]:
        """Make the tokens and return the properties of the response."""
        store, grant = self.store, issue.grant
        body: dict[str, Any] = {
            "access_token": issue.access_token
            or store.new_access_token(grant, issue.scopes, issue.lifetime),
            "token_type": "Bearer",
            "expires_in": issue.lifetime,
            "scope": " ".join(issue.scopes),
        }
        if grant.patient:
            body["patient"] = grant.patient
        if issue.retire:
            store.forget_refresh_token(issue.presented)
        if issue.alone:
            store.forget_access_token(issue.previous)
        if issue.refresh:
            body["refresh_token"] = store.new_refresh_token(grant)
        return body


def refusal(error: OAuthError, grant_type: str = "") -> TokenReply:
    """Return an error as RFC 6749, 5.2 writes it; HTTP wants a challenge with every 401."""
    body = {"error": error.error, "error_description": error.description}
    headers = dict(NO_STORE)
    if error.status == _UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Basic realm="flex"'
    return TokenReply(grant_type, error.status, body, headers)


def _form(call: TokenCall) -> Params:
    if call.method != "POST":
        raise OAuthError("invalid_request", f"Method {call.method} is not supported here", 405)
    if call.content_type.partition(";")[0].strip().lower() != FORM:
        raise OAuthError("invalid_request", f"The request must be sent as {FORM}")
    try:
        form = form_params(call.body)
    except ValueError:
        raise OAuthError("invalid_request", "The body is no form") from None
    if doubled := form.doubled():
        raise OAuthError("invalid_request", f"Sent more than once: {', '.join(doubled)}")
    return form


def _grant_type(told: GrantType) -> str:
    grant_type = told.name
    if not grant_type:
        raise OAuthError("invalid_request", "grant_type is required")
    known = (CODE, REFRESH, SYSTEM)
    if grant_type not in known:
        raise OAuthError("unsupported_grant_type", f"grant_type is none of {', '.join(known)}")
    return grant_type


def _required(form: Params, name: str) -> str:
    value = form.value(name)
    if not value:
        raise OAuthError("invalid_request", f"{name} is required")
    return value


def _demand_secret(login: ClientLogin, *, unless: bool = False) -> None:
    if login.client.confidential and not login.proven and not unless:
        raise invalid_client("This client must send its client_secret")


def _refuse_broken(judged: Judged) -> None:
    for breach in judged.breaches:
        status = _UNAUTHORIZED if breach.error == "invalid_client" else 400
        raise OAuthError(breach.error, breach.description, status)
