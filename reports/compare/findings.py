"""Findings of two runs side by side: new, fixed, changed, no longer judged, flaky. Pure.

Imports runlog, findings, digest and places.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from conformance.findings import Outcome
from reports.digest import GRAVITY, JUDGED
from reports.places import Places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.findings import Finding
    from conformance.runlog import Run

#: Outcomes of what does not hold.
BROKEN = frozenset({Outcome.FAIL, Outcome.WARNING, Outcome.WAIVED})
#: The outcome of a case that a run says nothing of.
ABSENT = "absent"


class Kind(StrEnum):
    """What became of one clause and case from the first run to the second."""

    NEW = "new"
    FIXED = "fixed"
    CHANGED = "changed"
    NO_LONGER_JUDGED = "no longer judged"
    NOW_JUDGED = "now judged"


@dataclass(frozen=True, slots=True)
class Change:
    """One clause and case whose outcome is another; `detail` says more where a word is not all."""

    kind: Kind
    clause: str
    case: str
    before: str
    after: str
    detail: str = ""

    @property
    def regression(self) -> bool:
        """Whether the target, or what is known of it, became worse."""
        worse = self.kind in {Kind.NEW, Kind.NO_LONGER_JUDGED}
        return worse or (self.kind is Kind.CHANGED and self.after == Outcome.FAIL != self.before)


@dataclass(frozen=True, slots=True)
class Flaky:
    """One test of one clause and case that came out differently within a single run."""

    clause: str
    case: str
    test: str
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that differs; `unknown` are the clauses that only one run's contract holds."""

    changes: tuple[Change, ...]
    unknown: tuple[str, ...]

    def of(self, kind: Kind) -> tuple[Change, ...]:
        """Return the changes of one kind, in contract order."""
        return tuple(change for change in self.changes if change.kind is kind)

    @property
    def regressions(self) -> tuple[Change, ...]:
        """What became worse."""
        return tuple(change for change in self.changes if change.regression)


@dataclass(frozen=True, slots=True)
class _State:
    """What one run says of one clause and case: its gravest finding and all broken places."""

    outcome: Outcome
    places: frozenset[str]
    broken: int


def compare(before: Run, after: Run) -> Comparison:
    """Compare two runs, case by case, as far as both contracts hold the clause."""
    old, new = _states(before), _states(after)
    shared = {name for name in before.clauses.keys() & after.clauses.keys() if _asked(after, name)}
    keys = dict.fromkeys([*new, *old])
    changes = (
        change
        for key in keys
        if key[0] in shared and (change := _change(key, old.get(key), new.get(key)))
    )
    order = {name: number for number, name in enumerate(after.clauses)}
    return Comparison(
        tuple(sorted(changes, key=lambda change: (order[change.clause], change.case))),
        tuple(sorted(before.clauses.keys() ^ after.clauses.keys())),
    )


def _asked(run: Run, clause: str) -> bool:
    """Whether the run was to judge a clause (`--only`): what it was told to leave is no loss."""
    only, area = run.header.get("only", ()), run.clauses[clause].get("area")
    return not only or any(word in {clause, area} or clause.startswith(f"{word}-") for word in only)


def _change(key: tuple[str, str], old: _State | None, new: _State | None) -> Change | None:
    before = old.outcome.value if old else ABSENT
    after = new.outcome.value if new else ABSENT
    kind = _kind(old, new)
    return Change(kind, *key, before, after, _detail(old, new)) if kind else None


def _kind(old: _State | None, new: _State | None) -> Kind | None:
    was, now = _word(old), _word(new)
    if was == now == "broken":
        return Kind.CHANGED if _differ(old, new) else None
    table = {
        ("broken", "holds"): Kind.FIXED,
        ("holds", "broken"): Kind.NEW,
        ("", "broken"): Kind.NEW,
        ("", "holds"): Kind.NOW_JUDGED,
    }
    if was and not now:
        return Kind.NO_LONGER_JUDGED
    return table.get((was, now))


def _word(state: _State | None) -> str:
    if state is None or state.outcome not in JUDGED:
        return ""
    return "broken" if state.outcome in BROKEN else "holds"


def _differ(old: _State | None, new: _State | None) -> bool:
    return bool(old and new and (old.outcome, old.places) != (new.outcome, new.places))


def _detail(old: _State | None, new: _State | None) -> str:
    if not (old and new and old.outcome in BROKEN and new.outcome in BROKEN):
        return ""
    more, less = len(new.places - old.places), len(old.places - new.places)
    return f"{more:,} other places broken, {less:,} no longer" if more or less else ""


def _states(run: Run) -> dict[tuple[str, str], _State]:
    found: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in _latest(run).values():
        found[finding.clause, finding.case].append(finding)
    places = Places(run)
    return {key: _state(findings, places) for key, findings in found.items()}


def _latest(run: Run) -> Mapping[tuple[str, str, str], Finding]:
    """A test repeated (rerun, xdist restart) leaves its last finding."""
    return {(finding.clause, finding.case, finding.test): finding for finding in run.findings}


def _state(findings: list[Finding], places: Places) -> _State:
    made = {finding.outcome for finding in findings}
    broken = (finding for finding in findings if finding.outcome in BROKEN)
    return _State(
        outcome=next(outcome for outcome in GRAVITY if outcome in made),
        places=frozenset(place for finding in broken for place in places.fingerprints(finding)),
        broken=sum(finding.broken for finding in findings),
    )


def flaky_in(run: Run) -> Iterator[Flaky]:
    """Yield each test that a run judged more than once, with different outcomes."""
    seen: defaultdict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
    for finding in run.findings:
        seen[finding.clause, finding.case, finding.test][finding.outcome.value] = None
    for (clause, case, test), outcomes in seen.items():
        if len(outcomes) > 1:
            yield Flaky(clause, case, test, tuple(outcomes))
