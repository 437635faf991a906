"""Which clauses a run will judge, by a rehearsal on the mock. May import rehearsal and contract."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.contract import load_contract
from conformance.findings import Outcome
from conformance.verdict import INCONCLUSIVE, JUDGED

if TYPE_CHECKING:
    from conformance.rehearsal import Rehearsal
    from conformance.target import Target


@dataclass(frozen=True, slots=True)
class Area:
    """How many clauses of an area a run judges, skips, and does not apply."""

    name: str
    judged: int
    skipped: int
    not_applicable: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a run will come to: areas, why clauses are left out, and which floors are missed.

    `untested` counts, by reason word, the clauses that no run can judge.
    """

    areas: tuple[Area, ...]
    skipped: tuple[tuple[str, int], ...]
    not_applicable: tuple[tuple[str, int], ...]
    untested: tuple[tuple[str, int], ...]
    inconclusive: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the item of `flexcheck doctor --json`."""
        return {
            "areas": {
                area.name: {
                    "judged": area.judged,
                    "skipped": area.skipped,
                    "not_applicable": area.not_applicable,
                }
                for area in self.areas
            },
            "skipped": dict(self.skipped),
            "not_applicable": dict(self.not_applicable),
            "not_tested": dict(self.untested),
            "inconclusive": list(self.inconclusive),
        }


def outlook(target: Target, rehearsal: Rehearsal) -> Outlook:
    """Count clauses, each by its best outcome: one case judged is a clause judged."""
    contract = load_contract()
    best: dict[str, tuple[int, str]] = {}
    for finding in rehearsal.run.findings:
        rank = _rank(finding.outcome)
        if rank < best.get(finding.clause, (9, ""))[0]:
            best[finding.clause] = (rank, finding.message)
    counted: dict[str, Counter[int]] = {}
    for clause, (rank, _) in best.items():
        counted.setdefault(contract[clause].area, Counter())[rank] += 1
    untested = Counter(
        clause.not_tested.reason
        for clause in contract.clauses
        if clause.not_tested and target.deployment in clause.deployments
    )
    footer = rehearsal.run.footer
    floors = footer.get("reasons", ()) if footer.get("exit_code") == INCONCLUSIVE else ()
    return Outlook(
        tuple(Area(area, ranks[0], ranks[1], ranks[2]) for area, ranks in sorted(counted.items())),
        _reasons(best, 1),
        _reasons(best, 2),
        tuple(untested.most_common()),
        tuple(floors),
    )


def _rank(outcome: Outcome) -> int:
    if outcome in JUDGED:
        return 0
    return 2 if outcome is Outcome.NOT_APPLICABLE else 1


def _reasons(best: dict[str, tuple[int, str]], wanted: int) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(why for rank, why in best.values() if rank == wanted).most_common())
