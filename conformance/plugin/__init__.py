"""flexcheck's pytest plugin: options, target, applicability, findings, run log.

Loaded through the entry point `pytest11`; inert unless the suites are run. May import everything
of `conformance`; reports listen to the hooks of `hookspecs.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.plugin import hookspecs
from conformance.plugin.settings import add_options, may_be_ours, settings_of, wants_flexcheck

if TYPE_CHECKING:
    from conformance.plugin.session import FlexcheckSession


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add flexcheck's options where the suites may be run."""
    if may_be_ours():
        add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hooks that reports listen to."""
    pluginmanager.add_hookspecs(hookspecs)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start a flexcheck session where this run is one of the suites."""
    config.addinivalue_line(
        "markers", "clause(id, case=''): the contract clause that this test judges"
    )
    config.addinivalue_line(
        "markers", "rows(names, rows): the clauses and cases that tests are made for"
    )
    config.addinivalue_line(
        "markers", "tier(name): the kind of request this test sends, if not a safe one"
    )
    config.addinivalue_line(
        "markers", "in_turn: what this test judges depends on what was asked before it"
    )
    worker = getattr(config, "workerinput", {})
    if "flexcheck_target" in worker or wants_flexcheck(config):
        # Here, not above: every other pytest run in this environment starts without our weight.
        from conformance.plugin.session import start_session  # noqa: PLC0415

        start_session(config, settings_of(config))


def session_of(config: pytest.Config) -> FlexcheckSession | None:
    """Return the flexcheck session of a pytest run, None where it is none of ours."""
    found: FlexcheckSession | None = config.pluginmanager.get_plugin("flexcheck-session")
    return found
