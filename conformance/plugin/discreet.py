"""Keeps secrets out of what pytest says of a failure: local variables, long tracebacks, output.

Nothing that the run holds in memory only may come out by `--showlocals`. Imports redaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from conformance.redaction import Redactor


class Discreet:
    """Masks every known or recognisable secret in a test's report."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    # Last of the wrappers, so the first that sees the report: others write it into files.
    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Mask what a report says and what was captured."""
        report = yield
        if report.failed:
            said = report.longreprtext
            masked = self._redactor.text(said)
            if masked != said:
                report.longrepr = masked
        report.sections = [(name, self._redactor.text(text)) for name, text in report.sections]
        return report
