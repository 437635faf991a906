"""Traceability, both ways: clause to test to evidence, and evidence to test to clause.

Imports runlog, digest and wording.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.digest import NOT_REACHED, NOT_SELECTED, digest_of
from reports.tables.sheet import sheet
from reports.wording import (
    answer_text,
    bases_of,
    one_line,
    request_line,
    source_text,
    stated_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.findings import Finding
    from conformance.runlog import Run
    from reports.digest import ClauseRecord, Digest
    from reports.evidence.attestations import Statement
    from reports.tables.sheet import Row

FROM_CLAUSES: Sequence[str] = (
    *("clause", "expectation", "area", "resource", "source", "regulations", "test", "case"),
    *("outcome", "assertions", "broken", "exchanges", "reason", "stated"),
)
FROM_EVIDENCE: Sequence[str] = (
    *("exchange", "purpose", "request", "answer", "test", "clause", "case", "outcome"),
)
#: Exchange ids in one cell; the other direction has all.
_NAMED = 50


@dataclass(frozen=True, slots=True)
class Traced:
    """A clause with one of its findings, None where it has none, and what people state of it."""

    record: ClauseRecord
    finding: Finding | None
    stated: tuple[str, ...]

    @property
    def outcome(self) -> str:
        """The finding's outcome, or the status of a clause without any."""
        return str(self.finding.outcome if self.finding else self.record.status)

    @property
    def reason(self) -> str:
        """Why nothing was judged; "" where something was."""
        if self.finding is None:
            return why_not_judged(self.record)
        judged = self.finding.held + self.finding.broken
        return "" if judged else one_line(self.finding.message)


@dataclass(frozen=True, slots=True)
class TestTrace:
    """One test with the clauses it judged: id and gravest outcome, in contract order."""

    name: str
    clauses: tuple[tuple[str, str], ...]
    findings: int
    exchanges: int


def render(run: Run, statements: Sequence[Statement] = ()) -> str:
    """Return the text of `traceability.csv`: every clause, those without verdict too."""
    return sheet(FROM_CLAUSES, rows(run, statements))


def render_evidence(run: Run) -> str:
    """Return the text of `evidence.csv`: every exchange, those that no finding cites too."""
    return sheet(FROM_EVIDENCE, evidence_rows(run))


def traced(digest: Digest, statements: Sequence[Statement] = ()) -> Iterator[Traced]:
    """Yield each finding with its clause, and each clause without any, in contract order."""
    for record in digest.records:
        stated = tuple(stated_text(entry) for entry in statements if entry.clause == record.id)
        for finding in record.findings or (None,):
            yield Traced(record, finding, stated)


def rows(run: Run, statements: Sequence[Statement] = ()) -> Iterator[Row]:
    """Yield one row a finding, and one for each clause without any."""
    for trace in traced(digest_of(run), statements):
        yield {
            **_clause(trace.record),
            **(_finding(trace.finding) if trace.finding else {}),
            "outcome": trace.outcome,
            "reason": trace.reason,
            "stated": "; ".join(trace.stated),
        }


def _clause(record: ClauseRecord) -> Row:
    return {
        "clause": record.id,
        "expectation": record.expectation.value,
        "area": record.group[0],
        "resource": record.item.get("resource", ""),
        "source": source_text(record.item.get("source", ())),
        "regulations": "; ".join(record.item.get("regulations", ())),
    }


def _finding(finding: Finding) -> Row:
    more = len(finding.exchanges) - _NAMED
    shown = " ".join(finding.exchanges[:_NAMED])
    return {
        "test": finding.test,
        "case": finding.case,
        "assertions": finding.held + finding.broken,
        "broken": finding.broken,
        "exchanges": f"{shown} and {more} more" if more > 0 else shown,
    }


def why_not_judged(record: ClauseRecord) -> str:
    """Return why a clause has no finding at all."""
    verified = record.item.get("verified_by")
    if isinstance(verified, dict):
        reason = str(verified.get("not_tested", "")).replace("-", " ")
        return one_line(f"{reason}: {verified.get('because', '')}")
    return {
        NOT_REACHED: "the run ended before a test judged it",
        NOT_SELECTED: "the run was told to judge other clauses only, or no test judges it",
    }.get(str(record.status), str(record.status))


def evidence_rows(run: Run) -> Iterator[Row]:
    """Yield one row for each finding that an exchange bears, one for each exchange without any."""
    bearing: defaultdict[str, list[Finding]] = defaultdict(list)
    for record in digest_of(run).records:
        for finding in record.findings:
            for name in finding.exchanges:
                bearing[name].append(finding)
    bases = bases_of(run)
    for name, exchange in run.exchanges.items():
        known: Row = {
            "exchange": name,
            "purpose": exchange.purpose,
            "request": request_line(exchange.request, bases),
            "answer": answer_text(exchange),
        }
        if name not in bearing:
            yield known
        for finding in bearing[name]:
            yield {
                **known,
                "test": finding.test,
                "clause": finding.clause,
                "case": finding.case,
                "outcome": finding.outcome.value,
            }


def tests_of(run: Run) -> tuple[TestTrace, ...]:
    """Return each test function with the clauses it judged, by name."""
    found: defaultdict[str, list[Finding]] = defaultdict(list)
    statuses: dict[str, str] = {}
    for record in digest_of(run).records:
        statuses[record.id] = str(record.status)
        for finding in record.findings:
            found[finding.test.partition("[")[0]].append(finding)
    return tuple(
        TestTrace(
            name=name,
            clauses=tuple((clause, statuses[clause]) for clause in _clauses(findings)),
            findings=len(findings),
            exchanges=len({exchange for finding in findings for exchange in finding.exchanges}),
        )
        for name, findings in sorted(found.items())
    )


def _clauses(findings: list[Finding]) -> list[str]:
    return [*dict.fromkeys(finding.clause for finding in findings)]
