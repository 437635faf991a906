"""`report.html` over several runs. Imports the group and the HTML of a single run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.findings import Outcome
from reports.digest import status_words
from reports.html import environment
from reports.regulations import by_name, by_regulation
from reports.wording import api_title, clean, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.several.group import Group, Member
    from reports.verdict import Verdict


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target: its verdict, the counts in the columns' order, a link to its own report."""

    name: str
    link: str
    verdict: Verdict
    judged: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One area or regulation: clauses judged, that apply, that do not hold, for each target."""

    title: str
    cells: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class DifferingRow:
    """A clause whose outcome is not the same everywhere: `(status, words)` for each target."""

    id: str
    statement: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the template needs."""

    verdict: Verdict
    outcomes: tuple[str, ...]
    targets: tuple[TargetRow, ...]
    areas: tuple[AreaRow, ...]
    regulations: tuple[AreaRow, ...]
    differing: tuple[DifferingRow, ...]


def render(group: Group) -> str:
    """Return the text of the common `report.html`."""
    return environment().get_template("several.html.jinja").render(page=_overview(group))


def _overview(group: Group) -> Overview:
    return Overview(
        verdict=group.verdict,
        outcomes=tuple(outcome.value for outcome in Outcome),
        targets=tuple(_target(member) for member in group.members),
        areas=tuple(_areas(group)),
        regulations=tuple(_regulations(group)),
        differing=tuple(_differing(group)),
    )


def _target(member: Member) -> TargetRow:
    digest = member.digest
    return TargetRow(
        name=member.name,
        link=f"{member.folder}/report.html" if member.run else "",
        verdict=member.verdict,
        judged=f"{digest.judged} of {digest.applicable}" if digest else "none",
        counts=tuple(digest.outcomes[outcome] if digest else 0 for outcome in Outcome),
    )


def _areas(group: Group) -> Iterator[AreaRow]:
    areas = dict.fromkeys(
        part.area for member in group.members if member.digest for part in member.digest.groups
    )
    for area in areas:
        cells = tuple(_area(member, area) for member in group.members)
        if any(applicable for _, applicable, _ in cells):
            yield AreaRow(clean(api_title(area)), cells)


def _area(member: Member, area: str) -> tuple[int, int, int]:
    """Return how many clauses were judged, apply, and have a finding that fails."""
    records = member.digest.records if member.digest else ()
    own = [record for record in records if record.group[0] == area]
    failing = sum(record.status == Outcome.FAIL for record in own)
    return sum(r.judged for r in own), sum(r.applicable for r in own), failing


def _regulations(group: Group) -> Iterator[AreaRow]:
    """Yield the matrix of regulations and targets: cells as those of the areas."""
    tables = [
        {part.name: part for part in by_regulation(member.digest)} if member.digest else {}
        for member in group.members
    ]
    for name in sorted({name for table in tables for name in table}, key=by_name):
        found = [table.get(name) for table in tables]
        cells = tuple((p.judged, p.applicable, len(p.broken)) if p else (0, 0, 0) for p in found)
        yield AreaRow(clean(name), cells)


def _differing(group: Group) -> Iterator[DifferingRow]:
    statements = {
        record.id: record.statement
        for member in group.members
        if member.digest
        for record in member.digest.records
    }
    for name, row in group.differing():
        cells = tuple(
            (status, status_words(status) if status else "no such clause") for status in row
        )
        yield DifferingRow(name, one_line(statements[name]), cells)
