"""Patient Access that needs no login is judged, for a member that the target file names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.client import Client
from conformance.client.recorder import Recorder
from conformance.mock import start_mock
from conformance.redaction import Redactor
from conformance.target.model import ClientConfig, Login, Target
from suites.fhir.open_access import OpenAccess, open_access

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.mock import RunningMock


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with start_mock(practitioners=1) as running:
        yield running


def found(fhir_base: str, **fields: Any) -> OpenAccess | None:
    target = Target("t", "tooele", "sandbox", Path("t.toml"), fhir_base=fhir_base, **fields)
    with Client(target, Recorder(), Redactor()) as client:
        return open_access(client, target)


def test_what_no_discovery_knows_is_open(mock: RunningMock) -> None:
    # The public directory has no authorization server.
    assert found(mock.directory_base) == OpenAccess()
    told = {"Patient": {"id": ("me", "other")}}
    assert found(mock.directory_base, samples=told) == OpenAccess("me")


@pytest.mark.parametrize(
    "fields",
    [
        {"client": ClientConfig(id="app")},
        {"login": Login(method="form")},
        {"authorization_base": "http://127.0.0.1:1"},
    ],
)
def test_a_target_that_names_a_login_is_not_open(mock: RunningMock, fields: Any) -> None:
    assert found(mock.directory_base, **fields) is None


def test_what_discovery_knows_is_not_open(mock: RunningMock) -> None:
    assert found(mock.fhir_base) is None
