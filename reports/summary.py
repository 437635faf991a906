"""`summary.json`: a run in numbers, for machines. Imports runlog, digest and verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from conformance.findings import Outcome
from reports.cost import cost_of
from reports.digest import digest_of
from reports.regulations import by_regulation
from reports.verdict import verdict_of

if TYPE_CHECKING:
    from conformance.findings import Finding
    from conformance.runlog import Run
    from reports.digest import Digest, Group
    from reports.regulations import Regulation


def render(run: Run) -> str:
    """Return the text of `summary.json`."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(summary_of(run), option=options).decode()


def summary_of(run: Run) -> dict[str, Any]:
    """Return the content of `summary.json` (DESIGN, section 5)."""
    digest, verdict = digest_of(run), verdict_of(run)
    return {
        "verdict": verdict.word,
        "sentence": verdict.sentence,
        "exit_code": verdict.exit_code,
        "reasons": list(verdict.reasons),
        "complete": run.complete,
        "outcomes": _words(digest.outcomes),
        "clauses": _clause_counts(digest),
        "target": run.header.get("target", {}),
        "flexcheck": run.header.get("flexcheck", ""),
        "started": run.header.get("started", ""),
        "finished": run.footer.get("finished"),
        "strict": bool(run.header.get("strict")),
        "requests": run.footer.get("requests", len(run.exchanges)),
        "cost": cost_of(run).to_json(),
        "areas": [_group(group) for group in digest.groups],
        "regulations": [_regulation(part) for part in by_regulation(digest)],
        "findings": [_finding(finding) for finding in run.findings],
    }


def _words(outcomes: Any) -> dict[str, int]:
    return {outcome.value: outcomes[outcome] for outcome in Outcome}


def _clause_counts(digest: Digest) -> dict[str, int]:
    return {
        "known": len(digest.records),
        "applicable": digest.applicable,
        "judged": digest.judged,
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "area": group.area,
        "resource": group.resource,
        "applicable": group.applicable,
        "judged": group.judged,
        "outcomes": _words(group.outcomes),
    }


def _regulation(part: Regulation) -> dict[str, Any]:
    return {
        "name": part.name,
        "clauses": part.clauses,
        "applicable": part.applicable,
        "judged": part.judged,
        "not_testable": part.manual,
        "statuses": dict(sorted(part.statuses.items())),
        "broken": list(part.broken),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "clause": finding.clause,
        "case": finding.case,
        "outcome": finding.outcome.value,
        "message": finding.message,
        "exchanges": list(finding.exchanges),
    }
