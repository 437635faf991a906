"""Defects in the use of access tokens, and in discovery. Imports access, flow and the registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.mock.auth.problems import Breach
from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.access.model import Refusal
    from conformance.mock.auth.flow import Discovery, Presented

_INVALID = "invalid_token"


@defect(
    "access-token-expired-accepted",
    breaks=["USE-EXPIRED-401", "TOKEN-LIFETIME-ENDS", "USE-INVALID-TOKEN"],
)
def expired(presented: Presented) -> Presented:
    """An access token works after its time."""
    return presented.forgiving("expired")


@defect("access-token-revoked-accepted", breaks=["AUTH-REVOKED", "USE-INVALID-TOKEN"])
def revoked(presented: Presented) -> Presented:
    """An access token works on after its grant was revoked, until it expires."""
    return presented.forgiving("revoked")


@defect("access-challenge-missing", breaks=["USE-CHALLENGE"])
def no_challenge(refusal: Refusal) -> Refusal:
    """A 401 comes without WWW-Authenticate."""
    return replace(refusal, challenge="")


@defect("access-invalid-token-403", breaks=["USE-INVALID-TOKEN", "USE-EXPIRED-401"])
def forbidden(refusal: Refusal) -> Refusal:
    """A token that is not valid is answered 403, not 401."""
    return replace(refusal, status=403) if _INVALID in refusal.challenge else refusal


@defect("access-no-token-403", breaks=["USE-NO-TOKEN-401"])
def forbidden_without_token(refusal: Refusal) -> Refusal:
    """A request without a token is answered 403, not 401."""
    return refusal if "error=" in refusal.challenge else replace(refusal, status=403)


@defect("access-error-code-missing", breaks=["USE-INVALID-TOKEN-ERROR"])
def no_error_code(refusal: Refusal) -> Refusal:
    """The challenge to a token that is not valid does not say `invalid_token`."""
    if _INVALID not in refusal.challenge:
        return refusal
    return replace(refusal, challenge='Bearer realm="flex"')


@defect("access-error-code-without-token", breaks=["USE-NO-TOKEN-NO-ERROR"])
def error_code(refusal: Refusal) -> Refusal:
    """The challenge to a request without a token says `invalid_token`."""
    if "error=" in refusal.challenge:
        return refusal
    return replace(refusal, challenge=f'{refusal.challenge}, error="{_INVALID}"')


@defect(
    "directory-token-refused",
    breaks=[
        "SCOPE-PUBLIC-HSVC",
        "SCOPE-PUBLIC-LOC",
        "SCOPE-PUBLIC-ORG",
        "SCOPE-PUBLIC-AFF",
        "SCOPE-PUBLIC-PRAC",
        "SCOPE-PUBLIC-ROLE",
    ],
)
def refuse_system(presented: Presented) -> Presented:
    """The directory refuses tokens of client credentials; without a token it answers."""
    if presented.where != "directory":
        return presented
    breach = Breach("directory", "invalid_token", "The access token is not for this server")
    return replace(presented, breaches=(breach,))


@defect("discovery-authorize-missing", breaks=["AUTH-DISCOVERY-AUTHORIZE"])
def no_authorize_endpoint(discovery: Discovery) -> Discovery:
    """The SMART configuration names no authorization_endpoint."""
    return discovery.without("authorization_endpoint")


@defect("discovery-token-relative", breaks=["AUTH-DISCOVERY-TOKEN"])
def relative_token_endpoint(discovery: Discovery) -> Discovery:
    """The SMART configuration's token_endpoint is a path, not an address."""
    found = {**discovery.configuration, "token_endpoint": "/authz/oauth/token"}
    return replace(discovery, configuration=found)


@defect("discovery-capabilities-missing", breaks=["AUTH-DISCOVERY-CAPABILITIES"])
def no_capabilities(discovery: Discovery) -> Discovery:
    """The SMART configuration lists no capabilities."""
    return discovery.without("capabilities")


@defect("discovery-oauth-uris-missing", breaks=["AUTH-DISCOVERY-METADATA"])
def no_oauth_uris(discovery: Discovery) -> Discovery:
    """The CapabilityStatement's security has no `oauth-uris`."""
    kept = {key: value for key, value in discovery.security.items() if key != "extension"}
    return replace(discovery, security=kept)
