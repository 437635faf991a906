"""Defects that answer what lacks something or is somebody else's. Imports flow, registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.access.model import Access
    from conformance.mock.auth.flow import (
        ConsentForm,
        GrantType,
        Presented,
        RedirectMatch,
        ScopeGrant,
        Sought,
        TokenReply,
    )

_CODE, _REFRESH, _SYSTEM = "authorization_code", "refresh_token", "client_credentials"
_MEMBER_SCOPES = tuple(
    f"patient/{kind}.read"
    for kind in (
        *("Patient", "Coverage", "ExplanationOfBenefit", "Condition", "Encounter", "Immunization"),
        *("MedicationDispense", "MedicationRequest", "Observation", "Procedure"),
    )
)


@defect("client-unknown-accepted", breaks=["AUTH-PARAM-CLIENT-ID", "TOKEN-CC-PARAM-CLIENT-ID"])
def any_client(sought: Sought) -> Sought:
    """An unknown client_id is taken for the web application's."""
    return _found(sought, "client")


@defect("code-unknown-accepted", breaks=["TOKEN-PARAM-CODE"])
def any_code(sought: Sought) -> Sought:
    """An unknown code is taken for the one that was given out last."""
    return _found(sought, "code")


@defect("refresh-token-unknown-accepted", breaks=["REFRESH-PARAM-REFRESH-TOKEN"])
def any_refresh_token(sought: Sought) -> Sought:
    """An unknown refresh token is taken for the one that was given out last."""
    return _found(sought, "refresh_token")


@defect(
    "grant-type-not-required",
    breaks=[
        "TOKEN-PARAM-GRANT-TYPE",
        "TOKEN-CC-PARAM-GRANT-TYPE",
        "REFRESH-PARAM-GRANT-TYPE",
    ],
)
def guessed(told: GrantType) -> GrantType:
    """A token request without grant_type is understood by its other parameters."""
    if told.name:
        return told
    named = (("code", _CODE), ("refresh_token", _REFRESH), ("scope", _SYSTEM))
    kind = next((kind for name, kind in named if told.form.value(name)), "")
    return replace(told, name=kind)


@defect("authorize-scope-not-required", breaks=["AUTH-PARAM-SCOPE"])
def every_scope(scopes: ScopeGrant) -> ScopeGrant:
    """An authorization request without scope asks for every scope."""
    if scopes.grant_type != _CODE or scopes.asked:
        return scopes
    return replace(scopes, granted=scopes.known)


@defect("credentials-scopes-ignored", breaks=["TOKEN-CC-PARAM-SCOPE"])
def every_public_scope(scopes: ScopeGrant) -> ScopeGrant:
    """Client credentials give every public scope, whichever is asked for."""
    return replace(scopes, granted=scopes.known) if scopes.grant_type == _SYSTEM else scopes


@defect("authorize-redirect-not-required", breaks=["AUTH-PARAM-REDIRECT-URI"])
def registered_one(match: RedirectMatch) -> RedirectMatch:
    """A request without redirect_uri leads to the registered one."""
    if match.asked:
        return match
    return replace(match, asked=match.client.redirect_uri, accepted=True)


@defect("consent-declined-for-ever", breaks=["AUTH-CONSENT-CHANGE"])
def never_again(form: ConsentForm) -> ConsentForm:
    """A scope that the member once declined is not offered again."""
    kept = tuple(scope for scope in form.scopes if scope not in form.declined)
    return replace(form, scopes=kept, checked=kept)


@defect("refresh-names-another-member", breaks=["REFRESH-SAME-MEMBER"])
def another_member(reply: TokenReply) -> TokenReply:
    """The response to a refresh names another patient than the first response."""
    if reply.grant_type != _REFRESH or not reply.granted:
        return reply
    return reply.with_body(patient=f"{reply.body['patient'][:-1]}x")


@defect("access-public-token-opens-members", breaks=["USE-PUBLIC-TOKEN"])
def open_to_systems(presented: Presented) -> Presented:
    """Patient Access answers a token of client credentials as if the first member had given it."""
    token = presented.token
    if token.grant.patient or presented.where == "directory":
        return presented
    grant = replace(token.grant, patient=next(iter(presented.members), "nobody"))
    return replace(presented, token=replace(token, grant=grant, scopes=_MEMBER_SCOPES))


@defect("access-scopes-not-enforced", breaks=["USE-INSUFFICIENT-SCOPE"])
def open_to_members(access: Access) -> Access:
    """Any member token opens all of the member's data, whatever its scopes."""
    if not access.patient:
        return access
    return replace(access, scopes=frozenset(_MEMBER_SCOPES))


def _found(sought: Sought, what: str) -> Sought:
    wrong = sought.what == what and sought.value and sought.found is None
    return replace(sought, found=sought.other) if wrong else sought
