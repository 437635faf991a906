"""What a run's findings mean for its exit code (DESIGN, section 5). May import findings."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.findings import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.findings import Finding

HOLDS, NON_CONFORMANCE, USAGE, INCONCLUSIVE, BUG = 0, 1, 2, 3, 4
#: Where several exit codes apply, the first of these stands (DESIGN, section 5).
PRECEDENCE = (BUG, USAGE, NON_CONFORMANCE, INCONCLUSIVE, HOLDS)

#: Outcomes that came of judging; the others say why nothing was judged.
JUDGED = frozenset({Outcome.PASS, Outcome.FAIL, Outcome.WARNING, Outcome.WAIVED})


@dataclass(frozen=True, slots=True)
class Conclusion:
    """An exit code with the reasons for it, weightiest first."""

    exit_code: int
    reasons: tuple[str, ...]


def gravest(codes: Iterable[int | None]) -> int:
    """Return the exit code of several runs together; None is a run that did not take place.

    >>> gravest([0, 3, 1]), gravest([0, None]), gravest([])
    (1, 3, 3)
    """
    found = {INCONCLUSIVE if code is None else code for code in codes} or {INCONCLUSIVE}
    return next((code for code in PRECEDENCE if code in found), BUG)


def count_outcomes(findings: Iterable[Finding]) -> dict[str, int]:
    """Count findings by outcome; every outcome has its number, 0 too."""
    counted = Counter(finding.outcome for finding in findings)
    return {outcome.value: counted[outcome] for outcome in Outcome}


def conclude(
    findings: Iterable[Finding],
    area_of: Mapping[str, str],
    *,
    bugs: Iterable[str] = (),
    interrupted: bool = False,
) -> Conclusion:
    """Draw the conclusion of a run. Where several codes apply: 4, 2, 1, 3, 0.

    Args:
        findings: all findings of the run.
        area_of: clause id to area, for the floor: in every applicable area something was judged.
        bugs: what went wrong in flexcheck itself.
        interrupted: the run was stopped before its end.
    """
    findings = tuple(findings)
    count = count_outcomes(findings)
    reasons: list[tuple[int, str]] = [(BUG, f"flexcheck failed: {bug}") for bug in bugs]
    if failed := count[Outcome.FAIL]:
        reasons.append((NON_CONFORMANCE, f"{_several(failed, 'finding')} of non-conformance"))
    if interrupted:
        reasons.append((INCONCLUSIVE, "the run was interrupted"))
    if errors := count[Outcome.ERROR]:
        reasons.append(
            (INCONCLUSIVE, f"{_several(errors, 'clause')} not judged: the environment failed")
        )
    reasons += [(INCONCLUSIVE, text) for text in _below_the_floor(findings, area_of)]
    if not reasons:
        return Conclusion(HOLDS, ("everything that was judged holds",))
    reasons.sort(key=lambda item: PRECEDENCE.index(item[0]))
    return Conclusion(reasons[0][0], tuple(text for _, text in reasons))


def _below_the_floor(findings: tuple[Finding, ...], area_of: Mapping[str, str]) -> Iterable[str]:
    outcomes: defaultdict[str, set[Outcome]] = defaultdict(set)
    for finding in findings:
        if finding.outcome is not Outcome.NOT_APPLICABLE:
            outcomes[area_of[finding.clause]].add(finding.outcome)
    if not outcomes:
        yield "nothing applied to this target: nothing was judged"
    for area, seen in sorted(outcomes.items()):
        if not seen & JUDGED:
            yield f"no clause of area {area} was judged"


def _several(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
