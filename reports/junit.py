"""`junit.xml`: one suite an area and resource, one case a finding. Imports digest and wording."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from junitparser import Error, Failure, Skipped, xunit2

from conformance.findings import Finding, Outcome
from reports.describe import finding_lines
from reports.digest import digest_of
from reports.verdict import verdict_of
from reports.wording import (
    bases_of,
    clean,
    exchange_line,
    led,
    one_line,
    repeat_command,
    source_text,
    standard_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from junitparser.junitparser import FinalResult

    from conformance.runlog import Run
    from reports.digest import ClauseRecord
    from reports.verdict import Verdict

# The flavour that pytest itself writes; the library leaves it untyped.
JUnitXml: Any = xunit2.JUnitXml
TestSuite: Any = xunit2.TestSuite
TestCase: Any = xunit2.TestCase

_RESULTS: Mapping[Outcome, type[FinalResult]] = {
    Outcome.FAIL: Failure,
    Outcome.ERROR: Error,
    Outcome.SKIP: Skipped,
    Outcome.NOT_APPLICABLE: Skipped,
}
#: What stands before the reason of a skipped case, to tell the two apart.
_PREFIX = {Outcome.SKIP: "not demonstrated: ", Outcome.NOT_APPLICABLE: "not applicable: "}


def render(run: Run) -> str:
    """Return the text of `junit.xml`."""
    return document_of(suites_of(run))


def document_of(suites: Iterable[Any]) -> str:
    """Return the text of a JUnit file with these suites."""
    document = JUnitXml("flexcheck")
    for suite in suites:
        document.add_testsuite(suite)
    document.update_statistics()
    out = io.BytesIO()
    document.write(out)
    return out.getvalue().decode()


def suites_of(run: Run, lead: str = "") -> Iterator[Any]:
    """Yield the run's suites, their names behind `lead`: one for each area and resource."""
    cases: dict[tuple[str, str], list[Any]] = {}
    for record in digest_of(run).records:
        for finding in record.findings:
            cases.setdefault(record.group, []).append(_case(run, record, finding))
    verdict = verdict_of(run)
    for group, members in cases.items():
        yield _suite(run, verdict, lead + " / ".join(group), members)
    if not run.complete or not cases:
        yield _suite(run, verdict, f"{lead}flexcheck / run", [no_verdict(verdict)])


def _suite(run: Run, verdict: Verdict, name: str, cases: list[Any]) -> Any:
    suite = TestSuite(clean(name))
    suite.timestamp = str(run.header.get("started", ""))
    for key, value in _run_properties(run, verdict):
        suite.add_property(key, clean(value))
    suite.add_testcases(cases)
    return suite


def _run_properties(run: Run, verdict: Verdict) -> Iterator[tuple[str, str]]:
    target = run.header.get("target", {})
    yield "flexcheck", str(run.header.get("flexcheck", ""))
    for name in ("name", "deployment", "environment", "directory_base", "fhir_base"):
        if target.get(name):
            yield f"target.{name}", str(target[name])
    yield "complete", str(run.complete).lower()
    yield "verdict", verdict.word
    yield "exit_code", str(verdict.exit_code)


def no_verdict(verdict: Verdict) -> Any:
    """A case in error, so that a run cut short or empty is never read as all green."""
    case = TestCase("the run comes to a verdict", "flexcheck.run")
    error = Error(clean(verdict.sentence), verdict.word)
    error.text = clean("\n".join(verdict.reasons))
    case.result = [error]
    return case


def _case(run: Run, record: ClauseRecord, finding: Finding) -> Any:
    case = TestCase(
        clean(f"{finding.clause} [{finding.case}]" if finding.case else finding.clause),
        clean(".".join(filter(None, (*record.group, record.item.get("topic", ""))))),
        round(finding.seconds, 3),
    )
    _add_properties(case, record)
    kind = _RESULTS.get(finding.outcome)
    text = clean("\n".join(_text(run, record, finding)))
    if kind:
        reason = led(_PREFIX.get(finding.outcome, ""), one_line(finding.message))
        result = kind(reason or finding.outcome.value, finding.outcome.value)
        result.text = text
        case.result = [result]
    elif finding.outcome is not Outcome.PASS:
        case.system_out = f"{finding.outcome.value.upper()}\n{text}"
    return case


def _add_properties(case: Any, record: ClauseRecord) -> None:
    facts = {
        "clause": record.id,
        "expectation": record.expectation.value,
        "statement": record.statement,
        "source": source_text(record.item.get("source", ())),
        "standard": standard_text(record.item.get("standard")),
    }
    for name, value in facts.items():
        if value:
            case.add_property(name, clean(value))


def _text(run: Run, record: ClauseRecord, finding: Finding) -> Iterator[str]:
    yield f"{record.id} ({record.expectation}) {record.statement}"
    yield from finding_lines(finding)
    bases = bases_of(run)
    for name in finding.exchanges[:5]:
        if name in run.exchanges:
            yield f"exchange  {exchange_line(run.exchanges[name], bases)}"
    yield f"source    {source_text(record.item.get('source', ()))}"
    yield f"again     {repeat_command(run, record.id)}"
