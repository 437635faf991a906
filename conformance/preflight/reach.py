"""Asks for the privacy policy's page, when told to. Imports httpx."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from conformance import __version__

if TYPE_CHECKING:
    from conformance.preflight.application import Application

SECONDS = 15.0
_GOOD = range(200, 300)


class CannotReach(Exception):  # noqa: N818 - this machine's network may be at fault
    """The page could not be asked for."""


def policies_of(app: Application) -> list[tuple[str, str]]:
    """Return the addresses of privacy policies, each once, with the key of its answer."""
    keys = ("app.privacy_policy_url", "organization.privacy_policy_url")
    told = {app.text(key): key for key in reversed(keys) if app.text(key)}
    return [(key, url) for url, key in told.items()]


def why_unpublished(url: str) -> str:
    """Ask for a page and return what is wrong with it, "" where it is there.

    Raises:
        CannotReach: no answer was had.
    """
    try:
        with httpx.stream(
            "GET",
            url,
            follow_redirects=True,
            timeout=SECONDS,
            headers={"User-Agent": f"flexcheck/{__version__}", "Accept": "text/html, */*;q=0.5"},
        ) as answer:
            if answer.status_code not in _GOOD:
                return f"{url} answers {answer.status_code}"
            if answer.url.scheme != "https":
                return f"{answer.url} is not https"
            return ""
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise CannotReach(f"{url}: {type(error).__name__}: {error}") from None
