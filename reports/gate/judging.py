"""The rules of a gate, one generator a rule: each yields why a run is refused. Pure.

Imports runlog, digest, compare, verdict and the policy.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.findings import Outcome
from reports.compare import compare
from reports.digest import digest_of
from reports.gate.waiving import State, combined, sort_findings
from reports.verdict import verdict_of
from reports.wording import counted, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from conformance.findings import Finding
    from conformance.runlog import Run
    from reports.digest import Digest
    from reports.gate.policy import Policy, Waiver
    from reports.gate.waiving import Sorted

#: How many ids a line names before "and N more".
NAMED = 4


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a run is refused: the rule's name, a line, and the clauses it speaks of."""

    rule: str
    text: str
    clauses: tuple[str, ...] = ()
    target: str = ""


@dataclass(frozen=True, slots=True)
class Gated:
    """What a gate says of one or more runs; it opens only where there is no reason."""

    reasons: tuple[Reason, ...]
    waivers: tuple[tuple[Waiver, State], ...]
    waived: tuple[tuple[str, Finding], ...]
    counted: tuple[tuple[str, Finding], ...]

    @property
    def passed(self) -> bool:
        """Whether the gate opens."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Subject:
    """One run to judge: the name of its target, and the run to compare it with."""

    name: str
    run: Run | None
    baseline: Run | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class _Case:
    """What every rule is given."""

    run: Run
    policy: Policy
    digest: Digest
    sorted: Sorted
    baseline: Run | None

    def counted(self, *outcomes: Outcome) -> list[Finding]:
        """Return the findings of these outcomes that no waiver accepts."""
        return [finding for finding in self.sorted.counted if finding.outcome in outcomes]


def judge(subjects: Sequence[Subject], policy: Policy, today: date) -> Gated:
    """Judge all runs by one policy; a waiver is used if any target needs it."""
    reasons: list[Reason] = []
    sortings: list[tuple[str, Sorted]] = []
    for subject in subjects:
        name = subject.name if len(subjects) > 1 else ""
        if subject.run is None:
            reasons.append(Reason("no run", subject.sentence, target=name))
            continue
        found = sort_findings(subject.run, policy.waivers, today)
        sortings.append((subject.name, found))
        case = _Case(subject.run, policy, digest_of(subject.run), found, subject.baseline)
        for rule, texts in RULES.items():
            reasons += (Reason(rule, text, clauses, name) for text, clauses in texts(case))
    rows = zip(*(found.states for _, found in sortings), strict=True)
    states = tuple(combined(row) for row in rows)
    waivers = tuple(zip(policy.waivers, states, strict=False))
    return Gated(
        (*reasons, *_of_waivers(waivers, policy)),
        waivers,
        tuple((name, finding) for name, found in sortings for finding in found.waived),
        tuple((name, finding) for name, found in sortings for finding in found.counted),
    )


Line = tuple[str, tuple[str, ...]]


def _whole(case: _Case) -> Iterator[Line]:
    verdict = verdict_of(case.run)
    if not case.run.complete:
        yield verdict.sentence, ()
    elif not case.digest.judged:
        yield f"nothing was judged: {verdict.sentence}", ()
    if case.run.header.get("only") and not case.policy.partial:
        only = ", ".join(case.run.header["only"])
        yield f"the run was told to judge a part only (--only {only}); partial = true allows it", ()


def _own_failure(case: _Case) -> Iterator[Line]:
    for reason in case.run.footer.get("reasons", ()):
        if reason.startswith("flexcheck failed"):
            yield one_line(reason), ()


def _failures(case: _Case) -> Iterator[Line]:
    # A strict run has counted what is not binding as failed already.
    found = case.counted(Outcome.FAIL)
    if found:
        verb = "does" if len(found) == 1 else "do"
        yield _listed(f"{counted(len(found), 'finding')} {verb} not hold", found)


def _errors(case: _Case) -> Iterator[Line]:
    found = case.counted(Outcome.ERROR)
    if len(found) > case.policy.errors:
        said = f"{counted(len(found), 'finding')} in error, {case.policy.errors} accepted"
        yield _listed(said, found)


def _warnings(case: _Case) -> Iterator[Line]:
    found, most = case.counted(Outcome.WARNING), case.policy.warnings
    if most is not None and len(found) > most:
        yield _listed(f"{counted(len(found), 'warning')}, {most} accepted", found)


def _skips(case: _Case) -> Iterator[Line]:
    found = [
        finding
        for finding in case.counted(Outcome.SKIP)
        if not any(_names(word, finding.clause) for word in case.policy.expected_skips)
    ]
    if len(found) > case.policy.skips:
        said = f"{counted(len(found), 'unexpected skip')}, {case.policy.skips} accepted"
        yield _listed(said, found)


def _names(word: str, clause: str) -> bool:
    return clause == word or clause.startswith(f"{word.removesuffix('*').rstrip('-')}-")


def _coverage(case: _Case) -> Iterator[Line]:
    judged: Counter[str] = Counter()
    applicable: Counter[str] = Counter()
    for group in case.digest.groups:
        judged[group.area] += group.judged
        applicable[group.area] += group.applicable
    for area, number in sorted(applicable.items()):
        floor = case.policy.coverage.get(area, case.policy.floor)
        # Without any floor, an area of which nothing was judged is one too little still.
        if number and (judged[area] * 100 < floor * number or not judged[area]):
            share = f"{judged[area]} of {number} applicable clauses judged"
            yield f"{area}: {share} ({judged[area] * 100 // number} %), floor {floor:g} %", ()
    for area in sorted(case.policy.coverage.keys() - {a for a in applicable if applicable[a]}):
        if case.policy.coverage[area]:
            yield f"{area}: no clause applies to this target, floor {_floor(case, area)}", ()


def _floor(case: _Case, area: str) -> str:
    return f"{case.policy.coverage[area]:g} %"


def _regressions(case: _Case) -> Iterator[Line]:
    if case.baseline is None:
        return
    accepted = {(finding.clause, finding.case) for finding in case.sorted.waived}
    found = [
        change
        for change in compare(case.baseline, case.run).regressions
        if (change.clause, change.case) not in accepted
    ]
    if found:
        parts = Counter(f"{change.before} to {change.after}" for change in found)
        kinds = ", ".join(f"{number:,} {words}" for words, number in parts.most_common(NAMED))
        names = tuple(dict.fromkeys(change.clause for change in found))
        yield f"{counted(len(found), 'regression')} ({kinds}): {_some(names)}", names


def _of_waivers(waivers: Iterable[tuple[Waiver, State]], policy: Policy) -> Iterator[Reason]:
    wanted = {
        State.EXPIRED: "expired: mend what they accept, or renew them",
        State.PASSES: "for what holds now: take them out",
        State.UNUSED: "that accept nothing: mend or take them out",
    }
    for state, what in wanted.items():
        found = [waiver for waiver, became in waivers if became is state]
        if found and (state is State.EXPIRED or policy.refuse_unused):
            names = tuple(str(waiver) for waiver in found)
            text = f"{counted(len(found), 'waiver')} {what}: {_some(names)}"
            yield Reason("waivers", text, tuple(waiver.clause for waiver in found))


def _listed(said: str, findings: Sequence[Finding]) -> Line:
    names = tuple(dict.fromkeys(finding.clause for finding in findings))
    return f"{said}: {_some(names)}", names


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMED])
    return shown if len(names) <= NAMED else f"{shown} and {len(names) - NAMED:,} more"


#: In the order in which a reader wants them.
RULES: dict[str, Callable[[_Case], Iterator[Line]]] = {
    "run": _whole,
    "flexcheck": _own_failure,
    "failures": _failures,
    "errors": _errors,
    "warnings": _warnings,
    "skips": _skips,
    "coverage": _coverage,
    "regressions": _regressions,
}
