"""Names, ways and certificates of a target's origins. May import target and client."""

from __future__ import annotations

import socket
import ssl
from base64 import b64encode
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from conformance.client.network import LOOPBACK, proxy_of, tls_context
from conformance.doctor.model import Note, failed, good, hint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.target import Target

#: Days before its end at which a certificate is worth a word.
SOON = 30
#: Names of a certificate that are shown.
SHOWN = 3
_OK = b" 200"
_MOST_BYTES = 16 * 1024


def origins(target: Target) -> Iterator[Note]:
    """Look up each origin and open a connection to it."""
    for origin in sorted(target.origins):
        parts = urlsplit(origin)
        host, port = parts.hostname or "", parts.port or 0
        proxy = proxy_of(target, origin)
        name = _name(host, port, proxy)
        yield name
        if name.severity.value != "failed":
            yield _connection(target, parts.scheme, host, port, proxy)


def _name(host: str, port: int, proxy: str) -> Note:
    topic = f"DNS {host}"
    if proxy:
        return good(topic, f"not looked up here: the way is the proxy {_shown(proxy)}")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return failed(
            topic,
            f"the name has no address ({error})",
            "FLEX hosts have moved before: ask for the current address, or set [network] proxy",
        )
    addresses = list(dict.fromkeys(str(row[4][0]) for row in found))
    return good(topic, ", ".join(addresses[:SHOWN]))


def _connection(target: Target, scheme: str, host: str, port: int, proxy: str) -> Note:
    topic = f"{'TLS' if scheme == 'https' else 'TCP'} {host}:{port}"
    seconds = min(target.limits.timeout_seconds, 15.0)
    try:
        with closing(_open(host, port, proxy, seconds)) as opened:
            if scheme != "https":
                return _plain(topic, host)
            with tls_context(target).wrap_socket(opened, server_hostname=host) as secure:
                return _certificate(topic, secure.version() or "", secure.getpeercert() or {})
    except ssl.SSLCertVerificationError as error:
        fix = "name your network's certificates in [network] ca_bundle, or have the server mended"
        return failed(topic, f"the certificate is not good: {error.verify_message}", fix)
    except (OSError, ValueError) as error:
        what = str(error) or type(error).__name__
        return failed(topic, f"no connection: {what}", "is a firewall or a proxy between?")


def _plain(topic: str, host: str) -> Note:
    if host in LOOPBACK:
        return good(topic, "answers, on this machine, without TLS")
    return hint(topic, "answers without TLS: tokens go in clear text", "use an https address")


def _open(host: str, port: int, proxy: str, seconds: float) -> socket.socket:
    if not proxy:
        return socket.create_connection((host, port), seconds)
    parts = urlsplit(proxy)
    if parts.scheme != "http":
        raise ValueError(f"the way through {_shown(proxy)} is not looked at")
    opened = socket.create_connection((parts.hostname or "", parts.port or 80), seconds)
    try:
        _tunnel(opened, f"{host}:{port}", parts.username, parts.password)
    except BaseException:
        opened.close()
        raise
    return opened


def _tunnel(
    opened: socket.socket, address: str, username: str | None, password: str | None
) -> None:
    """Ask a proxy for a way through (RFC 9110, 9.3.6)."""
    lines = [f"CONNECT {address} HTTP/1.1", f"Host: {address}"]
    if username is not None:
        pair = f"{unquote(username)}:{unquote(password or '')}"
        lines.append(f"Proxy-Authorization: Basic {b64encode(pair.encode()).decode()}")
    opened.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    answer = b""
    while b"\r\n\r\n" not in answer and len(answer) < _MOST_BYTES:
        if not (more := opened.recv(1024)):
            break
        answer += more
    status = answer.partition(b"\r\n")[0]
    if _OK not in status:
        raise ValueError(f"the proxy says {status[:60].decode('ascii', 'replace') or 'nothing'}")


def _shown(proxy: str) -> str:
    """Return a proxy's address without the password in it."""
    parts = urlsplit(proxy)
    return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}"


def _certificate(topic: str, version: str, certificate: dict[str, Any]) -> Note:
    names = [str(value) for kind, value in certificate.get("subjectAltName", ()) if kind == "DNS"]
    first, last = (_date(certificate.get(key, "")) for key in ("notBefore", "notAfter"))
    shown = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if names[SHOWN:] else "")
    said = (
        f"{version}, certificate for {shown or 'no DNS name'}, {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    )
    days = (last - datetime.now(UTC)).days
    if days < SOON:
        return hint(topic, f"{said}: {days} days left", "tell the server's owner")
    return good(topic, said)


def _date(text: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)
