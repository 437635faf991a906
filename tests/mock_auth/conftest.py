"""Mocks served once for all tests, their clocks, and defective ones without a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from asking import InProcess
from auth_browser import Browser, Clock

from conformance.mock import server as mock_server
from conformance.mock import start_mock
from conformance.mock.app import build_app
from conformance.mock.auth import auth_routes, build_auth
from conformance.mock.defects import REGISTRY, choose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from starlette.routing import BaseRoute

    from conformance.mock import RunningMock
    from conformance.mock.auth import AuthServer

    Serve = Callable[..., tuple[RunningMock, Browser]]


@pytest.fixture(scope="session")
def serve() -> Iterator[Serve]:
    """Start a mock whose clock a test can move; its stores are seen through `Browser.auth`."""
    running: list[RunningMock] = []
    client = httpx.Client(timeout=10)

    def start(**options: Any) -> tuple[RunningMock, Browser]:
        clock, seen = Clock(), []

        def remember(auth: AuthServer) -> list[BaseRoute]:
            seen.append(auth)
            return auth_routes(auth)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(mock_server, "auth_routes", remember)
            mock = start_mock(practitioners=50, clock=clock, **options)
        running.append(mock)
        return mock, Browser(client, seen[0], clock)

    yield start
    client.close()
    for mock in running:
        mock.stop()


@pytest.fixture(scope="session")
def sandbox(serve: Serve) -> tuple[RunningMock, Browser]:
    return serve()


@pytest.fixture(scope="session")
def mock(sandbox: tuple[RunningMock, Browser]) -> RunningMock:
    return sandbox[0]


@pytest.fixture(scope="session")
def browser(sandbox: tuple[RunningMock, Browser]) -> Browser:
    """A member of the tooele sandbox."""
    return sandbox[1]


@pytest.fixture(scope="session")
def production(serve: Serve) -> Browser:
    return serve(environment="production")[1]


@pytest.fixture(scope="session")
def uhc(serve: Serve) -> Browser:
    return serve(deployment="uhc", environment="production")[1]


@pytest.fixture
def local() -> Callable[..., Browser]:
    """Serve an authorization server without a socket: for a defect, or for a clean slate."""

    def make(*names: str, deployment: str = "tooele", environment: str = "sandbox") -> Browser:
        clock, defects = Clock(), choose(names, REGISTRY)
        origin = "http://testserver"
        auth = build_auth(origin, deployment, environment, defects, clock=clock)
        app = build_app(None, defects, auth_routes(auth))
        return Browser(httpx.Client(transport=InProcess(app)), auth, clock)

    return make
