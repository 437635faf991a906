"""Writes a made-up run as the log that flexcheck would have written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.runlog import RunLog, exchange_to_json, finding_to_json

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.runlog import Run


def write_run(run: Run, folder: Path) -> Path:
    """Write the run's log into a new directory (or over its old one) and return the directory."""
    folder.mkdir(parents=True, exist_ok=True)
    with RunLog(folder / "run.ndjson") as log:
        log.header({key: value for key, value in run.header.items() if key != "schema"})
        log.clauses(run.clauses.values())
        for exchange in run.exchanges.values():
            log.exchange(exchange_to_json(exchange))
        for finding in run.findings:
            log.finding(finding_to_json(finding))
        if run.footer:
            log.footer(run.footer)
    return folder
