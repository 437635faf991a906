"""The words all reports share: titles, source lines, commands. Imports findings and exchanges."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conformance.findings import Expectation, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.exchange import Exchange, Request
    from conformance.runlog import Run
    from reports.evidence.attestations import Statement

#: The API that each contract area belongs to.
API_TITLES = {
    "DIR": "Provider Directory",
    "PA": "Patient Access",
    "AUTH": "Authorization",
    "SCOPE": "Scopes",
    "TOKEN": "Token endpoint",
    "REFRESH": "Refresh tokens",
    "USE": "Use of tokens",
    "REG": "Registration",
    "OPS": "Operations",
}
#: What a group is called whose clauses name no resource.
GENERAL = "General"

#: What each outcome word means, for legends.
MEANINGS: Mapping[Outcome, str] = {
    Outcome.PASS: "judged, and it holds",
    Outcome.FAIL: "judged, and it does not hold",
    Outcome.WARNING: "a recommendation (SHOULD) that does not hold",
    Outcome.SKIP: "not demonstrated: no data to judge it on",
    Outcome.ERROR: "the environment failed, nothing was judged",
    Outcome.NOT_APPLICABLE: "does not apply to this target",
    Outcome.WAIVED: "does not hold, and a waiver accepts it",
}

# Control characters, bidirectional overrides, surrogates and non-characters: what a target sends
# must neither drive a terminal nor make a file that no XML or HTML reader accepts.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
# Headers that curl makes itself, or that would spoil a repeated request.
_CURL_MAKES = {
    "host",
    "user-agent",
    "connection",
    "content-length",
    "accept-encoding",
    "transfer-encoding",
}


def clean(text: str) -> str:
    r"""Return `text` with every unsafe character shown as its escape (`\x1b`)."""
    return _UNSAFE.sub(_escape, text.replace("\r\n", "\n"))


def _escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()


def one_line(text: str, limit: int = 400) -> str:
    """Return `text` clean, on one line and cut at `limit` characters."""
    flat = " ".join(clean(text).split())
    return flat if len(flat) <= limit else f"{flat[: limit - 3]}..."


def moment(text: str) -> str:
    """Return an ISO time as a person reads it: `2026-01-02 03:04:05 UTC`."""
    return text.replace("T", " ", 1).replace("+00:00", " UTC").replace("Z", " UTC")


def reason_of(message: str) -> str:
    """Return why nothing was judged, without the lead that a heading says already."""
    return one_line(message).removeprefix("not demonstrated: ").removeprefix("not applicable: ")


def stated_text(statement: Statement) -> str:
    """Return a statement in a line: `holds: J. Doe, 2026-01-15: what was seen`.

    An officer answers for each file: as long as a cell of a spreadsheet holds it, none is cut.
    """
    word = "holds" if statement.holds else "does not hold"
    seen = [statement.seen, *(f"{file.name} (SHA-256 {file.sha256})" for file in statement.files)]
    return one_line(f"{word}: {statement.who}, {statement.when}: {'; '.join(seen)}", 25_000)


def led(lead: str, message: str) -> str:
    """Return the message with its lead ("not demonstrated: ") once."""
    return message if message.startswith(lead) else f"{lead}{message}"


def counted(number: int, noun: str) -> str:
    """Return `1 clause`, `2 clauses`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def api_title(area: str) -> str:
    """Return the name of the API an area belongs to, the area itself where it is not known."""
    return API_TITLES.get(area, area)


def source_text(source: Iterable[Mapping[str, Any]]) -> str:
    """Return where the documents say it: `tooele, Location, lines 405-412`."""
    return "; ".join(_one_source(item) for item in source)


def _one_source(item: Mapping[str, Any]) -> str:
    first, last = item["lines"]
    lines = f"line {first}" if first == last else f"lines {first}-{last}"
    return f"{item['document']}, {item['section']}, {lines}"


def standard_text(standard: Mapping[str, Any] | None) -> str:
    """Return the published rule a clause restates, with its address; "" where there is none."""
    if not standard:
        return ""
    words = " ".join(filter(None, (standard["name"], standard.get("section", ""))))
    return f"{words} {standard['url']}" if standard.get("url") else words


def repeat_command(run: Run, clause_id: str, *, target: str | None = None) -> str:
    """Return the command that judges this clause again on the same target."""
    argument = run.header.get("target", {}).get("argument", "") if target is None else target
    words = ["flexcheck", "run", *(["--target", argument] if argument else [])]
    expectation = run.clauses.get(clause_id, {}).get("expectation", "SHALL")
    # Only a strict run makes a recommendation fail, so only a strict one repeats that.
    strict = run.header.get("strict") and not Expectation(expectation).binding
    return shlex.join([*words, "--only", clause_id, *(["--strict"] if strict else [])])


def bases_of(run: Run) -> tuple[str, ...]:
    """Return the base addresses of the target, for `request_line` to leave out."""
    target = run.header.get("target", {})
    found = (target.get(key) or "" for key in ("fhir_base", "directory_base"))
    return tuple(base.rstrip("/") for base in found if base)


def request_line(request: Request, bases: Iterable[str]) -> str:
    """Return `GET /Location?address-state=UT`: the address relative to the target's base."""
    for base in bases:
        rest = request.url.removeprefix(base)
        if rest != request.url and rest[:1] in ("", "/", "?"):
            return f"{request.method} {clean(rest) or '/'}"
    return f"{request.method} {clean(request.url)}"


def exchange_line(exchange: Exchange, bases: Iterable[str]) -> str:
    """Return `ex-0041  GET /Location?address-state=UT -> 200`."""
    return f"{exchange.id}  {request_line(exchange.request, bases)} -> {answer_text(exchange)}"


def answer_text(exchange: Exchange) -> str:
    """Return the status, or why there was no answer."""
    if exchange.response:
        return str(exchange.status)
    return f"no answer ({one_line(exchange.error) or 'unknown reason'})"


def curl_line(request: Request) -> str:
    """Return the request as a shell command; redacted values stay redacted."""
    words = ["curl", "-i", "-g"]
    words += [] if request.method == "GET" else ["-X", request.method]
    for name, value in request.headers:
        if name not in _CURL_MAKES:
            words += ["-H", f"{name}: {value}"]
    words += ["--data-raw", request.body] if request.body else []
    return clean(shlex.join([*words, request.url]))


def web_address(url: str) -> str:
    """Return `url` where it is a plain web address, else "": nothing else becomes a link."""
    return url if urlsplit(url).scheme in ("http", "https") else ""
