"""A network's latency before each answer, and how many requests were under way at once.

Wraps the mock's application; imports nothing of ours.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class Load:
    """An ASGI application around another: it delays each answer, and counts.

    `requests` is how many came, `most` how many were under way at the same time at most. Only the
    server's own loop counts, so no lock is needed.
    """

    def __init__(self, app: ASGIApp, latency: float = 0.0) -> None:
        self._app = app
        self._latency = latency
        self._under_way = 0
        self.most = 0
        self.requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request after `latency` seconds."""
        self.requests += 1
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        try:
            if self._latency:
                await asyncio.sleep(self._latency)
            await self._app(scope, receive, send)
        finally:
            self._under_way -= 1
