"""The environments, each built once."""

from __future__ import annotations

import pytest
from members_api import World, build


@pytest.fixture(scope="session")
def tooele() -> World:
    """Production of `tooele`: claims only."""
    return build("tooele", "production")


@pytest.fixture(scope="session")
def future() -> World:
    """Production of `tooele` with its future functionality."""
    return build("tooele", "production", future=True)


@pytest.fixture(scope="session")
def uhc() -> World:
    """Production of `uhc`: claims and clinical data."""
    return build("uhc", "production")


@pytest.fixture(scope="session")
def clinical() -> World:
    """The sandbox of `uhc`: one member without claims."""
    return build("uhc", "sandbox")
