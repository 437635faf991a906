"""Errors as FHIR says them, raised anywhere and told as OperationOutcome. Imports nothing."""

from __future__ import annotations

from typing import Any


class FhirProblem(Exception):  # noqa: N818 - it is an answer of the server, not a fault of ours
    """A refusal: HTTP status, IssueType code and the sentence a client reads."""

    def __init__(
        self, status: int, code: str, diagnostics: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(diagnostics)
        self.status = status
        self.code = code
        self.diagnostics = diagnostics
        self.headers = headers or {}


def outcome(code: str, diagnostics: str) -> dict[str, Any]:
    """Return an OperationOutcome with one error."""
    issue = {"severity": "error", "code": code, "diagnostics": diagnostics}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def invalid(parameter: str, problem: str) -> FhirProblem:
    """Return the refusal of a search parameter's value."""
    return FhirProblem(400, "invalid", f'Invalid value of parameter "{parameter}": {problem}')


def not_found(what: str) -> FhirProblem:
    """Return the 404 of a resource, version or path that is not there."""
    return FhirProblem(404, "not-found", f"{what} is not known")
