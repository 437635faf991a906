"""How each origin of a target is reached: TLS and proxy. May import target."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from conformance.client.deadline import DeadlineTransport
from conformance.target import Network, TargetError

if TYPE_CHECKING:
    from conformance.client.deadline import Deadline
    from conformance.target import Target

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def transports(target: Target, deadline: Deadline) -> dict[str, DeadlineTransport]:
    """Return a transport for each configured origin; there is none for any other.

    Raises:
        TargetError: a certificate or a proxy cannot be used.
    """
    # Reading all the world's certificates takes a while, and http needs none.
    secure = any(origin.startswith("https:") for origin in target.origins)
    tls = tls_context(target) if secure or target.network != Network() else None
    return {
        origin: DeadlineTransport(tls=tls, proxy=proxy_of(target, origin), deadline=deadline)
        for origin in sorted(target.origins)
    }


def tls_context(target: Target) -> ssl.SSLContext:
    """Return how servers are verified, with the client certificate.

    Raises:
        TargetError: a certificate cannot be used.
    """
    network = target.network
    try:
        context = (
            ssl.create_default_context(cafile=network.ca_bundle)
            if network.ca_bundle
            else httpx.create_ssl_context()
        )
    except OSError as error:
        where = "network.ca_bundle" if network.ca_bundle else "SSL_CERT_FILE or SSL_CERT_DIR"
        raise TargetError(
            f"{target.path}: {where}: no certificates in PEM form could be read: {error}"
        ) from None
    if network.client_certificate:
        try:
            # A key with a passphrase would ask for it on the terminal and wait.
            context.load_cert_chain(
                network.client_certificate, network.client_key or None, password=lambda: b""
            )
        except (OSError, ValueError) as error:
            raise TargetError(
                f"{target.path}: network.client_certificate: not a certificate with its key in PEM"
                f" form, without passphrase: {error}. The key may stand in network.client_key."
            ) from None
    return context


def proxy_of(target: Target, origin: str) -> str:
    """Return the proxy for an origin: the target file's, else the environment's, else none."""
    if target.network.proxy:
        return target.network.proxy
    parts = urlsplit(origin)
    host = parts.hostname or ""
    # A proxy from the environment is no way to this machine.
    if host in LOOPBACK or proxy_bypass(host):
        return ""
    known = getproxies()
    proxy = known.get(parts.scheme) or known.get("all", "")
    if proxy and "://" not in proxy:
        proxy = f"http://{proxy}"
    if proxy and not proxy.startswith(("http://", "https://")):
        raise TargetError(
            f"{target.path}: the environment names a proxy that is not an http(s) one; set"
            " HTTPS_PROXY to one, or NO_PROXY to the hosts reached without"
        )
    return proxy
