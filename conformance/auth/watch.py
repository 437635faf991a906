"""Teaches the redactor an answer's secrets before it is recorded. May import client and pages."""

from __future__ import annotations

from json import JSONDecodeError, loads
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from conformance.auth.pages import Form, forms_of
from conformance.oauth import Tokens
from conformance.redaction import MASK
from conformance.redaction.index import Index

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.client import Client
    from conformance.client.body import Raw

#: A shorter value is no secret; masking it everywhere would spoil the records.
SHORTEST = 8
TOKENS = ("access_token", "refresh_token", "id_token")
#: Fields of a token request that only client and server may know.
SECRET_FIELDS = ("code", "client_secret", "code_verifier", "refresh_token")


class Watch:
    """Sees one answer as it came; `sent` is what went out, which no page makes secret.

    `fields` are those of a token request: `echoed` names the secret ones that came back.
    """

    def __init__(
        self, client: Client, sent: str = "", fields: Iterable[tuple[str, str]] = ()
    ) -> None:
        self._client = client
        self._sent = sent
        self._fields = [(name, value) for name, value in fields if name in SECRET_FIELDS]
        self.echoed: tuple[str, ...] = ()
        self.location = ""
        self.forms: list[Form] = []
        self.values: dict[str, str] = {}

    def __repr__(self) -> str:
        return "Watch(…)"

    def __call__(self, raw: Raw) -> None:
        """Learn what is secret in an answer."""
        self.location = raw.headers.get("location", "")
        self.forms, self.values = [], {}
        if "html" in raw.headers.get("content-type", ""):
            self.forms = forms_of(raw.text)
        else:
            self.values = _tokens(raw.text)
        hidden = [
            value for form in self.forms for _, value in form.hidden if value not in self._sent
        ]
        code = dict(parameters_of(self.location)).get("code", "")
        self._learn(code, *hidden, *self.values.values())
        self.echoed = tuple(name for name, value in self._fields if self._holds(raw, name, value))

    def _holds(self, raw: Raw, name: str, value: str) -> bool:
        """Whether a value stands in an answer, however it is written there.

        A refresh may bring its own token again; a replay has no values to look for.
        """
        if len(value) < SHORTEST or value == MASK or self.values.get(name) == value:
            return False
        index = Index(base64=True)
        index.learn({value: MASK})
        text = "\n".join([*raw.headers.values(), raw.text])
        return index.replace(text) != text

    def _learn(self, *values: str) -> None:
        self._client.learn(*(value for value in values if len(value) >= SHORTEST))


def _tokens(text: str) -> dict[str, str]:
    try:
        document = loads(text)
    except (JSONDecodeError, RecursionError, ValueError):
        return {}
    if not isinstance(document, dict):
        return {}
    return {
        name: value
        for name, value in document.items()
        if name in TOKENS and isinstance(value, str) and value
    }


def tokens_seen(watch: Watch) -> Tokens:
    """Return the tokens of a token response."""
    return Tokens(watch.values.get("access_token", ""), watch.values.get("refresh_token", ""))


def parameters_of(location: str) -> list[tuple[str, str]]:
    """Return the parameters of an address: of its query, then of its fragment."""
    try:
        parts = urlsplit(location)
        return [
            pair
            for text in (parts.query, parts.fragment)
            for pair in parse_qsl(text, keep_blank_values=True, max_num_fields=100)
        ]
    except ValueError:
        return []
