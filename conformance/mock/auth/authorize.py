"""The authorize endpoint: its request, the login and the consent of the member.

Imports the authorization server's other modules; knows nothing of HTTP frameworks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conformance.mock.auth.authorize_rules import judge
from conformance.mock.auth.flow import (
    Consent,
    ConsentForm,
    ErrorPage,
    Redirection,
    RedirectMatch,
    ScopeGrant,
    Sought,
)
from conformance.mock.auth.pages import Page
from conformance.mock.auth.problems import Breach, Unsafe
from conformance.mock.auth.scopes import split

if TYPE_CHECKING:
    from conformance.mock.auth.clients import Client, Clients
    from conformance.mock.auth.params import Params
    from conformance.mock.auth.people import People
    from conformance.mock.auth.scopes import Catalogue
    from conformance.mock.auth.store import AuthStore
    from conformance.mock.defects.registry import Defects

CODE_GRANT = "authorization_code"


@dataclass(frozen=True, slots=True)
class Pending:
    """An authorize request waiting for its member: first for the login, then for the consent."""

    client: Client
    redirect_uri: str
    state: str
    scopes: tuple[str, ...]
    challenge: str = ""
    method: str = ""
    patient: str = ""


@dataclass(frozen=True, slots=True)
class AuthorizeEndpoint:
    """Leads a member from the application's request back to the application."""

    clients: Clients
    catalogue: Catalogue
    people: People
    store: AuthStore
    defects: Defects
    issuer: str = ""
    audience: str = ""

    def begin(self, params: Params) -> Page | Redirection:
        """Answer `GET /oauth/authorize`: the login page, or why there is none."""
        try:
            client = self._client(params)
            redirect_uri = self._redirect_uri(params, client)
        except Unsafe as unsafe:
            return self._dead_end(ErrorPage(str(unsafe), params))
        judged = self.defects.apply(judge(params, client, self.audience))
        state = "" if "state" in params.doubled() else params.value("state")
        back = Pending(client, redirect_uri, state, ())
        if judged.breaches:
            return self._refuse(back, judged.breaches[0])
        asked = split(params.value("scope"))
        scopes = () if asked is None else self._scopes(asked)
        if not scopes:
            return self._refuse(back, Breach("scope", "invalid_scope", _why_no_scope(asked)))
        pkce = params.value("code_challenge"), params.value("code_challenge_method")
        return self._login_page(replace(back, scopes=scopes, challenge=pkce[0], method=pkce[1]))

    def login(self, form: Params) -> Page | Redirection:
        """Answer the login form: the consent page, or the login page again."""
        pending: Pending | None = self.store.take_ticket("login", form.value("ticket"))
        if pending is None:
            return self._dead_end(ErrorPage(_EXPIRED, form))
        membership = self.defects.apply(self.people.login(form))
        if not membership.patient:
            return self._login_page(pending, refused=True)
        return self._consent_page(replace(pending, patient=membership.patient))

    def consent(self, form: Params) -> Page | Redirection:
        """Answer the consent form: back to the application with a code, or with `access_denied`."""
        ticket, latest = form.value("ticket"), self.store.latest_ticket("consent")
        sought = Sought("ticket", ticket, self.store.take_ticket("consent", ticket), latest)
        pending: Pending | None = self.defects.apply(sought).found
        if pending is None:
            return self._dead_end(ErrorPage(_EXPIRED, form))
        checked = form.all("scope")
        allowed = tuple(scope for scope in pending.scopes if scope in checked)
        return self._decided(
            pending, Consent(pending.scopes, allowed, form.value("decision"), checked)
        )

    def _decided(self, pending: Pending, consent: Consent) -> Page | Redirection:
        consent = self.defects.apply(consent)
        declined = frozenset(consent.asked) - frozenset(consent.allowed)
        self.store.decline(pending.client.id, pending.patient, declined)
        if consent.decision != "allow" or not consent.allowed:
            denied = Breach("consent", "access_denied", "The member declined to share data")
            return self._refuse(pending, denied)
        grant = self.store.new_grant(pending.client.id, consent.allowed, pending.patient)
        code = self.store.new_code(grant, pending.redirect_uri, pending.challenge, pending.method)
        back = Redirection(pending.redirect_uri, {"code": code})
        return self.defects.apply(back.with_(state=pending.state or None, iss=self.issuer or None))

    def _client(self, params: Params) -> Client:
        """Return the client of a request; it must be certain before anything is redirected."""
        for name in ("client_id", "redirect_uri"):
            if name in params.doubled():
                raise Unsafe(f"The parameter {name} was sent more than once.")
        name = params.value("client_id")
        sought = Sought("client", name, self.clients.get(name), self.clients.web)
        client: Client | None = self.defects.apply(sought).found
        if client is None:
            raise Unsafe("The application is not known here: its client_id is not registered.")
        return client

    def _redirect_uri(self, params: Params, client: Client) -> str:
        asked = params.value("redirect_uri")
        match = RedirectMatch(client, asked, accepted=asked == client.redirect_uri)
        match = self.defects.apply(match)
        if not match.accepted:
            raise Unsafe("The redirect_uri is not the one registered for this application.")
        return match.asked

    def _scopes(self, asked: tuple[str, ...]) -> tuple[str, ...]:
        known = self.catalogue.of(CODE_GRANT)
        granted = tuple(scope for scope in asked if scope in known)
        return self.defects.apply(ScopeGrant(CODE_GRANT, asked, known, granted)).granted

    def _login_page(self, pending: Pending, *, refused: bool = False) -> Page | Redirection:
        form = self.defects.apply(self.people.form())
        if form.member:
            return self._consent_page(replace(pending, patient=form.member))
        ticket = self.store.new_ticket("login", pending)
        about = {"client": pending.client, "form": form, "refused": refused}
        return Page("login.html", {"ticket": ticket, "action": "login", **about})

    def _consent_page(self, pending: Pending) -> Page | Redirection:
        client = pending.client
        scopes = pending.scopes
        declined = self.store.declined(client.id, pending.patient)
        shown = ConsentForm(client.name, client.description, scopes, scopes, declined)
        form = self.defects.apply(shown)
        if not form.asks:
            return self._decided(pending, Consent(scopes, scopes, "allow"))
        ticket = self.store.new_ticket("consent", pending)
        return Page("consent.html", {"ticket": ticket, "client": client, "form": form})

    def _refuse(self, pending: Pending, breach: Breach) -> Page | Redirection:
        parameters = {"error": breach.error, "error_description": breach.description}
        if pending.state:
            parameters["state"] = pending.state
        if self.issuer:  # RFC 9207, 2: errors carry it too
            parameters["iss"] = self.issuer
        back = self.defects.apply(Redirection(pending.redirect_uri, parameters))
        return back if back.to else Page("error.html", {"message": breach.description}, status=400)

    def _dead_end(self, page: ErrorPage) -> Page | Redirection:
        page = self.defects.apply(page)
        if not page.to:
            return Page("error.html", {"message": page.message}, status=400)
        state = page.params.value("state")
        return Redirection(page.to, {"error": "invalid_request", "state": state})


_EXPIRED = "This page has expired or was already sent. Start again from the application."


def _why_no_scope(asked: tuple[str, ...] | None) -> str:
    if asked is None:
        return "scope contains characters that no scope has"
    return "None of the scopes asked for is supported" if asked else "scope is required"
