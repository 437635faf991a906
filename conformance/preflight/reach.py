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


def reach_policy(app: Application) -> str:
    """Ask for the page and return what is wrong with it, "" where it is there.

    Raises:
        CannotReach: no answer was had.
    """
    url = app.text("app.privacy_policy_url")
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
            if not str(answer.url).startswith("https://"):
                return f"{answer.url} is not https"
            return ""
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise CannotReach(f"{url}: {type(error).__name__}: {error}") from None
