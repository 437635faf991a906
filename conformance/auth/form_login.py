"""Drives login and consent pages as a member would. May import client, records and the room.

It never leaves the authorization server's origin, and never follows the way back to the
application: that request is the application's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from conformance.auth.authorize import address, callback_of
from conformance.auth.watch import Watch
from conformance.client.http import join
from conformance.client.request import REDIRECTS
from conformance.oauth import Authorization, Callback, PageSeen
from conformance.target.model import origin_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.auth.pages import Form
    from conformance.client import Client
    from conformance.exchange import Exchange

MOST_STEPS = 10
_OK = 200


@dataclass(frozen=True, slots=True)
class Decision:
    """What the member does on the consent page: allow or deny, and the scopes taken out.

    `added` are scopes that the page did not offer: nobody can choose them there, a forged form can.
    `forged` stands where the page has hidden values that nobody else knows: another page made the
    form up.
    """

    allow: bool = True
    without: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    forged: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """Who logs in; nobody without a `username`, as `why` says."""

    username: str = ""
    password: str = field(default="", repr=False)
    why: str = ""


ALLOW, DENY = Decision(), Decision(allow=False)


class Walk:
    """One authorization request, driven to its end."""

    def __init__(
        self, client: Client, member: Member, decision: Decision, registered: str, purpose: str
    ) -> None:
        self._client = client
        self._member = member
        self._decision = decision
        self._registered = registered
        self._purpose = purpose
        self._exchanges: list[Exchange] = []
        self._pages: list[PageSeen] = []
        self._callback: Callback | None = None
        self._code = ""
        self._stopped = ""

    def go(
        self, endpoint: str, asked: Mapping[str, str], again: Sequence[tuple[str, str]] = ()
    ) -> Authorization:
        """Send the request, `again` after what is `asked`, and go on until it ends."""
        ending = self._follow(address(endpoint, [*asked.items(), *again]), asked)
        return Authorization(
            asked=asked,
            exchanges=tuple(self._exchanges),
            ending=ending,
            pages=tuple(self._pages),
            callback=self._callback,
            code=self._code,
            stopped=self._stopped,
        )

    def _follow(self, url: str, asked: Mapping[str, str]) -> str:
        """Return how it ended."""
        own, sent = origin_of(url), unquote_plus(url)
        form: Sequence[tuple[str, str]] | None = None
        for _ in range(MOST_STEPS):
            watch = Watch(self._client, sent)
            exchange = self._send(url, form, watch)
            if exchange.status in REDIRECTS:
                if self._is_back(exchange, watch.location, asked):
                    return f"{exchange.status}, back to the application"
                url, form = join(url, watch.location), None
                if origin_of(url) != own:
                    return f"{exchange.status} to {origin_of(url) or 'no address'}"
                continue
            if exchange.status != _OK or not watch.forms:
                return f"{exchange.status}, a page without a form"
            page, form = watch.forms[0], self._answer(exchange, watch.forms[0], sent)
            if form is None:
                return f"{exchange.status}, a login page"
            url = join(url, page.action)
            if origin_of(url) != own:
                return "a form that leaves the authorization server"
        return f"no end after {MOST_STEPS} pages"

    def _send(self, url: str, form: Sequence[tuple[str, str]] | None, watch: Watch) -> Exchange:
        what = f"{self._purpose}, step {len(self._exchanges) + 1}"
        headers = {"Accept": "text/html, application/json;q=0.5"}
        exchange = (
            self._client.get(url, purpose=what, headers=headers, follow=False, inspect=watch)
            if form is None
            else self._client.post(url, form, purpose=what, headers=headers, inspect=watch)
        )
        self._exchanges.append(exchange)
        return exchange

    def _is_back(self, exchange: Exchange, location: str, asked: Mapping[str, str]) -> bool:
        found = callback_of(exchange, location, asked.get("redirect_uri", ""), self._registered)
        if found:
            self._callback, self._code = found
        return found is not None

    def _answer(self, exchange: Exchange, form: Form, sent: str) -> list[tuple[str, str]] | None:
        """Return what the member sends on a page, None where nobody can log in.

        What was `sent` is known to whoever forges a form.
        """
        if form.passwords:
            again = any(page.kind == "login" for page in self._pages)
            self._pages.append(PageSeen("login", exchange))
            if again or not self._member.username:
                self._stopped = "the login was refused" if again else self._member.why
                return None
            return form.filled(self._member.username, self._member.password)
        offered = _offered(form)
        hides = any(value not in sent for _, value in form.hidden)
        self._pages.append(
            PageSeen("consent", exchange, offered, choice=bool(form.boxes), hides=hides)
        )
        return decide(form, self._decision, sent)


def _offered(form: Form) -> tuple[tuple[str, bool], ...]:
    fixed = [(value, True) for name, value in form.hidden if "scope" in name.lower()]
    return (*((value, checked) for _, value, checked in form.boxes), *fixed)


def decide(form: Form, decision: Decision, sent: str) -> list[tuple[str, str]]:
    """Leave the boxes as they are but for those taken out, and press allow or deny."""
    boxes = [
        (name, value)
        for name, value, checked in form.boxes
        if checked and value not in decision.without
    ]
    boxes += [(form.boxes[0][0], scope) for scope in decision.added if form.boxes]
    words = ("allow", "accept", "approve", "yes") if decision.allow else ("deny", "decline", "no")
    pressed = [pair for pair in form.buttons if pair[1].lower().startswith(words)]
    hidden = [
        (name, decision.forged if decision.forged and value not in sent else value)
        for name, value in form.hidden
    ]
    return [*hidden, *form.choices, *boxes, *pressed[:1]]
