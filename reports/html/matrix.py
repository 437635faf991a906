"""Every clause with what became of it, as rows. Imports digest and wording."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.digest import status_words
from reports.wording import api_title, clean, one_line, source_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.digest import ClauseRecord, Digest


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One clause in the full matrix."""

    id: str
    expectation: str
    statement: str
    outcome: str
    outcome_text: str
    assertions: int
    exchanges: int
    source: str


@dataclass(frozen=True, slots=True)
class MatrixGroup:
    """The matrix rows of one area and resource."""

    title: str
    rows: tuple[MatrixRow, ...]


def matrix_of(digest: Digest) -> Iterator[MatrixGroup]:
    """Yield the clauses group by group, in contract order."""
    groups: dict[tuple[str, str], list[MatrixRow]] = defaultdict(list)
    for record in digest.records:
        groups[record.group].append(_row(record))
    for (area, resource), rows in groups.items():
        yield MatrixGroup(clean(f"{api_title(area)}: {resource}"), tuple(rows))


def _row(record: ClauseRecord) -> MatrixRow:
    return MatrixRow(
        id=record.id,
        expectation=record.expectation.value,
        statement=one_line(record.statement),
        outcome=str(record.status),
        outcome_text=status_words(record.status),
        assertions=sum(finding.held + finding.broken for finding in record.findings),
        exchanges=len({name for finding in record.findings for name in finding.exchanges}),
        source=clean(source_text(record.item.get("source", ()))),
    )
