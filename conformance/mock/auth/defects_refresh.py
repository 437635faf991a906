"""Defects of the refresh token. Imports flow and the registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.auth.flow import Issue, Renewal, TokenReply

_REFRESH = "refresh_token"


@defect("refresh-gives-refresh-token", breaks=[])
def another_one(issue: Issue) -> Issue:
    """A refresh gives a new refresh token; the old one stays good."""
    return replace(issue, refresh=True) if issue.grant_type == _REFRESH else issue


@defect("refresh-token-single-use", breaks=[])
def single_use(issue: Issue) -> Issue:
    """A refresh token is good for one refresh only."""
    return replace(issue, retire=True)


@defect("refresh-same-access-token", breaks=[])
def same_token(issue: Issue) -> Issue:
    """A refresh gives the access token that was there already."""
    return replace(issue, access_token=issue.previous)


@defect("refresh-widens-scope", breaks=[])
def widen(renewal: Renewal) -> Renewal:
    """A refresh gives every scope asked for, also one that was never granted."""
    return renewal.forgiving("scope")


@defect("refresh-narrowing-ignored", breaks=[])
def ignore_narrowing(renewal: Renewal) -> Renewal:
    """A refresh that asks for fewer scopes gets all of them."""
    return renewal if renewal.breaks("scope") else replace(renewal, scopes=renewal.grant.scopes)


@defect("refresh-not-bound-to-client", breaks=[])
def foreign_refresh(renewal: Renewal) -> Renewal:
    """A client can use the refresh token of another one."""
    return renewal.forgiving("client")


@defect("refresh-after-revocation", breaks=[])
def revoked_refresh(renewal: Renewal) -> Renewal:
    """A refresh token works after the member revoked the application's access."""
    return renewal.forgiving("revoked")


@defect("refresh-patient-missing", breaks=[])
def no_patient(reply: TokenReply) -> TokenReply:
    """The token response to a refresh has no patient."""
    return reply.with_body(patient=None) if reply.grant_type == _REFRESH else reply
