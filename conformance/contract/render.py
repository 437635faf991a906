"""The contract as text of 80 columns, for a terminal. Imports `coverage`, `difference`, `model`."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

from conformance.contract.model import SUITE_TO_COME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conformance.contract.coverage import CoverageRow
    from conformance.contract.difference import Difference
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
    yield _coverage_line("area", "resource", ("clauses", "tested", "to come", "attested"))
    for row in rows:
        numbers = (row.clauses, row.tested, row.to_come, row.attested)
        yield _coverage_line(row.area, row.resource, numbers)
    sums = zip(*((r.clauses, r.tested, r.to_come, r.attested) for r in rows), strict=True)
    yield _coverage_line("", "in all", tuple(sum(column) for column in sums))


def attestation_list(clauses: Iterable[Clause]) -> Iterator[str]:
    """Yield the clauses that no request can test, by reason, then how many wait for a suite."""
    reasons: dict[str, list[Clause]] = {}
    for clause in clauses:
        if clause.not_tested:
            reasons.setdefault(clause.not_tested.reason, []).append(clause)
    waiting = reasons.pop(SUITE_TO_COME, [])
    for reason, group in reasons.items():
        yield f"not tested: {reason} ({len(group)})"
        yield from (f"  {clause.id}" for clause in group)
    if waiting:
        yield f"suite to come: {_count(len(waiting))}; `flexcheck contract list --unverified`"


def difference_list(difference: Difference) -> Iterator[str]:
    """Yield what was added, removed and changed, then the sum."""
    for sign, items in (("+", difference.added), ("-", difference.removed)):
        for item in items:
            yield f"{sign} {item['id']}"
            yield from _wrapped(f"{item['expectation']}: {item['statement']}", "    ")
    for change in difference.changed:
        yield f"~ {change.id}"
        for field in change.fields:
            yield f"    {field.name}"
            yield from _wrapped(_plain(field.old), " " * 10, first="      - ")
            yield from _wrapped(_plain(field.new), " " * 10, first="      + ")
    if difference.documents:
        yield f"documents that changed: {', '.join(difference.documents)}"
    numbers = (
        f"{len(difference.added)} added",
        f"{len(difference.removed)} removed",
        f"{len(difference.changed)} changed",
        f"{difference.same} the same",
    )
    yield ", ".join(numbers)


def _plain(value: Any) -> str:
    if value is None:
        return "(absent)"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _coverage_line(area: str, resource: str, numbers: Sequence[int | str]) -> str:
    return f"{area:<9}{resource:<25}" + "".join(f"{number:>10}" for number in numbers)


def _verification(clause: Clause) -> Iterator[str]:
    if clause.not_tested:
        yet = " yet" if clause.testable else ""
        text = f"by no test{yet}, {clause.not_tested.reason}: {clause.not_tested.because}"
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
        where = f" ({', '.join(clause.applies_when.future_in)})" * bool(
            clause.applies_when.future_in
        )
        yield f"where the target declares {clause.applies_when.future}{where}"


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
