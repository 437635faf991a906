"""What checks say of an answer, in few words. Imports exchange and profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from profiles import structural_issues

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.exchange import Exchange

SHOWN = 200


def answer(exchange: Exchange) -> str:
    """Say what came back: status, what the body is, and what an OperationOutcome says."""
    response = exchange.response
    if response is None:
        return f"no answer: {exchange.error}"
    if response.problem:
        return f"{response.status}, {response.problem}"
    document = response.document
    if not isinstance(document, dict):
        return f"{response.status}, no JSON object"
    kind = str(document.get("resourceType", "a JSON object without resourceType"))
    said = outcome_text(document)
    return f"{response.status}, {kind}" + (f": {said}" if said else "")


def outcome_text(document: Any) -> str:
    """Return the first text of an OperationOutcome, "" of anything else."""
    issues = document.get("issue") if isinstance(document, dict) else None
    for issue in issues if isinstance(issues, list) else ():
        if isinstance(issue, dict):
            details = issue.get("details")
            text = issue.get("diagnostics") or (
                details.get("text") if isinstance(details, dict) else ""
            )
            return str(text or issue.get("code", ""))[:SHOWN]
    return ""


def is_outcome(exchange: Exchange) -> bool:
    """Whether the body is a well-formed OperationOutcome with at least one issue."""
    document = exchange.document
    return (
        isinstance(document, dict)
        and document.get("resourceType") == "OperationOutcome"
        and isinstance(document.get("issue"), list)
        and bool(document["issue"])
        and not structural_issues(document)
    )


def listed(names: Iterable[object], most: int = 5) -> str:
    """Join names for a message, the first few of many."""
    items = sorted(str(name) for name in names)
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more
