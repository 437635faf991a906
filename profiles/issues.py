"""One message about a resource (`OperationOutcome.issue`). Imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass

#: What makes a resource invalid.
INVALID = frozenset({"fatal", "error"})


@dataclass(frozen=True, slots=True)
class Issue:
    """One message: `severity` and `code` are OperationOutcome's.

    Attributes:
        severity: fatal, error, warning or information.
        code: the issue type (https://hl7.org/fhir/R4/valueset-issue-type.html).
        expression: the FHIRPath of the place, `Patient.name[0].given[1]`.
        message: what was expected, what was found.
        profile: `URL|VERSION` of the profile or type whose rule it is, "" for the JSON itself.
        rule: the constraint key, element id or name of the rule.
    """

    severity: str
    code: str
    expression: str
    message: str
    profile: str = ""
    rule: str = ""
