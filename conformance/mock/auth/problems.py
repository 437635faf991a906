"""What the authorization server finds wrong, and how it says so. Imports the standard library only.

RFC 6749 names the error codes: section 4.1.2.1 for authorize, 5.2 for token.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule that a request breaks: our name of the rule, the error code and the sentence."""

    rule: str
    error: str
    description: str


class OAuthError(Exception):
    """A refusal of the token endpoint."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


class Unsafe(Exception):  # noqa: N818 - an answer of the server, not a fault of ours
    """What the member is told on a page because there is nowhere safe to redirect to."""


def broken(*rules: tuple[bool, str, str, str]) -> tuple[Breach, ...]:
    """Return the breaches among rules written as (is broken, rule, error code, sentence)."""
    return tuple(Breach(rule, error, why) for is_broken, rule, error, why in rules if is_broken)


def invalid_client(description: str) -> OAuthError:
    """Return the refusal of a client that is unknown or does not prove who it is."""
    return OAuthError("invalid_client", description, 401)
