"""Defects of secrets: guessed, repeated, kept, shown to others. Imports flow and the registry."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.auth.flow import Minted, Redemption, Sent, Sought, TokenReply

_BOTH = ("TOKEN-GUESSING-128", "TOKEN-GUESSING-160")
_NUMBERS = count(1)
_SECRETS = ("code", "client_secret", "code_verifier")


@defect("token-response-repeats-request", breaks=["TOKEN-RESPONSE-ECHO"])
def repeats_request(reply: TokenReply) -> TokenReply:
    """The token response to a code holds the request that it answers, secrets and all."""
    if not reply.granted or reply.form is None or not reply.form.value("code"):
        return reply
    return reply.with_body(request=dict(reply.form.pairs))


@defect("token-error-repeats-secret", breaks=["TOKEN-RESPONSE-ECHO"])
def repeats_secret(reply: TokenReply) -> TokenReply:
    """The error_description of the token endpoint quotes the code, secret or verifier."""
    if reply.granted or reply.form is None:
        return reply
    sent = [reply.form.value(name) for name in _SECRETS]
    told = " ".join((reply.body["error_description"], *filter(None, sent)))
    return reply.with_body(error_description=told)


@defect("code-short", breaks=_BOTH)
def short_code(minted: Minted) -> Minted:
    """Codes have twelve characters."""
    return replace(minted, value=minted.value[:12]) if minted.what == "code" else minted


@defect("token-numbered", breaks=_BOTH)
def numbered(minted: Minted) -> Minted:
    """Access tokens are long, and yet no more than a number that counts up."""
    if minted.what != "access_token":
        return minted
    return replace(minted, value=f"flex-access-token-of-a-member-{next(_NUMBERS):012d}")


@defect("refresh-token-no-longer-than-must-be", breaks=["TOKEN-GUESSING-160"])
def barely_enough(minted: Minted) -> Minted:
    """Refresh tokens have 132 random bits: as many as they must have, fewer than they should."""
    return replace(minted, value=minted.value[:22]) if minted.what == "refresh_token" else minted


@defect("page-read-by-every-origin", breaks=["AUTH-PAGE-CORS"])
def cors_of_pages(sent: Sent) -> Sent:
    """Pages of any origin may read the answers of the authorization endpoint."""
    return replace(sent, headers={**sent.headers, "Access-Control-Allow-Origin": "*"})


@defect("token-credentials-of-every-origin", breaks=["TOKEN-RESPONSE-CORS"])
def cors_of_tokens(reply: TokenReply) -> TokenReply:
    """The token endpoint allows credentials beside the origin `*`."""
    cors = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true"}
    return replace(reply, headers={**reply.headers, **cors})


@defect("code-outlives-revocation", breaks=["TOKEN-CODE-REVOKED"])
def outlives_revocation(redemption: Redemption) -> Redemption:
    """A code is exchanged also after the member has revoked the application's access."""
    return redemption.forgiving("revoked")


@defect("authorize-redirect-cacheable", breaks=["AUTH-RESPONSE-NO-STORE"])
def stored_redirect(sent: Sent) -> Sent:
    """Redirects of the authorization server may be cached for a minute."""
    if "Location" not in sent.headers:
        return sent
    return replace(sent, headers={**sent.headers, "Cache-Control": "private, max-age=60"})


@defect("consent-ticket-not-checked", breaks=["AUTH-PAGE-FORGED"])
def any_ticket(sought: Sought) -> Sought:
    """A consent form with a ticket that nobody gave out is taken for that of the last page."""
    forged = sought.what == "ticket" and sought.found is None
    return replace(sought, found=sought.other) if forged else sought
