"""What a TLS handshake with one address showed. Imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """One `host:port`; what could not be learned is "" or None.

    `version` is the best one that both sides have, an outdated one where the server has no other
    ("TLSv1.3"); `problem` is why the certificate is not trusted for this host; `names` are its
    DNS names and addresses; the times are seconds since 1970; `now` is when it was looked at.
    """

    address: str
    now: float
    version: str = ""
    cipher: str = ""
    names: tuple[str, ...] = ()
    issuer: str = ""
    not_before: float | None = None
    not_after: float | None = None
    problem: str = ""
    unreachable: str = ""

    @property
    def days_left(self) -> float | None:
        """The days until the certificate ends."""
        return None if self.not_after is None else (self.not_after - self.now) / 86_400
