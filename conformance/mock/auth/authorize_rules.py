"""What an authorize request is held against once it can be redirected. Imports flow and PKCE.

The document requires all parameters; RFC 6749, 4.1.2.1 and RFC 7636, 4.4.1 name the errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.auth.flow import Authorization
from conformance.mock.auth.pkce import METHOD, is_challenge
from conformance.mock.auth.problems import broken

if TYPE_CHECKING:
    from conformance.mock.auth.clients import Client
    from conformance.mock.auth.params import Params
    from conformance.mock.auth.problems import Breach

_INVALID = "invalid_request"


def judge(params: Params, client: Client, audience: str = "") -> Authorization:
    """Hold an authorize request against the rules that are answered by a redirect.

    `audience` is the FHIR base that SMART's `aud` may name; "" leaves it unjudged.
    """
    doubled, kind = params.doubled(), params.value("response_type")
    breaches = broken(
        (bool(doubled), "doubled", _INVALID, f"Sent more than once: {', '.join(doubled)}"),
        (not kind, "response-type", _INVALID, "response_type is required"),
        (
            kind not in ("", "code"),
            "response-type",
            "unsupported_response_type",
            "response_type must be code",
        ),
        (not params.value("state"), "state", _INVALID, "state is required"),
        (
            bool(audience) and params.value("aud").rstrip("/") not in ("", audience),
            "aud",
            _INVALID,
            "aud is not the FHIR base that this server authorizes for",
        ),
    )
    return Authorization(params, client, breaches=breaches + _challenge(params, client))


def _challenge(params: Params, client: Client) -> tuple[Breach, ...]:
    challenge, method = params.value("code_challenge"), params.value("code_challenge_method")
    if not challenge:
        return broken(
            (
                not client.confidential,
                "challenge-required",
                _INVALID,
                "A public client must send code_challenge",
            ),
            (
                bool(method),
                "challenge-lost",
                _INVALID,
                "code_challenge_method came without code_challenge",
            ),
        )
    return broken(
        (method != METHOD, "challenge-method", _INVALID, "code_challenge_method must be S256"),
        (
            not is_challenge(challenge),
            "challenge-form",
            _INVALID,
            "code_challenge must be BASE64URL(SHA256(code_verifier)) without padding",
        ),
    )
