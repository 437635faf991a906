"""Which wrong requests demonstrate a clause, each with a code or token of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from conformance import clock
from conformance.auth import management_page, revoke_access
from conformance.plugin.marks import clauses_like
from conformance.records import entries_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract import Clause
    from conformance.oauth import Authorization, TokenAnswer, Use
    from suites.authorization.lab import Lab

UNKNOWN_CLIENT = "flexcheck-unknown-client"
WRONG_SECRET = "flexcheck-wrong-secret"  # noqa: S105 - nobody's
UNKNOWN_CODE = "flexcheck-unknown-code"
UNKNOWN_TOKEN = "flexcheck-unknown-token-0123456789"  # noqa: S105 - nobody's
_REVOKED_CODE = "code to be revoked: authorization"
#: An origin that no registration knows.
FOREIGN = "https://flexcheck.invalid"
UNKNOWN_SCOPE = "flexcheck/Unknown.read"
#: Reserved characters, a space, a percent sign, letters beyond ASCII.
ODD_STATE = "a b+c/d=e&f?g#h%20i~\u00fc\u4e2d"
#: The longest a run waits for a token to expire; the embedded mock's live 5 seconds.
PATIENCE = 30.0
#: How long after its time a token is tried: clocks differ a little.
GRACE = 0.7

#: Token requests with a code, good but for one thing.
WRONG_CODE_REQUESTS: dict[str, dict[str, str | None]] = {
    "wrong client secret": {"client_secret": WRONG_SECRET},
    "no client secret": {"client_secret": None},
    "unknown client": {"client_id": UNKNOWN_CLIENT},
    "no code": {"code": None},
    "unknown code": {"code": UNKNOWN_CODE},
    "no grant type": {"grant_type": None},
    "unknown grant type": {"grant_type": "flexcheck-unknown"},
    "another redirect URI": {"redirect_uri": "https://flexcheck.invalid/callback"},
    "no redirect URI": {"redirect_uri": None},
}
#: The same where the code was asked for with a challenge.
WRONG_PROOFS: dict[str, dict[str, str | None]] = {
    "another verifier": {"code_verifier": "flexcheck-another-verifier-of-fifty-characters-0123"},
    "no verifier": {"code_verifier": None},
}


#: Those that show the client or the grant type, and do so with a refresh too.
OF_REFRESH = (
    "wrong client secret",
    "no client secret",
    "unknown client",
    "no grant type",
    "unknown grant type",
)
#: Those that need no code.
OF_NO_CODE = ("no code", "unknown code")


def wrong_codes(lab: Lab, *names: str) -> list[TokenAnswer]:
    """Send wrong token requests with codes of their own.

    Where a person would have to log in for a code, those that need none are sent, and those that
    a refresh can be wrong in as well.
    """
    if not lab.by_person:
        return [lab.attempt(name, WRONG_CODE_REQUESTS[name]) for name in names]
    sent = [
        lab.refreshed(f"refresh: {name}", lab.token_answer, WRONG_CODE_REQUESTS[name])
        for name in names
        if name in OF_REFRESH
    ]
    sent += [without_code(lab, name) for name in names if name in OF_NO_CODE]
    return sent or pytest.skip(lab.needs_a_code())


def without_code(lab: Lab, name: str) -> TokenAnswer:
    """Ask for a token as for a code, without one or with one that nobody gave out."""
    app = lab.app
    form = {
        "grant_type": "authorization_code",
        "redirect_uri": app.redirect_uri,
        "client_id": app.id,
        "client_secret": app.secret or None,
        **WRONG_CODE_REQUESTS[name],
    }
    return lab.once(("token", name), lambda: lab.server.ask(form, purpose=name))


def wrong_proofs(lab: Lab, *names: str) -> list[TokenAnswer]:
    """Send token requests with a wrong verifier."""
    return [lab.attempt(name, WRONG_PROOFS[name], pkce=True) for name in names]


def hashed_verifier(lab: Lab) -> TokenAnswer:
    """Send the challenge in the place of the verifier it was made of."""
    flow = lab.flow("challenge for verifier: authorization", lab.pkce_app, pkce=True)
    challenge = flow.authorization.asked["code_challenge"]
    return lab.redeemed("challenge for verifier", flow, {"code_verifier": challenge})


def twice_used(lab: Lab) -> tuple[TokenAnswer, TokenAnswer]:
    """Use a code, and use it again."""
    flow = lab.flow("code to be used twice: authorization", lab.app)
    return lab.redeemed("code used first", flow), lab.redeemed("code used again", flow)


def use_after_second_use(lab: Lab) -> Use:
    """Use the token of a code that was used a second time meanwhile."""

    def send(purpose: str) -> TokenAnswer:
        flow = lab.flow(f"{purpose}: authorization", lab.app)
        first = lab.redeemed(purpose, flow)
        lab.redeemed(f"{purpose}: code again", flow)
        return first

    answer = lab.live("token of a code used twice", send)
    return lab.use("token of a code used twice", answer.tokens.access)


def foreign_code(lab: Lab) -> TokenAnswer:
    """Send the code of one application as another one."""
    changes = {"client_id": lab.public_app.id, "client_secret": None}
    return lab.attempt("another client's code", changes)


def refused_tokens(lab: Lab) -> list[TokenAnswer]:
    """Return answers to wrong token requests of every kind."""
    names = ("wrong client secret", "unknown client", "unknown code", "no code")
    return [*wrong_codes(lab, *names, "unknown grant type", "another redirect URI")]


def for_foreign_page(lab: Lab) -> TokenAnswer:
    """Ask for a token, good but that a page of another origin says that it asks."""
    purpose, headers = "token request of a foreign page", {"Origin": FOREIGN}
    if lab.by_person:
        return lab.once(purpose, lambda: lab.kept.refresh(purpose, headers=headers))
    return lab.attempt(purpose, {}, headers=headers)


def refused_secrets(lab: Lab) -> list[TokenAnswer]:
    """Return answers to wrong token requests that sent a code, a secret or a verifier."""
    answers = wrong_codes(lab, "wrong client secret", "unknown code", "another redirect URI")
    if lab.target.deployment == "tooele" and not lab.by_person and lab.pkce_app.id:
        answers += wrong_proofs(lab, "another verifier")
    return answers


def other_redirects(registered: str) -> Iterator[tuple[str, str]]:
    """Yield redirect URIs that differ from the registered one, with what is different."""
    yield "a longer path", f"{registered}/more"
    yield "a trailing slash", f"{registered}/"
    yield "more letters", f"{registered}x"
    yield "a letter less", registered[:-1]
    yield "another case", registered[:-1] + registered[-1].swapcase()
    yield "a query", f"{registered}?more=1"
    yield "another host", "https://flexcheck.invalid/callback"
    parts = urlsplit(registered)
    if parts.scheme in ("http", "https") and parts.hostname:
        host = parts.hostname
        yield "another path", f"{parts.scheme}://{parts.netloc}/flexcheck"
        yield "another port", f"{parts.scheme}://{host}:8999{parts.path}"
        yield "a sub-domain", f"{parts.scheme}://flexcheck.{parts.netloc}{parts.path}"


def wrong_redirects(lab: Lab) -> list[Authorization]:
    """Ask for each of them."""
    return [
        lab.led(f"redirect URI with {what}", {"redirect_uri": uri})
        for what, uri in other_redirects(lab.app.redirect_uri)
    ]


def unknown_clients(lab: Lab) -> list[Authorization]:
    """Ask as nobody the server knows, and as nobody at all."""
    return [
        lab.led("unknown client id", {"client_id": UNKNOWN_CLIENT}),
        lab.led("no client id", {"client_id": None}),
    ]


def failed_requests(lab: Lab) -> list[Authorization]:
    """Send requests that fail for another reason than client or redirect URI."""
    return [
        lab.led("unknown response type", {"response_type": "flexcheck"}),
        lab.led("no response type", {"response_type": None}),
        lab.led("only an unknown scope", {"scope": UNKNOWN_SCOPE}),
    ]


def member_scopes(lab: Lab) -> list[Clause]:
    """Return the clauses of the member scopes that hold for the target."""
    return [
        clause
        for clause in clauses_like("SCOPE-PATIENT-[A-Z]+", kind="scope")
        if lab.target.deployment in clause.deployments
        and not clause.applies_when.undeclared(lab.target.deployment, lab.target.future)
    ]


def listed_access(lab: Lab) -> TokenAnswer:
    """Return such tokens, to be used; with a kept token those for all that it is for."""
    listed = () if lab.by_person else [clause.value for clause in member_scopes(lab)]
    return lab.live("every listed scope", lambda purpose: lab.holding(purpose, *listed))


def listed_grant(lab: Lab) -> TokenAnswer:
    """Return the tokens of a member who consents to every listed scope."""
    listed = () if lab.by_person else [clause.value for clause in member_scopes(lab)]
    return lab.holding("every listed scope", *listed)


def one_scope(lab: Lab) -> TokenAnswer:
    """Return a token for `patient/Patient.read` alone."""
    return lab.granted("one scope", "patient/Patient.read")


def one_scope_access(lab: Lab) -> TokenAnswer:
    """Return such a token, to be used."""
    return lab.live("one scope", lambda purpose: lab.holding(purpose, "patient/Patient.read"))


def another_scope_access(lab: Lab) -> TokenAnswer:
    """Return a token for `patient/Coverage.read` alone, to be used."""
    return lab.live("another scope", lambda purpose: lab.holding(purpose, "patient/Coverage.read"))


def without_scope(lab: Lab, resource_type: str) -> tuple[list[Use], bool]:
    """Search and read a type with a token that lacks its scope; say whether there is a row."""
    patient, scope = lab.patient, f"patient/{resource_type}.read"
    full = listed_access(lab).tokens.access
    seen = lab.use(f"scope {scope}", full, resource_type, patient)
    ids = held_ids(seen)
    lacking = another_scope_access if resource_type == "Patient" else one_scope_access
    answer = lacking(lab)
    if scope in answer.scopes:
        pytest.skip("the token has more scopes than asked for (judged by SCOPE-EXPLICIT)")
    token, base = answer.tokens.access, lab.target.fhir_base
    purpose = f"without {scope}"
    uses = [lab.use(purpose, token, resource_type, patient)]
    paths = [f"{resource_type}/{row_id}" for row_id in ids] + [resource_type]
    paths += [f"{resource_type}/{row_id}/_history/1" for row_id in ids]
    uses += [lab.fetch(purpose, token, f"{base}/{path}", resource_type) for path in paths]
    return uses, bool(ids)


def held_ids(use: Use) -> list[str]:
    """Return the id of a row that a request brought, if it brought one."""
    document = use.exchange.document
    rows = [document, *(entry.resource for entry in entries_of(use.exchange))]
    mine = [
        str(row.get("id"))
        for row in rows
        if isinstance(row, dict) and row.get("resourceType") == use.resource_type
    ]
    return mine[:1]


def token_to_expire(lab: Lab) -> TokenAnswer:
    """Return a token that is not refreshed before its time is over."""
    return lab.holding("a token to expire")


def expired_use(lab: Lab) -> Use:
    """Use a token just after its time: the one wait of a run."""
    answer = lab.usable(token_to_expire(lab))
    life = answer.lifetime
    if life is None or life > PATIENCE:
        told = "no expires_in" if life is None else f"expires_in {life:g}"
        pytest.skip(f"{told}: a run waits {PATIENCE:g} seconds at most for a token to expire")

    def wait() -> bool:
        clock.sleep(max(0.0, answer.received + life + GRACE - clock.monotonic()))
        return True

    lab.once("expired", wait)
    return lab.use("expired token", answer.tokens.access)


def bad_tokens(lab: Lab) -> list[Use]:
    """Use a token nobody gave out, and one that was tampered with."""
    good = lab.usable(lab.token_answer).tokens.access
    changed = good[:-2] + ("AA" if good[-2:] != "AA" else "BB")
    return [
        lab.use("unknown token", UNKNOWN_TOKEN),
        lab.use("tampered token", lab.server.secret(changed)),
    ]


def after_revocation(lab: Lab) -> tuple[list[Use], TokenAnswer]:
    """Have the member revoke an application in the portal, then use what it still holds.

    That is the token of its code, the one of a refresh, and the refresh token; a code that it has
    not exchanged yet is tried first (`code_after_revocation`). It is the public application, so
    that the session of the others goes on.
    """
    app = lab.public_app
    page = management_page(lab.configuration(), lab.target)
    if not page:
        pytest.skip("the SMART configuration names no management_endpoint on a configured origin")
    flow = lab.flow("access to be revoked: authorization", app)
    before = lab.usable(lab.redeemed("access to be revoked", flow))
    renewed = lab.refreshed("access refreshed before it is revoked", before, app=app)
    unused = lab.flow(_REVOKED_CODE, app)
    member = lab.server.member()
    if not lab.once("revoked", lambda: revoke_access(lab.client, page, member, app.id)):
        pytest.skip("the member portal has no button that revokes the application")
    if unused.authorization.code:  # at once: codes soon end
        lab.redeemed("revoked code", unused)
    uses = [
        lab.use(f"revoked token {what}", answer.tokens.access)
        for what, answer in (("of a code", before), ("of a refresh", renewed))
        if answer.granted
    ]
    return uses, lab.refreshed("revoked refresh token", before, app=app)


def code_after_revocation(lab: Lab) -> TokenAnswer:
    """Exchange a code that was not used before the member revoked the application."""
    after_revocation(lab)
    return lab.redeemed("revoked code", lab.flow(_REVOKED_CODE, lab.public_app))
