"""What lies beneath HTTP: addresses, TLS versions, certificates (RFC 6750 5.3, RFC 9325)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from conformance.findings import Assertion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.transport import TlsFacts

VERSIONS = frozenset({"TLSv1.2", "TLSv1.3"})
#: Days in which somebody can still renew a certificate.
TIME_TO_RENEW = 14


def addresses_are_secure(addresses: Iterable[str]) -> Iterator[Assertion]:
    """Every address starts with https."""
    for address in addresses:
        scheme = address.partition("://")[0].lower()
        yield Assertion(scheme == "https", address, "https", scheme)


def version_is_current(facts: Iterable[TlsFacts]) -> Iterator[Assertion]:
    """TLS 1.2 or 1.3 is spoken, be the client ready for less."""
    for fact in facts:
        if fact.version:
            yield Assertion(
                fact.version in VERSIONS,
                fact.address,
                "TLSv1.2 or TLSv1.3",
                f"{fact.version}, {fact.cipher}",
            )


def certificate_is_good(facts: Iterable[TlsFacts]) -> Iterator[Assertion]:
    """The certificate is trusted, in its time, and names the host."""
    for fact in facts:
        if fact.problem or fact.not_after is not None:
            yield Assertion(
                not fact.problem,
                fact.address,
                "a trusted certificate of this name, in its time",
                fact.problem or _shown(fact),
            )


def certificate_lasts(facts: Iterable[TlsFacts]) -> Iterator[Assertion]:
    """The certificate is good for some days more."""
    for fact in facts:
        if fact.days_left is not None:
            yield Assertion(
                fact.days_left >= TIME_TO_RENEW,
                fact.address,
                f"good for {TIME_TO_RENEW} days more",
                _shown(fact),
            )


def _shown(fact: TlsFacts) -> str:
    times = " to ".join(_day(when) for when in (fact.not_before, fact.not_after))
    return f"{', '.join(fact.names[:5]) or 'no names told'}; {times}; issued by {fact.issuer}"


def _day(seconds: float | None) -> str:
    return "?" if seconds is None else datetime.fromtimestamp(seconds, UTC).date().isoformat()
