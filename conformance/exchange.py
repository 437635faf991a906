"""One HTTP request and its response, as recorded: redacted at capture. Imports `redaction`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """What was sent: headers are lower-case names in sending order, already redacted."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """What came back.

    `body` is the redacted text, `document` the JSON in it (None where there is none), `size` the
    bytes received; `problem` says why a body could not be read or parsed ("" where it could).
    """

    status: int
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: str = field(default="", repr=False)
    size: int = 0
    document: Any = field(default=None, repr=False, compare=False)
    problem: str = ""

    def header(self, name: str) -> str:
        """Return the first value of a header (any case), "" where it is absent."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), "")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its response, or with the `error` that left it without one.

    `started` is an ISO 8601 UTC time, `elapsed` seconds until the answer was there, `own` seconds
    of the processor that sending, redacting and reading it took us, `purpose` a few words for a
    reader.
    """

    id: str
    purpose: str
    started: str
    elapsed: float
    request: Request
    response: Response | None = None
    error: str = ""
    own: float = 0.0

    @property
    def status(self) -> int:
        """The HTTP status, 0 where no response came."""
        return self.response.status if self.response else 0

    @property
    def document(self) -> Any:
        """The parsed JSON body, None where there is none."""
        return self.response.document if self.response else None

    def __str__(self) -> str:
        """Name the exchange as reports do: id, method, address, status."""
        answer = str(self.status) if self.response else f"no answer ({self.error})"
        return f"{self.id}  {self.request.method} {self.request.url} -> {answer}"
