"""The pytest plugin `flexcheck_reports`: progress, reports, summary. Imports conformance's hooks.

It listens to the hooks of `conformance.plugin` and does nothing in any other pytest run.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from conformance.plugin.keys import CLAUSE
from reports import allure
from reports.console import real_console
from reports.formats import write_reports
from reports.progress import Live, group_name, live_for
from reports.terminal import write_summary

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.contract.model import Clause
    from conformance.findings import Finding
    from conformance.runlog import Run

#: How many findings each group will leave, where this process collected the tests.
_SIZES = pytest.StashKey[Counter[str]]()
_LIVE = pytest.StashKey[Live]()
#: Closes what a run opened: the progress display and its console.
_OPEN = pytest.StashKey[ExitStack]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Note how large each group is, so that progress can tell when it is done."""
    found = [clause for item in session.items if (clause := item.stash.get(CLAUSE, None))]
    session.config.stash[_SIZES] = Counter(group_name(clause) for clause in found)
    if found:
        allure.leave_to_us(session.config)


@pytest.hookimpl(optionalhook=True)
def pytest_flexcheck_run_started(config: pytest.Config, selected: int) -> None:
    """Begin to show progress where `flexcheck run` keeps pytest's own quiet."""
    if not config.getoption("flexcheck_quiet", default=False):
        return
    stack = config.stash[_OPEN] = ExitStack()
    console = stack.enter_context(real_console(config))
    sizes = config.stash[_SIZES] if _SIZES in config.stash else Counter()
    live = live_for(console, selected, sizes)
    stack.callback(live.stop)
    config.stash[_LIVE] = live


@pytest.hookimpl(optionalhook=True)
def pytest_flexcheck_finding(config: pytest.Config, finding: Finding, clause: Clause) -> None:
    """Show that one more finding was made."""
    if live := config.stash.get(_LIVE, None):
        live.add(finding, clause)


@pytest.hookimpl(optionalhook=True)
def pytest_flexcheck_run_finished(config: pytest.Config, run: Run, out: Path) -> None:
    """Write every report, then print the summary."""
    _stop(config)
    try:
        if folder := allure.results_folder(config):
            allure.write_results(run, folder)
        write_reports(run, out)
    finally:
        with real_console(config) as console:
            write_summary(run, console, out)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Free the terminal also where the run broke off before it was finished."""
    _stop(config)


def _stop(config: pytest.Config) -> None:
    if stack := config.stash.get(_OPEN, None):
        stack.close()
        del config.stash[_OPEN]
