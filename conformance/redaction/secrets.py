"""What may never stand in an exchange: secrets by header, by name, by value and by shape.

Imports nothing of ours but the index. Applied once, at capture (DESIGN, section 6).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ahocorasick_rs import AhoCorasick, Implementation

from conformance.redaction.index import Index, numbers_in

if TYPE_CHECKING:
    from collections.abc import Callable

MASK = "[redacted]"

#: Headers whose whole value is masked: by a word in the name, whatever stands around it.
_SECRET_HEADER = re.compile(
    r"(?i)authorization|cookie|token|secret|assertion|password|api-?key|subscription-key|^dpop$"
)
_NAMES = (
    "access_token|refresh_token|id_token|id_token_hint|registration_access_token|device_code"
    "|client_secret|client_assertion|code_verifier|password|passcode|api_?key|SAMLResponse"
)
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
#: A field of a login page (HTML), and the value in it; the name may stand on either side.
_INPUT = re.compile(r"(?i)<input\b[^<>]{0,2000}>")
_SECRET_INPUT = re.compile(
    rf"(?i)\b(?:name\s*=\s*[\"']?(?:{_LOGIN_NAMES}|[\w.-]*(?:csrf|ticket|nonce|secret)[\w.-]*)[\"'\s/>]"
    r"|type\s*=\s*[\"']?password)"
)
_INPUT_VALUE = re.compile(r"""(?i)(\bvalue\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)""")
_PRIVATE_KEY = re.compile(
    r"-----BEGIN ([A-Z ]*)PRIVATE KEY-----.*?(?:-----END \1PRIVATE KEY-----|\Z)", re.DOTALL
)
#: A password in an address (RFC 3986, 3.2.1).
_USER_INFO = re.compile(r"(://[^\s/@:\"'<>?#]{1,200}):[^\s/@\"'<>?#]{1,200}@")


def _in_input(match: re.Match[str]) -> str:
    field = match[0]
    return _INPUT_VALUE.sub(rf'\1"{MASK}"', field) if _SECRET_INPUT.search(field) else field


def _in_json(text: str) -> str:
    text = _JSON.sub(rf'"\1"\2"{MASK}"', text)
    return _QUOTED_JSON.sub(rf'\\"\1\\"\2\\"{MASK}\\"', text)


_NAME_HINTS = (
    *("_token", "secret", "assertion", "verifier", "password", "passcode", "apikey", "api_key"),
    *("device_code", "samlresponse"),
)
#: Words (in lower case) without which a shape cannot be present, and what masks the shape: most
#: bodies have none of them, and are large.
_SHAPES: tuple[tuple[tuple[str, ...], Callable[[str], str]], ...] = (
    (_NAME_HINTS, _in_json),
    (("bearer", "basic"), lambda text: _SCHEME.sub(rf"\1 {MASK}", text)),
    (("eyj",), lambda text: _JWT.sub(MASK, text)),
    (("<input",), lambda text: _INPUT.sub(_in_input, text)),
    (("private key-----",), lambda text: _PRIVATE_KEY.sub(MASK, text)),
    (("@",), lambda text: _USER_INFO.sub(rf"\1:{MASK}@", text)),
)
#: How the pairs of a query end their names.
_PAIR_HINTS = (
    *("token=", "secret=", "assertion=", "verifier=", "password=", "passcode=", "code="),
    *("token_hint=", "apikey=", "api_key=", "samlresponse="),
)
_HINTS = [*_PAIR_HINTS, *(hint for hints, _ in _SHAPES for hint in hints)]
_LOOK = AhoCorasick(_HINTS, implementation=Implementation.DFA)


def _hints_in(text: str) -> frozenset[str]:
    return frozenset(_HINTS[number] for number in numbers_in(_LOOK, text.lower()))


class Redactor:
    """Masks secrets in text. It learns values as the run comes to hold them."""

    def __init__(self) -> None:
        self._secrets = Index(base64=True)

    def __repr__(self) -> str:
        return f"Redactor({len(self._secrets)} secrets)"

    def learn(self, *secrets: str) -> None:
        """Remember secrets, so that no text keeps them, however it writes them.

        Threads may learn and mask at the same time.
        """
        self._secrets.learn({secret: MASK for secret in secrets if secret})

    def text(self, text: str, *, fhir: bool = False) -> str:
        """Return the text with every known or recognisable secret masked.

        Args:
            text: what was sent or came.
            fhir: the text is of FHIR, not of a login: what FHIR also writes is left alone.
        """
        text = self._secrets.replace(text)
        if hints := _hints_in(text):
            if not hints.isdisjoint(_PAIR_HINTS):
                text = (_PAIR if fhir else _LOGIN_PAIR).sub(rf"\1={MASK}", text)
            for words, mask in _SHAPES:
                if not hints.isdisjoint(words):
                    text = mask(text)
        return text

    def headers(self, headers: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Return headers with lower-case names, secret ones masked whole."""
        return tuple(
            (name.lower(), MASK if _SECRET_HEADER.search(name) else self.text(value))
            for name, value in headers
        )
