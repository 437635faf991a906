"""The target as data. Imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> str:
    """Return scheme://host:port of an address, lower-case, with the port always written.

    "" where the address has no usable scheme, host or port.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return ""
    if not parts.hostname or port is None:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}"


def is_below(base: str, url: str) -> bool:
    """Whether an address is the base address or one below it; both are written as sent."""
    return bool(base) and url.startswith(base) and url[len(base) :][:1] in {"", "/", "?", "#"}


@dataclass(frozen=True, slots=True)
class ClientConfig:
    """The registered application: never a secret, only where to find it."""

    id: str = ""
    id_env: str = ""
    secret_env: str = ""
    secret_file: str = ""
    redirect_uri: str = ""
    scopes: tuple[str, ...] = ()

    @property
    def named(self) -> bool:
        """Whether the file says who the client is."""
        return bool(self.id or self.id_env)

    @property
    def confidential(self) -> bool:
        """Whether the client has a secret."""
        return bool(self.secret_env or self.secret_file)


@dataclass(frozen=True, slots=True)
class Login:
    """How a member token is had, and where a refresh token is kept or found.

    The form login types a name and the password of a file. `flexcheck login` keeps the refresh
    token in `store` (`keyring` or `file`, "" for what is there); a pipeline gives its own in an
    environment variable or a file. Files are named from the target file's folder.
    """

    method: str = ""
    username: str = ""
    password_file: str = ""
    refresh_token_env: str = ""
    refresh_token_file: str = ""
    store: str = ""
    store_file: str = ""


@dataclass(frozen=True, slots=True)
class OtherMember:
    """Somebody else, whose data no token of the member may get.

    `username` logs in with the password of `[login]`; `rows` are ids that are known to be
    somebody else's, by resource type.
    """

    username: str = ""
    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Network:
    """How to get there through a corporate network: file paths as written in the target file."""

    proxy: str = ""
    ca_bundle: str = ""
    client_certificate: str = ""
    client_key: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may ask of the target.

    `requests_per_second` and `request_budget` (requests in one run): 0 is unlimited. Times are
    seconds; `crawl_rows` bounds, per resource type, how much of the directory a run reads to
    learn what it holds; `max_pages` bounds every search. `code_seconds` is how long an
    authorization code lives there, 0 where nobody told: a run waits that long to see it end.
    """

    requests_per_second: float = 5.0
    concurrency: int = 2
    request_budget: int = 0
    timeout_seconds: float = 30.0
    retry_after_cap: float = 60.0
    max_body_bytes: int = 32 * 1024 * 1024
    page_size: int = 50
    max_pages: int = 100
    crawl_rows: int = 1000
    code_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Target:
    """One system under test (DESIGN, section 5). An absent base is ""; its API does not apply.

    `argument` is what the user typed to name it ("" for the embedded mock), `samples` maps a
    resource type to search values the user gave: parameter name (or `id`) to values. `bodies` is
    what a run may write of member data: `full` or `pseudonyms`, "" for what fits the environment.
    """

    name: str
    deployment: str
    environment: str
    path: Path
    argument: str = ""
    fhir_base: str = ""
    directory_base: str = ""
    authorization_base: str = ""
    client: ClientConfig = field(default_factory=ClientConfig)
    public_client: ClientConfig = field(default_factory=ClientConfig)
    login: Login = field(default_factory=Login)
    other_member: OtherMember = field(default_factory=OtherMember)
    network: Network = field(default_factory=Network)
    limits: Limits = field(default_factory=Limits)
    safety: tuple[str, ...] = ("safe", "negative")
    samples: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    future: tuple[str, ...] = ()
    bodies: str = ""

    @property
    def hides_members(self) -> bool:
        """Whether pseudonyms stand for member data in all that a run writes (DESIGN, section 6)."""
        return (self.bodies or ("full" if self.environment == "sandbox" else "")) != "full"

    @property
    def public_base(self) -> str:
        """The directory's address, "" where a member is served below it, too: all is hidden then.

        Nothing would tell the two apart.
        """
        of_members = (self.fhir_base, self.authorization_base)
        shared = any(is_below(self.directory_base, base) for base in of_members)
        return "" if shared else self.directory_base

    @property
    def origins(self) -> frozenset[str]:
        """The configured origins: nothing else is ever asked or gets a credential."""
        bases = (self.fhir_base, self.directory_base, self.authorization_base)
        return frozenset(origin_of(base) for base in bases if base)

    def base_of(self, api: str) -> str:
        """Return the base address that serves an API (`provider-directory`, `patient-access`)."""
        return {
            "provider-directory": self.directory_base,
            "patient-access": self.fhir_base,
            # Found by discovery where it is not given.
            "authorization": self.authorization_base or self.fhir_base,
        }.get(api, "")
