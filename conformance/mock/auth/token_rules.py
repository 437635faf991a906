"""What a code and a refresh token are held against. Imports flow, PKCE, problems and scopes.

RFC 6749, 4.1.3 and 6; RFC 7636, 4.6; where the document is silent these stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.auth.flow import Redemption, Renewal
from conformance.mock.auth.pkce import is_verifier, proves
from conformance.mock.auth.problems import broken
from conformance.mock.auth.scopes import split

if TYPE_CHECKING:
    from conformance.mock.auth.clients import Client
    from conformance.mock.auth.params import Params
    from conformance.mock.auth.problems import Breach
    from conformance.mock.auth.store import AuthStore, Code, Grant

_INVALID = "invalid_grant"


def judge_code(code: Code, form: Params, client: Client, store: AuthStore) -> Redemption:
    """Hold a code against the client, the address, the time and the verifier that come with it."""
    other = code.grant.client_id != client.id
    uri = form.value("redirect_uri")
    breaches = broken(
        (other, "client", _INVALID, "The code was given to another client"),
        (code.used, "used", _INVALID, "The code was used before"),
        (store.now() >= code.expires, "expired", _INVALID, "The code has expired"),
        (store.is_revoked(code.grant), "revoked", _INVALID, "The member revoked access"),
        (not uri, "redirect-uri", "invalid_request", "redirect_uri is required"),
        (
            uri != code.redirect_uri,
            "redirect-uri",
            _INVALID,
            "redirect_uri is not that of the authorize request",
        ),
    )
    revoke = code.used and not other  # RFC 6749, 4.1.2: tokens of the first use end too
    found = breaches + _verifier_breaches(code, form.value("code_verifier"))
    return Redemption(code, client, revoke, breaches=found)


def _verifier_breaches(code: Code, verifier: str) -> tuple[Breach, ...]:
    if not code.challenge:  # RFC 9700, 2.1.1: else a stolen code could be redeemed by downgrade
        why = "code_verifier came for a code that was asked for without code_challenge"
        return broken((bool(verifier), "verifier-unasked", _INVALID, why))
    if not verifier:
        return broken((True, "verifier-missing", "invalid_request", "code_verifier is required"))
    return broken(
        (
            not is_verifier(verifier),
            "verifier-form",
            _INVALID,
            "code_verifier must be 43 to 128 unreserved characters",
        ),
        (
            not proves(verifier, code.challenge, code.method),
            "verifier",
            _INVALID,
            "code_verifier does not match code_challenge",
        ),
    )


def judge_refresh(grant: Grant, form: Params, client: Client, store: AuthStore) -> Renewal:
    """Hold a refresh token against the client and the scopes that come with it."""
    asked = split(form.value("scope"))
    breaches = broken(
        (
            grant.client_id != client.id,
            "client",
            _INVALID,
            "The refresh token was given to another client",
        ),
        (store.is_revoked(grant), "revoked", _INVALID, "The refresh token was revoked"),
        (
            asked is None or not set(asked) <= set(grant.scopes),
            "scope",
            "invalid_scope",
            "A refresh cannot widen the scope",
        ),
    )
    return Renewal(grant, client, asked or (), asked or grant.scopes, breaches=breaches)
