"""Keeps secrets and members out of what pytest says: tracebacks, local variables, output, logs.

Nothing that the run holds in memory only may come out by `--showlocals`. Imports redaction.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from conformance.plugin.places import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from conformance.redaction import Redactor
    from conformance.redaction.veil import Veil

#: Libraries whose debug messages quote headers as they came.
_TALKATIVE = ("httpcore", "httpx", "hpack", "urllib3")


class Discreet:
    """Masks secrets in each report and log record, and members where the target's are hidden."""

    def __init__(self, redactor: Redactor, veil: Veil | None = None) -> None:
        self._redactor = redactor
        self._veil = veil
        self._make = logging.getLogRecordFactory()
        logging.setLogRecordFactory(self._record)

    def pytest_unconfigure(self) -> None:
        """Let log records be made as before."""
        logging.setLogRecordFactory(self._make)

    # Last of the wrappers, so the first that sees the report: others write it into files.
    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Mask what a report says and what was captured."""
        report = yield
        said = report.longrepr
        if isinstance(said, tuple):  # a skip: where, and why
            report.longrepr = (said[0], said[1], self._text(said[2]))
        elif report.failed and self._veil and call.excinfo:
            report.longrepr = self._without_variables(call.excinfo)
        elif report.failed:
            masked = self._text(report.longreprtext)
            if masked != report.longreprtext:
                report.longrepr = masked
        report.sections = [(name, self._text(text)) for name, text in report.sections]
        return report

    def _without_variables(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
        """Say why a verdict failed; of a fault of ours only where, for its text may quote a row.

        `--full-trace` would show the variables of a verdict, too.
        """
        if isinstance(excinfo.value, pytest.fail.Exception):
            return self._text(str(excinfo.value))
        places = (f"{place_of(entry)} in {entry.name}" for entry in excinfo.traceback)
        lines = "\n".join(places)
        return f"{lines}\n{excinfo.typename} (text and variables are hidden: member data)"

    def _text(self, text: str) -> str:
        masked = self._redactor.text(text)
        return self._veil.text(masked) if self._veil else masked

    def _record(self, *args: object, **kwargs: object) -> logging.LogRecord:
        """Make a log record of a masked text: a handler may write it anywhere at once."""
        make: Callable[..., logging.LogRecord] = self._make
        record = make(*args, **kwargs)
        if record.name.partition(".")[0] in _TALKATIVE:
            record.msg, record.args = str(record.msg).partition(" ")[0], ()
            return record
        try:
            said = record.getMessage()
        except (TypeError, ValueError):  # a wrong format; logging says so itself
            return record
        record.msg, record.args = self._text(said), ()
        return record
