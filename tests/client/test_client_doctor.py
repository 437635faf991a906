"""What the doctor sees of names, certificates, proxies, discovery and clocks of a target."""

from __future__ import annotations

import socket
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from certificates import Certificates, make
from rough_server import Asked, http

from conformance.doctor import network
from conformance.doctor.discovery import discovery
from conformance.doctor.network import origins
from conformance.target import ClientConfig, Limits, Network, Target

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.doctor import Note
    from conftest import Dial, Serve

STATEMENT = {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"}
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make(tmp_path_factory.mktemp("doctor-pem"))


def target(base: str, **more: Any) -> Target:
    return Target(
        name="rough",
        deployment="tooele",
        environment="sandbox",
        path=Path("rough.toml"),
        directory_base=base,
        limits=Limits(requests_per_second=0, timeout_seconds=5),
        **more,
    )


def told(notes: Any) -> list[tuple[str, str, str]]:
    return [(note.topic, note.severity.value, note.said) for note in notes]


def test_a_good_certificate_is_told_with_version_names_and_dates(
    serve: Serve, pem: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "SOON", 0)
    server = serve(http(b"{}"), pem.server_context())
    name, tls = told(origins(target(server.base, network=Network(ca_bundle=pem.ca))))
    assert name == ("DNS 127.0.0.1", "ok", "127.0.0.1")
    assert tls[:2] == (f"TLS 127.0.0.1:{server.port}", "ok")
    today = datetime.now(UTC).date()
    assert tls[2] == (f"TLSv1.3, certificate for localhost, {today} to {today + timedelta(days=2)}")


def test_a_certificate_that_ends_soon_is_worth_a_word(serve: Serve, pem: Certificates) -> None:
    server = serve(http(b"{}"), pem.server_context())
    _, tls = told(origins(target(server.base, network=Network(ca_bundle=pem.ca))))
    assert tls[1] == "hint"
    assert "1 days left" in tls[2]


def test_an_unknown_ca_and_another_name_are_told_as_such(
    serve: Serve, pem: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(http(b"{}"), pem.server_context())
    _, unknown = told(origins(target(server.base)))
    assert unknown[1] == "failed"
    assert "self-signed certificate" in unknown[2] or "unable to get local issuer" in unknown[2]
    here = ("127.0.0.1", server.port)
    monkeypatch.setattr(network, "_open", lambda *_: socket.create_connection(here, 5))
    elsewhere = server.base.replace("127.0.0.1", "127.0.0.2")
    _, other = told(origins(target(elsewhere, network=Network(ca_bundle=pem.ca))))
    assert "IP address mismatch" in other[2]


def test_old_tls_is_no_connection(serve: Serve, pem: Certificates) -> None:
    old = pem.server_context()
    old.set_ciphers("DEFAULT@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    server = serve(http(b"{}"), old)
    _, tls = told(origins(target(server.base, network=Network(ca_bundle=pem.ca))))
    assert tls[1] == "failed"
    assert "no connection" in tls[2]


def test_a_name_without_address_is_told_and_not_connected_to() -> None:
    ((topic, severity, said),) = told(origins(target("https://fhir.invalid/R4")))
    assert (topic, severity) == ("DNS fhir.invalid", "failed")
    assert "the name has no address" in said


def test_a_port_where_nobody_answers_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    _, tcp = told(origins(target(f"http://127.0.0.1:{port}/R4")))
    assert tcp[:2] == (f"TCP 127.0.0.1:{port}", "failed")


def test_a_proxy_is_gone_through_with_its_password_and_the_password_is_not_shown(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    secret = proxy.origin.replace("//", "//user:planted%20word@")
    monkeypatch.setenv("HTTPS_PROXY", secret)
    name, tls = told(origins(target("https://fhir.invalid/R4")))
    assert name == ("DNS fhir.invalid", "ok", f"not looked up here: the way is the proxy {proxy.origin}")  # fmt: skip # noqa: E501
    assert tls[2] == "no connection: the proxy says HTTP/1.1 403 Forbidden"
    (asked,) = proxy.asked
    assert (asked.method, asked.path) == ("CONNECT", "fhir.invalid:443")
    assert asked.header("proxy-authorization") == ["Basic dXNlcjpwbGFudGVkIHdvcmQ="]
    assert "planted" not in f"{name}{tls}"


def answers(**paths: bytes) -> Callable[[Asked, socket.socket], bytes]:
    def answer(asked: Asked, _: socket.socket) -> bytes:
        name = asked.path.rsplit("/", 1)[-1].replace("-", "_")
        return paths.get(name, http(b"", "404 Not Found"))

    return answer


def examined(serve: Serve, dial: Dial, found: Target | None = None, **paths: bytes) -> list[Note]:
    server = serve(answers(**paths))
    at = target(server.base, fhir_base=server.base, authorization_base=f"{server.origin}/authz")
    if found:
        at = replace(at, client=found.client, authorization_base=found.authorization_base)
    return list(discovery(dial(server.base).client, at))


def dated(skew: float = 0.0) -> str:
    return f"Date: {format_datetime(datetime.now(UTC) + timedelta(seconds=skew), usegmt=True)}"


def test_a_statement_is_told_with_its_version_and_software(serve: Serve, dial: Dial) -> None:
    body = {**STATEMENT, "software": {"name": "optum-flex"}}
    notes = told(examined(serve, dial, metadata=http(body, "200 OK", dated())))
    assert ("metadata of directory_base", "ok", "FHIR 4.0.1, optum-flex") in notes
    assert ("clock", "ok", "within 30 s of the target's") in notes


def test_another_fhir_version_is_a_hint(serve: Serve, dial: Dial) -> None:
    body = {**STATEMENT, "fhirVersion": "5.0.0"}
    notes = told(examined(serve, dial, metadata=http(body)))
    assert ("metadata of directory_base", "hint", "FHIR 5.0.0") in notes


def test_a_statement_that_wants_a_token_is_a_hint(serve: Serve, dial: Dial) -> None:
    note = examined(serve, dial, metadata=http(b"", "401 Unauthorized"))[0]
    assert note.severity.value == "hint"
    assert "answers 401 without a token" in note.said


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"resourceType": "Bundle"}', b"{}"])
def test_what_is_no_statement_fails(serve: Serve, dial: Dial, body: bytes) -> None:
    note = examined(serve, dial, metadata=http(body))[0]
    assert note.severity.value == "failed"
    assert "is no CapabilityStatement" in note.said
    assert "moved before" in note.fix


@pytest.mark.parametrize(("skew", "word"), [(-300, "behind"), (300, "ahead")])
def test_a_clock_that_differs_is_a_hint(serve: Serve, dial: Dial, skew: float, word: str) -> None:
    notes = told(examined(serve, dial, metadata=http(STATEMENT, "200 OK", dated(skew))))
    (clock,) = [note for note in notes if note[0] == "clock"]
    assert clock[1] == "hint"
    assert clock[2].endswith(f"s {word}")
    assert 295 <= int(clock[2].split()[-3]) <= 305


@pytest.mark.parametrize("date", ["X-Date: none", "Date: yesterday"])
def test_a_date_that_is_none_tells_nothing(serve: Serve, dial: Dial, date: str) -> None:
    notes = told(examined(serve, dial, metadata=http(STATEMENT, "200 OK", date)))
    assert ("clock", "hint", "no answer had a Date header") in notes


def test_a_configuration_that_is_not_there_leaves_what_the_file_says(
    serve: Serve, dial: Dial
) -> None:
    notes = told(examined(serve, dial, metadata=http(STATEMENT)))
    (found,) = [note for note in notes if note[0] == "SMART configuration"]
    assert found[1] == "hint"
    assert "(404)" in found[2]


def test_another_token_endpoint_than_the_file_s_is_wrong(serve: Serve, dial: Dial) -> None:
    smart = {"token_endpoint": "https://elsewhere.example/t", "authorization_endpoint": "x"}
    notes = told(examined(serve, dial, smart_configuration=http(smart)))
    (found,) = [note for note in notes if note[0] == "SMART configuration"]
    assert found[1] == "wrong"
    assert "https://elsewhere.example/t" in found[2]


def test_discovery_to_an_origin_that_is_not_configured_is_wrong(serve: Serve, dial: Dial) -> None:
    smart = {
        "token_endpoint": "https://elsewhere.example/t",
        "authorization_endpoint": "https://elsewhere.example/a",
    }
    without = target("", authorization_base="")
    notes = told(examined(serve, dial, without, smart_configuration=http(smart)))
    (found,) = [note for note in notes if note[0] == "SMART configuration"]
    assert found[1] == "wrong"
    assert "whose origin is not configured" in found[2]


def test_scopes_that_discovery_does_not_list_are_a_hint(serve: Serve, dial: Dial) -> None:
    def answer(asked: Asked, _: socket.socket) -> bytes:
        smart = {
            "authorization_endpoint": "/authz/oauth/authorize",
            "token_endpoint": f"http://{asked.header('host')[0]}/authz/oauth/token",
            "scopes_supported": ["patient/Patient.read"],
        }
        return http(smart if asked.path.endswith("configuration") else STATEMENT)

    server = serve(answer)
    client = ClientConfig(id="a", scopes=("patient/Patient.read", "patient/Coverage.read"))
    base = f"{server.origin}/authz"
    at = target(server.base, fhir_base=server.base, authorization_base=base, client=client)
    notes = told(discovery(dial(server.base).client, at))
    assert [note[1:] for note in notes if note[0] == "SMART configuration"] == [
        ("ok", f"names {base}/oauth/authorize and {base}/oauth/token"),
        ("hint", "it does not list patient/Coverage.read"),
    ]


def test_an_api_that_gives_no_answer_fails(dial: Dial) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        base = f"http://127.0.0.1:{free.getsockname()[1]}/R4"
    notes = told(discovery(dial(base).client, target(base, fhir_base=base)))
    assert [note[1] for note in notes] == ["failed", "failed", "failed", "hint"]
