"""Reads a response body within bounds of size and time, and parses it. Imports `exchange`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import orjson

from conformance.exchange import Response

if TYPE_CHECKING:
    from conformance.redaction import Redactor


def read_response(
    answer: httpx.Response, redactor: Redactor, *, max_bytes: int, deadline: float
) -> Response:
    """Read a streamed answer to its end, or to the bound it breaks.

    A body that breaks a bound, breaks off or is not text is still an answer of the target: it is
    kept as far as it came, with `problem` saying what is wrong with it.

    Args:
        answer: an httpx response whose body was not read yet.
        redactor: masks secrets before anything is kept.
        max_bytes: the largest decoded body read.
        deadline: `time.monotonic()` by which the body has to be there.
    """
    content, problem = _read(answer, max_bytes, deadline)
    text, problem = _decode(content, problem)
    body = redactor.text(text)
    document, problem = _parse(body, problem)
    return Response(
        status=answer.status_code,
        headers=redactor.headers(answer.headers.multi_items()),
        body=body,
        size=len(content),
        document=document,
        problem=problem,
    )


def _read(answer: httpx.Response, max_bytes: int, deadline: float) -> tuple[bytes, str]:
    chunks, size = [], 0
    try:
        for chunk in answer.iter_bytes():
            chunks.append(chunk)
            size += len(chunk)
            if size > max_bytes:
                return b"".join(chunks)[:max_bytes], f"the body is larger than {max_bytes} bytes"
            if time.monotonic() > deadline:
                return b"".join(chunks), "the body did not end within the time limit"
    except httpx.DecodingError as error:
        return b"".join(chunks), f"the body's Content-Encoding cannot be undone: {error}"
    except httpx.TimeoutException:
        return b"".join(chunks), "the body did not end within the time limit"
    except httpx.TransportError as error:
        return b"".join(chunks), f"the body broke off: {error}"
    return b"".join(chunks), ""


def _decode(content: bytes, problem: str) -> tuple[str, str]:
    try:
        return content.decode("utf-8"), problem
    except UnicodeDecodeError as error:
        shown = content.decode("utf-8", errors="replace")
        return shown, problem or f"the body is not UTF-8 at byte {error.start}"


def _parse(body: str, problem: str) -> tuple[Any, str]:
    if problem or not body.strip():
        return None, problem
    try:
        return orjson.loads(body), ""
    except orjson.JSONDecodeError as error:
        return None, f"the body is not JSON: {error}"
