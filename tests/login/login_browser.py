"""A member's browser in plain HTTP, and target files for a live login at the mock."""

from __future__ import annotations

import http.client
import re
import socket
import threading
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx
import keyring.backend
import keyring.errors
import tomli_w
from click.testing import CliRunner

from conformance.auth.pages import forms_of
from conformance.cli.login import login, logout
from conformance.target import load_target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from click.testing import Result

    from conformance.mock.server import RunningMock
    from conformance.target import Target


class Memory(keyring.backend.KeyringBackend):
    """A keyring of this process."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.held.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int, host: str = "127.0.0.1") -> bool:
    with suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


def live_file(mock: RunningMock, folder: Path, **tables: Mapping[str, Any]) -> Path:
    """Write a target file as a QA engineer has one: a client, and no login by form."""
    target = load_target(mock.target_file)
    about = {
        "name": "live sandbox",
        "deployment": target.deployment,
        "environment": target.environment,
        "fhir_base": target.fhir_base,
        "authorization_base": target.authorization_base,
    }
    secret = folder / "client-secret"
    secret.write_text(mock.client_secret or "")
    secret.chmod(0o600)
    client = {
        "id": mock.client_id,
        "secret_file": "client-secret",
        "redirect_uri": mock.redirect_uri,
        "scopes": ["patient/Patient.read", "patient/Coverage.read"],
    }
    base = {"target": about, "client": client, "limits": {"requests_per_second": 0}}
    merged = {name: {**base.get(name, {}), **tables.get(name, {})} for name in {**base, **tables}}
    path = folder / "live.toml"
    path.write_bytes(tomli_w.dumps(merged).encode())
    return path


def live_target(mock: RunningMock, folder: Path, **tables: Mapping[str, Any]) -> Target:
    path = live_file(mock, folder, **tables)
    return load_target(path, argument=str(path))


def member_logs_in(url: str, decision: str = "allow", without: str = "") -> str:
    """Log in and decide as a member; return the address that the browser is sent back to."""
    with httpx.Client(trust_env=False) as browser:
        page = browser.get(url)
        for fields in ({"username": "member1", "password": "p"}, {"decision": decision}):
            form = forms_of(page.text)[0]
            boxes = [(name, value) for name, value, checked in form.boxes if checked]
            boxes = [box for box in boxes if box[1] != without]
            sent = urlencode([*form.hidden, *boxes, *fields.items()])
            page = browser.post(
                urljoin(str(page.url), form.action),
                content=sent,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
            )
    return str(page.headers["location"])


def changed(location: str, **changes: str | None) -> str:
    """Return a callback with parameters replaced; None takes one out."""
    parts = urlsplit(location)
    pairs = {**dict(parse_qsl(parts.query)), **changes}
    query = urlencode({name: value for name, value in pairs.items() if value is not None})
    return parts._replace(query=query).geturl()


def ask(port: int, path: str, *, host: str = "", method: str = "GET") -> tuple[int, str]:
    """Send one request to the listener, as any program of this machine could."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        headers = {"Host": host} if host else {}
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def follow(location: str) -> tuple[int, str]:
    """Let the browser go where it was sent back to."""
    parts = urlsplit(location)
    return ask(parts.port or 80, f"{parts.path}?{parts.query}", host=parts.netloc)


@dataclass
class Person:
    """Sits at the browser: `act` is called with the address that flexcheck opens."""

    act: Callable[[str], Any]
    saw: list[Any] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def open(self, url: str) -> bool:
        thread = threading.Thread(target=lambda: self.saw.append(self.act(url)), daemon=True)
        self._threads.append(thread)
        thread.start()
        return True

    def done(self) -> list[Any]:
        for thread in self._threads:
            thread.join(10)
        return self.saw


def visible(page: str) -> str:
    return re.sub(r"<[^>]+>", " ", page)


def invoke(command: str, *arguments: str, **more: Any) -> Result:
    commands = {"login": login, "logout": logout}
    return CliRunner().invoke(commands[command], arguments, **more)
