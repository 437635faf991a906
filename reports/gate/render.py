"""What a gate says: ten lines for a person, JSON for a machine. Imports the judging and places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports.gate.waiving import State
from reports.places import Places
from reports.wording import counted, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conformance.findings import Finding
    from conformance.runlog import Run
    from reports.gate.judging import Gated, Reason, Subject
    from reports.gate.policy import Waiver

#: Lines of the whole answer.
MOST = 10


def to_text(gated: Gated, subjects: Sequence[Subject]) -> str:
    """Return the answer in at most ten lines."""
    lines = [_first(gated, subjects), *_reasons(gated.reasons), *_notes(gated)]
    if len(lines) > MOST:
        hidden = len(lines) - MOST + 1
        lines = [*lines[: MOST - 1], f"  and {counted(hidden, 'line')} more: see --json"]
    return "\n".join(lines) + "\n"


def _first(gated: Gated, subjects: Sequence[Subject]) -> str:
    names = one_line(", ".join(subject.name for subject in subjects), 120)
    if gated.passed:
        return f"PASSED   {names}: the policy holds"
    return f"REFUSED  {names}: {counted(len(gated.reasons), 'reason')}"


def _reasons(reasons: Sequence[Reason]) -> Iterator[str]:
    for reason in reasons:
        lead = f"{reason.target}: " if reason.target else ""
        yield f"  {reason.rule:<12} {one_line(lead + reason.text, 300)}"


def _notes(gated: Gated) -> Iterator[str]:
    if gated.waived:
        used = sum(state is State.USED for _, state in gated.waivers)
        verb = "is" if len(gated.waived) == 1 else "are"
        by = counted(used, "waiver")
        yield f"  {'waived':<12} {counted(len(gated.waived), 'finding')} {verb} accepted by {by}"
    others = {State.NOT_JUDGED: "for clauses that were not judged"}
    if gated.passed:  # else each is a reason above
        others |= {State.PASSES: "for what holds now", State.UNUSED: "that accept nothing"}
    for state, what in others.items():
        found = [str(waiver) for waiver, became in gated.waivers if became is state]
        if found:
            names = one_line(", ".join(found), 200)
            yield f"  {'note':<12} {counted(len(found), 'waiver')} {what}: {names}"


def to_json(gated: Gated, subjects: Sequence[Subject]) -> dict[str, Any]:
    """Return the answer with every finding, its places, and every waiver."""
    runs = {subject.name: subject.run for subject in subjects if subject.run}
    return {
        "passed": gated.passed,
        "exit_code": 0 if gated.passed else 1,
        "targets": [subject.name for subject in subjects],
        "reasons": [
            {
                "rule": reason.rule,
                "target": reason.target,
                "text": reason.text,
                "clauses": list(reason.clauses),
            }
            for reason in gated.reasons
        ],
        "waived": [*_findings(gated.waived, runs)],
        "not_waived": [
            *_findings([(name, f) for name, f in gated.counted if f.broken], runs),
        ],
        "waivers": [_waiver(waiver, state) for waiver, state in gated.waivers],
    }


def _findings(
    findings: Sequence[tuple[str, Finding]], runs: Mapping[str, Run]
) -> Iterator[dict[str, Any]]:
    places = {name: Places(run) for name, run in runs.items()}
    for name, finding in findings:
        yield {
            "target": name,
            "clause": finding.clause,
            "case": finding.case,
            "outcome": finding.outcome.value,
            "message": finding.message,
            "broken": finding.broken,
            "places": [*_places(finding, places[name])],
        }


def _places(finding: Finding, places: Places) -> Iterator[dict[str, str]]:
    for assertion in finding.assertions:
        if not assertion.holds:
            yield {
                "place": places.fingerprint(finding, assertion),
                "resource": places.resource(assertion),
                "at": assertion.at,
            }


def _waiver(waiver: Waiver, state: State) -> dict[str, str]:
    names = ("clause", "case", "resource", "place", "target", "reason", "owner", "link")
    known = {name: value for name in names if (value := getattr(waiver, name))}
    return {**known, "expires": waiver.expires.isoformat(), "state": state.value}
