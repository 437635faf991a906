"""Defects of the authorize endpoint. Imports flow and the registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.auth.flow import (
        Authorization,
        ErrorPage,
        Redirection,
        RedirectMatch,
        ScopeGrant,
    )

_CODE = "authorization_code"


@defect("authorize-redirect-prefix", breaks=["AUTH-REDIRECT-EXACT"])
def redirect_prefix(match: RedirectMatch) -> RedirectMatch:
    """A redirect URI that only begins like the registered one is accepted."""
    return _accepting(match, also=match.asked.startswith(match.client.redirect_uri))


@defect("authorize-redirect-host-only", breaks=["AUTH-REDIRECT-EXACT"])
def redirect_host(match: RedirectMatch) -> RedirectMatch:
    """Of a redirect URI only scheme and host are compared: any port and path will do."""
    ours, theirs = urlsplit(match.client.redirect_uri), _split(match.asked)
    return _accepting(match, also=(ours.scheme, ours.hostname) == theirs)


@defect("authorize-redirect-case-ignored", breaks=["AUTH-REDIRECT-EXACT"])
def redirect_case(match: RedirectMatch) -> RedirectMatch:
    """Redirect URIs are compared without regard to case."""
    return _accepting(match, also=match.asked.lower() == match.client.redirect_uri.lower())


@defect("authorize-redirect-query-ignored", breaks=["AUTH-REDIRECT-EXACT"])
def redirect_query(match: RedirectMatch) -> RedirectMatch:
    """A query added to the registered redirect URI is not noticed."""
    return _accepting(match, also=match.asked.partition("?")[0] == match.client.redirect_uri)


@defect("authorize-redirect-http", breaks=["AUTH-REDIRECT-HTTPS"])
def redirect_http(match: RedirectMatch) -> RedirectMatch:
    """An http redirect URI is accepted where https is registered (production)."""
    secure = match.asked.replace("http://", "https://", 1)
    return _accepting(match, also=secure == match.client.redirect_uri)


@defect("authorize-redirect-localhost", breaks=["AUTH-REDIRECT-LOCALHOST-REFUSED"])
def redirect_localhost(match: RedirectMatch) -> RedirectMatch:
    """Any callback at localhost is accepted in production too."""
    production = match.client.redirect_uri.startswith("https:")
    return _accepting(match, also=production and _split(match.asked) == ("http", "localhost"))


@defect("authorize-error-to-unregistered", breaks=["AUTH-ERROR-NO-REDIRECT", "AUTH-REDIRECT-EXACT"])
def open_redirect(page: ErrorPage) -> ErrorPage:
    """Errors are redirected to whatever redirect URI was asked for, registered or not."""
    return replace(page, to=page.params.value("redirect_uri"))


@defect("authorize-state-dropped", breaks=["AUTH-CALLBACK-STATE", "AUTH-ERROR-STATE"])
def drop_state(redirection: Redirection) -> Redirection:
    """The redirect back carries no state."""
    return redirection.with_(state=None)


@defect("authorize-state-altered", breaks=["AUTH-CALLBACK-STATE", "AUTH-ERROR-STATE"])
def alter_state(redirection: Redirection) -> Redirection:
    """The last character of state is lost on the way back."""
    state = redirection.parameters.get("state")
    return redirection.with_(state=state[:-1]) if state else redirection


@defect("authorize-error-without-state", breaks=["AUTH-ERROR-STATE"])
def drop_state_of_errors(redirection: Redirection) -> Redirection:
    """State comes back with a code, not with an error."""
    return redirection.with_(state=None) if "error" in redirection.parameters else redirection


@defect(
    "authorize-error-code-unknown",
    breaks=["AUTH-ERROR-RESPONSE-TYPE", "AUTH-ERROR-SCOPE", "AUTH-ERROR-DENIED"],
)
def unknown_error(redirection: Redirection) -> Redirection:
    """Errors are redirected with codes of the server's own, such as `ERR_400`."""
    return redirection.with_(error="ERR_400") if "error" in redirection.parameters else redirection


