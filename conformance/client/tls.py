"""Looks at the TLS of an address: version, certificate. May import target and the network module.

Two handshakes and no request: nothing is sent that could be a secret.
"""

from __future__ import annotations

import socket
import ssl
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conformance.client.network import proxy_of, tls_context
from conformance.target.model import DEFAULT_PORTS
from conformance.transport import TlsFacts

if TYPE_CHECKING:
    from conformance.target import Target

#: Seconds for one handshake, whatever the target file says.
PATIENCE = 10.0


def look(target: Target, origin: str) -> TlsFacts:
    """Return what a handshake with an https origin of the target shows.

    Raises:
        TargetError: the target's certificates or proxy cannot be used.
    """
    parts = urlsplit(origin)
    host, port = parts.hostname or "", parts.port or DEFAULT_PORTS["https"]
    address, now = f"{host}:{port}", time.time()
    if proxy_of(target, origin):
        return TlsFacts(address, now, unreachable="it is reached through a proxy")
    patience = min(PATIENCE, target.limits.timeout_seconds)
    try:
        version, cipher, _ = _handshake(_lenient(), host, port, patience)
    except OSError as error:
        return TlsFacts(address, now, unreachable=f"{type(error).__name__}: {error}")
    try:
        _, _, told = _handshake(tls_context(target), host, port, patience)
    except ssl.SSLCertVerificationError as error:
        return TlsFacts(address, now, version, cipher, problem=error.verify_message)
    except OSError as error:  # an old version, or a client certificate is wanted
        return TlsFacts(address, now, version, cipher, unreachable=f"{error}")
    return TlsFacts(
        address,
        now,
        version,
        cipher,
        names=tuple(value for _, value in told.get("subjectAltName", ())),
        issuer=_issuer(told),
        not_before=_seconds(told.get("notBefore")),
        not_after=_seconds(told.get("notAfter")),
    )


def _lenient() -> ssl.SSLContext:
    """Take any certificate and any version: it is to be seen what the server would speak."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def _handshake(
    context: ssl.SSLContext, host: str, port: int, patience: float
) -> tuple[str, str, dict[str, Any]]:
    with (
        socket.create_connection((host, port), timeout=patience) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        cipher = secure.cipher()
        return secure.version() or "", cipher[0] if cipher else "", dict(secure.getpeercert() or {})


def _issuer(told: dict[str, Any]) -> str:
    parts = {name: value for part in told.get("issuer", ()) for name, value in part}
    return str(parts.get("organizationName") or parts.get("commonName") or "?")


def _seconds(told: str | None) -> float | None:
    return float(ssl.cert_time_to_seconds(told)) if told else None
