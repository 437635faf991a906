"""Where an exception was raised, also where Python tells no line. Imports nothing of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def line_of(entry: Any) -> int | None:
    """Return the line of an entry of pytest's traceback, counted from 1; None where it has none.

    Python 3.11 has none for a place such as a comprehension's tail (`tb_lineno` is None), and
    pytest reckons with a number.
    """
    try:
        return int(entry.lineno) + 1
    except TypeError:
        return None


def place_of(entry: Any) -> str:
    """Return `file.py:12`; `file.py` where the place has no line."""
    name, line = Path(entry.path).name, line_of(entry)
    return name if line is None else f"{name}:{line}"