@defect("authorize-state-not-required", breaks=["AUTH-PARAM-STATE"])
def optional_state(request: Authorization) -> Authorization:
    """A request without state is answered."""
    return request.forgiving("state")


@defect(
    "authorize-response-type-ignored",
    breaks=["AUTH-PARAM-RESPONSE-TYPE", "AUTH-ERROR-RESPONSE-TYPE"],
)
def any_response_type(request: Authorization) -> Authorization:
    """Any response_type is taken for `code`, and none too."""
    return request.forgiving("response-type")


@defect("pkce-plain-accepted", breaks=["AUTH-PKCE-PLAIN", "TOKEN-PKCE-METHOD-ERROR"])
def plain(request: Authorization) -> Authorization:
    """The code_challenge_method `plain` is accepted, also where it is left out."""
    method = request.params.value("code_challenge_method")
    if method not in ("", "plain"):
        return request
    return request.forgiving("challenge-method", "challenge-form")


@defect("pkce-challenge-not-required", breaks=["AUTH-PARAM-CODE-CHALLENGE"])
def no_challenge(request: Authorization) -> Authorization:
    """A public client gets a code without code_challenge."""
    return request.forgiving("challenge-required")


@defect("scope-wildcard-granted", breaks=["SCOPE-WILDCARD"])
def wildcard(scopes: ScopeGrant) -> ScopeGrant:
    """A wildcard scope such as `patient/*.read` is granted."""
    return _also(scopes, tuple(scope for scope in scopes.asked if "*" in scope))


@defect("scope-unlisted-granted", breaks=["SCOPE-UNLISTED"])
def unlisted(scopes: ScopeGrant) -> ScopeGrant:
    """A scope that the document does not list is granted (wildcards are not)."""
    known = {scope.lower() for scope in scopes.known}
    private = "patient/" if scopes.grant_type != _CODE else "*"
    new = (s for s in scopes.asked if s.lower() not in known and "*" not in s)
    return _also(scopes, tuple(scope for scope in new if not scope.startswith(private)))


@defect("scope-case-ignored", breaks=["SCOPE-UNLISTED"])
def scope_case(scopes: ScopeGrant) -> ScopeGrant:
    """Scopes are compared without regard to case: `patient/patient.read` is granted."""
    known = {scope.lower() for scope in scopes.known}
    return _also(scopes, tuple(scope for scope in scopes.asked if scope.lower() in known))


@defect("scope-coverage-not-granted", breaks=["SCOPE-PATIENT-COVERAGE"])
def no_coverage(scopes: ScopeGrant) -> ScopeGrant:
    """The listed scope `patient/Coverage.read` is left out of the grant."""
    kept = tuple(scope for scope in scopes.granted if scope != "patient/Coverage.read")
    return replace(scopes, granted=kept)


@defect("scope-first-only", breaks=["SCOPE-SPACES", "SCOPE-TEN"])
def first_only(scopes: ScopeGrant) -> ScopeGrant:
    """Of several scopes only the first is granted."""
    return replace(scopes, granted=scopes.granted[:1])


@defect("scope-more-than-asked", breaks=["SCOPE-EXPLICIT", "AUTH-SCOPE-MORE"])
def everything(scopes: ScopeGrant) -> ScopeGrant:
    """The member is asked for every scope there is, whatever the application asked for."""
    return _also(scopes, scopes.known) if scopes.grant_type == _CODE else scopes


def _accepting(match: RedirectMatch, *, also: bool) -> RedirectMatch:
    return replace(match, accepted=match.accepted or also)


def _split(uri: str) -> tuple[str, str | None]:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return "", None
    return parts.scheme, parts.hostname


def _also(scopes: ScopeGrant, more: tuple[str, ...]) -> ScopeGrant:
    return replace(scopes, granted=tuple(dict.fromkeys(scopes.granted + more)))
