"""Allure results of a run, made from its log: the same log gives the same files.

May import runlog, digest and the two modules beside it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from reports.allure_files import run_files
from reports.allure_result import result_of
from reports.digest import ClauseRecord, digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pytest

    from conformance.runlog import Run
    from reports.allure_result import Shown

#: The folder of results in a run directory.
FOLDER = "allure-results"


def results_folder(config: pytest.Config) -> Path | None:
    """Return where Allure results go; None where this run makes none."""
    folder = getattr(config.option, "allure_report_dir", None)
    return Path(folder) if folder else None


def leave_to_us(config: pytest.Config) -> None:
    """Keep allure-pytest's listener, whose options we use, from telling each test once more."""
    if listener := config.pluginmanager.get_plugin("allure_listener"):
        config.pluginmanager.unregister(listener)


def write_results(run: Run, folder: Path) -> None:
    """Write a run's results into a folder of its own (of several runs: `reports.several`)."""
    write_files(files_of(run), folder)


def write_files(files: Iterable[tuple[str, bytes]], folder: Path) -> None:
    """Write these files into the folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files:
        (folder / name).write_bytes(content)


def files_of(run: Run) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each file."""
    yield from results_of(run)
    for name, text in run_files(run).items():
        yield name, text.encode()


def results_of(run: Run) -> Iterator[tuple[str, bytes]]:
    """Yield the results with what they attach; what several tests attach comes once."""
    written: set[str] = set()
    known: dict[Shown, str] = {}
    records = {record.id: record for record in digest_of(run).records}
    start = _milliseconds(str(run.header.get("started", "")))
    for number, finding in enumerate(run.findings):
        # A log has how long each test took, not when it began: they stand one after the other.
        record: ClauseRecord = records[finding.clause]
        made = result_of(run, record, finding, number, start=start, known=known)
        start = int(made.content["stop"])
        for name, text in made.files.items():
            if name not in written:
                written.add(name)
                yield name, text.encode("utf-8", "backslashreplace")
        yield f"{made.content['uuid']}-result.json", orjson.dumps(made.content)


def _milliseconds(started: str) -> int:
    try:
        return round(datetime.fromisoformat(started).timestamp() * 1000)
    except ValueError:
        return 0
