"""Defects of the public directory towards who brings a token. Imports flow and the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.flow import Reply


@defect("directory-token-hides-rows", breaks=["DIR-AUTHENTICATED"])
def hide_rows(reply: Reply) -> Reply:
    """The directory: a search with a token lacks the last row of what it finds without one."""
    if not reply.found or "authorization" not in reply.call.headers:
        return reply
    entries = reply.body.get("entry", [])
    total = max(0, reply.body["total"] - 1)
    return reply.with_body(entry=entries[:-1] or None, total=total)
