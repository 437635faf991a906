"""Defects in the use of access tokens. Imports access, flow and the registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.mock.auth.problems import Breach
from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.access.model import Refusal
    from conformance.mock.auth.flow import Presented


@defect("access-token-expired-accepted", breaks=[])
def expired(presented: Presented) -> Presented:
    """An access token works after its time."""
    return presented.forgiving("expired")


@defect("access-token-revoked-accepted", breaks=[])
def revoked(presented: Presented) -> Presented:
    """An access token works on after its grant was revoked, until it expires."""
    return presented.forgiving("revoked")


@defect("access-challenge-missing", breaks=[])
def no_challenge(refusal: Refusal) -> Refusal:
    """A 401 comes without WWW-Authenticate."""
    return replace(refusal, challenge="")


@defect("access-invalid-token-403", breaks=[])
def forbidden(refusal: Refusal) -> Refusal:
    """A token that is not valid is answered 403, not 401."""
    return replace(refusal, status=403) if "invalid_token" in refusal.challenge else refusal


@defect("access-error-code-missing", breaks=[])
def no_error_code(refusal: Refusal) -> Refusal:
    """A 401 for a token that is not valid does not say `invalid_token`."""
    return replace(refusal, challenge='Bearer realm="flex"') if refusal.challenge else refusal


@defect("directory-token-refused", breaks=[])
def refuse_system(presented: Presented) -> Presented:
    """The directory refuses tokens of client credentials; without a token it answers."""
    if presented.where != "directory":
        return presented
    breach = Breach("directory", "invalid_token", "The access token is not for this server")
    return replace(presented, breaches=(breach,))
