"""Defects of the token endpoint, code and client credentials. Imports flow and the registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.mock.auth.problems import Breach
from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.auth.flow import ClientLogin, Issue, Redemption, ScopeGrant, TokenReply

_CODE, _SYSTEM = "authorization_code", "client_credentials"


@defect("code-reusable", breaks=["TOKEN-CODE-SINGLE-USE", "TOKEN-CODE-REUSE-REVOKES"])
def reusable_code(redemption: Redemption) -> Redemption:
    """A code can be used again until it expires."""
    return replace(redemption.forgiving("used"), revoke=False)


@defect("code-reuse-keeps-tokens", breaks=["TOKEN-CODE-REUSE-REVOKES"])
def keep_tokens(redemption: Redemption) -> Redemption:
    """A second use of a code is refused, but the tokens of the first stay good."""
    return replace(redemption, revoke=False)


@defect("code-not-bound-to-client", breaks=["TOKEN-CODE-OTHER-CLIENT", "TOKEN-PARAM-CLIENT-ID"])
def foreign_code(redemption: Redemption) -> Redemption:
    """A client can redeem the code of another one."""
    return redemption.forgiving("client")


@defect("code-redirect-uri-not-compared", breaks=["TOKEN-PARAM-REDIRECT-URI"])
def foreign_redirect(redemption: Redemption) -> Redemption:
    """The token request's redirect_uri is not compared with the authorize request's."""
    return redemption.forgiving("redirect-uri")


@defect(
    "pkce-verifier-not-checked", breaks=["TOKEN-PARAM-CODE-VERIFIER", "TOKEN-PKCE-INVALID-GRANT"]
)
def any_verifier(redemption: Redemption) -> Redemption:
    """Any code_verifier is accepted (one must be there)."""
    return redemption.forgiving("verifier", "verifier-form")


@defect("pkce-verifier-not-required", breaks=["TOKEN-PARAM-CODE-VERIFIER"])
def no_verifier(redemption: Redemption) -> Redemption:
    """A code asked for with code_challenge is redeemed without code_verifier."""
    return redemption.forgiving("verifier-missing")


@defect(
    "pkce-verifier-refused",
    breaks=["AUTH-PKCE-DERIVATION", "AUTH-PKCE-NO-SECRET", "TOKEN-EXAMPLE-PKCE"],
)
def wrong_derivation(redemption: Redemption) -> Redemption:
    """The challenge is taken for something else than BASE64URL(SHA256): no verifier matches."""
    if not redemption.code.challenge:
        return redemption
    breach = Breach("verifier", "invalid_grant", "code_verifier does not match code_challenge")
    return replace(redemption, breaches=(*redemption.breaches, breach))


@defect(
    "client-secret-not-checked",
    breaks=[
        "TOKEN-PARAM-CLIENT-SECRET",
        "TOKEN-CC-PARAM-CLIENT-SECRET",
        "REFRESH-PARAM-CLIENT-SECRET",
        "TOKEN-ERROR-CLIENT",
        "AUTH-CONFIDENTIAL-CLIENT",
    ],
)
def any_secret(login: ClientLogin) -> ClientLogin:
    """A wrong client_secret is accepted."""
    proven = login.proven or login.sent_secret
    return replace(login.forgiving("secret"), proven=proven)


@defect(
    "client-secret-not-required",
    breaks=[
        "TOKEN-PARAM-CLIENT-SECRET",
        "TOKEN-CC-PARAM-CLIENT-SECRET",
        "AUTH-CONFIDENTIAL-CLIENT",
    ],
)
def no_secret(login: ClientLogin) -> ClientLogin:
    """A client that has a client_secret need not send it."""
    return replace(login, proven=True)


@defect("token-scope-missing", breaks=["TOKEN-FIELD-SCOPE", "TOKEN-SMART-SCOPE"])
def no_scope(reply: TokenReply) -> TokenReply:
    """The token response has no scope."""
    return reply.with_body(scope=None)


@defect("token-patient-missing", breaks=["TOKEN-FIELD-PATIENT", "TOKEN-SMART-PATIENT"])
def no_patient(reply: TokenReply) -> TokenReply:
    """The token response has no patient."""
    return reply.with_body(patient=None)


@defect("token-expires-in-missing", breaks=["TOKEN-FIELD-EXPIRES-IN", "TOKEN-SMART-EXPIRES-IN"])
def no_expires_in(reply: TokenReply) -> TokenReply:
    """The token response has no expires_in."""
    return reply.with_body(expires_in=None)


@defect("token-refresh-token-missing", breaks=["TOKEN-FIELD-REFRESH-TOKEN"])
def no_refresh_token(reply: TokenReply) -> TokenReply:
    """The token response to a code has no refresh_token."""
    return reply.with_body(refresh_token=None) if reply.grant_type == _CODE else reply


@defect("token-type-missing", breaks=["TOKEN-RESPONSE-TYPE"])
def no_token_type(reply: TokenReply) -> TokenReply:
    """The token response has no token_type, as in the document's sample."""
    return reply.with_body(token_type=None)


