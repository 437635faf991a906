"""Requests and answers as rewrites see them. Imports only the standard library."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

BASE = "/fhirpublic/R4"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; `path` is below the base, or absolute where it is elsewhere on the origin.

    `search` is the search that a page belongs to, and the request itself where it is a search.
    """

    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    first: Asked | None = None

    @property
    def what(self) -> str:
        parts = self.path.split("/")
        if self.path.startswith("/"):
            return "elsewhere"
        if self.path in {"", "metadata"}:
            return self.path or "page"
        return {1: "search", 2: "read", 4: "vread"}.get(len(parts), "unknown")

    @property
    def search(self) -> Asked | None:
        return self if self.what == "search" else self.first

    @property
    def type(self) -> str:
        told = self.search or self
        return told.path.split("/")[0]

    def value(self, name: str) -> str:
        return dict(self.query).get(name, "")

    def having(self, query: list[tuple[str, str]]) -> Asked:
        return replace(self, query=tuple(query))

    @property
    def url(self) -> str:
        path = self.path if self.path.startswith("/") else f"{BASE}/{self.path}".rstrip("/")
        return f"{path}?{urlencode(self.query)}" if self.query else path


@dataclass(frozen=True, slots=True)
class Answer:
    """One response; `reset` cuts the connection instead of answering."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    reset: bool = False

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object in the body, an empty one where there is none."""
        try:
            found: dict[str, Any] = json.loads(self.body)
        except ValueError:
            return {}
        return found

    def bears(self, *kinds: str) -> bool:
        """Whether it brings a resource of one of these types."""
        return self.status == 200 and self.document.get("resourceType") in kinds

    def having(self, document: Any) -> Answer:
        return replace(self, body=json.dumps(document, ensure_ascii=False).encode())

    def typed(self, media_type: str) -> Answer:
        return replace(self, headers={**self.headers, "content-type": media_type})
