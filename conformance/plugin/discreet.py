"""Keeps secrets and members out of what pytest says: tracebacks, local variables, output, logs.

Nothing that the run holds in memory only may come out by `--showlocals`. Imports redaction.
"""

from __future__ import annotations

import logging
from traceback import format_exception
from typing import TYPE_CHECKING

import pytest

from conformance.plugin.places import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import TracebackType

    from conformance.redaction import Redactor
    from conformance.redaction.veil import Veil

    _ExcInfo = (
        tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    )

#: Libraries whose debug messages quote headers as they came.
_TALKATIVE = ("httpcore", "httpx", "hpack", "urllib3")
_HIDDEN = "(text and variables are hidden: member data)"


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
        return f"{lines}\n{excinfo.typename} {_HIDDEN}"

    def _text(self, text: str) -> str:
        masked = self._redactor.text(text)
        return self._veil.text(masked) if self._veil else masked

    def _record(self, *args: object, **kwargs: object) -> logging.LogRecord:
        """Make a log record of a masked text: a handler may write it anywhere at once."""
        make: Callable[..., logging.LogRecord] = self._make
        record = make(*args, **kwargs)
        record.msg, record.args = self._said(record), ()
        if record.exc_info:
            # Where there is no exception, handlers write the text that was made of it.
            record.exc_text = self._raised(record.exc_info)
            record.exc_info = None
        if record.stack_info:
            record.stack_info = self._text(record.stack_info)
        return record

    def _said(self, record: logging.LogRecord) -> str:
        """Return a record's message, masked; of one that cannot be made only how it was written.

        Whoever logs gets no exception for it, and what was to stand in it may be a secret.
        """
        try:
            if record.name.partition(".")[0] in _TALKATIVE:
                return str(record.msg).partition(" ")[0]
            return self._text(record.getMessage())
        except Exception as error:  # noqa: BLE001 - what is logged has a __str__ of its own
            format_ = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
            return f"{self._text(format_)} (cannot be written: {type(error).__name__})"

    def _raised(self, info: _ExcInfo) -> str | None:
        """Say what a log record says of an exception; of a fault on member data only where."""
        kind, error, traceback = info
        if kind is None or error is None:
            return None
        if self._veil is None:
            return self._text("".join(format_exception(error)).rstrip())
        if traceback is None:
            return f"{kind.__name__} {_HIDDEN}"
        return self._without_variables(pytest.ExceptionInfo.from_exc_info((kind, error, traceback)))
