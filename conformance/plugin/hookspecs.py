"""Hooks that flexcheck's pytest plugin calls, so that reports listen without being imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from conformance.contract.model import Clause
    from conformance.findings import Finding
    from conformance.runlog import Run


@pytest.hookspec
def pytest_flexcheck_run_started(config: pytest.Config, out: Path, selected: int) -> None:
    """A run begins: `selected` tests will each leave one finding. Called on the controller."""


@pytest.hookspec
def pytest_flexcheck_finding(config: pytest.Config, finding: Finding, clause: Clause) -> None:
    """One finding was made and is in the run log. Called on the controller."""


@pytest.hookspec
def pytest_flexcheck_run_finished(config: pytest.Config, run: Run, out: Path) -> None:
    """The run log is closed; reports are made from `run` into `out`. Called on the controller.

    An interrupted run comes without footer (`run.complete` is false).
    """


@pytest.hookspec(firstresult=True)
def pytest_flexcheck_ahead(
    item: pytest.Item,
) -> Callable[[], Mapping[str, Any]] | Literal["later"] | None:
    """Tell how a test's arguments are had without pytest's fixtures, so that it can run ahead.

    A suite answers for its own tests: with a function that a thread calls; with "later" where it
    shall be asked again; with None where a test waits for its turn. Whatever two tests both send
    has to go through a `Memory`.
    """
