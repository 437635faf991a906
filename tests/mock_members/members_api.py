"""How the tests ask Patient Access: as a member, with some scopes, with or without a defect."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import httpx
from asking import InProcess, Reader, issue

from conformance.mock.access import Access, Refusal
from conformance.mock.app import build_app
from conformance.mock.defects import REGISTRY, choose
from conformance.mock.members import MEMBERS_PATH, MembersApi, build_members

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.mock.data.store import Row
    from conformance.mock.search.documented import Vocabulary

BASE = f"http://flex.test{MEMBERS_PATH}"


class SaidGate:
    """Takes the token's word: `Bearer PATIENT SCOPE,SCOPE`."""

    def admit(self, headers: Mapping[str, str]) -> Access | Refusal:
        parts = headers.get("authorization", "").split(" ")
        if len(parts) != 3 or parts[0] != "Bearer":
            return Refusal(401, 'Bearer realm="flex"', "An access token is required")
        return Access("tests", frozenset(parts[2].split(",")), parts[1])


@dataclass(frozen=True)
class Asker(Reader):
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

    def outcome(self, path: str, status: int, **headers: str) -> dict[str, Any]:
        """Return the one issue of an OperationOutcome of this status."""
        return issue(self.get(path, **headers), status)


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
        defects = choose([name], REGISTRY).about("PA", "USE")
        return World(replace(self.api, access=replace(self.api.access, defects=defects, _seen={})))


def build(deployment: str, environment: str, **how: Any) -> World:
    return World(
        build_members(
            BASE,
            deployment=deployment,
            environment=environment,
            gate=SaidGate(),
            authorization_base="http://flex.test/authz",
            **how,
        )
    )
