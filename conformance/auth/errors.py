"""Why a login or a client cannot be used: what, and what to do. Imports nothing of ours."""

from __future__ import annotations


class CannotAuthorize(Exception):  # noqa: N818 - the target file or the environment lacks something
    """No token can be had; the message says what to do. Nothing of the target was judged."""
