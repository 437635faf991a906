"""A comparison as text and as JSON. Imports the comparison, drift and verdict."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from reports.compare.drift import drift_between
from reports.compare.findings import Kind, compare, flaky_in
from reports.verdict import verdict_of
from reports.wording import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.runlog import Run
    from reports.compare.drift import Drift, Latency
    from reports.compare.findings import Change, Comparison, Flaky

#: How many lines a list shows before "and N more".
SHOWN = 20
_MEANINGS = {
    Kind.NEW: "does not hold now",
    Kind.CHANGED: "does not hold in both, otherwise than before",
    Kind.NO_LONGER_JUDGED: "was judged, is not now",
    Kind.FIXED: "did not hold, does now",
    Kind.NOW_JUDGED: "was not judged, holds now",
}


@dataclass(frozen=True, slots=True)
class Diff:
    """Two runs with all that differs between them."""

    before: Run
    after: Run
    comparison: Comparison
    drift: Drift
    flaky: tuple[Flaky, ...]

    @property
    def cautions(self) -> tuple[str, ...]:
        """Why the comparison says less than it seems to."""
        return tuple(_cautions(self.before, self.after))


def diff_of(before: Run, after: Run) -> Diff:
    """Compare two runs in every way."""
    return Diff(
        before,
        after,
        compare(before, after),
        drift_between(before, after),
        tuple(flaky_in(after)),
    )


def _cautions(before: Run, after: Run) -> Iterator[str]:
    for word, run in (("first", before), ("second", after)):
        if not run.complete:
            yield f"the {word} run did not end: what it did not reach counts as not judged"
        elif not run.findings:
            yield f"the {word} run judged nothing"
    old, new = before.header.get("target", {}), after.header.get("target", {})
    for name in ("name", "deployment", "environment"):
        if old.get(name) != new.get(name):
            yield f"the targets differ: {name} {old.get(name)!r} and {new.get(name)!r}"
    if before.header.get("documents") != after.header.get("documents"):
        yield "the contract changed between the runs"
    if before.header.get("only") != after.header.get("only"):
        yield "the runs were told to judge different clauses (--only)"
    if before.header.get("flexcheck") != after.header.get("flexcheck"):
        yield "the runs were made by different versions of flexcheck"


def to_json(diff: Diff) -> dict[str, Any]:
    """Return the comparison as JSON data."""
    changes = diff.comparison
    return {
        "before": _side(diff.before),
        "after": _side(diff.after),
        "cautions": list(diff.cautions),
        "regressions": len(changes.regressions),
        **{_name(kind): [_change(change) for change in changes.of(kind)] for kind in Kind},
        "flaky": [asdict(flaky) for flaky in diff.flaky],
        "clauses_of_one_contract": list(changes.unknown),
        "capability": [asdict(fact) for fact in diff.drift.capability],
        "latency": [_latency(entry) for entry in diff.drift.latency],
        "counts": [asdict(count) for count in diff.drift.counts],
    }


def _name(kind: Kind) -> str:
    return kind.value.replace(" ", "_")


def _change(change: Change) -> dict[str, Any]:
    return {**asdict(change), "kind": change.kind.value, "regression": change.regression}


def _latency(entry: Latency) -> dict[str, Any]:
    return {**asdict(entry), "slower": entry.slower}


def _side(run: Run) -> dict[str, Any]:
    return {
        "target": run.header.get("target", {}).get("name", ""),
        "started": run.header.get("started", ""),
        "complete": run.complete,
        "verdict": verdict_of(run).word,
    }


def to_text(diff: Diff) -> str:
    """Return the comparison as lines for a person."""
    return "\n".join(_lines(diff)) + "\n"


def _lines(diff: Diff) -> Iterator[str]:
    for word, run in (("before", diff.before), ("after ", diff.after)):
        yield f"{word}  {run.header.get('started', '')}  {one_line(verdict_of(run).sentence)}"
    yield from (f"note    {caution}" for caution in diff.cautions)
    for kind, meaning in _MEANINGS.items():
        changes = diff.comparison.of(kind)
        yield from _part(f"{kind} ({meaning})", [_line(change) for change in changes])
    yield from _part("flaky (one test, several outcomes in one run)", map(_flaky, diff.flaky))
    unknown = diff.comparison.unknown
    yield from _part("in one run's contract only, not compared", unknown)
    yield from _drift(diff.drift)
    if not diff.comparison.changes:
        yield ""
        yield "No clause came out differently."


def _drift(drift: Drift) -> Iterator[str]:
    facts = [
        f"{fact.api} {one_line(fact.path, 120)}: {one_line(fact.before, 60) or '-'}"
        f" -> {one_line(fact.after, 60) or '-'}"
        for fact in drift.capability
    ]
    yield from _part("CapabilityStatement", facts)
    slower = (entry for entry in drift.latency if entry.slower)
    yield from _part("slower (median, 95th percentile)", map(_slower, slower))
    counts = [f"{c.resource_type}: {c.before:,} -> {c.after:,}" for c in drift.counts]
    yield from _part("resources seen", counts)


def _slower(entry: Latency) -> str:
    old, new = entry.before, entry.after
    if not (old and new):
        raise ValueError(f"{entry.endpoint} was asked in one run only")
    return (
        f"{entry.endpoint}: {old.median:.3f} s -> {new.median:.3f} s,"
        f" {old.p95:.3f} s -> {new.p95:.3f} s"
    )


def _part(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if not found:
        return
    yield ""
    yield f"{title}: {len(found):,}"
    yield from (f"  {line}" for line in found[:SHOWN])
    if len(found) > SHOWN:
        yield f"  and {len(found) - SHOWN:,} more (--json has all)"


def _line(change: Change) -> str:
    case = f" [{one_line(change.case, 80)}]" if change.case else ""
    detail = f" ({change.detail})" if change.detail else ""
    return f"{change.clause}{case}: {change.before} -> {change.after}{detail}"


def _flaky(flaky: Flaky) -> str:
    case = f" [{one_line(flaky.case, 80)}]" if flaky.case else ""
    return f"{flaky.clause}{case}: {', '.join(flaky.outcomes)}"
