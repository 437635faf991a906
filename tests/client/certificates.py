"""A CA of our own with a server and a client certificate, made by the openssl command."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

_CONFIG = """\
[req]
distinguished_name = name
prompt = no
[name]
CN = flexcheck tests
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[leaf]
basicConstraints = CA:false
subjectAltName = IP:127.0.0.1, DNS:localhost
"""


@dataclass(frozen=True)
class Certificates:
    """Files in PEM form."""

    folder: Path

    @property
    def ca(self) -> str:
        return str(self.folder / "ca.pem")

    def file(self, name: str) -> str:
        return str(self.folder / name)

    def server_context(self, *, wants_client: bool = False) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.file("server.pem"), self.file("server.key"))
        if wants_client:
            context.load_verify_locations(self.ca)
            context.verify_mode = ssl.CERT_REQUIRED
        return context


def make(folder: Path) -> Certificates:
    """Make everything; skip where there is no openssl."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl command to make certificates with")
    (folder / "c.cnf").write_text(_CONFIG)

    def run(*arguments: str) -> None:
        subprocess.run([openssl, *arguments], cwd=folder, check=True, capture_output=True)  # noqa: S603 - our own arguments

    new = ("req", "-config", "c.cnf", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    run(*new, "-x509", "-days", "2", "-nodes", "-extensions", "ca", "-keyout", "ca.key",
        "-out", "ca.pem")  # fmt: skip
    for name in ("server", "client"):
        run(*new, "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        run("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "2", "-extfile", "c.cnf", "-extensions", "leaf",
            "-out", f"{name}.pem")  # fmt: skip
    run("pkey", "-in", "client.key", "-aes128", "-passout", "pass:tests", "-out", "locked.key")
    both = (folder / "client.pem").read_text() + (folder / "client.key").read_text()
    (folder / "both.pem").write_text(both)
    return Certificates(folder)
