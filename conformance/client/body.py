"""Reads a response body within bounds of size and time. May import exchange and parsing."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

from conformance.client.inflate import CannotInflate, Inflater
from conformance.exchange import Response
from conformance.parsing import parse_body

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.redaction import Redactor

TOO_LATE = "the body did not end within the time limit"


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer as it came, secrets and all: for memory only, never for a record."""

    status: int
    headers: httpx.Headers = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of a body as far as they came, decompressed; `problem` is what broke it off."""

    content: bytes = field(repr=False)
    problem: str = ""


def read_body(answer: httpx.Response, max_bytes: int, deadline: float) -> Body:
    """Read a streamed answer to its end, or to the bound it breaks.

    A body that breaks a bound, breaks off or is not text is still an answer of the target: it is
    kept as far as it came.

    Args:
        answer: an httpx response whose body was not read yet.
        max_bytes: the largest decoded body read.
        deadline: `time.monotonic()` by which the body has to be there.
    """
    content = bytearray()
    try:
        inflater = Inflater(answer.headers.get("content-encoding", ""))
        for chunk in answer.iter_raw():
            content += inflater.feed(chunk, max_bytes + 1 - len(content))
            if len(content) > max_bytes:
                problem = f"the body is larger than {max_bytes} bytes"
                return Body(bytes(content[:max_bytes]), problem)
            if time.monotonic() > deadline:
                return Body(bytes(content), TOO_LATE)
        inflater.end()
    except CannotInflate as error:
        return Body(bytes(content), f"the body's Content-Encoding cannot be undone: {error}")
    except httpx.TimeoutException:
        return Body(bytes(content), TOO_LATE)
    except httpx.TransportError as error:
        return Body(bytes(content), f"the body broke off: {error or type(error).__name__}")
    return Body(bytes(content))


def make_response(
    answer: httpx.Response,
    body: Body,
    redactor: Redactor,
    *,
    fhir: bool,
    inspect: Callable[[Raw], None] | None = None,
) -> Response:
    """Return the record of an answer whose body was read.

    Args:
        answer: its status and headers.
        body: what was read of it.
        redactor: masks secrets before anything is kept.
        fhir: a FHIR API was asked, not a login.
        inspect: sees the answer as it came, and has the redactor learn its secrets.
    """
    came, problem = _decode(body.content, body.problem)
    if inspect:
        inspect(Raw(answer.status_code, answer.headers, came))
    text = redactor.text(came, fhir=fhir and '"resourceType"' in came)
    document, problem = parse_body(text, problem)
    return Response(
        status=answer.status_code,
        headers=redactor.headers(answer.headers.multi_items()),
        body=text,
        size=len(body.content),
        document=document,
        problem=problem,
    )


def _decode(content: bytes, problem: str) -> tuple[str, str]:
    try:
        return content.decode("utf-8"), problem
    except UnicodeDecodeError as error:
        shown = content.decode("utf-8", errors="replace")
        return shown, problem or f"the body is not UTF-8 at byte {error.start}"
