"""One message about a resource (`OperationOutcome.issue`). Imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Issue:
    """Severity and code are those of OperationOutcome; `expression` is the FHIRPath place."""

    severity: str
    code: str
    expression: str
    message: str
