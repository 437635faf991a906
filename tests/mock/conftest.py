"""A small directory served once for all tests of the mock, and a way to ask defective ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from asking import InProcess
from mock_api import Api

from conformance.mock import start_mock
from conformance.mock.app import DIRECTORY_PATH, build_app
from conformance.mock.data.plan import Plan
from conformance.mock.data.store import Store
from conformance.mock.defects import REGISTRY, choose
from conformance.mock.directory import Directory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.mock import RunningMock

PRACTITIONERS = 150


@pytest.fixture(scope="session")
def running() -> Iterator[RunningMock]:
    with start_mock(practitioners=PRACTITIONERS) as mock:
        yield mock


@pytest.fixture(scope="session")
def api(running: RunningMock) -> Iterator[Api]:
    with httpx.Client(timeout=10) as client:
        yield Api(client, str(running.directory_base))


@pytest.fixture(scope="session")
def store() -> Store:
    """The very content that `running` serves."""
    return Store(Plan(practitioners=PRACTITIONERS))


@pytest.fixture(scope="session")
def spoiled(store: Store) -> Callable[[str], Api]:
    """Ask a directory with one defect, without a socket."""
    origin = "http://testserver"

    def make(name: str) -> Api:
        defects = choose([name], REGISTRY)
        directory = Directory(origin + DIRECTORY_PATH, store, defects)
        return Api(httpx.Client(transport=InProcess(build_app(directory, defects))), directory.base)

    return make
