"""How the tests of the mock ask its directory, with or without a socket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asking import Reader, issue

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True)
class Api(Reader):
    """Asks a directory; a path is relative to its base."""

    client: httpx.Client
    base: str

    def get(self, path: str, **headers: str) -> httpx.Response:
        url = path if path.startswith("http") else self.base + path
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return self.client.get(url, headers=named)

    def outcome(self, path: str, status: int, **headers: str) -> str:
        """Return the diagnostics of an OperationOutcome of this status."""
        return str(issue(self.get(path, **headers), status)["diagnostics"])
