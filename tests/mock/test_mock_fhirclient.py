"""SMART's own Python client reads the mock's directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fhirclient.client import FHIRClient
from fhirclient.models.location import Location
from fhirclient.models.practitioner import Practitioner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirclient.server import FHIRServer

    from conformance.mock import RunningMock
    from conformance.mock.data.store import Store


@pytest.fixture(scope="module")
def server(running: RunningMock) -> Iterator[FHIRServer]:
    client = FHIRClient(settings={"app_id": "flexcheck", "api_base": running.directory_base})
    yield client.server
    client.server.session.close()


def test_fhirclient_reads_a_practitioner(server: FHIRServer, store: Store) -> None:
    row = store.rows("Practitioner")[1]
    assert Practitioner.read(row.id, server).name[0].family == "Núñez"


def test_fhirclient_searches(server: FHIRServer) -> None:
    found = list(Practitioner.where({"family": "smith"}).perform_resources_iter(server))
    assert found
    assert all(person.name[0].family.startswith("Smith") for person in found)


def test_fhirclient_follows_the_pages(server: FHIRServer, store: Store) -> None:
    search = Location.where({"_count": "7"})
    found = [location.id for location in search.perform_resources_iter(server)]
    assert found == [row.id for row in store.rows("Location")]
