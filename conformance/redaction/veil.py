"""Pseudonyms in the place of member data where exchanges and findings leave the process.

Checks judge what came; what is written of it holds pseudonyms, unless the target is a sandbox or
its file opts in (`[evidence] bodies = "full"`). The Provider Directory is public and stays as it
is. May import exchange, parsing, findings, target and the room.
"""

from __future__ import annotations

import re
from dataclasses import replace
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson

from conformance.parsing import parse_body
from conformance.redaction.addresses import Addresses
from conformance.redaction.members import MemberData, is_public
from conformance.redaction.pages import forms_only
from conformance.redaction.pseudonyms import Pseudonyms
from conformance.redaction.words import (
    DIRECTORY_TYPES,
    KEPT_HEADERS,
    PUBLIC_TYPES,
    RESOURCE_TYPES,
    label_of_id,
)
from conformance.target.model import is_below

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from conformance.exchange import Exchange, Request, Response
    from conformance.findings import Finding
    from conformance.target import Target

_KINDS = "|".join(sorted(RESOURCE_TYPES - PUBLIC_TYPES, key=len, reverse=True))
#: What a message may name: an address, a search or a row by its type, a date.
_NAMED = re.compile(
    rf"(?P<url>https?://[^\s\"'<>)\]}},;]+)"
    rf"|(?P<row>\b(?:{_KINDS})(?:/[A-Za-z0-9.%-]+(?:/_history/[\w.-]+)?)?(?:\?[^\s\"'<>)\]]+)?)"
    r"|(?P<date>(?<![\w-])\d{4}-\d{2}-\d{2})"
)
_ETAG = re.compile(r'(?:W/)?"[\w.-]{0,12}"')
_LINKED = re.compile(r"<([^<>]*)>")
_QUOTED = re.compile(r'((?:error_description|realm)=)"([^"]*)"')
OK = 200
_FORM = "application/x-www-form-urlencoded"


