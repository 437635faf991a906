"""Defects of codes, PKCE and refreshes that show over time. Imports flow and the registry.

Some remember what went before with a grant.
"""

from __future__ import annotations

from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from conformance.mock.auth.problems import Breach
from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.auth.flow import Held, Issue, Redemption, Renewal, TokenReply
    from conformance.mock.auth.store import Grant

_REFRESH = "refresh_token"
_VERIFIER = ("verifier", "verifier-form", "verifier-missing")
_RACE_SECONDS = 0.25
#: By identity: two mocks of one process have equal grants. The grant is kept, so that it has one.
_MEMORY: dict[int, tuple[Grant, dict[str, Any]]] = {}


@defect("code-never-expires", breaks=["TOKEN-CODE-EXPIRES"])
def immortal_code(redemption: Redemption) -> Redemption:
    """A code that was not used is good for ever."""
    return redemption.forgiving("expired")


@defect("code-used-for-a-moment", breaks=["TOKEN-CODE-SINGLE-USE"])
def race(redemption: Redemption) -> Redemption:
    """A code is marked as used a moment late: who comes at the same time gets a token too."""
    first = _remembered(redemption.code.grant).setdefault("first", monotonic())
    if not redemption.breaks("used") or monotonic() - first > _RACE_SECONDS:
        return redemption
    return replace(redemption.forgiving("used", "revoked"), revoke=False)


@defect("pkce-secret-is-enough", breaks=["TOKEN-PKCE-ENFORCED"])
def secret_is_enough(redemption: Redemption) -> Redemption:
    """A client that sends its secret need not prove the verifier of its challenge."""
    return redemption.forgiving(*_VERIFIER) if redemption.client.confidential else redemption


@defect("pkce-downgrade", breaks=["TOKEN-PKCE-DOWNGRADE"])
def downgrade(redemption: Redemption) -> Redemption:
    """A verifier that nobody asked for is not noticed."""
    return redemption.forgiving("verifier-unasked")


@defect("pkce-confidential-refused", breaks=["TOKEN-PKCE-CONFIDENTIAL"])
def public_only(redemption: Redemption) -> Redemption:
    """A client that has a secret cannot use PKCE."""
    if not (redemption.client.confidential and redemption.code.challenge):
        return redemption
    breach = Breach("pkce", "invalid_grant", "PKCE is for public clients")
    return replace(redemption, breaches=(*redemption.breaches, breach))


@defect("pkce-verifier-any-form", breaks=["TOKEN-PKCE-VERIFIER-FORM"])
def any_form(redemption: Redemption) -> Redemption:
    """Length and characters of a verifier are not looked at, its hash alone is."""
    return redemption.forgiving("verifier-form")


@defect("token-dies-early", breaks=["TOKEN-LIFETIME-FULL"])
def early(reply: TokenReply) -> TokenReply:
    """Access tokens live half the time that expires_in says."""
    return reply.with_body(expires_in=2 * reply.body["expires_in"]) if reply.granted else reply


@defect("token-lifetime-a-day", breaks=["TOKEN-LIFETIME-HOUR"])
def a_day(issue: Issue) -> Issue:
    """Access tokens live a day."""
    return replace(issue, lifetime=86_400)


@defect("refresh-scope-ignored", breaks=["REFRESH-NARROWER"])
def not_narrowed(renewal: Renewal) -> Renewal:
    """A refresh that names fewer scopes gets all of them."""
    return replace(renewal, scopes=renewal.grant.scopes)


@defect("refresh-narrows-for-good", breaks=["REFRESH-SCOPE-RESTORED"])
def for_good(renewal: Renewal) -> Renewal:
    """After a refresh for fewer scopes the others are never had again."""
    kept = _remembered(renewal.grant)
    if renewal.asked:
        kept["scopes"] = renewal.asked
    return replace(renewal, scopes=kept.get("scopes", renewal.scopes))


@defect("refresh-ends-old-access", breaks=["REFRESH-OLD-ACCESS"])
def ends_old(issue: Issue) -> Issue:
    """A refresh ends the access token that was there before."""
    return replace(issue, alone=issue.grant_type == _REFRESH)


@defect("refresh-takes-access-token", breaks=["REFRESH-ACCESS-TOKEN"])
def takes_access(held: Held) -> Held:
    """An access token is taken where a refresh token should be."""
    return replace(held, grant=held.grant or held.of_access_token)


def _remembered(grant: Grant) -> dict[str, Any]:
    return _MEMORY.setdefault(id(grant), (grant, {}))[1]
