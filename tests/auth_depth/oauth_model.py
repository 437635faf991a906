"""The rules of authorization, tokens and their use as a small model: it sends nothing.

A rule is one of the documents' or of RFC 6749, 7636 and 9700; what they leave open is not here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

CODE_SECONDS, TOKEN_SECONDS = 60, 300
LISTED = ("patient/Patient.read", "patient/Coverage.read", "patient/ExplanationOfBenefit.read")
UNLISTED = "patient/AllergyIntolerance.read"


@dataclass(eq=False)
class Grant:
    """What a member allowed an application."""

    app: str
    scopes: frozenset[str]
    revoked: bool = False


@dataclass(eq=False)
class Code:
    """A code: whose it is, and what it needs."""

    name: str
    grant: Grant
    challenged: bool
    ends: float
    used: bool = False


@dataclass(eq=False)
class Held:
    """An access token, and the refresh token that came with it or before it."""

    name: str
    code: Code
    scopes: frozenset[str]
    ends: float

    @property
    def grant(self) -> Grant:
        """What the member allowed."""
        return self.code.grant


@dataclass
class Model:
    """All grants, and what time it is."""

    now: float = 0.0
    grants: list[Grant] = field(default_factory=list)

    def asked(self, app: str, scopes: frozenset[str], declined: frozenset[str], proof: str) -> str:
        """Say how an authorization request ends: "" is with a code, else the error."""
        if proof == "plain" or (app == "mobile" and proof == "none"):
            return "invalid_request"
        if not scopes & {*LISTED}:
            return "invalid_scope"
        return "" if self.granted(scopes, declined) else "access_denied"

    def granted(self, scopes: frozenset[str], declined: frozenset[str]) -> frozenset[str]:
        """Return what a member who declines some scopes allows."""
        return (scopes & {*LISTED}) - declined

    def new_code(self, name: str, app: str, scopes: frozenset[str], proof: str) -> Code:
        """A member allowed this."""
        grant = Grant(app, scopes)
        self.grants.append(grant)
        return Code(name, grant, proof == "S256", self.now + CODE_SECONDS)

    def redeemed(self, code: Code, wrong: str) -> bool:
        """Say whether a code becomes tokens, with at most one thing wrong in the request."""
        if wrong in {"the secret", "no secret"} and self._needs_secret(code, wrong):
            return False
        if wrong == "the client":
            return False
        if code.used:  # RFC 6749, 4.1.2: its tokens end too
            code.grant.revoked = True
            return False
        if code.grant.revoked or self.now >= code.ends or wrong == "the redirect URI":
            return False
        if code.challenged and wrong in {"the verifier", "no verifier"}:
            return False
        code.used = True
        return True

    def refreshed(self, held: Held, wrong: str, scopes: frozenset[str]) -> bool:
        """Say whether a refresh token brings an access token for these scopes (none: all)."""
        secret = wrong in {"the secret", "no secret"} and held.grant.app == "web"
        return not (
            secret or wrong == "the client" or held.grant.revoked or scopes - held.grant.scopes
        )

    def answered(self, held: Held, scope: str) -> int:
        """Return the status of a request with an access token."""
        if held.grant.revoked or self.now >= held.ends:
            return 401
        return 200 if scope in held.scopes else 403

    def revoke(self, app: str) -> None:
        """A member ends all that an application has."""
        for grant in self.grants:
            grant.revoked = grant.revoked or grant.app == app

    def _needs_secret(self, code: Code, wrong: str) -> bool:
        # A secret that is sent must be right, a verifier may stand for one that is not.
        return code.grant.app == "web" and (wrong == "the secret" or not code.challenged)
