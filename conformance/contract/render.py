"""The contract as text of 80 columns, for a terminal. Imports `coverage`, `model`."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conformance.contract.coverage import CoverageRow
    from conformance.contract.model import Clause, Contract, Erratum

WIDTH = 80
_LABEL = 13


def clause_table(clauses: Sequence[Clause]) -> Iterator[str]:
    """Yield a line for each clause: id, expectation, how it is verified; then the sum."""
    width = max((len(clause.id) for clause in clauses), default=0)
    for clause in clauses:
        how = clause.not_tested.reason if clause.not_tested else "test"
        yield f"{clause.id:<{width}} {clause.expectation.value:<10} {how}"
    tested = sum(1 for clause in clauses if clause.not_tested is None)
    yield f"{_count(len(clauses))}: {tested} tested, {len(clauses) - tested} not tested"


def clause_card(contract: Contract, clause: Clause) -> Iterator[str]:
    """Yield all that is known of one clause."""
    yield clause.id
    yield from _wrapped(f"{clause.expectation.value}: {clause.statement}", "  ")
    yield ""
    yield from _field("where", f"{clause.area}, {_row(clause)}")
    yield from _field("applies", ", ".join(_applies(clause)))
    for source in clause.source:
        yield from _field("source", str(source))
    if clause.standard:
        yield from _field("standard", str(clause.standard))
    if clause.regulations:
        yield from _field("regulation", ", ".join(clause.regulations))
    for printed in _printed(clause):
        yield from _field("printed", printed)
    for erratum_id in clause.errata:
        yield from _field(
            "erratum", f"{erratum_id}. We read: {contract.erratum(erratum_id).reading}"
        )
    yield from _verification(clause)


def erratum_card(erratum: Erratum) -> Iterator[str]:
    """Yield one erratum: what is wrong, how we read it, where it stands."""
    yield erratum.id
    yield from _field("problem", erratum.problem)
    yield from _field("reading", erratum.reading)
    for source in erratum.source:
        yield from _field("source", str(source))


def coverage_table(rows: Sequence[CoverageRow]) -> Iterator[str]:
    """Yield a line for each area and resource, then the sum."""
    yield f"{'area':<6}{'resource':<26}{'clauses':>8}{'tested':>8}{'not tested':>12}"
    for row in rows:
        left = row.clauses - row.tested
        yield f"{row.area:<6}{row.resource:<26}{row.clauses:>8}{row.tested:>8}{left:>12}"
    clauses, tested = sum(row.clauses for row in rows), sum(row.tested for row in rows)
    yield f"{'':<6}{'in all':<26}{clauses:>8}{tested:>8}{clauses - tested:>12}"


def attestation_list(clauses: Iterable[Clause]) -> Iterator[str]:
    """Yield the clauses that no request can test, by reason."""
    reasons: dict[str, list[Clause]] = {}
    for clause in clauses:
        if clause.not_tested:
            reasons.setdefault(clause.not_tested.reason, []).append(clause)
    for reason, group in reasons.items():
        yield f"not tested: {reason} ({len(group)})"
        yield from (f"  {clause.id}" for clause in group)


def _verification(clause: Clause) -> Iterator[str]:
    if clause.not_tested:
        text = f"by no test, {clause.not_tested.reason}: {clause.not_tested.because}"
        yield from _field("verified", text)
        return
    yield from _field("verified", "by a test")
    yield from _field("run it", f"flexcheck run --only {clause.id}")


def _row(clause: Clause) -> str:
    words = (clause.resource, clause.kind, clause.param, clause.value)
    typed = f" (judged as {clause.type})" if clause.type else ""
    return ", ".join(word for word in words if word) + typed


def _applies(clause: Clause) -> Iterator[str]:
    yield from clause.deployments
    if clause.applies_when.api:
        yield clause.applies_when.api
    yield from clause.applies_when.environments
    if clause.applies_when.future:
        yield f"where the target declares {clause.applies_when.future}"


def _printed(clause: Clause) -> Iterator[str]:
    if clause.printed_param:
        yield f"name: {clause.printed_param}"
    if clause.printed_type:
        yield f"type: {clause.printed_type}"


def _field(label: str, text: str) -> list[str]:
    return _wrapped(text, " " * _LABEL, first=f"  {label:<{_LABEL - 2}}")


def _wrapped(text: str, indent: str, first: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _count(number: int) -> str:
    return f"{number} clause" if number == 1 else f"{number} clauses"
