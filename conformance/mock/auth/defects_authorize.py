"""Defects of the authorize endpoint, login and consent. Imports flow, clients' values, registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.auth.flow import (
        Authorization,
        Consent,
        ErrorPage,
        Redirection,
        RedirectMatch,
        ScopeGrant,
    )

_CODE = "authorization_code"


@defect("authorize-redirect-prefix", breaks=[])
def redirect_prefix(match: RedirectMatch) -> RedirectMatch:
    """A redirect URI that only begins like the registered one is accepted."""
    return _accepting(match, also=match.asked.startswith(match.client.redirect_uri))


@defect("authorize-redirect-host-only", breaks=[])
def redirect_host(match: RedirectMatch) -> RedirectMatch:
    """Of a redirect URI only scheme and host are compared: any port and path will do."""
    ours, theirs = urlsplit(match.client.redirect_uri), _split(match.asked)
    return _accepting(match, also=(ours.scheme, ours.hostname) == theirs)


@defect("authorize-redirect-case-ignored", breaks=[])
def redirect_case(match: RedirectMatch) -> RedirectMatch:
    """Redirect URIs are compared without regard to case."""
    return _accepting(match, also=match.asked.lower() == match.client.redirect_uri.lower())


@defect("authorize-redirect-query-ignored", breaks=[])
def redirect_query(match: RedirectMatch) -> RedirectMatch:
    """A query added to the registered redirect URI is not noticed."""
    return _accepting(match, also=match.asked.partition("?")[0] == match.client.redirect_uri)


@defect("authorize-redirect-http", breaks=[])
def redirect_http(match: RedirectMatch) -> RedirectMatch:
    """An http redirect URI is accepted where https is registered (production)."""
    secure = match.asked.replace("http://", "https://", 1)
    return _accepting(match, also=secure == match.client.redirect_uri)


@defect("authorize-error-to-unregistered", breaks=[])
def open_redirect(page: ErrorPage) -> ErrorPage:
    """Errors are redirected to whatever redirect URI was asked for, registered or not."""
    return replace(page, to=page.params.value("redirect_uri"))


@defect("authorize-state-dropped", breaks=[])
def drop_state(redirection: Redirection) -> Redirection:
    """The redirect back carries no state."""
    return redirection.with_(state=None)


@defect("authorize-state-altered", breaks=[])
def alter_state(redirection: Redirection) -> Redirection:
    """The last character of state is lost on the way back."""
    state = redirection.parameters.get("state")
    return redirection.with_(state=state[:-1]) if state else redirection


@defect("authorize-error-without-state", breaks=[])
def drop_state_of_errors(redirection: Redirection) -> Redirection:
    """State comes back with a code, not with an error."""
    return redirection.with_(state=None) if "error" in redirection.parameters else redirection


@defect("authorize-error-code-unknown", breaks=[])
def unknown_error(redirection: Redirection) -> Redirection:
    """Errors are redirected with codes of the server's own, such as `ERR_400`."""
    return redirection.with_(error="ERR_400") if "error" in redirection.parameters else redirection


@defect("authorize-state-not-required", breaks=[])
def optional_state(request: Authorization) -> Authorization:
    """A request without state is answered."""
    return request.forgiving("state")


@defect("authorize-response-type-ignored", breaks=[])
def any_response_type(request: Authorization) -> Authorization:
    """Any response_type is taken for `code`, and none too."""
    return request.forgiving("response-type")


@defect("authorize-doubled-parameter-accepted", breaks=[])
def first_of_two(request: Authorization) -> Authorization:
    """Of a parameter that was sent twice the first counts."""
    return request.forgiving("doubled")


@defect("pkce-plain-accepted", breaks=[])
def plain(request: Authorization) -> Authorization:
    """The code_challenge_method `plain` is accepted, also where it is left out."""
    method = request.params.value("code_challenge_method")
    if method not in ("", "plain"):
        return request
    return request.forgiving("challenge-method", "challenge-form")


@defect("pkce-challenge-not-required", breaks=[])
def no_challenge(request: Authorization) -> Authorization:
    """A public client gets a code without code_challenge."""
    return request.forgiving("challenge-required")


@defect("scope-wildcard-granted", breaks=[])
def wildcard(scopes: ScopeGrant) -> ScopeGrant:
    """A wildcard scope such as `patient/*.read` is granted."""
    return _also(scopes, tuple(scope for scope in scopes.asked if "*" in scope))


@defect("scope-unlisted-granted", breaks=[])
def unlisted(scopes: ScopeGrant) -> ScopeGrant:
    """A scope that the document does not list is granted (wildcards are not)."""
    known = {scope.lower() for scope in scopes.known}
    mine = ("patient/", "user/") if scopes.grant_type == _CODE else ("public/", "user/")
    return _also(
        scopes,
        tuple(s for s in scopes.asked if s.lower() not in known and "*" not in s and _is(s, mine)),
    )


@defect("scope-case-ignored", breaks=[])
def scope_case(scopes: ScopeGrant) -> ScopeGrant:
    """Scopes are compared without regard to case: `patient/patient.read` is granted."""
    known = {scope.lower() for scope in scopes.known}
    return _also(scopes, tuple(scope for scope in scopes.asked if scope.lower() in known))


@defect("scope-more-than-asked", breaks=[])
def everything(scopes: ScopeGrant) -> ScopeGrant:
    """The member is asked for every scope there is, whatever the application asked for."""
    return _also(scopes, scopes.known) if scopes.grant_type == _CODE else scopes


@defect("consent-declined-scope-granted", breaks=[])
def ignore_opt_out(consent: Consent) -> Consent:
    """A scope that the member unchecked is granted all the same."""
    return replace(consent, allowed=consent.asked) if consent.allowed else consent


@defect("consent-denied-gives-code", breaks=[])
def ignore_denial(consent: Consent) -> Consent:
    """A member who denies access is sent back with a code."""
    return replace(consent, allowed=consent.asked, decision="allow")


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


def _is(scope: str, families: tuple[str, ...]) -> bool:
    return scope.startswith(families)
