"""The look at an address's TLS, and what the checks say of it."""

from __future__ import annotations

import ssl
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import certificates
import pytest
from rough_server import http

from conformance.checks import transport as check
from conformance.client.tls import look
from conformance.target import Limits, Network, Target
from conformance.transport import TlsFacts

if TYPE_CHECKING:
    from certificates import Certificates

    from conftest import Serve

NOW = 1_800_000_000.0
GOOD = TlsFacts(
    "fhir.example:443", NOW, "TLSv1.3", "AES", ("fhir.example",), "CA", NOW - 1e6, NOW + 3e6
)


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates.make(tmp_path_factory.mktemp("pem"))


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def target(base: str, network: Network | None = None) -> Target:
    return Target(
        name="tls",
        deployment="tooele",
        environment="sandbox",
        path=Path("target.toml"),
        fhir_base=base,
        network=network or Network(),
        limits=Limits(timeout_seconds=5),
    )


def seen(base: str, network: Network | None = None) -> TlsFacts:
    return look(target(base, network), base)


def test_a_good_server_tells_version_names_and_times(serve: Serve, pem: Certificates) -> None:
    server = serve(http(b"{}"), pem.server_context())
    fact = seen(server.base, Network(ca_bundle=pem.ca))
    assert fact.version == "TLSv1.3"
    assert fact.cipher
    assert set(fact.names) == {"127.0.0.1", "localhost"}
    assert (fact.problem, fact.unreachable, fact.issuer) == ("", "", "flexcheck tests")
    assert fact.not_before is not None
    assert fact.not_before <= fact.now + 60
    assert fact.days_left is not None
    assert 1 < fact.days_left < 3
    assert [item.holds for item in check.version_is_current([fact])] == [True]
    assert [item.holds for item in check.certificate_is_good([fact])] == [True]
    assert [item.holds for item in check.certificate_lasts([fact])] == [False]


def test_an_unknown_authority_is_a_problem_of_the_certificate(
    serve: Serve, pem: Certificates
) -> None:
    fact = seen(serve(http(b"{}"), pem.server_context()).base)
    assert fact.version == "TLSv1.3"
    assert "certificate" in fact.problem
    assert [item.holds for item in check.certificate_is_good([fact])] == [False]


def test_another_name_is_a_problem_of_the_certificate(serve: Serve, pem: Certificates) -> None:
    base = serve(http(b"{}"), pem.server_context()).base.replace("127.0.0.1", "127.1")
    fact = seen(base, Network(ca_bundle=pem.ca))
    assert "127.1" in fact.problem


def test_a_server_of_the_last_century_is_seen(serve: Serve, pem: Certificates) -> None:
    context = pem.server_context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    fact = seen(serve(http(b"{}"), context).base, Network(ca_bundle=pem.ca))
    if not fact.version:
        pytest.skip(f"this machine's OpenSSL speaks no TLS 1.1: {fact.unreachable}")
    assert fact.version == "TLSv1.1"
    assert [item.holds for item in check.version_is_current([fact])] == [False]
    assert [*check.certificate_is_good([fact])] == []


def test_nobody_there_and_a_proxy_are_no_verdict() -> None:
    nobody = seen("https://127.0.0.1:9")
    assert nobody.unreachable
    proxied = look(
        target("https://fhir.example", Network(proxy="http://proxy.example:1")),
        "https://fhir.example",
    )
    assert "proxy" in proxied.unreachable
    for judge in (check.version_is_current, check.certificate_is_good, check.certificate_lasts):
        assert [*judge([nobody, proxied])] == []


@pytest.mark.parametrize(
    ("judge", "wrong"),
    [
        (check.version_is_current, replace(GOOD, version="TLSv1")),
        (check.certificate_is_good, replace(GOOD, problem="certificate has expired")),
        (check.certificate_lasts, replace(GOOD, not_after=NOW + 86_400 * 13)),
    ],
)
def test_a_fact_is_judged(judge: object, wrong: TlsFacts) -> None:
    assert callable(judge)
    assert [item.holds for item in judge([GOOD])] == [True]
    assert [item.holds for item in judge([wrong])] == [False]


def test_addresses_are_https() -> None:
    found = [*check.addresses_are_secure(["https://a.example", "http://b.example"])]
    assert [item.holds for item in found] == [True, False]
