"""What may never stand in an exchange: secrets by header, by name, by value and by shape.

Imports nothing of ours. Applied once, at capture (DESIGN, section 6).
"""

from __future__ import annotations

import re
from urllib.parse import quote, quote_plus

MASK = "[redacted]"

SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key"}
)
_NAMES = (
    "access_token|refresh_token|id_token|client_secret|client_assertion|code_verifier|code"
    "|password|assertion|token"
)
#: name=value in a query, a form or a fragment.
_PAIR = re.compile(rf"(?i)(?<![\w-])({_NAMES})=([^&\s\"'<>#]+)")
#: "name": "value" in JSON. `code` and `token` are ordinary FHIR elements there, so they stay.
_JSON = re.compile(
    r'(?i)"(access_token|refresh_token|id_token|client_secret|client_assertion|code_verifier'
    r'|password)"(\s*:\s*)"(?:[^"\\]|\\.)*"'
)
_JWT = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*")
#: A digit is demanded, so that "Basic Healthcare Center" stays a name.
_SCHEME = re.compile(r"(?i)\b(Bearer|Basic)\s+(?=\S*\d)[A-Za-z0-9+/=._~-]{12,}")


#: Words without which no shape below can be present: most bodies have none, and are large.
_HINTS = (
    "token", "secret", "assertion", "verifier", "password", "code=", "bearer", "basic", "eyj",
)  # fmt: skip


class Redactor:
    """Masks secrets in text. It learns values as the run comes to hold them."""

    def __init__(self) -> None:
        self._values: set[str] = set()

    def __repr__(self) -> str:
        return f"Redactor({len(self._values)} secrets)"

    def learn(self, *secrets: str) -> None:
        """Remember secrets, and their percent-encoded forms, so that no text keeps them."""
        for secret in secrets:
            if secret:
                self._values |= {secret, quote(secret, safe=""), quote_plus(secret)}

    def text(self, text: str) -> str:
        """Return the text with every known or recognisable secret masked."""
        for secret in sorted(self._values, key=len, reverse=True):
            text = text.replace(secret, MASK)
        lowered = text.lower()
        if not any(hint in lowered for hint in _HINTS):
            return text
        text = _PAIR.sub(rf"\1={MASK}", text)
        text = _JSON.sub(rf'"\1"\2"{MASK}"', text)
        text = _SCHEME.sub(rf"\1 {MASK}", text)
        return _JWT.sub(MASK, text)

    def headers(self, headers: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Return headers with lower-case names, secret ones masked whole."""
        return tuple(
            (name.lower(), MASK if name.lower() in SECRET_HEADERS else self.text(value))
            for name, value in headers
        )
