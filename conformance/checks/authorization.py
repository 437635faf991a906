"""What an authorization request leads to (RFC 6749 4.1; the documents on login and consent)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks.wording import listed
from conformance.findings import Assertion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.oauth import Authorization, PageSeen

CLIENT_ERRORS = range(400, 500)


def leads_to_login(authorization: Authorization) -> Iterator[Assertion]:
    """The first page is a login."""
    first = authorization.exchanges[0]
    kind = authorization.pages[0].kind if authorization.pages else authorization.ending
    yield Assertion(kind == "login", "page", "a login", kind, first.id)


def no_code_before_login(authorization: Authorization) -> Iterator[Assertion]:
    """The member logs in before anything else, and before a code is given out."""
    yield from leads_to_login(authorization)
    if authorization.callback is not None:
        yield Assertion(
            authorization.page("login") is not None or not authorization.code,
            "callback",
            "a login before the code",
            "a code without a login" if authorization.code else "no code",
            authorization.last.id,
        )


def brings_code(authorization: Authorization) -> Iterator[Assertion]:
    """The member is sent back to the redirect URI that was asked for, with a code."""
    yield Assertion(
        bool(authorization.code),
        "callback.code",
        "a code",
        _ending(authorization),
        authorization.last.id,
    )


def returns_to_asked(authorization: Authorization) -> Iterator[Assertion]:
    """The member is sent back to the redirect URI of the request."""
    back = authorization.callback
    yield Assertion(
        back is not None and back.to_asked,
        "Location",
        authorization.asked.get("redirect_uri", ""),
        "sent there" if back and back.to_asked else authorization.ending,
        authorization.last.id,
    )


def state_is_unchanged(authorizations: Iterable[Authorization]) -> Iterator[Assertion]:
    """What comes back carries the `state` that was sent."""
    for authorization in authorizations:
        back = authorization.callback
        if back is not None:
            sent, got = authorization.asked.get("state", ""), back.parameters.get("state")
            yield Assertion(
                got == sent,
                "callback.state",
                ascii(sent),
                "absent" if got is None else ascii(got),
                back.exchange.id,
            )


def no_code(authorizations: Iterable[Authorization]) -> Iterator[Assertion]:
    """A wrong request brings no code."""
    for authorization in authorizations:
        yield Assertion(
            not authorization.code,
            "callback.code",
            "no code",
            _ending(authorization),
            authorization.last.id,
        )


def nobody_is_sent(authorizations: Iterable[Authorization]) -> Iterator[Assertion]:
    """Nobody is sent to a redirect URI that is not the registered one, nor gets a code for it."""
    for authorization in authorizations:
        back = authorization.callback
        sent = back is not None and (back.to_asked or bool(authorization.code))
        yield Assertion(
            not sent,
            "Location",
            f"no redirect to {authorization.asked.get('redirect_uri', '')}",
            "redirected there" if sent else authorization.ending,
            authorization.last.id,
        )


def error_comes_back(authorizations: Iterable[Authorization]) -> Iterator[Assertion]:
    """A failed request sends the member back with an `error`."""
    for authorization in authorizations:
        back = authorization.callback
        yield Assertion(
            back is not None and bool(back.error),
            "callback.error",
            "an error",
            _ending(authorization),
            authorization.last.id,
        )


def error_is(
    authorizations: Iterable[Authorization], accepted: Iterable[str]
) -> Iterator[Assertion]:
    """The member is sent back with one of the errors that the standard names for this."""
    codes = tuple(accepted)
    for authorization in authorizations:
        back = authorization.callback
        yield Assertion(
            back is not None and back.error in codes,
            "callback.error",
            " or ".join(codes),
            _ending(authorization),
            authorization.last.id,
        )


def refused_with_status(authorizations: Iterable[Authorization]) -> Iterator[Assertion]:
    """What cannot be sent back to the application is answered with a 4xx status."""
    for authorization in authorizations:
        if authorization.callback is None:
            yield Assertion(
                authorization.last.status in CLIENT_ERRORS,
                "status",
                "4xx",
                authorization.ending,
                authorization.last.id,
            )


def consent_is_asked(authorization: Authorization) -> Iterator[Assertion]:
    """The member is asked for consent before the application gets a code."""
    if authorization.code or authorization.page("consent"):
        asked = authorization.page("consent") is not None
        yield Assertion(
            asked,
            "page",
            "a consent page before the code",
            "consent page" if asked else "a code without consent",
            authorization.last.id,
        )


def consent_per_scope(authorization: Authorization) -> Iterator[Assertion]:
    """The consent page lets each scope be taken or left."""
    page = authorization.page("consent")
    if page is not None:
        offered = {scope for scope, _ in page.offered} if page.choice else set()
        for scope in sorted(authorization.scopes):
            yield _offer(page, scope, holds=scope in offered, expected=f"a choice for {scope}")


def consent_starts_selected(authorization: Authorization) -> Iterator[Assertion]:
    """Every scope is selected at first."""
    page = authorization.page("consent")
    if page is not None:
        selected = {scope for scope, checked in page.offered if checked}
        for scope in sorted(authorization.scopes):
            yield _offer(page, scope, holds=scope in selected, expected=f"{scope} selected")


def _offer(page: PageSeen, scope: str, *, holds: bool, expected: str) -> Assertion:
    shown = [f"{name} {'on' if checked else 'off'}" for name, checked in page.offered]
    observed = listed(shown, most=12) or "no scopes"
    if not page.choice:
        observed += ", without choice"
    return Assertion(holds, f"consent page({scope})", expected, observed, page.exchange.id)


def _ending(authorization: Authorization) -> str:
    back = authorization.callback
    if back is None:
        return authorization.ending
    return f"error {back.error}" if back.error else "a code" if authorization.code else "no code"
