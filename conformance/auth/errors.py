"""Why a login or a client cannot be used: what, and what to do. Imports nothing of ours."""

from __future__ import annotations

import re

#: What RFC 6749, 4.1.2.1 allows in an error's text; the rest could steer a terminal.
_UNTOLD = re.compile(r"[^ !#-\[\]-~]+")
_MOST_TOLD = 200


class CannotAuthorize(Exception):  # noqa: N818 - the target file or the environment lacks something
    """No token can be had; the message says what to do. Nothing of the target was judged."""


class LoginFailed(Exception):  # noqa: N818 - the server or the member said no
    """A login at the browser ended without a token; the message says why."""


def quoted(text: str) -> str:
    """Return what a server says of an error, cut to what a person can be shown."""
    return _UNTOLD.sub(" ", text).strip()[:_MOST_TOLD]
