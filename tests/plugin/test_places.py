"""Places of a traceback are told with their line, where they have one."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from conformance.plugin.places import line_of, place_of


class WithoutLine:
    """An entry such as pytest makes over a `tb_lineno` of None."""

    path = Path("/somewhere/suite.py")

    @property
    def lineno(self) -> int:
        line: int | None = None
        return line - 1  # type: ignore[operator]  # what pytest does


def test_lines_are_counted_from_one() -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        _ = 1 // 0
    entry = raised.traceback[-1]
    assert line_of(entry) == raised.tb.tb_lineno
    assert place_of(entry) == f"test_places.py:{raised.tb.tb_lineno}"


def test_a_place_without_line_is_its_file() -> None:
    assert line_of(WithoutLine()) is None
    assert place_of(WithoutLine()) == "suite.py"
    assert place_of(SimpleNamespace(path="a/b.py", lineno=0)) == "b.py:1"
