"""Allure results: labels and attachments while a test runs, and the files about the run.

May import the contract model, findings, exchanges and runlog.
"""

from __future__ import annotations

from hashlib import md5
from pathlib import Path
from typing import TYPE_CHECKING, Any

import allure
import orjson
from allure_commons.model2 import Parameter, Status, StatusDetails, TestStepResult
from allure_commons.types import AttachmentType, Severity

from conformance.findings import Expectation, Finding, Outcome
from conformance.plugin import session_of
from conformance.plugin.keys import CLAUSE, EXCHANGES, FINDING
from reports.allure_http import CONTENT_TYPE, EXTENSION, http_exchange
from reports.describe import broken_of, finding_lines, judged_text
from reports.exchange_text import shows_body
from reports.verdict import verdict_of
from reports.wording import (
    GENERAL,
    api_title,
    clean,
    curl_line,
    led,
    one_line,
    standard_text,
    web_address,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pytest

    from conformance.contract.model import Clause
    from conformance.exchange import Exchange
    from conformance.runlog import Run

# Allure's own functions carry no types.
_now: Any = allure.dynamic

#: Exchanges attached to one test, and characters of one body; those of a pass need less.
MAX_EXCHANGES, MAX_EXCHANGES_OF_PASS = 20, 3
MAX_BODY, MAX_BODY_OF_PASS = 50_000, 10_000
#: Assertions shown as steps of one test.
MAX_STEPS = 25

_SEVERITIES = {
    Expectation.SHALL: Severity.CRITICAL,
    Expectation.SHALL_NOT: Severity.CRITICAL,
    Expectation.SHOULD: Severity.NORMAL,
    Expectation.SHOULD_NOT: Severity.NORMAL,
    Expectation.MAY: Severity.MINOR,
}
_STATUSES = {
    Outcome.PASS: Status.PASSED,
    Outcome.FAIL: Status.FAILED,
    Outcome.WARNING: Status.PASSED,
    Outcome.SKIP: Status.SKIPPED,
    Outcome.ERROR: Status.BROKEN,
    Outcome.NOT_APPLICABLE: Status.SKIPPED,
    Outcome.WAIVED: Status.SKIPPED,
}
#: What a test's message starts with: the categories below tell findings apart by it.
_LEADS = {
    Outcome.PASS: "",
    Outcome.FAIL: "does not hold: ",
    Outcome.WARNING: "warning: ",
    Outcome.SKIP: "not demonstrated: ",
    Outcome.ERROR: "environment error: ",
    Outcome.NOT_APPLICABLE: "not applicable: ",
    Outcome.WAIVED: "waived: ",
}
_CATEGORIES = {
    Outcome.FAIL: "Non-conformance (a clause does not hold)",
    Outcome.ERROR: "Environment error (nothing was judged)",
    Outcome.WARNING: "Recommendation not followed (SHOULD)",
    Outcome.SKIP: "Not demonstrated (no data to judge it on)",
    Outcome.NOT_APPLICABLE: "Not applicable to this target",
    Outcome.WAIVED: "Waived",
}


def results_folder(config: pytest.Config) -> Path | None:
    """Return where Allure results go; None where this run makes none."""
    folder = getattr(config.option, "allure_report_dir", None)
    return Path(folder) if folder else None


def label(item: pytest.Item) -> None:
    """Say what a test judges: called when its setup is over, passed, failed or skipped.

    Allure's own listener sets title, description and parameters at the end of setup; so they are
    set after it.
    """
    clause = item.stash[CLAUSE]
    _now.title(clean(f"{clause.id} {clause.statement}"))
    _now.description(_description(clause))
    _now.epic(api_title(clause.area))
    _now.feature(clause.resource or GENERAL)
    _now.story(clause.topic)
    _now.severity(_SEVERITIES[clause.expectation])
    _now.tag(clause.expectation.value)
    for name, value in _labels(clause):
        _now.label(name, value)
    if clause.standard and (url := web_address(clause.standard.url)):
        _now.link(url, name=f"{clause.standard.name} {clause.standard.section}".strip())
    if result := _result(item):
        case = getattr(getattr(item, "callspec", None), "id", "")
        # The values themselves are records of ours; their `repr` is no use to a reader.
        result.parameters = [Parameter(name="case", value=clean(case))] if case else []


def _labels(clause: Clause) -> Iterator[tuple[str, str]]:
    yield "clause", clause.id
    yield "expectation", clause.expectation.value
    yield from (("document", name) for name in dict.fromkeys(s.document for s in clause.source))
    yield from (("section", name) for name in dict.fromkeys(s.section for s in clause.source))
    yield from (
        (name, value)
        for name, value in (("resource", clause.resource), ("parameter", clause.param))
        if value
    )


def _description(clause: Clause) -> str:
    """Return the clause in Markdown, as Allure shows descriptions."""
    lines = [f"**{clause.expectation}** {clause.statement}"]
    for source in clause.source:
        first, last = source.lines
        lines.append(f"Source: {source.document}, {source.section}, lines {first}-{last}")
    if clause.standard:
        standard = clause.standard
        parts = {"name": standard.name, "section": standard.section, "url": standard.url}
        lines.append(f"Standard: {standard_text(parts)}")
    lines.append(f"Again: `flexcheck run --only {clause.id}` with the same target")
    return clean("\n\n".join(lines))


def conclude(item: pytest.Item) -> None:
    """Give a test the status of its finding, and attach what the finding rests on."""
    finding = item.stash.get(FINDING, None)
    if not finding:
        return
    clause = item.stash[CLAUSE]
    if finding.outcome not in (Outcome.PASS, Outcome.FAIL):
        _now.tag(finding.outcome.value)
    if result := _result(item):
        _set_status(result, finding)
        _set_identity(result, item, clause)
        result.steps += _steps(finding, result.start, result.stop)
    text = f"{clause.id} ({clause.expectation}) {finding.outcome}\n"
    text += "\n".join(finding_lines(finding, limit=len(finding.assertions)))
    allure.attach(clean(text), f"finding: {finding.outcome}", AttachmentType.TEXT)
    exchanges: tuple[Exchange, ...] = item.stash.get(EXCHANGES, ())
    shown = _shows_bodies(item, clause)
    _attach_exchanges(_attached(finding, exchanges), finding, shown=shown)


def _shows_bodies(item: pytest.Item, clause: Clause) -> bool:
    """Whether bodies may be shown: where members are hidden, an exchange has pseudonyms by now."""
    return shows_body(clause.area, "", fit=session_of(item.config) is not None)


def _attach_exchanges(exchanges: list[Exchange], finding: Finding, *, shown: bool) -> None:
    limit = MAX_BODY_OF_PASS if finding.outcome is Outcome.PASS else MAX_BODY
    for exchange in exchanges:
        content = http_exchange(exchange, limit=limit, bodies=shown)
        allure.attach(content, one_line(str(exchange), 200), CONTENT_TYPE, EXTENSION)
    if exchanges:
        lines = (f"# {exchange.id}\n{curl_line(exchange.request)}" for exchange in exchanges)
        allure.attach("\n\n".join(lines), "again with curl", AttachmentType.TEXT)


def _steps(finding: Finding, start: Any, stop: Any) -> Iterator[TestStepResult]:
    """Yield the assertions as steps, broken ones first; a warning's are not failures."""
    failing = Status.FAILED if finding.outcome is Outcome.FAIL else Status.BROKEN
    for assertion in finding.assertions[:MAX_STEPS]:
        facts = (("expected", assertion.expected), ("observed", assertion.observed))
        yield TestStepResult(
            name=one_line(f"{assertion.at}: {assertion.expected}", 300),
            status=Status.PASSED if assertion.holds else failing,
            stage="finished",
            parameters=[
                Parameter(name=name, value=one_line(value))
                for name, value in (*facts, ("exchange", assertion.exchange))
                if value
            ],
            start=start,
            stop=stop or start,
        )
    made = finding.held + finding.broken
    if more := made - len(finding.assertions[:MAX_STEPS]):
        yield TestStepResult(
            name=f"and {more:,} more ({judged_text(finding)})",
            status=Status.PASSED if finding.broken <= MAX_STEPS else failing,
            stage="finished",
            start=start,
            stop=stop or start,
        )


def _attached(finding: Finding, exchanges: Iterable[Exchange]) -> list[Exchange]:
    """Return the exchanges to attach: those with a broken assertion come first."""
    broken = {assertion.exchange for assertion in broken_of(finding)}
    most = MAX_EXCHANGES_OF_PASS if finding.outcome is Outcome.PASS else MAX_EXCHANGES
    return sorted(exchanges, key=lambda exchange: exchange.id not in broken)[:most]


def _result(item: pytest.Item) -> Any:
    """Return Allure's record of the running test, None where its listener is not there."""
    listener: Any = item.config.pluginmanager.get_plugin("allure_listener")
    return listener and listener.allure_logger.get_test(None)


def _set_status(result: Any, finding: Finding) -> None:
    """Let the finding decide, not the exception that carried it through pytest."""
    result.status = _STATUSES[finding.outcome]
    if finding.outcome is Outcome.PASS:
        result.statusDetails = None
    else:
        message = led(_LEADS[finding.outcome], clean(finding.message))
        trace = clean("\n".join(finding_lines(finding)))
        result.statusDetails = StatusDetails(message=message, trace=trace)


def _set_identity(result: Any, item: pytest.Item, clause: Clause) -> None:
    """Make history follow the clause and case, wherever the suites are installed."""
    name = getattr(item, "originalname", item.name)
    case = getattr(getattr(item, "callspec", None), "id", "")
    result.testCaseId = _fingerprint(clause.id, name)
    result.historyId = _fingerprint(clause.id, name, case)


def _fingerprint(*words: str) -> str:
    return md5("\0".join(words).encode(), usedforsecurity=False).hexdigest()


def write_run_files(run: Run, folder: Path) -> None:
    """Write the files that describe the whole run to Allure."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in run_files(run).items():
        (folder / name).write_bytes(content.encode())


def run_files(run: Run) -> dict[str, str]:
    """Return `environment.properties`, `categories.json` and `executor.json` by name."""
    return {
        "environment.properties": _properties(_environment(run)),
        "categories.json": _json(_categories()),
        "executor.json": _json(_executor(run)),
    }


def _environment(run: Run) -> Iterator[tuple[str, str]]:
    target = run.header.get("target", {})
    for name in ("name", "deployment", "environment", "directory_base", "fhir_base"):
        if target.get(name):
            yield f"target.{name}", str(target[name])
    for name in ("flexcheck", "python", "platform", "started"):
        yield name, str(run.header.get(name, ""))
    yield "strict", str(bool(run.header.get("strict"))).lower()
    yield "complete", str(run.complete).lower()
    yield "verdict", verdict_of(run).sentence
    for document, fingerprint in sorted(run.header.get("documents", {}).items()):
        yield f"contract.{document}", str(fingerprint)


def _properties(pairs: Iterable[tuple[str, str]]) -> str:
    """Return a Java properties file: ASCII, the special characters escaped."""
    return "".join(f"{_java(name, '=:#! ')} = {_java(one_line(value))}\n" for name, value in pairs)


def _java(text: str, special: str = "") -> str:
    escaped = "".join(f"\\{char}" if char in f"\\{special}" else char for char in text)
    units = escaped.encode("utf-16-be", "replace")
    codes = (int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2))
    return "".join(chr(code) if code < 0x7F else f"\\u{code:04x}" for code in codes)  # noqa: PLR2004 - ASCII ends here


def _categories() -> list[dict[str, Any]]:
    known: list[dict[str, Any]] = [
        {
            "name": name,
            "matchedStatuses": [_STATUSES[outcome]],
            "messageRegex": f"(?s){_LEADS[outcome]}.*",
        }
        for outcome, name in _CATEGORIES.items()
    ]
    ours = "Fault of flexcheck itself (please report)"
    return [*known, {"name": ours, "matchedStatuses": ["broken", "failed"]}]


def _executor(run: Run) -> Mapping[str, Any]:
    target = run.header.get("target", {}).get("name", "")
    started = run.header.get("started", "")
    return {
        "name": "flexcheck",
        "type": "flexcheck",
        "buildName": clean(f"{target} {started}".strip()),
        "reportName": "FHIR API conformance",
    }


def _json(content: Any) -> str:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