class Veil:
    """Knows one run's pseudonyms; each process of a run has one, with the same key.

    `public` is text of ours that answers may quote: the contract's.
    """

    def __init__(self, target: Target, key: str, public: str = "") -> None:
        self._directory = target.public_base
        self._pseudonyms = Pseudonyms(key, public=public)
        bases = [
            b for b in (target.fhir_base, target.authorization_base, target.directory_base) if b
        ]
        self._addresses = Addresses(self._pseudonyms, bases)
        for url in (*bases, target.client.redirect_uri, target.public_client.redirect_uri):
            self._addresses.publish(url)
        self._members = MemberData(self._pseudonyms, self._addresses)
        self.settings(
            {"samples": target.samples, "other_member": {"rows": target.other_member.rows}}
        )
        for name in (target.login.username, target.other_member.username):
            self._pseudonyms.of(name, "login")

    def __repr__(self) -> str:
        return f"Veil({self._pseudonyms!r})"

    def is_public(self, exchange: Exchange) -> bool:
        """Whether an exchange is with the Provider Directory, where nobody else is asked."""
        return is_below(self._directory, exchange.request.url)

    def exchanges(self, recorded: Iterable[Exchange]) -> tuple[Exchange, ...]:
        """Return exchanges as they may be written; each knows the values of all."""
        held = [(item, self.is_public(item)) for item in recorded]
        made = [(item, None if public else self._first(item)) for item, public in held]
        return tuple(item if first is None else self._again(item, *first) for item, first in made)

    def _first(self, exchange: Exchange) -> tuple[Exchange, int]:
        """Return an exchange as it may be written, and how many values were known for it."""
        self._publish(exchange)
        version = self._pseudonyms.version
        return self._exchange(exchange), version

    def _again(self, exchange: Exchange, made: Exchange, version: int) -> Exchange:
        """Make it anew where more is known by now: it may quote what came after it."""
        return made if version == self._pseudonyms.version else self._exchange(exchange)

    def of_api(self, api: str) -> Veil | None:
        """Return what hides member data in the findings of an API; None for a public one."""
        return None if self._directory and api == "provider-directory" else self

    def finding(self, finding: Finding) -> Finding:
        """Return a finding on member data as it may be written.

        Its test and case were named before anything was sent.
        """
        made = tuple(
            replace(
                item,
                at=self.text(item.at),
                expected=self.text(item.expected),
                observed=self.text(item.observed),
            )
            for item in finding.assertions
        )
        return replace(
            finding,
            message=self.text(finding.message),
            assertions=made,
        )

    def text(self, text: str) -> str:
        """Return what is said of an exchange as it may be written."""
        if (known := self._pseudonyms.known(text)) != text:
            return known
        return _NAMED.sub(self._named, self._pseudonyms.text(text))

    def settings(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a run log says of the target file, without values of members."""
        samples = {
            kind: {
                name: [self._addresses.parameter(_param(name), value, kind) for value in values]
                for name, values in named.items()
            }
            if self._is_members(kind)
            else {name: list(values) for name, values in named.items()}
            for kind, named in settings["samples"].items()
        }
        other = settings["other_member"]
        rows = {
            kind: [self._pseudonyms.of(value, label_of_id(kind)) for value in values]
            for kind, values in other["rows"].items()
        }
        kept = settings.get("kept_login")
        if kept and kept["patient"]:
            kept = {**kept, "patient": self._pseudonyms.of(kept["patient"], label_of_id("Patient"))}
        hidden = {"samples": samples, "other_member": {**other, "rows": rows}, "kept_login": kept}
        return {**settings, **hidden}

    def _is_members(self, kind: str) -> bool:
        return not self._directory or kind not in DIRECTORY_TYPES

    def _named(self, match: re.Match[str]) -> str:
        if date := match["date"]:
            return self._pseudonyms.day(date) or self._pseudonyms.of(date, "text")
        url = match[0]
        if is_below(self._directory, url):
            return url
        return self._addresses.rewrite(url, defines=True)

    # -- one exchange -------------------------------------------------------------------------

    def _publish(self, exchange: Exchange) -> None:
        """Know the addresses that a server tells everybody."""
        document = exchange.document
        if is_public(document) or _is_discovery(exchange):
            for text in _texts_in(document):
                if text.startswith(("http://", "https://")):
                    self._addresses.publish(text)

    def _exchange(self, exchange: Exchange) -> Exchange:
        return replace(
            exchange,
            purpose=self._pseudonyms.text(exchange.purpose),
            error=self.text(exchange.error),
            request=self._request(exchange.request),
            response=exchange.response and self._response(exchange, exchange.response),
        )

    def _request(self, request: Request) -> Request:
        kind = next((value for name, value in request.headers if name == "content-type"), "")
        return replace(
            request,
            url=self._addresses.rewrite(request.url),
            headers=self._headers(request.headers),
            body=self._body(request.body, kind, None) if request.body else "",
        )

    def _response(self, exchange: Exchange, response: Response) -> Response:
        kind = response.header("content-type")
        body = response.body
        if body and not _is_discovery(exchange):
            body = self._body(body, kind, response.document)
        return replace(
            response,
            headers=self._headers(response.headers),
            body=body,
            document=None,
            problem=self.text(response.problem),
        )

    def _body(self, body: str, kind: str, document: Any) -> str:
        if kind.startswith(_FORM):
            return self._addresses.query(body)
        if document is None and kind.partition(";")[0].endswith("json"):
            document, _ = parse_body(body, "")
        if isinstance(document, dict) and "resourceType" in document:
            return body if is_public(document) else _dumped(self._members.rewrite(document))
        if isinstance(document, (dict, list)):
            return _dumped(self._members.rewrite_other(document))
        size = len(body.encode("utf-8", errors="replace"))
        note = f"[withheld: {size:,} bytes that may hold member data]"
        if "html" in kind:
            return f"<!-- {note} -->{forms_only(body, self._pseudonyms, self._addresses)}"
        return note

    def _headers(self, headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        return tuple((name, self._header(name, value)) for name, value in headers)

    def _header(self, name: str, value: str) -> str:
        if special := self._special_headers.get(name):
            return special(value)
        if name in KEPT_HEADERS:
            return self._pseudonyms.text(value)
        return self._pseudonyms.of(value, "header", free=True)

    @cached_property
    def _special_headers(self) -> Mapping[str, Callable[[str], str]]:
        rewrite = self._addresses.rewrite
        return {
            **dict.fromkeys(("location", "content-location", "referer"), rewrite),
            "link": lambda value: _LINKED.sub(lambda found: f"<{rewrite(found[1])}>", value),
            "last-modified": self._http_date,
            "etag": self._etag,
            "www-authenticate": lambda value: _QUOTED.sub(
                self._quoted, self._pseudonyms.text(value)
            ),
        }

    def _etag(self, value: str) -> str:
        return value if _ETAG.fullmatch(value) else f'"{self._pseudonyms.of(value, "etag")}"'

    def _quoted(self, match: re.Match[str]) -> str:
        return f'{match[1]}"{self._pseudonyms.of(match[2], "text", free=True)}"'

    def _http_date(self, value: str) -> str:
        try:
            when = parsedate_to_datetime(value)
            moved = self._pseudonyms.day(when.isoformat()) or ""
            return format_datetime(when.fromisoformat(moved), usegmt=True)
        except (ValueError, TypeError, OverflowError):
            return self._pseudonyms.of(value, "header")


def _param(name: str) -> str:
    return "_id" if name == "id" else name


def _is_discovery(exchange: Exchange) -> bool:
    """Whether an answer is what a server publishes of its login (RFC 8414, SMART)."""
    known = "/.well-known/" in exchange.request.url.partition("?")[0]
    return known and exchange.status == OK and isinstance(exchange.document, dict)


def _dumped(document: Any) -> str:
    try:
        return orjson.dumps(document).decode()
    except (orjson.JSONEncodeError, RecursionError):  # half a surrogate pair; a number too large
        return "[withheld: what was read cannot be written again]"


def _texts_in(node: Any) -> Iterable[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, (dict, list)):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _texts_in(child)
