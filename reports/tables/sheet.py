"""CSV that a spreadsheet opens without harm (RFC 4180). Imports wording."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from reports.wording import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: What a spreadsheet takes for a formula; a server may have sent it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
#: Characters of one cell: a spreadsheet holds no more than 32,767.
_MOST = 30_000

Row = dict[str, object]


def sheet(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Return the text of a CSV file with a heading; a cell that a row lacks is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(name, "")) for name in columns] for row in rows)
    return out.getvalue()


def _cell(value: object) -> str:
    text = clean(str(value))
    text = text if len(text) <= _MOST else f"{text[:_MOST]}..."
    number = isinstance(value, (int, float))
    return f"'{text}" if text.startswith(_FORMULA) and not number else text
