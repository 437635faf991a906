"""Defects of what SMART and RFC 9207 add to the authorize endpoint. Imports flow and registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.mock.auth.problems import Breach
from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.auth.flow import Authorization, Discovery, Redirection


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
