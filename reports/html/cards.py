"""One clause with its findings as the page shows it. Imports runlog, digest, wording, exchanges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.describe import SHOWN, broken_beside, broken_of, judged_text
from reports.exchange_text import bodies_are_fit, exchange_text, shows_body
from reports.wording import (
    answer_text,
    api_title,
    bases_of,
    clean,
    curl_line,
    one_line,
    repeat_command,
    request_line,
    source_text,
    web_address,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.exchange import Exchange
    from conformance.findings import Assertion, Finding
    from conformance.runlog import Run
    from reports.digest import ClauseRecord

# What keeps the page small whatever a run holds; what is left out stands in run.ndjson, and the
# page says so.
MAX_CARDS, MAX_CASES, MAX_EXCHANGES = 500, 10, 5
MAX_BODY, MAX_TEXT = 20_000, 3_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """One broken assertion."""

    at: str
    expected: str
    observed: str
    exchange: str


@dataclass(frozen=True, slots=True)
class ExchangeView:
    """One exchange; `request` and `response` are "" where the page shows it in full elsewhere."""

    id: str
    purpose: str
    line: str
    answer: str
    curl: str
    request: str
    response: str
    note: str


@dataclass(frozen=True, slots=True)
class Case:
    """One finding of a clause."""

    name: str
    message: str
    judged: str
    places: tuple[Place, ...]
    more: int
    exchanges: tuple[ExchangeView, ...]
    more_exchanges: int


@dataclass(frozen=True, slots=True)
class Card:
    """One clause with its findings of one outcome and cause; `anchor` is "" but on its first."""

    id: str
    anchor: str
    expectation: str
    statement: str
    where: str
    source: str
    standard: str
    standard_url: str
    command: str
    cases: tuple[Case, ...]
    more_cases: int


class CardMaker:
    """Makes the cards of one page; shows each exchange in full once, within a budget."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._bases = bases_of(run)
        self._fit = bodies_are_fit(run)
        self._environment = str(run.header.get("target", {}).get("environment", ""))
        self._shown: set[str] = set()
        self._anchored: set[str] = set()
        self._left = MAX_TEXT

    def cards(self, records: Sequence[ClauseRecord]) -> tuple[Card, ...]:
        """Return the cards of these clauses."""
        return tuple(self._card(record) for record in records)

    def _card(self, record: ClauseRecord) -> Card:
        standard = record.item.get("standard") or {}
        bodies = shows_body(record.group[0], self._environment, fit=self._fit)
        cases = record.findings[:MAX_CASES]
        return Card(
            id=record.id,
            anchor=self._anchor(record.id),
            expectation=record.expectation.value,
            statement=clean(record.statement),
            where=clean(f"{api_title(record.group[0])}: {record.group[1]}"),
            source=clean(source_text(record.item.get("source", ()))),
            standard=clean(f"{standard.get('name', '')} {standard.get('section', '')}".strip()),
            standard_url=web_address(standard.get("url", "")),
            command=clean(repeat_command(self._run, record.id)),
            cases=tuple(self._case(finding, bodies=bodies) for finding in cases),
            more_cases=len(record.findings) - len(cases),
        )

    def _anchor(self, name: str) -> str:
        if name in self._anchored:
            return ""
        self._anchored.add(name)
        return f"f-{name}"

    def _case(self, finding: Finding, *, bodies: bool) -> Case:
        broken = broken_of(finding)
        found = self._cited(finding, broken)
        return Case(
            name=one_line(finding.case),
            # Its message only repeats the first broken place, where there is one.
            message="" if broken else one_line(finding.message, 2000),
            judged=judged_text(finding),
            places=tuple(_place(assertion) for assertion in broken[:SHOWN]),
            more=broken_beside(finding, broken[:SHOWN]),
            exchanges=tuple(self._exchange(e, bodies=bodies) for e in found[:MAX_EXCHANGES]),
            more_exchanges=max(0, len(found) - MAX_EXCHANGES),
        )

    def _cited(self, finding: Finding, broken: Sequence[Assertion]) -> list[Exchange]:
        """Return the finding's exchanges: those of the broken assertions shown come first."""
        first = [assertion.exchange for assertion in broken]
        names = dict.fromkeys([*first, *finding.exchanges])
        return [self._run.exchanges[name] for name in names if name in self._run.exchanges]

    def _exchange(self, exchange: Exchange, *, bodies: bool) -> ExchangeView:
        request, response, note = self._in_full(exchange, bodies=bodies)
        return ExchangeView(
            id=exchange.id,
            purpose=one_line(exchange.purpose),
            line=request_line(exchange.request, self._bases),
            answer=answer_text(exchange),
            curl=curl_line(exchange.request),
            request=request,
            response=response,
            note=note,
        )

    def _in_full(self, exchange: Exchange, *, bodies: bool) -> tuple[str, str, str]:
        if exchange.id in self._shown:
            return "", "", "shown in full above"
        text = exchange_text(exchange, limit=MAX_BODY, bodies=bodies)
        if len(text.request) + len(text.response) > self._left:
            return "", "", "left out to keep this page small; run.ndjson has it"
        self._left -= len(text.request) + len(text.response)
        self._shown.add(exchange.id)
        return text.request, text.response, ""


def _place(assertion: Assertion) -> Place:
    return Place(
        at=one_line(assertion.at),
        expected=one_line(assertion.expected),
        observed=one_line(assertion.observed),
        exchange=clean(assertion.exchange),
    )
