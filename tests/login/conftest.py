"""A mock, a keyring in memory, a state folder of the test's own, and a person at the browser."""

from __future__ import annotations

import webbrowser
from typing import TYPE_CHECKING

import keyring
import pytest
from login_browser import Memory, Person, free_port

from conformance.mock.auth.clients import WEB_CALLBACK
from conformance.mock.server import RunningMock, start_mock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any


@pytest.fixture(scope="session")
def mock() -> Iterator[RunningMock]:
    with start_mock(practitioners=5) as running:
        yield running


@pytest.fixture(scope="session")
def loopback_mock() -> Iterator[tuple[RunningMock, int]]:
    """A mock whose web client is registered with a free port of this machine, and that port."""
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(WEB_CALLBACK, "sandbox", f"http://localhost:{port}/api/auth/smart/callback")
        running = start_mock(practitioners=5)
    with running:
        yield running, port


@pytest.fixture
def memory() -> Iterator[Memory]:
    before, backend = keyring.get_keyring(), Memory()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of private files; no test touches the user's."""
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str], Any]], Person]:
    def sit_down(act: Callable[[str], Any]) -> Person:
        somebody = Person(act)
        monkeypatch.setattr(webbrowser, "open", somebody.open)
        return somebody

    return sit_down
