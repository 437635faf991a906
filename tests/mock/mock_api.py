"""How the tests of the mock ask it: relative paths, pages, outcomes; with or without a socket."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from starlette.types import ASGIApp


class InProcess(httpx.BaseTransport):
    """Asks an ASGI application directly: a server for each defect would take too long."""

    def __init__(self, app: ASGIApp) -> None:
        self._asgi = httpx.ASGITransport(app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run(self._ask(request))

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        answer = await self._asgi.handle_async_request(request)
        content = await answer.aread()
        return httpx.Response(answer.status_code, headers=answer.headers, content=content)


@dataclass(frozen=True)
class Api:
    """Asks a directory; a path is relative to its base."""

    client: httpx.Client
    base: str

    def get(self, path: str, **headers: str) -> httpx.Response:
        url = path if path.startswith("http") else self.base + path
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return self.client.get(url, headers=named)

    def json(self, path: str) -> Any:
        response = self.get(path)
        assert response.status_code == 200, response.text
        return response.json()

    def rows(self, path: str, mode: str = "match") -> list[dict[str, Any]]:
        """Return the resources of one page."""
        entries = self.json(path).get("entry", [])
        return [e["resource"] for e in entries if e["search"]["mode"] == mode]

    def ids(self, path: str, mode: str = "match") -> set[str]:
        return {row["id"] for row in self.rows(path, mode)}

    def pages(self, path: str, most: int = 200) -> list[dict[str, Any]]:
        """Return every page by following the next links."""
        found = [self.json(path)]
        while (following := link(found[-1], "next")) and len(found) < most:
            found.append(self.json(following))
        return found

    def everything(self, path: str) -> list[dict[str, Any]]:
        """Return the matches of every page."""
        return [e["resource"] for page in self.pages(path) for e in matches(page)]

    def outcome(self, path: str, status: int, **headers: str) -> str:
        """Return the diagnostics of an OperationOutcome of this status."""
        response = self.get(path, **headers)
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "application/fhir+json;charset=UTF-8"
        assert response.json()["resourceType"] == "OperationOutcome"
        return str(response.json()["issue"][0]["diagnostics"])


def link(bundle: dict[str, Any], relation: str) -> str | None:
    return next((x["url"] for x in bundle.get("link", ()) if x["relation"] == relation), None)


def matches(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    return [e for e in bundle.get("entry", []) if e["search"]["mode"] == "match"]
