"""What the directory suites send. Each stimulus goes out once and serves every clause it can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.client import Client, FhirApi

if TYPE_CHECKING:
    from conformance.contract import Clause
    from conformance.records import Holdings
    from conformance.target import Target


@pytest.fixture(scope="session")
def directory(client: Client, target: Target) -> FhirApi:
    """Return the Provider Directory of the target."""
    return FhirApi(client, target.directory_base, target.samples)


@pytest.fixture
def holdings(api: FhirApi, clause: Clause) -> Holdings:
    """Return what the directory is known to hold of the clause's resource type."""
    return api.holdings(clause.resource)
