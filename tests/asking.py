"""How tests ask a FHIR API of the mock: without a socket, and page by page."""

from __future__ import annotations

import asyncio
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


class Reader:
    """Reads what an API answers with 200; `get` takes a path below the base, or a whole address."""

    def get(self, path: str, **headers: str) -> httpx.Response:
        raise NotImplementedError

    def json(self, path: str) -> Any:
        response = self.get(path)
        assert response.status_code == 200, response.text
        return response.json()

    def rows(self, path: str, mode: str = "match") -> list[dict[str, Any]]:
        """Return the resources of one page."""
        return of_mode(self.json(path), mode)

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
        return [row for page in self.pages(path) for row in of_mode(page, "match")]


def issue(response: httpx.Response, status: int) -> dict[str, Any]:
    """Return the one issue of an OperationOutcome of this status."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/fhir+json;charset=UTF-8"
    body = response.json()
    assert body["resourceType"] == "OperationOutcome"
    return dict(body["issue"][0])


def link(bundle: dict[str, Any], relation: str) -> str | None:
    return next((x["url"] for x in bundle.get("link", ()) if x["relation"] == relation), None)


def matches(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the entries that match."""
    return [entry for entry in bundle.get("entry", []) if entry["search"]["mode"] == "match"]


def of_mode(bundle: dict[str, Any], mode: str) -> list[dict[str, Any]]:
    """Return the resources of the entries of a mode."""
    return [e["resource"] for e in bundle.get("entry", []) if e["search"]["mode"] == mode]
