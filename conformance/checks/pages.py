"""Pages on which members type passwords and decide, and the redirect behind them (RFC 9700)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.findings import Assertion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.oauth import Authorization, PageSeen

#: Redirects with which a browser sends its form again, to wherever it is sent.
RESENDING = frozenset({307, 308})
_ANCESTORS = re.compile(r"frame-ancestors\s+(?:'none'|'self'|https?://\S+)")


def keep_out_of_frames(pages: Iterable[PageSeen]) -> Iterator[Assertion]:
    """A page lets no foreign page show it in a frame."""
    for page in pages:
        response = page.exchange.response
        policy = response.header("content-security-policy") if response else ""
        option = response.header("x-frame-options").strip().lower() if response else ""
        yield Assertion(
            _ANCESTORS.search(policy) is not None or option in {"deny", "sameorigin"},
            f"headers of the {page.kind} page",
            "frame-ancestors, or X-Frame-Options",
            f"Content-Security-Policy: {policy or 'absent'}; X-Frame-Options: {option or 'absent'}",
            page.exchange.id,
        )


def codes_are_not_stored(authorizations: Iterable[Authorization]) -> Iterator[Assertion]:
    """The redirect that carries a code may be stored by nobody."""
    for authorization in authorizations:
        response = authorization.last.response
        if authorization.code and response:
            told = ",".join(value for name, value in response.headers if name == "cache-control")
            yield Assertion(
                "no-store" in {word.strip().lower() for word in told.split(",")},
                "Cache-Control",
                "no-store",
                told or "absent",
                authorization.last.id,
            )


def send_on_without_the_form(authorizations: Iterable[Authorization]) -> Iterator[Assertion]:
    """After a form no redirect has the browser send the form again."""
    for authorization in authorizations:
        for exchange in authorization.exchanges:
            if exchange.request.method == "POST" and 300 <= exchange.status < 400:  # noqa: PLR2004
                yield Assertion(
                    exchange.status not in RESENDING,
                    "status",
                    "303 or 302",
                    str(exchange.status),
                    exchange.id,
                )
