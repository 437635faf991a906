"""Defects of the token endpoint, code and client credentials. Imports flow and the registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.auth.flow import ClientLogin, Issue, Redemption, ScopeGrant, TokenReply

_CODE, _SYSTEM = "authorization_code", "client_credentials"


@defect("code-reusable", breaks=[])
def reusable_code(redemption: Redemption) -> Redemption:
    """A code can be used again until it expires."""
    return replace(redemption.forgiving("used"), revoke=False)


@defect("code-reuse-keeps-tokens", breaks=[])
def keep_tokens(redemption: Redemption) -> Redemption:
    """A second use of a code is refused, but the tokens of the first stay good."""
    return replace(redemption, revoke=False)


@defect("code-not-bound-to-client", breaks=[])
def foreign_code(redemption: Redemption) -> Redemption:
    """A client can redeem the code of another one."""
    return redemption.forgiving("client")


@defect("code-redirect-uri-not-compared", breaks=[])
def foreign_redirect(redemption: Redemption) -> Redemption:
    """The token request's redirect_uri is not compared with the authorize request's."""
    return redemption.forgiving("redirect-uri")


@defect("pkce-verifier-not-checked", breaks=[])
def any_verifier(redemption: Redemption) -> Redemption:
    """Any code_verifier is accepted (one must be there)."""
    return redemption.forgiving("verifier", "verifier-form")


@defect("pkce-verifier-not-required", breaks=[])
def no_verifier(redemption: Redemption) -> Redemption:
    """A code asked for with code_challenge is redeemed without code_verifier."""
    return redemption.forgiving("verifier-missing")


@defect("client-secret-not-checked", breaks=[])
def any_secret(login: ClientLogin) -> ClientLogin:
    """A wrong client_secret is accepted."""
    proven = login.proven or login.sent_secret
    return replace(login.forgiving("secret"), proven=proven)


@defect("client-secret-not-required", breaks=[])
def no_secret(login: ClientLogin) -> ClientLogin:
    """A client that has a client_secret need not send it."""
    return replace(login, proven=True)


@defect("token-scope-missing", breaks=[])
def no_scope(reply: TokenReply) -> TokenReply:
    """The token response has no scope."""
    return reply.with_body(scope=None)


@defect("token-patient-missing", breaks=[])
def no_patient(reply: TokenReply) -> TokenReply:
    """The token response has no patient."""
    return reply.with_body(patient=None)


@defect("token-expires-in-missing", breaks=[])
def no_expires_in(reply: TokenReply) -> TokenReply:
    """The token response has no expires_in."""
    return reply.with_body(expires_in=None)


@defect("token-refresh-token-missing", breaks=[])
def no_refresh_token(reply: TokenReply) -> TokenReply:
    """The token response to a code has no refresh_token."""
    return reply.with_body(refresh_token=None) if reply.grant_type == _CODE else reply


@defect("token-type-missing", breaks=[])
def no_token_type(reply: TokenReply) -> TokenReply:
    """The token response has no token_type, as in the document's sample."""
    return reply.with_body(token_type=None)


@defect("token-expires-in-string", breaks=[])
def expires_in_string(reply: TokenReply) -> TokenReply:
    """The token response's expires_in is a string."""
    return reply.with_body(expires_in=str(reply.body["expires_in"])) if reply.granted else reply


@defect("token-expires-in-untrue", breaks=[])
def expires_in_untrue(reply: TokenReply) -> TokenReply:
    """The token response's expires_in is twice the time that the token is accepted."""
    return reply.with_body(expires_in=reply.body["expires_in"] * 2) if reply.granted else reply


@defect("token-lifetime-an-hour", breaks=[])
def an_hour(issue: Issue) -> Issue:
    """Access tokens live an hour, as in the document's sample, not five minutes or less."""
    return replace(issue, lifetime=3600)


@defect("token-response-cacheable", breaks=[])
def cacheable(reply: TokenReply) -> TokenReply:
    """Token responses may be cached for a minute."""
    if not reply.granted:
        return reply
    return replace(reply, headers={"Cache-Control": "private, max-age=60"})


@defect("token-error-shape", breaks=[])
def gateway_error(reply: TokenReply) -> TokenReply:
    """Errors of the token endpoint are a gateway's JSON, not those of RFC 6749."""
    return reply if reply.granted else replace(reply, body={"code": reply.status, "message": "No"})


@defect("token-error-status-200", breaks=[])
def friendly_error(reply: TokenReply) -> TokenReply:
    """Errors of the token endpoint come with status 200."""
    return replace(reply, status=200)


@defect("credentials-give-patient-scope", breaks=[])
def patient_scope(scopes: ScopeGrant) -> ScopeGrant:
    """Client credentials give patient scopes when they are asked for."""
    if scopes.grant_type != _SYSTEM:
        return scopes
    private = tuple(scope for scope in scopes.asked if scope.startswith("patient/"))
    return replace(scopes, granted=tuple(dict.fromkeys(scopes.granted + private)))


@defect("credentials-give-refresh-token", breaks=[])
def system_refresh(issue: Issue) -> Issue:
    """Client credentials give a refresh token too."""
    return replace(issue, refresh=True) if issue.grant_type == _SYSTEM else issue


@defect("credentials-give-patient", breaks=[])
def system_patient(reply: TokenReply) -> TokenReply:
    """The token response to client credentials names a patient."""
    named = reply.granted and reply.grant_type == _SYSTEM
    return reply.with_body(patient="member1") if named else reply
