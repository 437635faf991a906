"""Which findings waivers accept, and what became of each waiver. Pure.

Imports runlog, digest, places and the policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from conformance.findings import Outcome
from reports.digest import digest_of
from reports.places import Places

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from conformance.findings import Assertion, Finding
    from conformance.runlog import Run
    from reports.gate.policy import Waiver

#: What a waiver can accept; an environment error or a missing verdict it cannot.
WAIVABLE = frozenset({Outcome.FAIL, Outcome.WARNING})


class State(StrEnum):
    """What became of a waiver. Over several targets the first of these that applies to one."""

    USED = "used"
    EXPIRED = "expired"
    NOT_ENOUGH = "not enough"
    PASSES = "now passes"
    UNUSED = "unused"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class Sorted:
    """The findings of one run: those that count, and those that waivers accept."""

    counted: tuple[Finding, ...]
    waived: tuple[Finding, ...]
    states: tuple[State, ...]


def sort_findings(run: Run, waivers: Sequence[Waiver], today: date) -> Sorted:
    """Tell the findings that waivers accept from the others; one finding is waived whole or not."""
    # A test repeated leaves its last finding: the digest keeps that one.
    findings = [found for record in digest_of(run).records for found in record.findings]
    places, name = Places(run), str(run.header.get("target", {}).get("name", ""))
    used: set[int] = set()
    counted: list[Finding] = []
    waived: list[Finding] = []
    here = [(n, waiver) for n, waiver in enumerate(waivers) if waiver.target in ("", name)]
    for finding in findings:
        needed = _needed(finding, here, places, today)
        (waived if needed else counted).append(finding)
        used |= needed
    states = tuple(
        State.USED if number in used else _state(waiver, findings, places, today, here=name)
        for number, waiver in enumerate(waivers)
    )
    return Sorted(tuple(counted), tuple(waived), states)


def combined(states: Iterable[State]) -> State:
    """Return what became of a waiver over several targets."""
    found = set(states)
    return next(state for state in State if state in found)


def _needed(
    finding: Finding, waivers: Sequence[tuple[int, Waiver]], places: Places, today: date
) -> set[int]:
    """Return the waivers that accept all of a finding; none where any place is left over."""
    live = [(n, w) for n, w in waivers if w.expires >= today and _may_concern(w, finding)]
    if whole := [n for n, waiver in live if not (waiver.resource or waiver.place)]:
        return set(whole[:1])
    broken = [assertion for assertion in finding.assertions if not assertion.holds]
    if not live or len(broken) < finding.broken:
        return set()  # what the log did not keep, no waiver can name
    needed: set[int] = set()
    for assertion in broken:
        covering = [n for n, waiver in live if _covers(waiver, finding, assertion, places)]
        if not covering:
            return set()
        needed.add(covering[0])
    return needed


def _may_concern(waiver: Waiver, finding: Finding) -> bool:
    return (
        finding.outcome in WAIVABLE
        and waiver.clause == finding.clause
        and waiver.case in ("", finding.case)
    )


def _covers(waiver: Waiver, finding: Finding, assertion: Assertion, places: Places) -> bool:
    right_resource = waiver.resource in ("", places.resource(assertion))
    return right_resource and waiver.place in ("", places.fingerprint(finding, assertion))


def _state(
    waiver: Waiver, findings: Sequence[Finding], places: Places, today: date, *, here: str
) -> State:
    """Say what became of a waiver that accepted nothing here."""
    if waiver.expires < today:
        return State.EXPIRED
    of_clause = [finding for finding in findings if finding.clause == waiver.clause]
    meant = [finding for finding in of_clause if waiver.case in ("", finding.case)]
    made = {finding.outcome for finding in meant}
    if waiver.target not in ("", here) or not _judged(meant or of_clause):
        return State.NOT_JUDGED
    whole = not (waiver.resource or waiver.place)
    if not meant or (made & WAIVABLE and whole):
        return State.UNUSED  # the run has no such case, or another waiver accepts the same
    touched = any(_touches(waiver, finding, places) for finding in meant)
    return State.NOT_ENOUGH if touched else State.PASSES


def _judged(findings: Iterable[Finding]) -> bool:
    return any(finding.outcome in WAIVABLE | {Outcome.PASS} for finding in findings)


def _touches(waiver: Waiver, finding: Finding, places: Places) -> bool:
    """Whether a waiver names a broken place of a finding, or may: the log keeps only so many."""
    if not _may_concern(waiver, finding):
        return False
    broken = [assertion for assertion in finding.assertions if not assertion.holds]
    return len(broken) < finding.broken or any(
        _covers(waiver, finding, assertion, places) for assertion in broken
    )
