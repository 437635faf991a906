"""Requests and answers as rewrites see them. Imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import orjson

#: Where the mock serves the Provider Directory, and Patient Access.
DIRECTORY, MEMBERS = "/fhirpublic/R4", "/fhir/R4"
#: What leads a member and an application to a token: rewrites leave it alone.
AUTHORIZATION = ("/authz/", "/portal/")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; `path` is below `base`, or absolute where it is elsewhere on the origin.

    `search` is the search that a page belongs to, and the request itself where it is a search.
    The `query` of a search by POST is that of its address and its form; `written` is the query as
    it came.
    """

    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    first: Asked | None = None
    base: str = ""
    method: str = "GET"
    body: bytes = b""
    written: str = ""

    @property
    def what(self) -> str:
        parts = self.path.split("/")
        if self.path.startswith(AUTHORIZATION) or parts[0] == ".well-known":
            return "authorization"
        if not self.base:
            return "elsewhere"
        if self.path in {"", "metadata"}:
            return self.path or "page"
        if self.is_posted:
            return "search"
        return {1: "search", 2: "read", 4: "vread"}.get(len(parts), "unknown")

    @property
    def is_posted(self) -> bool:
        """Whether it is a search by POST."""
        return self.method == "POST" and self.path.endswith("/_search")

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
        path = f"{self.base}/{self.path}".rstrip("/") if self.base else self.path
        return f"{path}?{urlencode(self.query)}" if self.query and not self.is_posted else path

    @property
    def content(self) -> bytes:
        """What is sent as its body."""
        return urlencode(self.query).encode() if self.is_posted else self.body


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
            found: dict[str, Any] = orjson.loads(self.body)
        except ValueError:
            return {}
        return found

    def bears(self, *kinds: str) -> bool:
        """Whether it brings a resource of one of these types."""
        return self.status == 200 and self.document.get("resourceType") in kinds

    def having(self, document: Any) -> Answer:
        return replace(self, body=orjson.dumps(document))

    def typed(self, media_type: str) -> Answer:
        return replace(self, headers={**self.headers, "content-type": media_type})
