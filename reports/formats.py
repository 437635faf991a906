"""Every report that is made from a run alone, by name. Imports the writers and runlog."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports import har, html, junit, markdown, summary, testreport
from reports.tables import findings, tracing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from conformance.runlog import Run
    from reports.evidence.attestations import Statement


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of report: its file in the run directory, and the pure function that makes it.

    `stated` makes it where statements on manual clauses are given. `always` means written at the
    end of each run and kept in its evidence archive; the others are made on demand.
    """

    filename: str
    render: Callable[[Run], str]
    stated: Callable[[Run, Sequence[Statement]], str] | None = None
    always: bool = True

    def content(self, run: Run, statements: Sequence[Statement] = ()) -> bytes:
        """Return the file's bytes; the same run and statements always give the same."""
        text = self.stated(run, statements) if self.stated and statements else self.render(run)
        return text.encode("utf-8", "backslashreplace")


#: A new report is one line here (docs/reports.md).
FORMATS = {
    "summary": Format("summary.json", summary.render),
    "junit": Format("junit.xml", junit.render),
    "html": Format("report.html", html.render, html.render),
    "markdown": Format("summary.md", markdown.render),
    "csv": Format("findings.csv", findings.render),
    "traceability": Format("traceability.csv", tracing.render, tracing.render),
    "trace": Format("traceability.html", html.render_trace, html.render_trace),
    "evidence": Format("evidence.csv", tracing.render_evidence),
    "testreport": Format("testreport.json", testreport.render),
    "har": Format("exchanges.har", har.render, always=False),
}


def write_reports(run: Run, out: Path) -> None:
    """Write the reports of each run into `out`; one that fails does not cost the others."""
    failures: list[Exception] = []
    for kind in FORMATS.values():
        if not kind.always:
            continue
        try:
            (out / kind.filename).write_bytes(kind.content(run))
        except Exception as error:  # noqa: BLE001 - raised again below, after the other reports
            error.add_note(f"while {kind.filename} was written")
            failures.append(error)
    if failures:
        raise ExceptionGroup("not every report could be written", failures)
