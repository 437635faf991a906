"""A base address as it is sent, however a file writes it. Imports nothing of ours."""

from __future__ import annotations

import httpx


def as_sent(base: str) -> str:
    """Return a base address in the form in which requests below it are recorded.

    Host in lower case, no port where it is the usual one, no slash at the end.

    Raises:
        ValueError: no client can use it.
    """
    try:
        return str(httpx.URL(base)).rstrip("/")
    except httpx.InvalidURL as error:
        raise ValueError(f"{base!r} is no usable address: {error}") from None
