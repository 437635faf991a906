"""Defects of comparing redirect URIs, as servers had them. Imports flow and the registry."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from conformance.mock.auth.clients import DESKTOP_CALLBACK, MOBILE_CALLBACK, WEB_CALLBACK
from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.auth.flow import RedirectMatch

_EXACT = "AUTH-REDIRECT-EXACT"
_KNOWN = frozenset({*WEB_CALLBACK.values(), MOBILE_CALLBACK, DESKTOP_CALLBACK})


@defect("authorize-redirect-normalised", breaks=[_EXACT])
def normalised(match: RedirectMatch) -> RedirectMatch:
    """Redirect URIs are compared as addresses: escapes, case of the host, doubled slashes."""
    return _accepting(match, also=_normal(match.asked) == _normal(match.client.redirect_uri))


@defect("authorize-redirect-traversal", breaks=[_EXACT])
def traversal(match: RedirectMatch) -> RedirectMatch:
    """A path that begins like the registered one may climb out of it by `..`."""
    climbs = ".." in unquote(match.asked)
    return _accepting(match, also=climbs and match.asked.startswith(match.client.redirect_uri))


@defect("authorize-redirect-user-ignored", breaks=[_EXACT])
def user_ignored(match: RedirectMatch) -> RedirectMatch:
    """What stands before an @ in the host is not looked at."""
    return _accepting(match, also=_without_user(match.asked) == match.client.redirect_uri)


@defect("authorize-redirect-host-contained", breaks=[_EXACT])
def host_contained(match: RedirectMatch) -> RedirectMatch:
    """It is enough that the registered host stands somewhere in the address."""
    host = urlsplit(match.client.redirect_uri).hostname or "?"
    return _accepting(match, also=host in match.asked)


@defect("authorize-redirect-scheme-ignored", breaks=[_EXACT])
def scheme_ignored(match: RedirectMatch) -> RedirectMatch:
    """The scheme of a redirect URI is not compared."""
    ours, theirs = (uri.partition("://")[2] for uri in (match.client.redirect_uri, match.asked))
    return _accepting(match, also=ours == theirs)


@defect("authorize-redirect-fragment-ignored", breaks=[_EXACT])
def fragment_ignored(match: RedirectMatch) -> RedirectMatch:
    """A fragment added to the registered redirect URI is not noticed."""
    return _accepting(match, also=match.asked.partition("#")[0] == match.client.redirect_uri)


@defect("authorize-redirect-trimmed", breaks=[_EXACT])
def trimmed(match: RedirectMatch) -> RedirectMatch:
    """Spaces around a redirect URI are taken off before it is compared."""
    return _accepting(match, also=match.asked.strip() == match.client.redirect_uri)


@defect("authorize-redirect-any-registered", breaks=[_EXACT])
def any_registered(match: RedirectMatch) -> RedirectMatch:
    """The redirect URI of any application will do for every other one."""
    return _accepting(match, also=match.asked in _KNOWN)


def _accepting(match: RedirectMatch, *, also: bool) -> RedirectMatch:
    return replace(match, accepted=match.accepted or also)


def _normal(uri: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(unquote(uri))
    except ValueError:
        return "", "", uri
    path = posixpath.normpath(parts.path.replace("//", "/"))
    return parts.scheme, parts.netloc.lower(), f"{path}?{parts.query}#{parts.fragment}"


def _without_user(uri: str) -> str:
    scheme, _, rest = uri.partition("://")
    place, slash, path = rest.partition("/")
    return f"{scheme}://{place.rpartition('@')[2]}{slash}{path}"
