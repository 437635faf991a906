"""What may never stand in an exchange: secrets by header, by name, by value and by shape.

Imports nothing of ours. Applied once, at capture (DESIGN, section 6).
"""

from __future__ import annotations

import re
from html import escape
from json import dumps
from threading import Lock

MASK = "[redacted]"

#: Headers whose whole value is masked: by a word in the name, whatever stands around it.
_SECRET_HEADER = re.compile(
    r"(?i)authorization|cookie|token|secret|assertion|password|api-?key|subscription-key|^dpop$"
)
_NAMES = "access_token|refresh_token|id_token|client_secret|client_assertion|code_verifier|password"
#: Secrets in a login; in FHIR, `code=` is a search and `token=` may page through one.
_LOGIN_NAMES = f"{_NAMES}|code|assertion|token"
#: name=value in a query, a form or a fragment. A backslash ends it: it may escape a JSON quote.
_VALUE = r"=[^&\s\"'<>#\\]+"
_PAIR = re.compile(rf"(?i)(?<![\w-])({_NAMES}){_VALUE}")
_LOGIN_PAIR = re.compile(rf"(?i)(?<![\w-])({_LOGIN_NAMES}){_VALUE}")
#: "name": "value" in JSON. `code` and `token` are ordinary FHIR elements there, so they stay.
_JSON = re.compile(rf'(?i)"({_NAMES})"(\s*:\s*)"(?:[^"\\]|\\.)*"')
#: The same in JSON that is quoted inside a JSON string.
_QUOTED_JSON = re.compile(rf'(?i)\\"({_NAMES})\\"(\s*:\s*)\\"[^"\\]*\\"')
_JWT = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*")
#: A digit is demanded, so that "Basic Healthcare Center" stays a name.
_SCHEME = re.compile(r"(?i)\b(Bearer|Basic)\s+(?=[A-Za-z+/=._~-]*\d)[A-Za-z0-9+/=._~-]{12,}")

#: Words without which no shape above can be present: most bodies have none, and are large.
_HINTS = (
    "token", "secret", "assertion", "verifier", "password", "code=", "bearer", "basic", "eyj",
)  # fmt: skip


class Redactor:
    """Masks secrets in text. It learns values as the run comes to hold them."""

    def __init__(self) -> None:
        self._forms: dict[str, tuple[str, re.Pattern[str]]] = {}
        self._learning = Lock()

    def __repr__(self) -> str:
        return f"Redactor({len(self._forms)} secrets)"

    def learn(self, *secrets: str) -> None:
        """Remember secrets, so that no text keeps them, however it writes them.

        Threads may learn and mask at the same time: what is known is replaced, never changed.
        """
        new = {secret: (_anchor(secret), _written(secret)) for secret in secrets if secret}
        with self._learning:
            known = {**self._forms, **new}
            # Longest first: a secret may be part of another.
            self._forms = dict(sorted(known.items(), key=lambda item: -len(item[0])))

    def text(self, text: str, *, fhir: bool = False) -> str:
        """Return the text with every known or recognisable secret masked.

        Args:
            text: what was sent or came.
            fhir: the text is of FHIR, not of a login: what FHIR also writes is left alone.
        """
        for anchor, form in self._forms.values():
            if anchor in text:
                text = form.sub(MASK, text)
        lowered = text.lower()
        if not any(hint in lowered for hint in _HINTS):
            return text
        pair = _PAIR if fhir else _LOGIN_PAIR
        text = pair.sub(rf"\1={MASK}", text)
        text = _JSON.sub(rf'"\1"\2"{MASK}"', text)
        text = _QUOTED_JSON.sub(rf'\\"\1\\"\2\\"{MASK}\\"', text)
        text = _SCHEME.sub(rf"\1 {MASK}", text)
        return _JWT.sub(MASK, text)

    def headers(self, headers: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Return headers with lower-case names, secret ones masked whole."""
        return tuple(
            (name.lower(), MASK if _SECRET_HEADER.search(name) else self.text(value))
            for name, value in headers
        )


def _anchor(secret: str) -> str:
    """Return the longest part of a secret that every way of writing it leaves as it is."""
    parts: list[str] = re.findall(r"[A-Za-z0-9]*", secret)
    return max(parts, key=len)


def _written(secret: str) -> re.Pattern[str]:
    """Match a secret as it is, percent-encoded (once or more), in JSON and in HTML."""
    return re.compile("".join(_character(character) for character in secret))


def _character(character: str) -> str:
    """Match one character in each form that a URL, a form, JSON or HTML gives it."""
    if character.isascii() and character.isalnum():
        return character
    encoded = character.encode("utf-8", errors="surrogatepass")
    forms = [re.escape(character), "".join(_percent(byte) for byte in encoded)]
    if character == " ":
        forms.append(r"\+")
    escaped = {dumps(character)[1:-1], dumps(character, ensure_ascii=False)[1:-1]}
    forms += [_any_case(form) for form in escaped - {character}]
    forms.append(_any_case("".join(f"\\u{unit:04x}" for unit in _utf16(character))))
    if character == "/":
        forms.append(r"\\/")
    if (entity := escape(character)) != character:
        forms.append(re.escape(entity))
    forms.append(rf"&#(?:0*{ord(character)}|[xX]0*(?i:{ord(character):x}));")
    # The longest form first, or a backslash would match only half of what escapes it.
    return f"(?:{'|'.join(sorted(dict.fromkeys(forms), key=len, reverse=True))})"


def _percent(byte: int) -> str:
    """Match `%2F`, `%2f`, and both as they look inside an encoded address (`%252F`)."""
    return f"%(?:25)*(?i:{byte:02X})"


def _any_case(escaped: str) -> str:
    return f"(?i:{re.escape(escaped)})"


def _utf16(character: str) -> list[int]:
    raw = character.encode("utf-16-be", errors="surrogatepass")
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]
