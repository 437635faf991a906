"""Every report that is made from a run alone, by name. Imports the writers and runlog."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports import html, junit, summary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.runlog import Run


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of report: its file in the run directory, and the pure function that makes it."""

    filename: str
    render: Callable[[Run], str]

    def content(self, run: Run) -> bytes:
        """Return the file's bytes; the same run always gives the same."""
        return self.render(run).encode("utf-8", "backslashreplace")


#: A new report is one line here (docs/reports.md).
FORMATS = {
    "summary": Format("summary.json", summary.render),
    "junit": Format("junit.xml", junit.render),
    "html": Format("report.html", html.render),
}


def write_reports(run: Run, out: Path) -> None:
    """Write every report of `FORMATS` into `out`; one that fails does not cost the others."""
    failures: list[Exception] = []
    for kind in FORMATS.values():
        try:
            (out / kind.filename).write_bytes(kind.content(run))
        except Exception as error:  # noqa: BLE001 - raised again below, after the other reports
            error.add_note(f"while {kind.filename} was written")
            failures.append(error)
    if failures:
        raise ExceptionGroup("not every report could be written", failures)
