"""Runs the suites on a production mock that holds canaries wherever a member's data can be.

A script: its folder is its argument; the values planted are the last line of its output. What it
prints before is all that pytest and the commands that read a run can print.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import sys
import zlib
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.cli import main as flexcheck
from conformance.mock import server
from conformance.mock.server import start_mock
from conformance.plugin.settings import SIGN, SUITES
from reports.formats import FORMATS

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Every canary has it; no encoding of a text changes it but base64.
STEM = "Kanarie7"
MEMBERS, LOGIN = "/fhir/R4", "/authz/"
AREAS = ("PA-PAT", "PA-COV", "TOKEN", "DIR-LOC-READ", "DIR-METADATA")
REAL: set[str] = set()
_numbers = count(1)
#: Elements of the mock's rows whose values name a person, beside what is planted.
_TELLING = frozenset(("id", "family", "line", "city", "postalCode", "value", "birthDate"))


def canary() -> str:
    return f"{STEM}x{next(_numbers):05d}q"


def plant(document: Any) -> Any:
    """Return a FHIR answer with canaries in each row, and note what the mock itself put there."""
    if document.get("resourceType") == "OperationOutcome":
        for issue in document.get("issue", ()):
            issue["diagnostics"] = f"no {canary()} of {canary()}: {issue.get('diagnostics', '')}"
            issue["details"] = {"text": f"Dear {canary()}"}
    for entry in document.get("entry", ()):
        plant_in(entry.get("resource", {}))
    if document.get("resourceType") not in {"Bundle", "CapabilityStatement", "OperationOutcome"}:
        plant_in(document)
    return document


def plant_in(row: dict[str, Any]) -> None:
    note_real(row)
    word = canary()
    row["text"] = {"status": "generated", "div": f"<div>All about {word} of Elm Street 4</div>"}
    row.setdefault("extension", []).append({"url": "http://e.org/x", "valueString": f"is {word}"})
    row["contained"] = [{"resourceType": "Binary", "contentType": "image/png", "data": b64(word)}]
    row.setdefault("identifier", []).append({"system": "http://e.org/i", "value": canary()})
    if row.get("resourceType") == "Patient":
        row.setdefault("name", []).append({"family": canary(), "given": [canary()]})
        row.setdefault("telecom", []).append({"system": "email", "value": f"{canary()}@e.org"})
        row.setdefault("address", []).append({"line": [f"1 {canary()} Rd"], "city": canary()})
        row["maritalStatus"] = {"text": canary()}
        row["generalPractitioner"] = [
            {"reference": f"Practitioner/{canary()}", "display": f"Dr {canary()}"}
        ]
    row[canary()] = f"under a name that FHIR has not: {canary()}"
    row["photo"] = [{"url": f"https://elsewhere.example/{canary()}", "title": canary()}]


def b64(text: str) -> str:
    return base64.b64encode(b"\x89PNG" + text.encode()).decode()


def note_real(node: Any, name: str = "") -> None:
    if isinstance(node, dict):
        for key, value in node.items():
            note_real(value, key)
    elif isinstance(node, list):
        for item in node:
            note_real(item, name)
    elif isinstance(node, str) and name in _TELLING and len(node) >= 8:
        REAL.add(node)


class Planter:
    """Stands before the mock's application: every answer of member data gets canaries."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._turns = count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if not path.startswith((MEMBERS, LOGIN)) or "/.well-known/" in path:
            await self._app(scope, receive, send)
            return
        head, body = await self._asked(scope, receive)
        status, headers, body = self._spoilt(path, head["status"], dict(head["headers"]), body)
        headers[b"content-length"] = str(len(body)).encode()
        sent = {"type": "http.response.start", "status": status, "headers": [*headers.items()]}
        await send(sent)
        await send({"type": "http.response.body", "body": body})

    async def _asked(self, scope: Scope, receive: Receive) -> tuple[Any, bytes]:
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        return messages[0], b"".join(m.get("body", b"") for m in messages[1:])

    def _spoilt(
        self, path: str, status: int, headers: dict[bytes, bytes], body: bytes
    ) -> tuple[int, dict[bytes, bytes], bytes]:
        headers[b"x-member-name"] = canary().encode()
        headers[b"set-cookie"] = f"member={canary()}; Path=/".encode()
        headers[b"link"] = f'<https://h.example/Patient/{canary()}>; rel="x"'.encode()
        if path.startswith(LOGIN):
            return status, headers, body.replace(b"<body>", b"<body>Hello " + canary().encode())
        if b"json" in headers.get(b"content-type", b"") and body:
            body = json.dumps(plant(json.loads(body))).encode()
        if b"www-authenticate" in headers:
            headers[b"www-authenticate"] += f', error_description="not {canary()}"'.encode()
        turn = next(self._turns)
        return self._odd(turn % 23, status, headers, body) if turn > 60 else (status, headers, body)

    def _odd(
        self, turn: int, status: int, headers: dict[bytes, bytes], body: bytes
    ) -> tuple[int, dict[bytes, bytes], bytes]:
        """Answer in another way now and then."""
        word = canary()
        page = f"<html><title>{word}</title><form action='/x/{word}'><input name=a value={word}>"
        told = json.dumps({"error": "x", "who": word, "seen": [{word: word}]})
        to = f"{MEMBERS}/Patient/{word}?name={word}&x={word}#{word}"
        kinds: dict[int, tuple[int, bytes, bytes, bytes]] = {
            3: (500, b"content-type", b"text/html", page.encode()),
            5: (200, b"content-type", b"image/png", b"\x89PNG\xff" + word.encode()),
            7: (200, b"content-type", b"application/octet-stream", word.encode()),
            9: (status, b"content-encoding", b"gzip", gzip.compress(body)),
            11: (status, b"content-encoding", b"deflate", zlib.compress(body)),
            13: (status, b"content-encoding", b"br", b"\x0b" + word.encode()),
            15: (302, b"location", to.encode(), b""),
            17: (200, b"content-type", b"application/fhir+json", body[: len(body) // 2]),
            19: (400, b"content-type", b"text/plain", f"{word} is no row".encode()),
            21: (400, b"content-type", b"application/json", told.encode()),
        }
        if turn not in kinds:
            return status, headers, body
        code, name, value, content = kinds[turn]
        return code, {**headers, name: value}, content


class Faults:
    """Spoils some tests as a bug of ours would: with a row in a local variable and in the text."""

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Item) -> Any:
        row = {"name": STEM, "more": [f"{STEM}-{number}" for number in range(3)]}
        if row and "PA-PAT-READ" in pyfuncitem.name:
            raise KeyError(str(row))
        return (yield)


def run(folder: Path) -> None:
    os.environ[SIGN] = "1"
    build = server.build_app
    server.build_app = lambda *args: Planter(build(*args))  # type: ignore[assignment]
    with start_mock(
        environment="production", practitioners=3, token_lifetime=60, code_lifetime=1
    ) as mock:
        pytest.main(
            [
                *(str(SUITES), "-c", str(SUITES / "run.ini")),
                *(f"--rootdir={SUITES.parent}", "-p", "no:cacheprovider", "-vv", "--showlocals"),
                *(f"--only={area}" for area in AREAS),
                *("--tb=long", "--log-level=DEBUG", "--log-cli-level=DEBUG", "--full-trace"),
                *("--target", str(mock.target_file), "--out", str(folder / "run"), "-rA"),
                "--log-file-level=DEBUG", f"--log-file={folder / 'debug.log'}",
            ],
            plugins=[Faults()],
        )  # fmt: skip


def command(*words: str) -> None:
    try:
        flexcheck(words)
    except SystemExit as ended:
        print(f"{words[0]} ended with {ended.code}")  # noqa: T201


def main(folder: Path) -> None:
    run(folder)
    made = str(folder / "run")
    for name in FORMATS:
        command("report", made, "--format", name)
    command("attest", made)
    command("diff", made, made)
    policy = folder / "gate.toml"
    policy.write_text("", encoding="utf-8")
    command("gate", made, "--policy", str(policy))
    command("verify", str(folder / "run" / "evidence.tar"))
    print()  # noqa: T201
    print(json.dumps({"planted": next(_numbers), "real": sorted(REAL)}))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
