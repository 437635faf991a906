"""The registered applications of an environment. Imports the standard library only.

"Only one re-direct URI is allowed per registration" (tooele): an application for two platforms is
two registrations, so there are a web, a mobile and, in the sandbox, a desktop client.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from hmac import compare_digest

WEB_CALLBACK = {
    "sandbox": "http://localhost:3000/api/auth/smart/callback",
    "production": "https://app.example.com/api/auth/smart/callback",
}
MOBILE_CALLBACK = "com.example.flexapp://callback"
DESKTOP_CALLBACK = "http://127.0.0.1:8765/callback"


@dataclass(frozen=True, slots=True)
class Client:
    """One registration; without a secret it is a public client and must use PKCE."""

    id: str
    name: str
    redirect_uri: str
    secret: str = field(default="", repr=False)
    description: str = ""
    privacy_policy: str = "https://app.example.com/privacy"

    @property
    def confidential(self) -> bool:
        """Whether it can keep a secret."""
        return bool(self.secret)

    def knows(self, secret: str) -> bool:
        """Whether this is its secret; how long that takes tells nothing."""
        return self.confidential and compare_digest(secret.encode(), self.secret.encode())


@dataclass(frozen=True, slots=True)
class Clients:
    """All registrations of one environment, found by their id."""

    web: Client
    mobile: Client
    others: tuple[Client, ...] = ()

    def get(self, client_id: str) -> Client | None:
        """Return the client of this id."""
        everyone = (self.web, self.mobile, *self.others)
        return next((client for client in everyone if client.id == client_id), None)


def register(deployment: str, environment: str) -> Clients:
    """Register the mock's applications; secrets differ from start to start."""
    prefix = f"flexcheck-{deployment}-{environment}"
    about = "Tests whether this server behaves as its documentation promises."
    web = Client(
        f"{prefix}-web",
        "Flexcheck Web",
        WEB_CALLBACK[environment],
        secrets.token_urlsafe(32),
        about,
    )
    mobile = Client(f"{prefix}-mobile", "Flexcheck Mobile", MOBILE_CALLBACK, description=about)
    desktop = Client(f"{prefix}-desktop", "Flexcheck Desktop", DESKTOP_CALLBACK, description=about)
    return Clients(web, mobile, (desktop,) if environment == "sandbox" else ())
