"""Expands tables of like statements to one clause a row. Imports `defaults`, `vocabulary`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.contract.vocabulary import fill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract.defaults import Path, Section
    from conformance.contract.model import Clause, Source

#: What a row may leave to its table.
_SHARED = ("source", "section", "rows", "id")
_TEXTS = ("resource", "param", "value")


def table_clauses(section: Section) -> Iterator[Clause]:
    """Yield the clause of every row of the file's tables, in the file's order."""
    for number, table in enumerate(section.data.get("tables", ())):
        usual = {name: value for name, value in table.items() if name not in _SHARED}
        for index, row in enumerate(table["rows"]):
            path = ("tables", number, "rows", index)
            yield _clause(section, table, usual | row, path)


def _clause(section: Section, table: dict[str, Any], row: dict[str, Any], path: Path) -> Clause:
    if "statement" not in row:
        raise section.error(path, "a row without statement", "give one here or for the table")
    words = {name: row.get(name, "") for name in _TEXTS}
    return section.clause(
        row,
        section.own_id(f"{table['id']}-{row['word']}", path),
        _sources(section, table, row, path),
        statement=fill(row["statement"], words),
        kind=row["kind"],
        topic=row["topic"],
        printed_param=row.get("printed_param", ""),
        **words,
    )


def _sources(
    section: Section, table: dict[str, Any], row: dict[str, Any], path: Path
) -> tuple[Source, ...]:
    """The row's own source or lines, or those of the table or the file; then what it adds."""
    if "lines" in row:
        heading = row.get("section", table.get("section"))
        own: Any = {"lines": row["lines"]} | ({"section": heading} if heading else {})
    else:
        own = row.get("source", table.get("source", section.data.get("source")))
    if own is None:
        raise section.error(path, "a row without source", "give lines or source")
    return section.sources(own, path) + section.sources(row.get("also", []), path)
