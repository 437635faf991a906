"""Defects of audience, issuer, pages and refreshed tokens. Imports flow and the registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.mock.auth.problems import Breach
from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.auth.flow import (
        Authorization,
        Consent,
        Discovery,
        Issue,
        Redirection,
        Sent,
        TokenReply,
    )
    from conformance.mock.flow import Reply

_REFRESH, _FORBIDDEN = "refresh_token", 403


@defect("authorize-audience-ignored", breaks=["AUTH-AUD-OTHER"])
def any_audience(request: Authorization) -> Authorization:
    """An `aud` that names another FHIR server is taken."""
    return request.forgiving("aud")


@defect("authorize-audience-refused", breaks=["AUTH-AUD-ACCEPTED"])
def no_audience(request: Authorization) -> Authorization:
    """A request that names its FHIR server in `aud` is refused."""
    if not request.params.value("aud"):
        return request
    breach = Breach("aud", "invalid_request", "aud is not a parameter of this server")
    return replace(request, breaches=(breach,))


@defect("authorize-issuer-of-another", breaks=["AUTH-RESPONSE-ISS"])
def other_issuer(back: Redirection) -> Redirection:
    """What is sent back names the issuer of another server."""
    return back.with_(iss="https://mixed-up.invalid/authz")


@defect("authorize-issuer-not-in-errors", breaks=["AUTH-RESPONSE-ISS"])
def no_issuer_in_errors(back: Redirection) -> Redirection:
    """An error that is sent back names no issuer, though the configuration promises it."""
    return back.with_(iss=None) if "error" in back.parameters else back


@defect("discovery-pkce-not-told", breaks=["AUTH-DISCOVERY-PKCE"])
def pkce_not_told(discovery: Discovery) -> Discovery:
    """The SMART configuration does not list the challenge methods."""
    return discovery.without("code_challenge_methods_supported")


@defect("page-can-be-framed", breaks=["AUTH-PAGE-FRAMED"])
def framed(sent: Sent) -> Sent:
    """Login and consent pages may stand in a frame of a foreign page."""
    policy = sent.headers.get("Content-Security-Policy", "").replace("frame-ancestors 'none';", "")
    return replace(sent, headers={**sent.headers, "Content-Security-Policy": policy})


@defect("page-redirects-with-its-form", breaks=["AUTH-PAGE-SEE-OTHER"])
def with_form(sent: Sent) -> Sent:
    """The browser is sent on with 307: what stood in the form goes to the application, too."""
    return replace(sent, status=307) if sent.submitted else sent


@defect("consent-takes-added-scopes", breaks=["SCOPE-EXPLICIT", "AUTH-SCOPE-MORE"])
def added(consent: Consent) -> Consent:
    """The consent form may bring scopes that it did not offer."""
    return replace(consent, allowed=consent.sent)


@defect("refreshed-token-outlives", breaks=["USE-EXPIRED-401", "TOKEN-LIFETIME-ENDS"])
def outlives(reply: TokenReply) -> TokenReply:
    """The token of a refresh is accepted for twice the time that expires_in says."""
    if not reply.granted or reply.grant_type != _REFRESH:
        return reply
    return reply.with_body(expires_in=max(1, reply.body["expires_in"] // 2))


@defect("refreshed-token-lives-a-day", breaks=["REFRESH-SHORT-LIVED", "TOKEN-LIFETIME-HOUR"])
def a_day(issue: Issue) -> Issue:
    """The token of a refresh lives a day, the one of a code as long as it should."""
    return replace(issue, lifetime=86_400) if issue.grant_type == _REFRESH else issue


@defect("refreshed-token-not-revoked", breaks=["AUTH-REVOKED", "USE-INVALID-TOKEN"])
def not_revoked(issue: Issue) -> Issue:
    """Revoking ends the token of the code, and not those of its refreshes."""
    if issue.grant_type != _REFRESH:
        return issue
    return replace(issue, grant=replace(issue.grant, id=-issue.grant.id))


@defect("access-scope-challenge-missing", breaks=["USE-SCOPE-CHALLENGE"])
def no_challenge(reply: Reply) -> Reply:
    """A 403 for a missing scope comes without WWW-Authenticate."""
    if reply.status != _FORBIDDEN:
        return reply
    kept = {k: v for k, v in reply.headers.items() if k != "WWW-Authenticate"}
    return replace(reply, headers=kept)
