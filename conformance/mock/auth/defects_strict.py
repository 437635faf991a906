"""Defects that refuse, or send elsewhere, what is right. Imports flow and the registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

from conformance.mock.auth.flow import Judged
from conformance.mock.auth.problems import Breach
from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.mock.auth.flow import (
        Authorization,
        ClientLogin,
        Discovery,
        Redemption,
        Redirection,
        RedirectMatch,
        ScopeGrant,
        TokenReply,
    )

_T = TypeVar("_T", bound=Judged)
_PATIENT, _COVERAGE = "patient/Patient.read", "patient/Coverage.read"


@defect(
    "authorize-unavailable",
    breaks=[
        "AUTH-ENDPOINT",
        "AUTH-OAUTH2",
        "AUTH-CALLBACK-CODE",
        "AUTH-EXAMPLE-PKCE",
        "AUTH-EXAMPLE-NO-PKCE",
        "AUTH-PKCE-SUPPORTED",
        "AUTH-PARAM-CODE-CHALLENGE-METHOD",
    ],
)
def unavailable(request: Authorization) -> Authorization:
    """Every authorization request is sent back with `temporarily_unavailable`."""
    return _also(request, "temporarily_unavailable", "Come back later")


@defect(
    "authorize-challenge-refused",
    breaks=["AUTH-PKCE-SUPPORTED", "AUTH-PARAM-CODE-CHALLENGE-METHOD", "AUTH-EXAMPLE-PKCE"],
)
def no_pkce(request: Authorization) -> Authorization:
    """An authorization request with code_challenge is refused: the server knows no PKCE."""
    known = not request.params.value("code_challenge")
    return request if known else _also(request, "invalid_request", "Unknown code_challenge")


@defect("authorize-challenge-required", breaks=["AUTH-PKCE-OPTIONAL", "AUTH-EXAMPLE-NO-PKCE"])
def pkce_for_all(request: Authorization) -> Authorization:
    """An application that has a secret must send code_challenge too."""
    sent = request.params.value("code_challenge")
    return request if sent else _also(request, "invalid_request", "code_challenge is required")


@defect("authorize-error-not-sent-back", breaks=["AUTH-ERROR-REDIRECT"])
def error_page(redirection: Redirection) -> Redirection:
    """Errors end on a page of the server: the application never hears of them."""
    return replace(redirection, to="") if "error" in redirection.parameters else redirection


@defect("authorize-returns-to-start", breaks=["AUTH-REDIRECTED-BACK"])
def start_page(redirection: Redirection) -> Redirection:
    """The member is sent to the application's start page, not to its redirect URI."""
    parts = urlsplit(redirection.to)
    return replace(redirection, to=f"{parts.scheme}://{parts.netloc}/")


@defect("authorize-own-scheme-refused", breaks=["AUTH-REDIRECT-SCHEME", "AUTH-REDIRECT-MOBILE"])
def web_only(match: RedirectMatch) -> RedirectMatch:
    """A redirect URI with a scheme of the application's own is refused, though registered."""
    known = match.asked.startswith(("http://", "https://"))
    return match if known else replace(match, accepted=False)


@defect("authorize-localhost-refused", breaks=["AUTH-REDIRECT-LOCALHOST"])
def no_localhost(match: RedirectMatch) -> RedirectMatch:
    """A callback at localhost is refused in the sandbox, though registered."""
    local = match.asked.startswith("http://localhost")
    return replace(match, accepted=False) if local else match


@defect(
    "scope-member-types-not-granted",
    breaks=[
        "SCOPE-PATIENT-CONDITION",
        "SCOPE-PATIENT-ENCOUNTER",
        "SCOPE-PATIENT-EOB",
        "SCOPE-PATIENT-IMMUNIZATION",
        "SCOPE-PATIENT-MEDICATIONDISPENSE",
        "SCOPE-PATIENT-MEDICATIONREQUEST",
        "SCOPE-PATIENT-OBSERVATION",
        "SCOPE-PATIENT-PROCEDURE",
    ],
)
def two_types(scopes: ScopeGrant) -> ScopeGrant:
    """Of the listed member scopes only those of Patient and Coverage are granted."""
    return _keeping(scopes, lambda scope: scope in {_PATIENT, _COVERAGE})


@defect("scope-patient-not-granted", breaks=["SCOPE-PATIENT-PATIENT"])
def no_patient(scopes: ScopeGrant) -> ScopeGrant:
    """The listed scope `patient/Patient.read` is left out of the grant."""
    return _keeping(scopes, lambda scope: scope != _PATIENT)


@defect(
    "code-never-taken",
    breaks=["TOKEN-ENDPOINT", "TOKEN-EXAMPLE-SECRET", "TOKEN-EXAMPLE-PKCE", "AUTH-OAUTH2"],
)
def no_code(redemption: Redemption) -> Redemption:
    """No code is ever taken for a token."""
    return _also(redemption, "invalid_grant", "The code is not known")


@defect("code-verifier-required", breaks=["AUTH-PKCE-OPTIONAL", "TOKEN-EXAMPLE-SECRET"])
def verifier_for_all(redemption: Redemption) -> Redemption:
    """A code that was asked for without a challenge is not redeemed without a code_verifier."""
    proven = redemption.code.challenge
    return redemption if proven else _also(redemption, "invalid_request", "code_verifier missing")


@defect("token-form-refused", breaks=["TOKEN-CONTENT-TYPE", "TOKEN-ENDPOINT"])
def wants_json(login: ClientLogin) -> ClientLogin:
    """Token requests are to be sent as JSON: a form is refused."""
    return _also(login, "invalid_request", "Send application/json")


@defect("client-key-pair-required", breaks=["AUTH-NO-KEY-PAIR", "TOKEN-EXAMPLE-SECRET"])
def private_key_jwt(login: ClientLogin) -> ClientLogin:
    """A client that has a secret is asked for a client_assertion, signed with its key."""
    if not login.client.confidential:
        return login
    return _also(login, "invalid_client", "client_assertion is required")


@defect("token-response-not-an-object", breaks=["TOKEN-JSON"])
def in_a_list(reply: TokenReply) -> TokenReply:
    """The token response is a list that holds the object."""
    return replace(reply, body=cast("dict[str, Any]", [reply.body])) if reply.granted else reply


@defect(
    "token-access-token-missing", breaks=["TOKEN-FIELD-ACCESS-TOKEN", "TOKEN-SMART-ACCESS-TOKEN"]
)
def no_access_token(reply: TokenReply) -> TokenReply:
    """The token response has no access_token."""
    return reply.with_body(access_token=None)


@defect("discovery-configuration-a-list", breaks=["AUTH-DISCOVERY-CONFIGURATION"])
def listed(discovery: Discovery) -> Discovery:
    """The SMART configuration is a list that holds the object."""
    return replace(discovery, configuration=cast("dict[str, Any]", [discovery.configuration]))


def _also(judged: _T, error: str, why: str) -> _T:
    return replace(judged, breaches=(Breach("strict", error, why), *judged.breaches))


def _keeping(scopes: ScopeGrant, keeps: Callable[[str], bool]) -> ScopeGrant:
    if scopes.grant_type != "authorization_code":
        return scopes
    return replace(scopes, granted=tuple(filter(keeps, scopes.granted)))
