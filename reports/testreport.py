"""`testreport.json`: the run as a FHIR R4 TestReport (https://hl7.org/fhir/R4/testreport.html).

Imports runlog, digest and verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from conformance.findings import Outcome
from conformance.verdict import INCONCLUSIVE
from reports.digest import digest_of
from reports.verdict import verdict_of
from reports.wording import one_line, source_text, web_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.runlog import Run
    from reports.digest import ClauseRecord, Digest

#: FHIR's words for an assertion (value set report-action-result-codes).
_RESULTS = {
    Outcome.PASS: "pass",
    Outcome.FAIL: "fail",
    Outcome.WARNING: "warning",
    Outcome.WAIVED: "warning",
    Outcome.SKIP: "skip",
    Outcome.NOT_APPLICABLE: "skip",
    Outcome.ERROR: "error",
}


def render(run: Run) -> str:
    """Return the text of `testreport.json`."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(resource_of(run), option=options).decode()


def resource_of(run: Run) -> dict[str, Any]:
    """Return the TestReport of a run; what came to no verdict is `pending`, never `pass`."""
    digest, verdict = digest_of(run), verdict_of(run)
    target = run.header.get("target", {})
    report: dict[str, Any] = {
        "resourceType": "TestReport",
        "name": one_line(f"flexcheck: {target.get('name') or 'the target'}"),
        "status": "completed" if run.complete else "stopped",
        "testScript": {
            "display": one_line(f"contract {target.get('deployment', '')}".strip()),
            **_identifier(run),
        },
        "result": "pass" if verdict.good else _result(verdict.exit_code, run),
        "tester": one_line(f"flexcheck {run.header.get('flexcheck', '')}".strip()),
        "issued": str(run.footer.get("finished") or run.header.get("started", "")),
        "participant": [*_participants(run)],
    }
    if digest.judged:
        passed = len(digest.with_status(Outcome.PASS))
        report["score"] = round(passed * 100 / digest.judged, 2)
    if tests := [*_tests(digest)]:
        report["test"] = tests
    return {name: value for name, value in report.items() if value}


def _result(code: int, run: Run) -> str:
    return "pending" if code == INCONCLUSIVE or not run.complete else "fail"


def _identifier(run: Run) -> dict[str, Any]:
    prints = run.header.get("documents", {})
    fingerprint = prints.get(run.header.get("target", {}).get("deployment", ""))
    if not fingerprint:
        return {}
    return {"identifier": {"system": "urn:flexcheck:contract", "value": f"sha256:{fingerprint}"}}


def _participants(run: Run) -> Iterator[dict[str, str]]:
    yield {"type": "test-engine", "uri": "urn:flexcheck", "display": "flexcheck"}
    target = run.header.get("target", {})
    for key, display in (("fhir_base", "Patient Access"), ("directory_base", "Provider Directory")):
        if uri := web_address(target.get(key) or ""):
            yield {"type": "server", "uri": uri, "display": display}


def _tests(digest: Digest) -> Iterator[dict[str, Any]]:
    for record in digest.records:
        if record.findings:
            yield {
                "name": record.id,
                "description": _description(record),
                "action": [{"assert": entry} for entry in _assertions(record)],
            }


def _description(record: ClauseRecord) -> str:
    source = source_text(record.item.get("source", ()))
    said = f"({record.expectation}) {record.statement}"
    return one_line(f"{said} [{source}]" if source else said, 2000)


def _assertions(record: ClauseRecord) -> Iterator[dict[str, str]]:
    for finding in record.findings:
        case = f"{finding.case}: " if finding.case else ""
        message = one_line(f"{case}{finding.message or finding.outcome.value}", 2000)
        yield {
            "result": _RESULTS[finding.outcome],
            "message": message,
            "detail": one_line(f"{finding.outcome.value}; {finding.test}".strip("; "), 2000),
        }
