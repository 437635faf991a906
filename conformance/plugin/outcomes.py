"""From a pytest report to a finding: what a skip, a failure or an exception means for a clause.

May import client (for the exception that means "environment"), findings and runlog.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.client import TargetUnusable
from conformance.findings import Outcome
from conformance.plugin.judge import Judge
from conformance.plugin.keys import FINDING
from conformance.plugin.places import place_of
from conformance.runlog import exchange_to_json, finding_to_json

if TYPE_CHECKING:
    from conformance.exchange import Exchange
    from conformance.redaction.veil import Veil

#: The judge of an item, made when the item is set up.
JUDGE = pytest.StashKey[Judge]()
#: Why an item's clause does not apply; set before its fixtures run.
NOT_APPLICABLE = pytest.StashKey[str]()
CASE = pytest.StashKey[str]()


def record_of(
    item: pytest.Item,
    call: pytest.CallInfo[None],
    report: pytest.TestReport,
    recorded: tuple[Exchange, ...],
    veil: Veil | None = None,
) -> dict[str, Any] | None:
    """Return what the controller is to write for one phase of a test; None for nothing.

    A finding is made by the phase that ends the judging: `call`, or a `setup` that did not pass.
    It goes through the `veil`, where there is one, as the exchanges did.
    """
    final = report.when == "call" or (report.when == "setup" and not report.passed)
    failed_after = report.when == "teardown" and report.failed
    if not final and not recorded and not failed_after:
        return None
    record: dict[str, Any] = {
        "finding": None,
        "bug": f"{item.nodeid}: {last_line(call)}" if failed_after else "",
        "exchanges": [exchange_to_json(exchange) for exchange in recorded],
    }
    if final:
        _add_finding(item, call, report, record, veil)
    return record


def _add_finding(
    item: pytest.Item,
    call: pytest.CallInfo[None],
    report: pytest.TestReport,
    record: dict[str, Any],
    veil: Veil | None,
) -> None:
    judge = item.stash[JUDGE]
    outcome, message, bug = _outcome(item, call, report, judge)
    finding = judge.conclude(
        outcome,
        message,
        case=item.stash[CASE],
        test=item.nodeid.partition("@")[0],
        seconds=report.duration,
    )
    if veil:
        finding = veil.finding(finding)
    item.stash[FINDING] = finding
    record["finding"] = finding_to_json(finding)
    record["bug"] = f"{finding.test}: {finding.message}" if bug else ""


def _outcome(
    item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport, judge: Judge
) -> tuple[Outcome, str, bool]:
    """Return outcome, message, and whether it is a bug of ours."""
    if reason := item.stash.get(NOT_APPLICABLE, ""):
        return Outcome.NOT_APPLICABLE, reason, False
    raised = call.excinfo.value if call.excinfo else None
    if isinstance(raised, TargetUnusable):
        return Outcome.ERROR, str(raised), False
    if report.skipped and call.excinfo:
        return Outcome.SKIP, str(getattr(raised, "msg", raised)), False
    if report.passed or isinstance(raised, pytest.fail.Exception):
        return judge.outcome, judge.message, False
    return Outcome.ERROR, f"flexcheck could not judge this: {last_line(call)}", True


def last_line(call: pytest.CallInfo[None]) -> str:
    """Name an exception by type and place; its text may quote what the target sent."""
    if call.excinfo is None:
        return ""
    return f"{call.excinfo.typename} at {place_of(call.excinfo.traceback[-1])}"
