"""Defects of the refresh token. Imports flow and the registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.auth.flow import Issue, Renewal, TokenReply

_REFRESH = "refresh_token"


@defect("refresh-gives-refresh-token", breaks=["REFRESH-NO-NEW-REFRESH-TOKEN"])
def another_one(issue: Issue) -> Issue:
    """A refresh gives a new refresh token; the old one stays good."""
    return replace(issue, refresh=True) if issue.grant_type == _REFRESH else issue


@defect(
    "refresh-token-single-use",
    breaks=["REFRESH-REUSABLE", "REFRESH-CONTINUES", "REFRESH-CONCURRENT"],
)
def single_use(issue: Issue) -> Issue:
    """A refresh token is good for one refresh only."""
    return replace(issue, retire=True)


@defect("refresh-same-access-token", breaks=["REFRESH-NEW-ACCESS-TOKEN", "REFRESH-AFTER-EXPIRY"])
def same_token(issue: Issue) -> Issue:
    """A refresh gives the access token that was there already."""
    return replace(issue, access_token=issue.previous)


@defect("refresh-widens-scope", breaks=["REFRESH-NO-WIDER-SCOPE"])
def widen(renewal: Renewal) -> Renewal:
    """A refresh gives every scope asked for, also one that was never granted."""
    return renewal.forgiving("scope")


@defect("refresh-not-bound-to-client", breaks=["REFRESH-OTHER-CLIENT", "REFRESH-PARAM-CLIENT-ID"])
def foreign_refresh(renewal: Renewal) -> Renewal:
    """A client can use the refresh token of another one."""
    return renewal.forgiving("client")


@defect(
    "refresh-after-revocation",
    breaks=["AUTH-REVOKED", "REFRESH-INVALID-GRANT", "TOKEN-CODE-REUSE-REVOKES"],
)
def revoked_refresh(renewal: Renewal) -> Renewal:
    """A refresh token works after the member revoked the application's access."""
    return renewal.forgiving("revoked")


@defect("refresh-loses-scopes", breaks=["REFRESH-SAME-SCOPE"])
def lose_scopes(renewal: Renewal) -> Renewal:
    """A refresh that names no scope gets the first one only."""
    return renewal if renewal.asked else replace(renewal, scopes=renewal.scopes[:1])


@defect("refresh-unsupported", breaks=["REFRESH-GRANT", "REFRESH-EXAMPLE"])
def no_refresh(reply: TokenReply) -> TokenReply:
    """The grant type refresh_token is refused as unsupported."""
    if reply.grant_type != _REFRESH:
        return reply
    body = {"error": "unsupported_grant_type", "error_description": "grant_type is not supported"}
    return replace(reply, status=400, body=body)
