"""`findings.csv`: one row a finding. Imports runlog, digest, describe and wording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.describe import broken_of
from reports.digest import digest_of
from reports.tables.sheet import sheet
from reports.wording import bases_of, repeat_command, request_line, source_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.findings import Finding
    from conformance.runlog import Run
    from reports.digest import ClauseRecord
    from reports.tables.sheet import Row

COLUMNS: Sequence[str] = (
    *("clause", "case", "outcome", "expectation", "area", "resource", "parameter", "statement"),
    *("message", "held", "broken", "at", "expected", "observed", "exchange", "request", "status"),
    *("source", "regulations", "test", "seconds", "again"),
)


def render(run: Run) -> str:
    """Return the text of `findings.csv`."""
    return sheet(COLUMNS, rows(run))


def rows(run: Run) -> Iterator[Row]:
    """Yield each finding, in contract order, with its first broken place."""
    for record in digest_of(run).records:
        for finding in record.findings:
            yield _row(run, record, finding)


def _row(run: Run, record: ClauseRecord, finding: Finding) -> Row:
    broken = broken_of(finding)[:1]
    cited = [*(assertion.exchange for assertion in broken), *finding.exchanges]
    exchange = next((run.exchanges[name] for name in cited if name in run.exchanges), None)
    return {
        "clause": finding.clause,
        "case": finding.case,
        "outcome": finding.outcome.value,
        "expectation": record.expectation.value,
        "area": record.group[0],
        "resource": record.item.get("resource", ""),
        "parameter": record.item.get("param", ""),
        "statement": record.statement,
        "message": finding.message,
        "held": finding.held,
        "broken": finding.broken,
        "at": broken[0].at if broken else "",
        "expected": broken[0].expected if broken else "",
        "observed": broken[0].observed if broken else "",
        "exchange": exchange.id if exchange else "",
        "request": request_line(exchange.request, bases_of(run)) if exchange else "",
        "status": exchange.status if exchange else "",
        "source": source_text(record.item.get("source", ())),
        "regulations": "; ".join(record.item.get("regulations", ())),
        "test": finding.test,
        "seconds": finding.seconds,
        "again": repeat_command(run, finding.clause),
    }
