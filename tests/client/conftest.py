"""A client for a rough server, with limits that keep a test short."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from rough_server import RoughServer

from conformance.client import Client, Recorder
from conformance.redaction import Redactor
from conformance.target import Limits, Target

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable, Iterator

    from rough_server import Asked

    from conformance.exchange import Exchange
    from conformance.target import Network


@dataclass
class Harness:
    """A client with what it records."""

    client: Client
    recorder: Recorder
    redactor: Redactor
    base: str

    def get(self, path: str = "/Location", **more: Any) -> Exchange:
        return self.client.get(f"{self.base}{path}", purpose="a test", **more)


class Dial(Protocol):
    def __call__(self, base: str, network: Network = ..., **limits: Any) -> Harness: ...


class Serve(Protocol):
    def __call__(
        self,
        answer: bytes | Callable[[Asked, socket.socket], bytes | None],
        tls: ssl.SSLContext | None = None,
    ) -> RoughServer: ...


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def serve(stack: ExitStack) -> Serve:
    """Serve one answer to everything, or what a function makes of each request."""

    def start(
        answer: bytes | Callable[[Asked, socket.socket], bytes | None],
        tls: ssl.SSLContext | None = None,
    ) -> RoughServer:
        answering = (lambda *_: answer) if isinstance(answer, bytes) else answer
        return stack.enter_context(RoughServer(answering, tls))

    return start


@pytest.fixture
def dial(stack: ExitStack) -> Dial:
    """Make a client for one base address; the rate is unlimited unless a test limits it."""

    def make(base: str, network: Network | None = None, **limits: Any) -> Harness:
        bounds: dict[str, Any] = {"requests_per_second": 0, "timeout_seconds": 5.0, **limits}
        more: dict[str, Any] = {} if network is None else {"network": network}
        target = Target(
            name="rough",
            deployment="tooele",
            environment="sandbox",
            path=Path("rough.toml"),
            directory_base=base,
            limits=Limits(**bounds),
            **more,
        )
        recorder, redactor = Recorder(), Redactor()
        client = stack.enter_context(Client(target, recorder, redactor))
        return Harness(client, recorder, redactor, base)

    return make


@pytest.fixture
def sleeps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Stop the client's clock: it does not sleep, it notes how long it would have."""
    slept: list[float] = []
    now = [1000.0]

    class Noting(Event):
        def wait(self, timeout: float | None = None) -> bool:
            if timeout:
                slept.append(round(timeout, 6))
                now[0] += timeout
            return self.is_set()

    monkeypatch.setattr("conformance.client.politeness.Event", Noting)
    clock = SimpleNamespace(monotonic=lambda: now[0])
    monkeypatch.setattr("conformance.client.politeness.clock", clock)
    return slept
