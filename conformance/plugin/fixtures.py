"""The fixtures every suite starts from. May import the plugin's keys and the client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.plugin import session_of
from conformance.plugin.outcomes import JUDGE

if TYPE_CHECKING:
    from conformance.client import Client
    from conformance.plugin.judge import Judge
    from conformance.plugin.session import FlexcheckSession
    from conformance.returned import Returned
    from conformance.target import Target


@pytest.fixture(scope="session")
def flexcheck_session(pytestconfig: pytest.Config) -> FlexcheckSession:
    """Return the running flexcheck session."""
    session = session_of(pytestconfig)
    if session is None:
        raise pytest.UsageError("no flexcheck session: run `flexcheck run` or `pytest suites`")
    return session


@pytest.fixture(scope="session")
def target(flexcheck_session: FlexcheckSession) -> Target:
    """Return the system under test."""
    return flexcheck_session.target


@pytest.fixture(scope="session")
def client(flexcheck_session: FlexcheckSession) -> Client:
    """Return the recording client for the target."""
    return flexcheck_session.client


@pytest.fixture(scope="session")
def returned(flexcheck_session: FlexcheckSession) -> Returned:
    """Return the record of what the exchanges so far returned, those of a test's fixtures too."""
    return flexcheck_session.returned


@pytest.fixture
def finding(request: pytest.FixtureRequest) -> Judge:
    """Return the judge of this test's clause."""
    judge: Judge = request.node.stash[JUDGE]
    return judge
