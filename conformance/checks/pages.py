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
OWN = frozenset({"'none'", "'self'"})
POLICY = "content-security-policy"
#: A source that names a host, or the hosts below a name of two parts: not `https:`, not `*.com`.
_NAMED = re.compile(
    r"(?:[a-z][a-z\d+.-]*://)?(?:\*\.[a-z\d-]+\.)?[a-z\d-]+(?:\.[a-z\d-]+)*(?::(?:\d+|\*))?(?:/\S*)?"
)


def keep_out_of_frames(pages: Iterable[PageSeen]) -> Iterator[Assertion]:
    """A page lets no foreign page show it in a frame.

    Browsers leave X-Frame-Options alone where a policy has frame-ancestors (CSP3 says so there).
    """
    for page in pages:
        headers = page.exchange.response.headers if page.exchange.response else ()
        policy = ", ".join(value for name, value in headers if name == POLICY)
        options = (value for name, value in headers if name == "x-frame-options")
        option = next(options, "").strip().lower()
        allowed = list(_ancestors(policy))
        kept = any(map(_names_each, allowed)) if allowed else option in {"deny", "sameorigin"}
        yield Assertion(
            kept,
            f"headers of the {page.kind} page",
            "frame-ancestors that names who may, or X-Frame-Options",
            f"Content-Security-Policy: {policy or 'absent'}; X-Frame-Options: {option or 'absent'}",
            page.exchange.id,
        )


def _ancestors(policies: str) -> Iterator[list[str]]:
    """Yield what frame-ancestors allows in each policy that has it; all of these hold at once."""
    for policy in policies.lower().split(","):
        directives = [directive.split() for directive in policy.split(";")]
        found = [words[1:] for words in directives if words[:1] == ["frame-ancestors"]]
        # Of a directive that stands twice, browsers take the first.
        yield from found[:1]


def _names_each(sources: list[str]) -> bool:
    return all(source in OWN or _NAMED.fullmatch(source) for source in sources)


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
