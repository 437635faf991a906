"""What a target file says of the client and the login. Imports the standard library only.

Secrets stand in files of their own beside it, readable by their owner only.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.mock.auth.server import AuthServer

USERNAME = "member1"
_PASSWORD = "any password will do"  # noqa: S105 - the mock takes nearly all


def client_tables(auth: AuthServer, folder: Path) -> dict[str, Any]:
    """Return the tables `client`, `public_client` and `login`; write their secrets into files."""
    web, mobile = auth.clients.web, auth.clients.mobile
    return {
        "client": {
            "id": web.id,
            "secret_file": _keep(folder / "client-secret", web.secret),
            "redirect_uri": web.redirect_uri,
            "scopes": list(auth.catalogue.patient),
        },
        "public_client": {"id": mobile.id, "redirect_uri": mobile.redirect_uri},
        "login": {
            "method": "form",
            "username": USERNAME,
            "password_file": _keep(folder / "login-password", _PASSWORD),
        },
    }


def _keep(path: Path, secret: str) -> str:
    """Write a secret so that nobody else can ever read it: it is 0600 from the first byte."""
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.write(secret)
    return str(path)
