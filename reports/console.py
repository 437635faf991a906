"""A console on the real standard output, also while pytest captures. Imports nothing of ours."""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest


@contextmanager
def real_console(config: pytest.Config) -> Iterator[Console]:
    """Yield a console that writes where the user looks.

    pytest puts a file under descriptor 1 while a test runs, and a progress bar draws from its own
    thread at any time: so the console writes to a copy of the descriptor made outside capture.
    """
    capture: Any = config.pluginmanager.get_plugin("capturemanager")
    with capture.global_and_fixture_disabled() if capture else nullcontext():
        sys.stdout.flush()
        stream = _copy_of(sys.stdout)
    try:
        yield Console(file=stream, highlight=False, emoji=False, markup=False)
    finally:
        stream.flush()
        if stream is not sys.stdout:
            stream.close()


def _copy_of(stream: TextIO) -> TextIO:
    try:
        descriptor = os.dup(stream.fileno())
    except (io.UnsupportedOperation, AttributeError, OSError):
        return stream  # no real file (a caller collects our output): write to it as it is
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return os.fdopen(descriptor, "w", encoding=encoding, errors="backslashreplace")
