"""Verdicts as text, NDJSON or OperationOutcomes. Imports `issues` and the validator's report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import orjson

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from profiles.issues import Issue
    from profiles.sources import Text
    from profiles.validator.engine import Report

STEP = re.compile(r"(\w+)((?:\[\d+\])*)")
#: How much of a value the text shows.
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one resource; `resource` is empty where it could not be read."""

    text: Text
    resource: dict[str, Any]
    report: Report

    @property
    def name(self) -> str:
        """`Type/id`, as far as the resource has them."""
        kind, number = self.resource.get("resourceType"), self.resource.get("id")
        if not isinstance(kind, str):
            return ""
        return f"{kind}/{number}" if isinstance(number, str) else kind


@dataclass(frozen=True, slots=True)
class Summary:
    """What was found of all resources: by verdict and severity, and what was not checked."""

    counts: Counter[str]
    not_checked: Counter[str]

    @property
    def resources(self) -> int:
        """How many were judged."""
        return self.counts["valid"] + self.counts["invalid"]

    def add(self, verdict: Verdict) -> None:
        """Count one more."""
        self.counts["valid" if verdict.report.valid else "invalid"] += 1
        self.counts.update(each.severity for each in verdict.report.issues)
        self.not_checked.update(verdict.report.not_checked)


class Output(Protocol):
    """Writes verdicts."""

    def lines(self, verdict: Verdict) -> Iterator[str]:
        """The lines of one resource."""
        ...

    def last(self, summary: Summary, /) -> Iterator[str]:
        """The lines after all resources."""
        ...


@dataclass(frozen=True, slots=True)
class AsText:
    """Grouped by resource, each issue with its place and what stands there."""

    errors_only: bool

    def lines(self, verdict: Verdict) -> Iterator[str]:
        """The lines of one resource; none where nothing was found."""
        wanted = {"fatal", "error"} if self.errors_only else {"fatal", "error", "warning"}
        issues = [each for each in verdict.report.issues if each.severity in wanted]
        if not issues:
            return
        place = f"{verdict.text.source}:{verdict.text.line}"
        yield f"{place} {verdict.name} {'valid' if verdict.report.valid else 'INVALID'}"
        for each in issues:
            yield from _issue(each, verdict.resource)
        yield ""

    def last(self, summary: Summary) -> Iterator[str]:
        """The sum of it all."""
        counts = summary.counts
        faults = counts["fatal"] + counts["error"]
        yield (
            f"{_several(summary.resources, 'resource')}: {counts['valid']} valid,"
            f" {counts['invalid']} invalid; {_several(faults, 'error')},"
            f" {_several(counts['warning'], 'warning')}"
        )
        for what, number in summary.not_checked.most_common():
            yield f"  not checked: {what} (in {number})"


def _several(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _issue(each: Issue, resource: dict[str, Any]) -> Iterator[str]:
    yield f"  {each.severity:<8} {each.expression}"
    yield f"           {each.message}"
    value = value_at(resource, each.expression)
    if value is not None:
        shown = orjson.dumps(value, default=str).decode("utf-8", "replace")
        yield f"           > {shown[:SHOWN]}{'…' if len(shown) > SHOWN else ''}"
    origin = " of ".join(part for part in (each.rule, each.profile) if part)
    if origin:
        yield f"           rule {origin}"


def value_at(resource: dict[str, Any], expression: str) -> Any:
    """What stands at a place, None where nothing does or it is the resource itself."""
    found: Any = resource
    for name, indexes in STEP.findall(expression.partition(".")[2]):
        found = _property(found, name)
        for index in re.findall(r"\d+", indexes):
            rows = found if isinstance(found, list) else []
            found = rows[int(index)] if int(index) < len(rows) else None
    return None if found is resource else found


def _property(owner: Any, name: str) -> Any:
    if not isinstance(owner, dict):
        return None
    if name in owner:
        return owner[name]
    size = len(name)
    return next(
        (v for k, v in owner.items() if k.startswith(name) and k[size : size + 1].isupper()), None
    )


@dataclass(frozen=True, slots=True)
class AsLines:
    """One JSON object a line for each resource, in input order."""

    def lines(self, verdict: Verdict) -> Iterator[str]:
        """The line of one resource."""
        report = verdict.report
        row = {
            "source": verdict.text.source,
            "line": verdict.text.line,
            "resource": verdict.name,
            "valid": report.valid,
            "issues": [_row(each) for each in report.issues],
            "not_checked": report.not_checked,
        }
        yield orjson.dumps(row).decode()

    def last(self, _: Summary) -> Iterator[str]:
        """Nothing: each line stands for itself."""
        yield from ()


def _row(each: Issue) -> dict[str, str]:
    return {
        "severity": each.severity,
        "code": each.code,
        "expression": each.expression,
        "profile": each.profile,
        "rule": each.rule,
        "message": each.message,
    }


@dataclass(frozen=True, slots=True)
class AsOutcomes:
    """One OperationOutcome a line for each resource, in input order."""

    def lines(self, verdict: Verdict) -> Iterator[str]:
        """The line of one resource."""
        issues = [_outcome(each) for each in verdict.report.issues]
        fine = {"severity": "information", "code": "informational", "details": {"text": "valid"}}
        row = {"resourceType": "OperationOutcome", "issue": issues or [fine]}
        yield orjson.dumps(row).decode()

    def last(self, _: Summary) -> Iterator[str]:
        """Nothing: each line stands for itself."""
        yield from ()


def _outcome(each: Issue) -> dict[str, Any]:
    found: dict[str, Any] = {
        "severity": each.severity,
        "code": each.code,
        "details": {"text": each.message},
    }
    origin = " of ".join(part for part in (each.rule, each.profile) if part)
    if origin:
        found["diagnostics"] = origin
    if each.expression:
        found["expression"] = [each.expression]
    return found


FORMATS = ("ndjson", "operationoutcome", "text")


def format_of(name: str, *, errors_only: bool) -> Output:
    """The writer of one of `FORMATS`; only text can leave warnings out."""
    if name == "text":
        return AsText(errors_only)
    return AsLines() if name == "ndjson" else AsOutcomes()
