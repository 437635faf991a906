"""Asks a person for the address that the browser ended at. Imports the room's errors."""

from __future__ import annotations

import os
import select
import sys
from contextlib import contextmanager
from queue import Empty, Queue
from threading import Thread
from typing import TYPE_CHECKING

from conformance.auth.errors import LoginFailed

try:
    import termios
except ImportError:  # Windows: what is pasted is seen there
    termios = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator


def ask_for_address(redirect_uri: str, seconds: float) -> str:
    """Return what is pasted; a terminal does not show it, for it holds the code.

    Raises:
        LoginFailed: nothing came in time.
    """
    sys.stderr.write(
        f"The browser will end at {redirect_uri}, which is not of this machine: a page that may"
        " not load.\nPaste its whole address here and press Enter (it is not shown): "
    )
    sys.stderr.flush()
    with _unseen():
        try:
            line = _line(seconds)
        finally:
            sys.stderr.write("\n")
    if line is None:
        raise LoginFailed(f"nothing was pasted in {seconds:g} s; start it again")
    if not line.strip():
        raise LoginFailed("nothing was pasted; start it again")
    return line.strip()


def _line(seconds: float) -> str | None:
    """Return the next line of standard input, None where none comes in time."""
    if os.name == "posix":
        try:
            ready, _, _ = select.select([sys.stdin], [], [], seconds)
        except (OSError, ValueError):  # it has no descriptor, so it is all there
            ready = [sys.stdin]
        return sys.stdin.readline() if ready else None
    lines: Queue[str] = Queue()
    # A daemon thread: nothing else ends a read that nobody answers there.
    Thread(target=lambda: lines.put(sys.stdin.readline()), daemon=True).start()
    try:
        return lines.get(timeout=seconds)
    except Empty:
        return None


@contextmanager
def _unseen() -> Iterator[None]:
    """Turn the terminal's echo off meanwhile."""
    if termios is None or not sys.stdin.isatty():
        yield
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    changed = termios.tcgetattr(descriptor)
    changed[3] &= ~termios.ECHO
    termios.tcsetattr(descriptor, termios.TCSADRAIN, changed)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
