"""Rules of redirect URIs (tooele lines 126-149 and 1022, uhc lines 39-44). Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance.preflight.rules import Fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.preflight.application import Application

KEY = "app.redirect_uri"
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*):")
#: A reversed or plain domain name: two labels at least.
_DOMAIN = re.compile(r"^[a-z0-9-]+(\.[a-z0-9_-]+)+$")


def scheme_of(uri: str) -> str:
    """Return the scheme of a URI in lower case, "" where it has none."""
    found = _SCHEME.match(uri)
    return found[1].lower() if found else ""


def host_of(uri: str) -> str:
    """Return the host of a URI, "" where it has none that can be read."""
    try:
        return urlsplit(uri).hostname or ""
    except ValueError:
        return ""


def is_own_scheme(uri: str) -> bool:
    """Whether a URI has a scheme of the application's own."""
    return scheme_of(uri) not in ("", "http", "https")


@rule("REG-ONE-REDIRECT")
def only_one(app: Application) -> Iterator[Fault]:
    """A registration has one redirect URI."""
    if len(app.redirect_uris) > 1:
        several = f"{len(app.redirect_uris)} redirect URIs"
        yield Fault(KEY, several, "register each platform by itself, with one redirect URI")


@rule("AUTH-REDIRECT-HTTPS")
def https_in_production(app: Application) -> Iterator[Fault]:
    """Production wants https, but for a native app's own scheme."""
    for uri in app.redirect_uris:
        if not app.production or scheme_of(uri) in ("https", ""):
            continue
        if not is_own_scheme(uri):
            yield Fault(KEY, f"{uri} is not https", "use an https address in production")
        elif not app.mobile:
            yield Fault(
                KEY,
                f"{uri} has a scheme of its own, and the app is not mobile",
                'use an https address, or say kind = "mobile"',
            )


@rule("AUTH-REDIRECT-LOCALHOST-REFUSED", "AUTH-REDIRECT-HTTPS")
def no_localhost_in_production(app: Application) -> Iterator[Fault]:
    """Localhost is a sandbox's."""
    for uri in app.redirect_uris:
        if app.production and host_of(uri) in LOCAL:
            yield Fault(KEY, f"{uri} is at localhost", "localhost works in the sandbox only")


@rule("AUTH-REDIRECT-MOBILE")
def own_scheme_is_a_native_app_s(app: Application) -> Iterator[Fault]:
    """Only a native app can be called by a scheme of its own."""
    for uri in app.redirect_uris:
        if is_own_scheme(uri) and not app.mobile and not app.production:
            yield Fault(
                KEY,
                f"{uri} has a scheme of its own, and the app is not mobile",
                'use an http(s) address, or say kind = "mobile"',
            )


@rule("AUTH-REDIRECT-FORMAT")
def own_scheme_is_a_domain(app: Application) -> Iterator[Fault]:
    """An own scheme is made of a domain name, so that no other app has it."""
    for uri in app.redirect_uris:
        if is_own_scheme(uri) and not _DOMAIN.match(scheme_of(uri)):
            yield Fault(
                KEY,
                f"{scheme_of(uri)}: is not made of a domain name",
                "write it like com.example.app://callback",
            )


@rule("AUTH-REDIRECT-EXACT")
def can_be_compared(app: Application) -> Iterator[Fault]:
    """What is registered is compared as it is (RFC 6749, 3.1.2: absolute, no fragment)."""
    for uri in app.redirect_uris:
        if not scheme_of(uri) or (not is_own_scheme(uri) and not host_of(uri)):
            yield Fault(KEY, f"{uri} is no absolute address", "write the whole callback address")
        elif wrong := [mark for mark in ("#", "*", "@", " ") if mark in uri]:
            yield Fault(KEY, f"{uri} contains {wrong[0]!r}", "write the exact callback address")
