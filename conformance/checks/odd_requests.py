"""What requests that are formed oddly lead to: doubled, empty, unknown parameters (RFC 6749 3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from conformance.findings import Assertion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.oauth import Authorization, TokenAnswer

#: RFC 6749 4.1.2.1.
ERRORS = frozenset(
    {
        "invalid_request",
        "unauthorized_client",
        "access_denied",
        "unsupported_response_type",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
    }
)
_TEXT = re.compile(r"[\x20-\x21\x23-\x5B\x5D-\x7E]*")
#: What an authorization response may bring.
_ANSWERS = frozenset({"code", "error", "state", "error_description", "access_token"})


def treated_alike(name: str, empty: Authorization, absent: Authorization) -> Iterator[Assertion]:
    """An authorization request with an empty parameter comes to what one without it comes to."""
    ends = [_end(found) for found in (empty, absent)]
    yield Assertion(
        ends[0] == ends[1], name, f"{ends[1]}, as without it", ends[0], empty.last.id
    )  # fmt: skip


def answered_alike(name: str, empty: TokenAnswer, absent: TokenAnswer) -> Iterator[Assertion]:
    """A token request with an empty parameter comes to what one without it comes to."""
    ends = [(found.granted, found.error) for found in (empty, absent)]
    yield Assertion(
        ends[0] == ends[1], name, f"{absent}, as without it", str(empty), empty.exchange.id
    )


def nobody_is_sent_to(
    authorization: Authorization, uri: str, registered: str
) -> Iterator[Assertion]:
    """No redirect leads to the host or scheme of an unregistered URI, and no code comes."""
    sent = [
        exchange
        for exchange in authorization.exchanges
        if exchange.response and _leads_to(exchange.response.header("location"), uri, registered)
    ]
    observed = "redirected there" if sent else "a code" if authorization.code else "not"
    yield Assertion(
        not sent and not authorization.code,
        "Location",
        f"no redirect to {ascii(uri)[1:-1]}",
        f"{observed}; {authorization.ending}",
        (sent or [authorization.last])[0].id,
    )


def stands_in_query(authorizations: Iterable[Authorization]) -> Iterator[Assertion]:
    """What comes back is in the query of the redirect URI, nothing of it in the fragment."""
    for authorization in authorizations:
        back = authorization.callback
        if back is None or back.exchange.response is None:
            continue
        location = back.exchange.response.header("location")
        query, fragment = _names(location)
        holds = bool(query & _ANSWERS) and not fragment & _ANSWERS
        yield Assertion(
            holds,
            "Location",
            "parameters in the query",
            f"query: {_listed(query)}; fragment: {_listed(fragment)}",
            back.exchange.id,
        )


def error_is_known(authorizations: Iterable[Authorization]) -> Iterator[Assertion]:
    """An error that is sent back is one of the standard's."""
    for authorization in authorizations:
        back = authorization.callback
        if back is not None and "error" in back.parameters:
            yield Assertion(
                back.error in ERRORS,
                "callback.error",
                "an error of RFC 6749 4.1.2.1",
                ascii(back.error)[1:-1] or "empty",
                back.exchange.id,
            )


def error_is_plain(authorizations: Iterable[Authorization]) -> Iterator[Assertion]:
    """The texts of an error have printable ASCII, no quotation mark and no backslash."""
    for authorization in authorizations:
        back = authorization.callback
        for name in ("error", "error_description"):
            if back is not None and name in back.parameters:
                told = back.parameters[name]
                yield Assertion(
                    _TEXT.fullmatch(told) is not None,
                    f"callback.{name}",
                    'printable ASCII without " and \\',
                    ascii(told),
                    back.exchange.id,
                )


def _end(authorization: Authorization) -> str:
    back = authorization.callback
    if authorization.code:
        return "a code"
    return f"error {back.error}" if back is not None else authorization.ending


def _leads_to(location: str, uri: str, registered: str) -> bool:
    """Whether a redirect goes to the host of a URI (or its own scheme), and not where it may."""
    if len(uri) > len(registered) and location.startswith(uri):
        return True
    if not location or location.partition("?")[0].partition("#")[0] == registered:
        return False
    there, asked = _place(location), _place(uri)
    return there is not None and there == asked


def _place(uri: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname or "") if parts.scheme else None


def _names(location: str) -> tuple[set[str], set[str]]:
    try:
        parts = urlsplit(location)
    except ValueError:
        return set(), set()
    query, fragment = (
        {name for name, _ in parse_qsl(text, keep_blank_values=True)}
        for text in (parts.query, parts.fragment)
    )
    return query, fragment


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
