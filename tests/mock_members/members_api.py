"""How the tests ask Patient Access: as a member, with some scopes, with or without a defect."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import httpx

from conformance.mock.access import Access, Refusal
from conformance.mock.app import build_app
from conformance.mock.defects import REGISTRY, choose
from conformance.mock.members import MEMBERS_PATH, MembersApi, build_members

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp

    from conformance.mock.data.store import Row
    from conformance.mock.search.documented import Vocabulary

BASE = f"http://flex.test{MEMBERS_PATH}"


class InProcess(httpx.BaseTransport):
    """Asks an ASGI application directly."""

    def __init__(self, app: ASGIApp) -> None:
        self._asgi = httpx.ASGITransport(app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run(self._ask(request))

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        answer = await self._asgi.handle_async_request(request)
        content = await answer.aread()
        return httpx.Response(answer.status_code, headers=answer.headers, content=content)


class SaidGate:
    """Takes the token's word: `Bearer PATIENT SCOPE,SCOPE`."""

    def admit(self, headers: Mapping[str, str]) -> Access | Refusal:
        parts = headers.get("authorization", "").split(" ")
        if len(parts) != 3 or parts[0] != "Bearer":
            return Refusal(401, 'Bearer realm="flex"', "An access token is required")
        return Access("tests", frozenset(parts[2].split(",")), parts[1])


@dataclass(frozen=True)
class Asker:
    """One bearer of one token; a path is relative to the FHIR base."""

    client: httpx.Client
    token: str = ""

    def ask(self, method: str, path: str, **further: Any) -> httpx.Response:
        url = path if path.startswith("http") else BASE + path
        headers = {**further.pop("headers", {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return self.client.request(method, url, headers=headers, **further)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("GET", path, headers=headers)

    def json(self, path: str) -> Any:
        response = self.get(path)
        assert response.status_code == 200, response.text
        return response.json()

    def rows(self, path: str, mode: str = "match") -> list[dict[str, Any]]:
        return of_mode(self.json(path), mode)

    def ids(self, path: str, mode: str = "match") -> set[str]:
        return {row["id"] for row in self.rows(path, mode)}

    def pages(self, path: str, most: int = 60) -> list[dict[str, Any]]:
        """Return every page by following the next links."""
        found = [self.json(path)]
        while (following := link(found[-1], "next")) and len(found) < most:
            found.append(self.json(following))
        return found

    def everything(self, path: str) -> list[dict[str, Any]]:
        return [row for page in self.pages(path) for row in of_mode(page, "match")]

    def outcome(self, path: str, status: int, **headers: str) -> dict[str, Any]:
        """Return the one issue of an OperationOutcome of this status."""
        return issue(self.get(path, **headers), status)


def issue(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/fhir+json;charset=UTF-8"
    body = response.json()
    assert body["resourceType"] == "OperationOutcome"
    return dict(body["issue"][0])


def of_mode(bundle: dict[str, Any], mode: str) -> list[dict[str, Any]]:
    return [e["resource"] for e in bundle.get("entry", []) if e["search"]["mode"] == mode]


def link(bundle: dict[str, Any], relation: str) -> str | None:
    return next((x["url"] for x in bundle.get("link", ()) if x["relation"] == relation), None)


@dataclass(frozen=True)
class World:
    """One environment, asked without a socket."""

    api: MembersApi

    @property
    def vocabularies(self) -> Mapping[str, Vocabulary]:
        return self.api.access.vocabularies

    @property
    def patients(self) -> tuple[str, ...]:
        return self.api.patients

    def rows(self, kind: str, member: int = 0) -> tuple[Row, ...]:
        """Return a member's rows as they are held."""
        return self.api.access.members.rows(self.patients[member], kind)

    def member(self, number: int = 0, *kinds: str) -> Asker:
        """Return a member with a token for these types, for all where none is named."""
        scopes = ",".join(f"patient/{kind}.read" for kind in kinds or self.vocabularies)
        return self.bearer(f"{self.patients[number]} {scopes}")

    def bearer(self, token: str = "") -> Asker:
        app = build_app(None, self.api.access.defects, self.api.routes())
        return Asker(httpx.Client(transport=InProcess(app)), token)

    def with_defect(self, name: str) -> World:
        """Return the same members behind a server with one defect."""
        defects = choose([name], REGISTRY).about("PA")
        return World(replace(self.api, access=replace(self.api.access, defects=defects, _seen={})))


def build(deployment: str, environment: str, *, future: bool = False) -> World:
    return World(
        build_members(
            BASE,
            deployment=deployment,
            environment=environment,
            gate=SaidGate(),
            authorization_base="http://flex.test/authz",
            future=future,
        )
    )