@defect("token-expires-in-string", breaks=["TOKEN-FIELD-EXPIRES-IN", "TOKEN-SMART-EXPIRES-IN"])
def expires_in_string(reply: TokenReply) -> TokenReply:
    """The token response's expires_in is a string."""
    return reply.with_body(expires_in=str(reply.body["expires_in"])) if reply.granted else reply


@defect("token-outlives-expires-in", breaks=["USE-EXPIRED-401"])
def outlive(reply: TokenReply) -> TokenReply:
    """Access tokens are accepted for twice the time that expires_in says."""
    if not reply.granted:
        return reply
    return reply.with_body(expires_in=max(1, reply.body["expires_in"] // 2))


@defect("token-patient-no-id", breaks=["TOKEN-PATIENT-USABLE", "TOKEN-CONTEXT-PATIENT"])
def business_identifier(reply: TokenReply) -> TokenReply:
    """The token response's patient is a member number, not the id of the Patient."""
    return reply.with_body(patient="2234234234") if "patient" in reply.body else reply


@defect("token-media-type-text", breaks=["TOKEN-RESPONSE-MEDIA-TYPE"])
def plain_text(reply: TokenReply) -> TokenReply:
    """Token responses have the media type text/plain."""
    return replace(reply, headers={**reply.headers, "Content-Type": "text/plain"})


@defect("token-lifetime-an-hour", breaks=["REFRESH-SHORT-LIVED"])
def an_hour(issue: Issue) -> Issue:
    """Access tokens live an hour, as in the document's sample, not five minutes or less."""
    return replace(issue, lifetime=3600)


@defect("token-response-cacheable", breaks=["TOKEN-RESPONSE-NO-STORE", "TOKEN-RESPONSE-NO-CACHE"])
def cacheable(reply: TokenReply) -> TokenReply:
    """Token responses may be cached for a minute."""
    if not reply.granted:
        return reply
    return replace(reply, headers={"Cache-Control": "private, max-age=60"})


@defect(
    "token-error-shape",
    breaks=[
        "TOKEN-ERROR-FORMAT",
        "TOKEN-ERROR-REQUEST",
        "TOKEN-ERROR-CLIENT",
        "TOKEN-ERROR-CODE",
        "TOKEN-ERROR-GRANT-TYPE",
    ],
)
def gateway_error(reply: TokenReply) -> TokenReply:
    """Errors of the token endpoint are a gateway's JSON, not those of RFC 6749."""
    return reply if reply.granted else replace(reply, body={"code": reply.status, "message": "No"})


@defect(
    "token-error-one-for-all",
    breaks=[
        "TOKEN-ERROR-CLIENT",
        "TOKEN-ERROR-CODE",
        "TOKEN-ERROR-GRANT-TYPE",
        "TOKEN-ERROR-SCOPE",
        "TOKEN-PKCE-INVALID-GRANT",
        "REFRESH-INVALID-GRANT",
    ],
)
def one_error(reply: TokenReply) -> TokenReply:
    """Every error of the token endpoint is `invalid_request`."""
    return reply if reply.granted else reply.with_body(error="invalid_request")


@defect("token-error-status-200", breaks=["TOKEN-ERROR-FORMAT", "AUTH-FAILURE-STATUS"])
def friendly_error(reply: TokenReply) -> TokenReply:
    """Errors of the token endpoint come with status 200."""
    return replace(reply, status=200)


@defect("credentials-give-patient-scope", breaks=["TOKEN-CC-PUBLIC-ONLY"])
def patient_scope(scopes: ScopeGrant) -> ScopeGrant:
    """Client credentials give patient scopes when they are asked for."""
    if scopes.grant_type != _SYSTEM:
        return scopes
    private = tuple(scope for scope in scopes.asked if scope.startswith("patient/"))
    return replace(scopes, granted=tuple(dict.fromkeys(scopes.granted + private)))


@defect("credentials-give-refresh-token", breaks=["TOKEN-CC-NO-REFRESH"])
def system_refresh(issue: Issue) -> Issue:
    """Client credentials give a refresh token too."""
    return replace(issue, refresh=True) if issue.grant_type == _SYSTEM else issue


@defect(
    "credentials-scopes-refused",
    breaks=[
        "TOKEN-CC",
        "TOKEN-CC-EXAMPLE",
        "SCOPE-PUBLIC-ENDPOINT",
        "SCOPE-PUBLIC-HSVC",
        "SCOPE-PUBLIC-LOC",
        "SCOPE-PUBLIC-ORG",
        "SCOPE-PUBLIC-AFF",
        "SCOPE-PUBLIC-NETWORK",
        "SCOPE-PUBLIC-PRAC",
        "SCOPE-PUBLIC-ROLE",
    ],
)
def no_public_scope(scopes: ScopeGrant) -> ScopeGrant:
    """Client credentials give no scope at all: every request is `invalid_scope`."""
    return replace(scopes, granted=()) if scopes.grant_type == _SYSTEM else scopes
