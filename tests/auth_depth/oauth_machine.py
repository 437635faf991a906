"""Drives authorize, token, refresh, revoke and use in random orders, and holds them to the model.

Every step is one plain line of `script`; a step that ends otherwise than the model says raises
`Otherwise` with the whole script.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from oauth_model import LISTED, TOKEN_SECONDS, UNLISTED, Code, Held, Model

from conformance.auth import AuthorizationServer, Bearer, Decision, revoke_access
from conformance.auth.authorize import new_verifier
from conformance.client import Client, Recorder
from conformance.redaction import Redactor
from conformance.target import load_target

if TYPE_CHECKING:
    from conformance.auth import App, Flow
    from conformance.mock import RunningMock
    from conformance.oauth import TokenAnswer, Tokens

#: A step is some milliseconds; with a defect on, the first example that shows it is the last.
EXAMPLES, STEPS, AT_MOST = 40, 14, 150
BOUNDED = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
SEARCH = settings(BOUNDED, max_examples=AT_MOST)
SHRUNK = settings(SEARCH, phases=[Phase.generate, Phase.shrink])

APPS = st.sampled_from(["web", "mobile"])
#: What is wrong with a request: most often nothing.
RIGHT = ["nothing"] * 4
REDEMPTION = st.sampled_from(
    [
        *(*RIGHT, "the client", "the secret", "no secret"),
        *("the verifier", "no verifier", "the redirect URI"),
    ]
)
REFRESH = st.sampled_from([*RIGHT, "the client", "the secret", "no secret"])
PATIENT, COVERAGE, CLAIMS = ({*LISTED[:1]}, {*LISTED[1:2]}, {*LISTED[2:]})
SOME = st.sampled_from(
    [
        *map(
            frozenset,
            (LISTED, PATIENT | COVERAGE, PATIENT, CLAIMS, {UNLISTED}, {*LISTED, UNLISTED}),
        )
    ]
)
#: None most often: the member declines nothing, a refresh names no scopes.
FEW = st.sampled_from([*map(frozenset, ((), (), (), COVERAGE, PATIENT, PATIENT | COVERAGE))])
#: Whether the proof is right for the application: most often it is.
PROOFS = st.sampled_from(["right", "right", "right", "right", "none", "plain"])


class Otherwise(AssertionError):  # noqa: N818 - a finding, not a fault of the test
    """The server did what the rules do not say; the message is the script that shows it."""


class Clock:
    """The mock's seconds: they pass when a step says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class OAuthMachine(RuleBasedStateMachine):
    """One member, two applications: `web` has a secret, `mobile` has PKCE."""

    codes = Bundle("codes")
    tokens = Bundle("tokens")

    def __init__(self, mock: RunningMock, clock: Clock) -> None:
        super().__init__()
        self.target = load_target(mock.target_file)
        self.client = Client(self.target, Recorder(), Redactor())
        self.server = AuthorizationServer(self.client, self.target)
        self.apps = {"web": self.server.app(), "mobile": self.server.public_app()}
        self.portal = f"{mock.origin}/portal/applications"
        self.clock, self.start = clock, clock.now
        self.model = Model()
        self.flows: dict[Code, Flow] = {}
        self.had: dict[Held, Tokens] = {}
        self.patient = ""
        self.script: list[str] = []

    def teardown(self) -> None:
        self.client.close()

    # -- steps --------------------------------------------------------------------------------

    @initialize(target=codes, app=APPS)
    def log_in(self, app: str) -> Any:
        """Have a code to begin with."""
        return self._ask(app, frozenset(LISTED), frozenset(), "right")

    @rule(target=codes, app=APPS, scopes=SOME, declined=FEW, proof=PROOFS)
    def ask(self, app: str, scopes: frozenset[str], declined: frozenset[str], proof: str) -> Any:
        """Send an authorization request; the member logs in and decides."""
        return self._ask(app, scopes, declined, proof)

    def _ask(self, app: str, scopes: frozenset[str], declined: frozenset[str], proof: str) -> Any:
        proof = ("S256" if app == "mobile" else "none") if proof == "right" else proof
        expected = self.model.asked(app, scopes, declined, proof)
        flow = self._begin(app, sorted(scopes), sorted(declined), proof)
        back = flow.authorization.callback
        observed = "" if flow.authorization.code else back.error if back else "no way back"
        what = f"{app} asks for {_short(scopes)}, challenge {proof}"
        self._say(
            f"{what}; the member declines {_short(declined) or 'nothing'}",
            f"{observed or 'a code'}",
        )
        self._hold(observed == expected, expected or "a code")
        if expected:
            return multiple()
        granted = self.model.granted(scopes, declined)
        code = self.model.new_code(f"code {len(self.flows) + 1}", app, granted, proof)
        self.flows[code] = flow
        return code

    @rule(target=tokens, code=codes, wrong=REDEMPTION)
    def redeem(self, code: Code, wrong: str) -> Any:
        """Exchange a code."""
        expected = self.model.redeemed(code, wrong)
        changes = self._spoilt(code, wrong)
        answer = self.server.redeem(self.flows[code], changes=changes)
        self._say(f"{code.grant.app} redeems {code.name}{_told(wrong, changes)}", _came(answer))
        self._hold(answer.granted == expected, "tokens" if expected else "no token")
        if not expected:
            return multiple()
        self._hold(answer.scopes == code.grant.scopes, f"tokens for {_short(code.grant.scopes)}")
        self.patient = self.patient or answer.patient
        self._hold(answer.patient == self.patient, "the same patient")
        return self._held(code, code.grant.scopes, answer.tokens)

    @rule(target=tokens, held=tokens, wrong=REFRESH, scopes=FEW)
    def refresh(self, held: Held, wrong: str, scopes: frozenset[str]) -> Any:
        """Ask for a new access token."""
        expected = self.model.refreshed(held, wrong, scopes)
        spoilt = self._wrong_client(held.grant.app, wrong)
        changes = {"scope": " ".join(sorted(scopes)) or None, **spoilt}
        answer = self.server.refresh(self._app(held.grant.app), self.had[held], changes=changes)
        what = f"{held.grant.app} refreshes {held.name} for {_short(scopes) or 'all scopes'}"
        self._say(what + _told(wrong, spoilt), _came(answer))
        self._hold(answer.granted == expected, "a token" if expected else "no token")
        if not expected:
            return multiple()
        granted = scopes or held.grant.scopes
        self._hold(answer.scopes == granted, f"a token for {_short(granted)}")
        self._hold(not answer.tokens.refresh, "no new refresh token")
        self._hold(answer.tokens.access != self.had[held].access, "another access token")
        kept = type(answer.tokens)(answer.tokens.access, self.had[held].refresh)
        return self._held(held.code, granted, kept)

    @rule(held=tokens, scope=st.sampled_from(LISTED))
    def use(self, held: Held, scope: str) -> None:
        """Ask for the member's data."""
        self._use(held, scope)

    @invariant()
    def tokens_are_as_the_model_says(self) -> None:
        """The first and the last token are good or not, after whatever step."""
        for held in {**dict.fromkeys([*self.had][:1]), **dict.fromkeys([*self.had][-1:])}:
            self._use(held, LISTED[0], silent=True)

    @rule(held=tokens)
    def revoke(self, held: Held) -> None:
        """The member ends an application's access in the portal."""
        app = held.grant.app
        member, live = self.server.member(), self._live(app)
        pressed = revoke_access(self.client, self.portal, member, self.apps[app].id)
        self._say(f"the member revokes {app}", "done" if pressed else "no such application")
        self._hold(pressed or not live, "done")
        self.model.revoke(app)

    @rule(seconds=st.sampled_from([301, 61, 30]))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.clock.now += seconds
        self.model.now += seconds
        self._say(f"{seconds} seconds pass", "")

    def _use(self, held: Held, scope: str, *, silent: bool = False) -> None:
        kind = scope.partition("/")[2].removesuffix(".read")
        path = {
            "Patient": f"Patient/{self.patient}",
            "Coverage": "Coverage",
            "ExplanationOfBenefit": f"ExplanationOfBenefit?patient={self.patient}",
        }[kind]
        exchange = self.client.get(
            f"{self.target.fhir_base}/{path}", purpose="use", auth=Bearer(self.had[held].access)
        )
        expected = self.model.answered(held, scope)
        if not silent or exchange.status != expected:
            self._say(f"{held.name} asks for {kind}", str(exchange.status))
        self._hold(exchange.status == expected, str(expected))

    # -- how ----------------------------------------------------------------------------------

    def _begin(self, app: str, scopes: list[str], declined: list[str], proof: str) -> Flow:
        changes: dict[str, str | None] = {}
        if proof == "plain":
            verifier = self.server.secret(new_verifier())
            changes = {"code_challenge": verifier, "code_challenge_method": "plain"}
        return self.server.begin(
            self.apps[app],
            scopes,
            changes=changes,
            pkce=proof == "S256",
            decision=Decision(without=tuple(declined)),
        )

    def _spoilt(self, code: Code, wrong: str) -> dict[str, str | None]:
        changes: dict[str, str | None] = {
            "the verifier": {"code_verifier": "another-verifier-of-more-than-43-characters-000"},
            "no verifier": {"code_verifier": None},
            "the redirect URI": {"redirect_uri": "https://elsewhere.invalid/callback"},
        }.get(wrong, {})
        if not code.challenged and "verifier" in wrong:
            return {}
        return {**changes, **self._wrong_client(code.grant.app, wrong)}

    def _wrong_client(self, app: str, wrong: str) -> dict[str, str | None]:
        other = self.apps["mobile" if app == "web" else "web"]
        secrets: dict[str, dict[str, str | None]] = {
            "the client": {"client_id": other.id, "client_secret": other.secret or None},
            "the secret": {"client_secret": "a-wrong-secret"} if app == "web" else {},
            "no secret": {"client_secret": None} if app == "web" else {},
        }
        return secrets.get(wrong, {})

    def _app(self, name: str) -> App:
        return self.apps[name]

    def _held(self, code: Code, scopes: frozenset[str], tokens: Tokens) -> Held:
        ends = self.model.now + TOKEN_SECONDS
        held = Held(f"tokens {len(self.had) + 1}", code, scopes, ends)
        self.had[held] = tokens
        return held

    def _live(self, app: str) -> bool:
        return any(g.app == app and not g.revoked for g in self.model.grants)

    def _say(self, what: str, came: str) -> None:
        number = len(self.script) + 1
        self.script.append(f"{number}. {what}" + (f" -> {came}" if came else ""))

    def _hold(self, holds: bool, expected: str) -> None:  # noqa: FBT001
        if not holds:
            raise Otherwise("\n".join([*self.script, f"   the rules say: {expected}"]))


def _told(wrong: str, changes: dict[str, str | None]) -> str:
    return f" (wrong: {wrong})" if changes else ""


def _came(answer: TokenAnswer) -> str:
    return f"a token for {_short(answer.scopes)}" if answer.granted else str(answer)


def _short(scopes: frozenset[str]) -> str:
    return ", ".join(sorted(s.partition("/")[2].removesuffix(".read") for s in scopes))
