"""What authorization and token requests came to, as checks see it. Imports exchange and redaction.

Codes and tokens are held in memory for the next request; no repr shows them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.redaction import MASK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.exchange import Exchange

JSON_TYPES = {str: "text", bool: "boolean", int: "number", float: "number", type(None): "null"}


@dataclass(frozen=True, slots=True)
class PageSeen:
    """A page on the way: `login` or `consent`, with the scopes it offered and whether selected."""

    kind: str
    exchange: Exchange
    offered: tuple[tuple[str, bool], ...] = ()
    #: Whether each scope offered can be taken or left.
    choice: bool = False
    #: Whether its form has hidden values that the request did not bring.
    hides: bool = False


@dataclass(frozen=True, slots=True)
class Callback:
    """The request that would bring the member back: its parameters, the code masked."""

    exchange: Exchange
    to_asked: bool
    parameters: Mapping[str, str]

    @property
    def error(self) -> str:
        """The `error` parameter, "" where there is none."""
        return self.parameters.get("error", "")


@dataclass(frozen=True, slots=True)
class Authorization:
    """One authorization request and where it led.

    `asked` are its parameters. It ended in a `callback`, or as `ending` says; `stopped` tells why
    a login page was the end though the server might have gone on ("" where it was not).
    """

    asked: Mapping[str, str]
    exchanges: tuple[Exchange, ...]
    ending: str
    pages: tuple[PageSeen, ...] = ()
    callback: Callback | None = None
    code: str = field(default="", repr=False)
    stopped: str = ""

    @property
    def last(self) -> Exchange:
        """The exchange it ended with."""
        return self.exchanges[-1]

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes asked for."""
        return frozenset(self.asked.get("scope", "").split())

    @property
    def state_kept(self) -> bool:
        """Whether the very `state` of the request came back."""
        back = self.callback
        return back is not None and back.parameters.get("state") == self.asked.get("state")

    def page(self, kind: str) -> PageSeen | None:
        """Return the first page of a kind."""
        return next((page for page in self.pages if page.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a token response gave, for the next request."""

    access: str = field(default="", repr=False)
    refresh: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """The answer to one token request; `received` is the `clock.monotonic()` it came.

    `echoed` names the secrets of the request that stood in the answer.
    """

    exchange: Exchange
    tokens: Tokens = field(default_factory=Tokens, compare=False)
    received: float = 0.0
    echoed: tuple[str, ...] = ()

    @property
    def body(self) -> Mapping[str, Any]:
        """The JSON object of the answer, secrets masked; empty where there is none."""
        document = self.exchange.document
        return document if isinstance(document, dict) else {}

    @property
    def granted(self) -> bool:
        """Whether a token came."""
        return 200 <= self.exchange.status < 300 and bool(self.tokens.access)  # noqa: PLR2004

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes it names; empty where it names none."""
        told = self.body.get("scope")
        return frozenset(told.split()) if isinstance(told, str) else frozenset()

    @property
    def patient(self) -> str:
        """The member's Patient id, "" where it names none."""
        told = self.body.get("patient")
        return told if isinstance(told, str) else ""

    @property
    def error(self) -> str:
        """The `error` of a refusal."""
        told = self.body.get("error")
        return told if isinstance(told, str) else ""

    @property
    def lifetime(self) -> float | None:
        """The seconds of `expires_in`, None where it is no number."""
        told = self.body.get("expires_in")
        return told if isinstance(told, (int, float)) and not isinstance(told, bool) else None

    def type_of(self, name: str) -> str:
        """Return the JSON type of a property, `absent` where it is not there."""
        if name not in self.body:
            return "absent"
        value = self.body[name]
        return JSON_TYPES.get(type(value), "array" if isinstance(value, list) else "object")

    def __str__(self) -> str:
        """Say in a few words what came."""
        if self.granted:
            return f"{self.exchange.status}, a token for {' '.join(sorted(self.scopes)) or MASK}"
        return f"{self.exchange.status}, " + (f"error {self.error}" if self.error else "no error")


@dataclass(frozen=True, slots=True)
class Use:
    """One request for data with (or without) a token of known scopes."""

    exchange: Exchange
    resource_type: str
    patient: str = ""
