"""Reads a response body within bounds of size and time, and parses it. Imports `exchange`."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import orjson

from conformance.client.inflate import CannotInflate, Inflater
from conformance.exchange import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.redaction import Redactor

TOO_LATE = "the body did not end within the time limit"
#: FHIR nests a handful of levels; whoever walks a document recurses once a level.
MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer as it came, secrets and all: for memory only, never for a record."""

    status: int
    headers: httpx.Headers = field(repr=False)
    text: str = field(repr=False)


def read_response(  # noqa: PLR0913 - each bounds or guards the reading
    answer: httpx.Response,
    redactor: Redactor,
    *,
    fhir: bool,
    max_bytes: int,
    deadline: float,
    inspect: Callable[[Raw], None] | None = None,
) -> Response:
    """Read a streamed answer to its end, or to the bound it breaks.

    A body that breaks a bound, breaks off or is not text is still an answer of the target: it is
    kept as far as it came, with `problem` saying what is wrong with it.

    Args:
        answer: an httpx response whose body was not read yet.
        redactor: masks secrets before anything is kept.
        fhir: a FHIR API was asked, not a login.
        max_bytes: the largest decoded body read.
        deadline: `time.monotonic()` by which the body has to be there.
        inspect: sees the answer as it came, and has the redactor learn its secrets.
    """
    content, problem = _read(answer, max_bytes, deadline)
    text, problem = _decode(content, problem)
    if inspect:
        inspect(Raw(answer.status_code, answer.headers, text))
    body = redactor.text(text, fhir=fhir and '"resourceType"' in text)
    document, problem = parse_body(body, problem)
    return Response(
        status=answer.status_code,
        headers=redactor.headers(answer.headers.multi_items()),
        body=body,
        size=len(content),
        document=document,
        problem=problem,
    )


def _read(answer: httpx.Response, max_bytes: int, deadline: float) -> tuple[bytes, str]:
    content = bytearray()
    try:
        inflater = Inflater(answer.headers.get("content-encoding", ""))
        for chunk in answer.iter_raw():
            content += inflater.feed(chunk, max_bytes + 1 - len(content))
            if len(content) > max_bytes:
                return bytes(content[:max_bytes]), f"the body is larger than {max_bytes} bytes"
            if time.monotonic() > deadline:
                return bytes(content), TOO_LATE
        inflater.end()
    except CannotInflate as error:
        return bytes(content), f"the body's Content-Encoding cannot be undone: {error}"
    except httpx.TimeoutException:
        return bytes(content), TOO_LATE
    except httpx.TransportError as error:
        return bytes(content), f"the body broke off: {error or type(error).__name__}"
    return bytes(content), ""


def _decode(content: bytes, problem: str) -> tuple[str, str]:
    try:
        return content.decode("utf-8"), problem
    except UnicodeDecodeError as error:
        shown = content.decode("utf-8", errors="replace")
        return shown, problem or f"the body is not UTF-8 at byte {error.start}"


def parse_body(body: str, problem: str) -> tuple[Any, str]:
    """Return the JSON of a body without problem, None where there is none, and what is wrong."""
    if problem or not body.strip():
        return None, problem
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return None, f"the body is not JSON: {error}"
    if _is_too_deep(document):
        return None, f"the body nests deeper than {MAX_DEPTH} levels"
    return document, ""


def _is_too_deep(document: Any) -> bool:
    level = [document]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for value in level
            if isinstance(value, (dict, list))
            for child in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return False
    return True
