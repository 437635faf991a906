"""What the authorization suites send: each stimulus goes out once for every clause it serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from suites.authorization.lab import Lab

if TYPE_CHECKING:
    from conformance.client import Client
    from conformance.target import Target


@pytest.fixture(scope="session")
def lab(client: Client, target: Target) -> Lab:
    """Return the authorization server of the target, with all that was asked of it."""
    return Lab(client, target)
