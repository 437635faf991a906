"""A small directory served in this process; the runs that judge it are processes of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from suite_runs import Place

from conformance.mock import start_mock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def mock_target() -> Iterator[str]:
    with start_mock(practitioners=40) as mock:
        yield str(mock.target_file)


@pytest.fixture(scope="session")
def new_place(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Place]:
    return lambda: Place(tmp_path_factory.mktemp("place"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)
