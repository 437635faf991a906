"""Authorization servers that misbehave, one answer a path; and clients for them."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from conformance.auth import AuthorizationServer
from conformance.client import Client, Recorder
from conformance.redaction import Redactor
from conformance.target import ClientConfig, Limits, Login, Target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REDIRECT = "http://localhost:3000/callback"
Answer = tuple[int, dict[str, str], str]


@dataclass
class Rough:
    """What a path answers, and which requests came."""

    origin: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)


@contextmanager
def rough_server() -> Iterator[Rough]:
    """Serve whatever `answers` says, 404 elsewhere."""
    rough = Rough()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            self.rfile.read(length)
            path = self.path.partition("?")[0]
            rough.seen.append(f"{self.command} {path}")
            status, headers, body = rough.answers.get(path, (404, {}, ""))
            content = body.encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer  # noqa: N815 - the library's names

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    rough.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield rough
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def target_of(rough: Rough, folder: Path, **more: Any) -> Target:
    """Return a target for it, with a client and a login by form."""
    for name in ("secret", "password"):
        path = folder / name
        path.write_text(f"planted-{name}-value")
        path.chmod(0o600)
    facts: dict[str, Any] = {
        "authorization_base": rough.origin,
        "fhir_base": f"{rough.origin}/R4",
        "client": ClientConfig(id="app", secret_file="secret", redirect_uri=REDIRECT),
        "login": Login("form", "member1", str(folder / "password")),
        "limits": Limits(requests_per_second=0),
    }
    return Target(
        name="rough",
        deployment="tooele",
        environment="sandbox",
        path=folder / "target.toml",
        **{**facts, **more},
    )


@contextmanager
def talking_to(target: Target) -> Iterator[tuple[AuthorizationServer, Recorder]]:
    """Yield the room's side of it, and what was recorded."""
    recorder = Recorder()
    with Client(target, recorder, Redactor()) as client:
        yield AuthorizationServer(client, target), recorder
