"""TLS beneath the addresses of the target: facts that are recorded, and rules on them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from conformance.checks import transport as check
from conformance.client.network import LOOPBACK
from conformance.client.tls import look
from conformance.plugin.outcomes import NOT_APPLICABLE

if TYPE_CHECKING:
    from conformance.plugin.judge import Judge
    from conformance.target import Target
    from conformance.transport import TlsFacts


def _on_this_machine(origin: str) -> bool:
    parts = urlsplit(origin)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


@pytest.fixture(scope="module")
def origins(target: Target) -> list[str]:
    """Return the origins that are on a network."""
    return sorted(origin for origin in target.origins if not _on_this_machine(origin))


@pytest.fixture
def networked(request: pytest.FixtureRequest, origins: list[str]) -> list[str]:
    """Return them; what runs on this machine alone needs no TLS, and has none to look at."""
    if not origins:
        reason = "the target speaks http on this machine's own addresses: no network, no TLS"
        request.node.stash[NOT_APPLICABLE] = reason
        pytest.skip(reason)
    return origins


@pytest.fixture(scope="module")
def seen(target: Target, origins: list[str]) -> list[TlsFacts]:
    """Return what a handshake with each https origin shows."""
    return [look(target, origin) for origin in origins if origin.startswith("https:")]


@pytest.fixture
def facts(networked: list[str], seen: list[TlsFacts]) -> list[TlsFacts]:
    """Return it where there is a network to look at."""
    return seen if networked else []


def why_not(facts: list[TlsFacts]) -> str:
    """Say why no handshake told anything."""
    told = "; ".join(f"{fact.address}: {fact.unreachable}" for fact in facts if fact.unreachable)
    return told or "no address of the target starts with https://"


@pytest.mark.clause("USE-TLS")
def test_addresses(networked: list[str], finding: Judge) -> None:
    finding.assess(check.addresses_are_secure(networked))


@pytest.mark.clause("USE-TLS-VERSION")
def test_version(facts: list[TlsFacts], finding: Judge) -> None:
    finding.assess(check.version_is_current(facts), otherwise=why_not(facts))


@pytest.mark.clause("USE-TLS-CERTIFICATE")
def test_certificate(facts: list[TlsFacts], finding: Judge) -> None:
    finding.assess(check.certificate_is_good(facts), otherwise=why_not(facts))


@pytest.mark.clause("USE-TLS-RENEWAL")
def test_certificate_lasts(facts: list[TlsFacts], finding: Judge) -> None:
    finding.assess(check.certificate_lasts(facts), otherwise=why_not(facts))
