"""Sends each stimulus once and remembers what came: flows, token requests, uses of tokens.

What cannot be had (no login, no client) is a skip that says what to do.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from conformance import clock
from conformance.auth import (
    ALLOW,
    USUAL_SCOPES,
    AuthorizationServer,
    Bearer,
    CannotAuthorize,
    Decision,
    Flow,
    KeptAccess,
    read_configuration,
)
from conformance.auth.stored import command_of
from conformance.client import Client, TargetUnusable
from conformance.contract import load_contract
from conformance.oauth import Use

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from conformance.auth import App
    from conformance.exchange import Exchange
    from conformance.oauth import Authorization, TokenAnswer
    from conformance.target import Target

Kept = TypeVar("Kept")
Changes = dict[str, str | None]
#: At which tier what could end a person's login is sent.
RISKY = "intrusive"


class Lab:
    """One target's authorization server as the suites use it."""

    def __init__(self, client: Client, target: Target) -> None:
        self.client = client
        self.target = target
        self.server = AuthorizationServer(client, target)
        self._kept: dict[Hashable, Any] = {}
        self._rounds: dict[str, int] = {}

    def __repr__(self) -> str:
        return f"Lab({self.target.name!r})"

    def once(self, key: Hashable, send: Callable[[], Kept]) -> Kept:
        """Return what `send` gave for this key the first time in the run; skip where it cannot."""
        if key not in self._kept:
            try:
                self._kept[key] = send()
            except (TargetUnusable, CannotAuthorize) as error:
                self._kept[key] = error
        kept: Kept | TargetUnusable | CannotAuthorize = self._kept[key]
        if isinstance(kept, CannotAuthorize):
            pytest.skip(str(kept))
        if isinstance(kept, TargetUnusable):
            raise TargetUnusable(str(kept), kept.exchange)
        return kept

    # -- who and what -------------------------------------------------------------------------

    @property
    def app(self) -> App:
        """The application of `[client]`."""
        return self.once("app", self.server.app)

    @property
    def public_app(self) -> App:
        """The one of `[public_client]`."""
        return self.once("public app", self.server.public_app)

    @property
    def pkce_app(self) -> App:
        """The application that proves itself by PKCE: the public one, else `[client]`."""
        return self.public_app if self.target.public_client.named else replace(self.app, secret="")

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes a good request asks for."""
        return self.app.scopes or USUAL_SCOPES

    # -- a login of a person ------------------------------------------------------------------

    @property
    def by_person(self) -> bool:
        """Whether a person has to log in, so that the run has what `flexcheck login` kept."""
        return self.target.login.method != "form"

    @property
    def kept(self) -> KeptAccess:
        """The refresh token of that login; skip where there is none, with the command."""
        return self.once("kept access", lambda: KeptAccess(self.server, self.app))

    @property
    def kept_scopes(self) -> frozenset[str]:
        """The scopes that the member granted at that login, else those that a refresh tells."""
        return self.kept.scopes or self.usable(self.token_answer).scopes

    def spare_the_kept(self, why: str) -> None:
        """Skip what could end or show the token of a person's login, unless the target allows."""
        if self.by_person and RISKY not in self.target.safety:
            pytest.skip(
                f"{why}: with the kept refresh token that is sent at tier {RISKY} only"
                " ([safety] tiers)"
            )

    def needs_a_code(self) -> str:
        """Return why nothing is judged where a run has no fresh code."""
        return (
            "needs a fresh code, and so somebody who logs in during the run: [login] method"
            f' "form" where pages need no person ({self.target.path}); what `{self._login}` keeps'
            " is a refresh token"
        )

    @property
    def _login(self) -> str:
        return command_of(self.target)

    # -- authorization requests ---------------------------------------------------------------

    def opened(self, purpose: str, app: App, changes: Changes | None = None, **how: Any) -> Flow:
        """Send an authorization request and look at the first page only."""
        return self._flow(purpose, app, changes, login=False, **how)

    def flow(self, purpose: str, app: App, changes: Changes | None = None, **how: Any) -> Flow:
        """Send an authorization request and have the member decide; skip if nobody can log in."""
        found = self._flow(purpose, app, changes, **how)
        if stopped := found.authorization.stopped:
            pytest.skip(self.needs_a_code() if self.by_person else f"no login: {stopped}")
        return found

    def _flow(self, purpose: str, app: App, changes: Changes | None, **how: Any) -> Flow:
        return self.once(
            ("flow", purpose, app.id),
            lambda: self.server.begin(app, changes=changes or {}, purpose=purpose, **how),
        )

    def led(self, purpose: str, changes: Changes, *, public: bool = False) -> Authorization:
        """Return where a request with changes led the member of an application."""
        app = self.pkce_app if public else self.app
        return self.flow(purpose, app, changes).authorization

    @property
    def good(self) -> Flow:
        """A good authorization; its code becomes `tokens` at once, for codes soon end."""
        flow = self.flow("authorization", self.app)
        self._redeem_now("code for a token", flow)
        return flow

    @property
    def good_pkce(self) -> Flow:
        """The same with PKCE instead of a secret."""
        flow = self.flow("authorization with PKCE", self.pkce_app, pkce=True)
        self._redeem_now("code and verifier for a token", flow)
        return flow

    def _redeem_now(self, purpose: str, flow: Flow) -> None:
        """Exchange a code; whether that went well is for those who ask for the tokens."""
        if flow.authorization.code:
            with suppress(TargetUnusable, CannotAuthorize):
                self.redeemed(purpose, flow)

    # -- token requests -----------------------------------------------------------------------

    def redeemed(
        self,
        purpose: str,
        flow: Flow,
        changes: Mapping[str, str | None] | None = None,
        headers: dict[str, str] | None = None,
    ) -> TokenAnswer:
        """Exchange the code of a flow, once in the run."""
        if not flow.authorization.code:
            pytest.skip(f"no code was had: {flow.authorization.ending}")
        return self.once(
            ("token", purpose),
            lambda: self.server.redeem(
                flow, changes=changes or {}, purpose=purpose, headers=headers
            ),
        )

    @property
    def tokens(self) -> TokenAnswer:
        """The answer to a good code."""
        return self.redeemed("code for a token", self.good)

    @property
    def token_answer(self) -> TokenAnswer:
        """The answer to a good token request: the code's, else that of a refresh (`kept`)."""
        if not self.by_person:
            return self.tokens
        return self.once("kept token refreshed", lambda: self.kept.refresh("kept refresh token"))

    @property
    def pkce_tokens(self) -> TokenAnswer:
        """The answer to a good code with its verifier."""
        return self.redeemed("code and verifier for a token", self.good_pkce)

    def attempt(
        self,
        purpose: str,
        changes: Mapping[str, str | None],
        *,
        pkce: bool = False,
        headers: dict[str, str] | None = None,
    ) -> TokenAnswer:
        """Exchange a code of its own with a request that is good but for the changes."""
        app = self.pkce_app if pkce else self.app
        flow = self.flow(f"{purpose}: authorization", app, pkce=pkce)
        return self.redeemed(purpose, flow, changes, headers)

    def live(self, purpose: str, make: Callable[[str], TokenAnswer]) -> TokenAnswer:
        """Return tokens young enough to be used, had anew where those kept are too old.

        `make` has them under the purpose it is given; without a token there is nothing to use:
        that is a skip.
        """
        made = self._rounds.get(purpose, 0)
        answer = self.usable(make(f"{purpose}, time {made + 1}" if made else purpose))
        if answer.lifetime is None or clock.monotonic() < answer.received + answer.lifetime / 2:
            return answer
        self._rounds[purpose] = made + 1
        return self.usable(make(f"{purpose}, time {made + 2}"))

    @property
    def access(self) -> TokenAnswer:
        """Tokens for all that a good request asks for, to be used."""
        return self.live("access to be used", self.holding)

    def granted(self, purpose: str, *scopes: str, decision: Decision = ALLOW) -> TokenAnswer:
        """Return the tokens of a whole flow for these scopes; the request may be refused."""
        flow = self.flow(f"{purpose}: authorization", self.app, scopes=scopes, decision=decision)
        return self.redeemed(purpose, flow)

    def holding(self, purpose: str, *scopes: str) -> TokenAnswer:
        """Return tokens to be used or refreshed: of a whole flow, else of the token that is kept.

        That one is asked for fewer scopes where fewer are meant, at tier `negative`: a server
        could leave the others out for good.
        """
        if not self.by_person:
            return self.granted(purpose, *scopes)
        changes: Changes = {}
        if scopes:
            self.see_that_kept_has(*scopes)
            if set(scopes) < self.kept_scopes:
                self.may_narrow()
                changes = {"scope": " ".join(scopes)}
        return self.once(("kept", purpose), lambda: self.kept.refresh(purpose, changes))

    def see_that_kept_has(self, *scopes: str) -> None:
        """Skip where a person would have to log in for these scopes."""
        missing = sorted(set(scopes) - self.kept_scopes) if self.by_person else ()
        if missing:
            pytest.skip(
                f"the kept token is not for {' '.join(missing)}: name it in [client] scopes, and"
                f" log in anew with `{self._login}`"
            )

    def may_narrow(self) -> None:
        """Skip what asks for fewer scopes than a kept token has, where only safe is allowed."""
        if self.by_person and "negative" not in self.target.safety:
            pytest.skip(
                "the target allows no negative requests ([safety] tiers): a server could take"
                " fewer scopes for the kept token's own from now on"
            )

    def usable(self, answer: TokenAnswer) -> TokenAnswer:
        """Return an answer that gave a token; skip what needs one otherwise."""
        if not answer.granted:
            pytest.skip(f"no token was had: {answer}")
        return answer

    def refreshed(
        self,
        purpose: str,
        before: TokenAnswer,
        changes: Changes | None = None,
        app: App | None = None,
    ) -> TokenAnswer:
        """Send a refresh, once in the run; of a kept token it is the one that is good now."""
        if self.by_person and app is None:
            return self.once(
                ("refresh", purpose), lambda: self.kept.refresh(purpose, changes or {})
            )
        if not before.tokens.refresh:
            pytest.skip(f"no refresh token was had: {before}")
        return self.once(
            ("refresh", purpose),
            lambda: self.server.refresh(
                app or self.app, before.tokens, changes=changes or {}, purpose=purpose
            ),
        )

    def system(self, purpose: str, *scopes: str, changes: Changes | None = None) -> TokenAnswer:
        """Send a client credentials request, once in the run."""
        if not self.app.secret:
            pytest.skip("the client has no secret: name one in [client] of the target file")
        return self.once(
            ("system", purpose, scopes),
            lambda: self.server.client_credentials(
                self.app, scopes, changes=changes or {}, purpose=purpose
            ),
        )

    # -- use ----------------------------------------------------------------------------------

    def configuration(self) -> Exchange:
        """Read the SMART configuration."""
        self._needs_fhir()
        return self.once("smart", lambda: read_configuration(self.client, self.target))

    def metadata(self) -> Exchange:
        """Read the CapabilityStatement of Patient Access."""
        self._needs_fhir()
        url = f"{self.target.fhir_base}/metadata"
        return self.once("metadata", lambda: self.client.get(url, purpose="capability statement"))

    def use(
        self, purpose: str, token: str, resource_type: str = "Patient", patient: str = ""
    ) -> Use:
        """Ask for member data with a token ("" is none), once in the run."""
        self._needs_fhir()
        path = _path(resource_type, patient)
        return self.fetch(purpose, token, f"{self.target.fhir_base}/{path}", resource_type, patient)

    def fetch(
        self, purpose: str, token: str, url: str, resource_type: str, patient: str = ""
    ) -> Use:
        """Send one FHIR request with a token ("" is none), once in the run."""
        exchange = self.once(
            ("use", purpose, url),
            lambda: self.client.get(url, purpose=purpose, auth=Bearer(token)),
        )
        return Use(exchange, resource_type, patient)

    @property
    def named_patient(self) -> str:
        """The `patient` of the token response, else of the one that the login had."""
        return self.access.patient or (self.kept.patient if self.by_person else "")

    @property
    def patient(self) -> str:
        """The member's Patient id: that of the token response if it is one, else a search's.

        Whether `patient` is one is judged by its own clause.
        """
        return self.once("patient", self._patient)

    def _patient(self) -> str:
        answer, named = self.access, self.named_patient
        told = self.use("member's Patient", answer.tokens.access, "Patient", named)
        if named and told.exchange.status == 200:  # noqa: PLR2004
            return named
        found = self.use("member's Patient by search", answer.tokens.access).exchange.document
        entries = found.get("entry") if isinstance(found, dict) else None
        for entry in entries if isinstance(entries, list) else ():
            resource = entry.get("resource") if isinstance(entry, dict) else None
            if isinstance(resource, dict) and resource.get("resourceType") == "Patient":
                return str(resource.get("id", ""))
        return named

    def _needs_fhir(self) -> None:
        if not self.target.fhir_base:
            pytest.skip("the target has no fhir_base, so there is no member data to ask for")


def _path(resource_type: str, patient: str) -> str:
    """Return a documented request for member data of a type."""
    if resource_type == "Patient":
        return f"Patient/{patient}" if patient else "Patient"
    documented = load_contract().select(
        lambda clause: (
            (clause.kind, clause.resource, clause.param)
            == ("search-parameter", resource_type, "patient")
        )
    )
    by = f"patient={patient}&" if patient and any(documented) else ""
    return f"{resource_type}?{by}_count=1"
