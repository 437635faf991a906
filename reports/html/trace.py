"""`traceability.html`: clause, test, outcome and evidence, both ways. Imports tracing and jinja2.

The same rows as `traceability.csv` and `evidence.csv`, for people.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from reports.digest import digest_of, status_words
from reports.tables.tracing import evidence_rows, traced
from reports.verdict import verdict_of
from reports.wording import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conformance.findings import Finding
    from conformance.runlog import Run
    from reports.evidence.attestations import Statement
    from reports.tables.sheet import Row
    from reports.tables.tracing import Traced
    from reports.verdict import Verdict

#: Names in one cell; the CSV files have all.
_NAMED = 12


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """One finding of a clause, or why there is none; `first` on a clause's first line."""

    id: str
    first: bool
    expectation: str
    test: str
    case: str
    outcome: str
    words: str
    judged: str
    evidence: str
    told: str


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One exchange with the clauses that one test judged by it; `test` is "" where none did."""

    id: str
    request: str
    answer: str
    test: str
    clauses: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Trace:
    """One run both ways; `unjudged` counts clauses without a verdict, `key` leads its anchors."""

    key: str
    name: str
    clauses: tuple[ClauseLine, ...]
    evidence: tuple[EvidenceLine, ...]
    known: int
    unjudged: int


@dataclass(frozen=True, slots=True)
class TracePage:
    """All that the template needs."""

    verdict: Verdict
    traces: tuple[Trace, ...]


def page_of(
    runs: Sequence[Run], verdict: Verdict, statements: Sequence[Statement] = ()
) -> TracePage:
    """Return the page over these runs, each with what people state of its manual clauses."""
    traces = (_trace(run, f"t{number}", statements) for number, run in enumerate(runs, 1))
    return TracePage(verdict, tuple(traces))


def page_of_one(run: Run, statements: Sequence[Statement] = ()) -> TracePage:
    """Return the page over one run."""
    return page_of((run,), verdict_of(run), statements)


def _trace(run: Run, key: str, statements: Sequence[Statement]) -> Trace:
    digest = digest_of(run)
    return Trace(
        key=key,
        name=one_line(str(run.header.get("target", {}).get("name", "")) or "the target"),
        clauses=tuple(_clause_lines(traced(digest, statements))),
        evidence=tuple(_evidence_lines(evidence_rows(run))),
        known=len(digest.records),
        unjudged=len(digest.records) - digest.judged,
    )


def _clause_lines(found: Iterable[Traced]) -> Iterator[ClauseLine]:
    for clause, lines in groupby(found, lambda trace: trace.record.id):
        for number, trace in enumerate(lines):
            made = trace.finding
            yield ClauseLine(
                id=clause,
                first=not number,
                expectation=trace.record.expectation.value,
                test=_short(made.test) if made else "",
                case=one_line(made.case, 120) if made else "",
                outcome=trace.outcome,
                words=status_words(trace.outcome),
                judged=_judged(made) if made else "",
                evidence=_some(made.exchanges) if made else "",
                told="; ".join(filter(None, (trace.reason, *trace.stated))),
            )


def _judged(finding: Finding) -> str:
    return f"{finding.held + finding.broken} made, {finding.broken} broken"


def _some(names: Sequence[str]) -> str:
    """Return the first names and how many more there are."""
    more = len(names[_NAMED:])
    return clean(" ".join(names[:_NAMED]) + (f" and {more:,} more" if more else ""))


def _evidence_lines(found: Iterable[Row]) -> Iterator[EvidenceLine]:
    def by_test(row: Row) -> tuple[str, str]:
        return str(row["exchange"]), _short(str(row.get("test", "")))

    for (name, test), lines in groupby(found, by_test):
        own = list(lines)
        clauses = [*dict.fromkeys(str(row["clause"]) for row in own if "clause" in row)]
        yield EvidenceLine(
            id=clean(name),
            request=one_line(str(own[0]["request"]), 160),
            answer=one_line(str(own[0]["answer"]), 120),
            test=test,
            clauses=tuple(clauses[:_NAMED]),
            more=len(clauses[_NAMED:]),
        )


def _short(test: str) -> str:
    """Return a test's file and function, without folders and parameters."""
    return one_line(test.partition("[")[0].rpartition("/")[2])
