"""The plan of a directory: how many rows of each type, their ids and every seeded choice.

Imports only the standard library. A row is addressed by (type, number); ids and choices are
hashes of that address, so any row can refer to any other without building it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

Resource = dict[str, Any]
T = TypeVar("T")

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
"""The day the directory was last changed: fixed, so that two starts serve the same bytes."""

DEFAULT_PRACTITIONERS = 2000
DEFAULT_SEED = 42
PAYERS = 2
NETWORKS = 24  # more than one default page, so that `type=ntwk` is paged too
_DAY_MS = 24 * 60 * 60 * 1000
_SPREAD_MS = 60 * _DAY_MS


@lru_cache(maxsize=65536)
def _digest(address: str, size: int) -> bytes:
    return blake2b(address.encode(), digest_size=size).digest()


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes and choices of one directory; equal plans give equal directories."""

    practitioners: int = DEFAULT_PRACTITIONERS
    seed: int = DEFAULT_SEED

    @property
    def sizes(self) -> dict[str, int]:
        """How many rows each type has; small directories keep enough of each to search in."""
        tenth = max(40, self.practitioners // 10)
        return {
            "Organization": PAYERS + NETWORKS + tenth,
            "OrganizationAffiliation": tenth + tenth // 2,
            "Practitioner": self.practitioners,
            "PractitionerRole": self.practitioners + self.practitioners // 5,
            "Location": 2 * tenth,
            "HealthcareService": 2 * tenth,
            "Endpoint": max(10, tenth // 4),
        }

    def number(self, kind: str, row: int, salt: str, below: int) -> int:
        """Choose a number from 0 up to `below` for this row."""
        digest = blake2b(f"{self.seed}/{kind}/{row}/{salt}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % below

    def pick(self, options: Sequence[T], kind: str, row: int, salt: str) -> T:
        """Choose one of `options` for this row."""
        return options[self.number(kind, row, salt, len(options))]

    def id_of(self, kind: str, row: int) -> str:
        """Return the opaque id of a row."""
        return _digest(f"{self.seed}/{kind}/{row}/id", 10).hex()

    def ref(self, kind: str, row: int, display: str = "") -> Resource:
        """Return a Reference to the row; `row` wraps round, so that every reference resolves."""
        reference = {"reference": f"{kind}/{self.id_of(kind, row % self.sizes[kind])}"}
        return {**reference, "display": display} if display else reference

    def network_row(self, network: int) -> int:
        """Return the Organization row of a network."""
        return PAYERS + network % NETWORKS

    def provider_row(self, provider: int) -> int:
        """Return the Organization row of a provider organization (no payer, no network)."""
        first = PAYERS + NETWORKS
        return first + provider % (self.sizes["Organization"] - first)

    def changed(self, kind: str, row: int, versions_back: int = 0) -> str:
        """Return `meta.lastUpdated` of a version, spread over the 60 days before `AS_OF`."""
        back = self.number(kind, row, "changed", _SPREAD_MS) + 1
        back += sum(
            _DAY_MS + self.number(kind, row, f"changed-{n}", 90 * _DAY_MS)
            for n in range(versions_back)
        )
        return (AS_OF - timedelta(milliseconds=back)).isoformat(timespec="milliseconds")
