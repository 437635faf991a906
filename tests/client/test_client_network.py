"""Corporate networks: an own CA bundle, a client certificate, proxies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import certificates
import pytest
from rough_server import http

from conformance.client import TargetUnusable
from conformance.target import Network, TargetError

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from certificates import Certificates
    from rough_server import Asked

    from conftest import Dial, Serve

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates.make(tmp_path_factory.mktemp("pem"))


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_a_server_of_the_own_ca_is_trusted_with_its_bundle(
    serve: Serve, dial: Dial, pem: Certificates
) -> None:
    server = serve(http(b"{}"), pem.server_context())
    assert server.base.startswith("https://")
    assert dial(server.base, Network(ca_bundle=pem.ca)).get().status == 200


def test_a_server_of_an_unknown_ca_is_no_usable_target(
    serve: Serve, dial: Dial, pem: Certificates
) -> None:
    server = serve(http(b"{}"), pem.server_context())
    with pytest.raises(TargetUnusable, match="CERTIFICATE_VERIFY_FAILED"):
        dial(server.base).get()
    assert server.asked == []


def test_a_server_with_another_name_is_no_usable_target(
    serve: Serve, dial: Dial, pem: Certificates
) -> None:
    server = serve(http(b"{}"), pem.server_context())
    elsewhere = server.base.replace("127.0.0.1", "127.0.0.2")
    with pytest.raises(TargetUnusable, match="ConnectError"):
        dial(elsewhere, Network(ca_bundle=pem.ca)).get()
    assert server.asked == []


@pytest.mark.parametrize(("certificate", "key"), [("client.pem", "client.key"), ("both.pem", "")])
def test_a_client_certificate_is_shown(
    serve: Serve, dial: Dial, pem: Certificates, certificate: str, key: str
) -> None:
    server = serve(http(b"{}"), pem.server_context(wants_client=True))
    network = Network(
        ca_bundle=pem.ca,
        client_certificate=pem.file(certificate),
        client_key=pem.file(key) if key else "",
    )
    assert dial(server.base, network).get().status == 200


def test_without_the_client_certificate_a_server_that_wants_one_gives_no_answer(
    serve: Serve, dial: Dial, pem: Certificates
) -> None:
    server = serve(http(b"{}"), pem.server_context(wants_client=True))
    with pytest.raises(TargetUnusable):
        dial(server.base, Network(ca_bundle=pem.ca)).get()
    assert server.asked == []


@pytest.mark.parametrize("name", ["ca_bundle", "client_certificate"])
def test_a_file_without_certificates_is_a_mistake_in_the_target_file(
    dial: Dial, tmp_path: Path, name: str
) -> None:
    (tmp_path / "no.pem").write_text("no certificate at all")
    network = Network(**{name: str(tmp_path / "no.pem")})
    with pytest.raises(TargetError, match=rf"rough\.toml: network\.{name}: "):
        dial("http://127.0.0.1:1/R4", network)


def test_a_key_with_a_passphrase_is_told_not_asked_for(dial: Dial, pem: Certificates) -> None:
    network = Network(client_certificate=pem.file("client.pem"), client_key=pem.file("locked.key"))
    with pytest.raises(TargetError, match="without passphrase"):
        dial("http://127.0.0.1:1/R4", network)


def test_a_certificate_bundle_of_the_environment_that_cannot_be_read_is_told(
    dial: Dial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "no.pem").write_text("no certificate at all")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "no.pem"))
    with pytest.raises(TargetError, match="SSL_CERT_FILE"):
        dial("https://127.0.0.1:1/R4")


def test_the_proxy_of_the_target_file_is_gone_through(serve: Serve, dial: Dial) -> None:
    proxy = serve(http(b'{"by": "proxy"}'))
    there = dial("http://fhir.invalid/R4", Network(proxy=proxy.origin))
    assert there.get().document == {"by": "proxy"}
    assert proxy.paths == ["http://fhir.invalid/R4/Location"]


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY", "http_proxy"])
def test_a_proxy_of_the_environment_is_gone_through(
    serve: Serve, dial: Dial, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    proxy = serve(http(b'{"by": "proxy"}'))
    monkeypatch.setenv(name, f"http://me:pass-9431@127.0.0.1:{proxy.port}")
    there = dial("http://fhir.invalid/R4")
    exchange = there.get()
    assert exchange.document == {"by": "proxy"}
    assert proxy.asked[0].header("proxy-authorization") == ["Basic bWU6cGFzcy05NDMx"]
    assert "proxy-authorization" not in dict(exchange.request.headers)


def test_a_proxy_without_scheme_is_an_http_one(
    serve: Serve, dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(http(b"{}"))
    monkeypatch.setenv("HTTP_PROXY", f"127.0.0.1:{proxy.port}")
    assert dial("http://fhir.invalid/R4").get().status == 200


def test_a_tls_target_is_reached_by_a_tunnel(
    serve: Serve, dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    monkeypatch.setenv("HTTPS_PROXY", proxy.origin)
    with pytest.raises(TargetUnusable, match="ProxyError: 403 Forbidden"):
        dial("https://fhir.invalid/R4").get()
    assert (proxy.asked[0].method, proxy.paths) == ("CONNECT", ["fhir.invalid:443"])


def test_a_tunnel_that_drips_ends_at_the_time_limit(
    serve: Serve, dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silence(_: Asked, connection: socket.socket) -> None:
        connection.recv(1)

    monkeypatch.setenv("HTTPS_PROXY", serve(silence).origin)
    with pytest.raises(TargetUnusable, match="Timeout"):
        dial("https://fhir.invalid/R4", timeout_seconds=0.2).get()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_proxy_of_the_environment_is_no_way_to_this_machine(
    serve: Serve, dial: Dial, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    proxy = serve(http(b'{"by": "proxy"}'))
    for name in PROXIES[:3]:
        monkeypatch.setenv(name, proxy.origin)
    server = serve(http(b'{"by": "server"}'))
    there = dial(server.base.replace("127.0.0.1", host))
    assert there.get().document == {"by": "server"}
    assert proxy.asked == []


def test_an_ipv6_target_on_this_machine_is_reached_without_proxy(
    dial: Dial, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(http(b'{"by": "proxy"}'))
    monkeypatch.setenv("HTTP_PROXY", proxy.origin)
    with pytest.raises(TargetUnusable, match="ConnectError"):
        dial("http://[::1]:9/R4").get()
    assert proxy.asked == []


def test_no_proxy_is_honoured(serve: Serve, dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(http(b"{}"))
    monkeypatch.setenv("HTTP_PROXY", proxy.origin)
    monkeypatch.setenv("NO_PROXY", ".invalid")
    with pytest.raises(TargetUnusable, match="ConnectError"):
        dial("http://fhir.invalid/R4").get()
    assert proxy.asked == []


def test_a_socks_proxy_is_told_with_what_to_do(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://me:pass-9431@proxy:1080")
    with pytest.raises(TargetError, match="set HTTPS_PROXY") as raised:
        dial("https://fhir.invalid/R4")
    assert "pass-9431" not in str(raised.value)
