"""A FHIR package registry on loopback, holding what a test gives it."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Registry:
    """Answers each path with a status and a body; what is not there is 404."""

    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(timeout=5)
        self._server.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def publish(self, package: str, archives: dict[str, bytes], **dist: Any) -> None:
        """Offer versions of a package; `dist` changes what is said of each."""
        versions = {}
        for version, content in archives.items():
            self.answers[f"/{package}/-/{version}.tgz"] = (200, content)
            self.answers[f"/{package}/{version}"] = (200, content)
            described: dict[str, Any] = {
                "shasum": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
                "tarball": f"{self.address}/{package}/-/{version}.tgz",
                **dist,
            }
            versions[version] = {"dist": {k: v for k, v in described.items() if v is not None}}
        body = {"name": package, "dist-tags": {"latest": max(archives)}, "versions": versions}
        self.answers[f"/{package}"] = (200, json.dumps(body).encode())

    def _handler(self) -> Callable[..., BaseHTTPRequestHandler]:
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                registry.asked.append(self.path)
                status, body = registry.answers.get(self.path, (404, b"no such package"))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        return Handler
