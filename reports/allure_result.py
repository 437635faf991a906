"""One finding as an Allure result with its attachments, from the run log alone. Imports digest.

The form is that of Allure 2's result files, which Allure 3 reads too
(https://allurereport.org/docs/how-it-works-test-result-file/).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import md5
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from conformance.findings import Expectation, Outcome
from reports.allure_http import CONTENT_TYPE, EXTENSION, http_exchange
from reports.describe import broken_beside, broken_of, finding_lines, judged_text, number_of
from reports.exchange_text import bodies_are_fit, shows_body
from reports.wording import (
    api_title,
    clean,
    curl_line,
    exchange_line,
    led,
    one_line,
    repeat_command,
    source_text,
    standard_text,
    web_address,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.exchange import Exchange
    from conformance.findings import Assertion, Finding
    from conformance.runlog import Run
    from reports.digest import ClauseRecord

#: Exchanges attached to one test, and characters of one body; those of a pass need less.
MAX_EXCHANGES, MAX_EXCHANGES_OF_PASS = 20, 3
MAX_BODY, MAX_BODY_OF_PASS = 50_000, 10_000
#: Assertions shown as steps of one test.
MAX_STEPS = 25

_SEVERITIES = {
    Expectation.SHALL: "critical",
    Expectation.SHALL_NOT: "critical",
    Expectation.SHOULD: "normal",
    Expectation.SHOULD_NOT: "normal",
    Expectation.MAY: "minor",
}
STATUSES = {
    Outcome.PASS: "passed",
    Outcome.FAIL: "failed",
    Outcome.WARNING: "passed",
    Outcome.SKIP: "skipped",
    Outcome.ERROR: "broken",
    Outcome.NOT_APPLICABLE: "skipped",
    Outcome.WAIVED: "skipped",
}
#: What a test's message starts with; Allure 2's categories tell findings apart by it.
LEADS = {
    Outcome.PASS: "",
    Outcome.FAIL: "does not hold: ",
    Outcome.WARNING: "warning: ",
    Outcome.SKIP: "not demonstrated: ",
    Outcome.ERROR: "environment error: ",
    Outcome.NOT_APPLICABLE: "not applicable: ",
    Outcome.WAIVED: "waived: ",
}
#: What a title starts with where the status alone would mislead: a tree shows no more than these.
_MARKS = {
    Outcome.WARNING: "[warning] ",
    Outcome.SKIP: "[not demonstrated] ",
    Outcome.NOT_APPLICABLE: "[not applicable] ",
    Outcome.WAIVED: "[waived] ",
}


#: An exchange as one result shows it: its id, the limit of a body, whether bodies are shown.
Shown = tuple[str, int, bool]


@dataclass(frozen=True, slots=True)
class Result:
    """One result: its JSON, and the files that it attaches, by name."""

    content: dict[str, Any]
    files: dict[str, str]


def result_of(  # noqa: PLR0913 - what a result is made of
    run: Run,
    record: ClauseRecord,
    finding: Finding,
    number: int,
    *,
    start: int,
    known: dict[Shown, str],
) -> Result:
    """Return the result of a run's finding of this number, begun at `start` (ms since 1970).

    `known` keeps the exchanges that were made readable, for the next result that attaches one.
    """
    stop = start + round(finding.seconds * 1000)
    attached = [*_attachments(run, record, finding, known)]
    names = [_source(run, *attachment) for attachment in attached]
    content = {
        **_identity(run, finding, number),
        "name": _title(record, finding),
        "description": _description(run, record),
        "status": STATUSES[finding.outcome],
        "stage": "finished",
        "steps": [{**step, "start": start, "stop": stop} for step in _steps(finding)],
        "attachments": [
            {"name": title, "source": source, "type": kind}
            for (title, kind, _, _), source in zip(attached, names, strict=True)
        ],
        "parameters": [{"name": "case", "value": clean(finding.case)}] if finding.case else [],
        "labels": [{"name": name, "value": value} for name, value in _labels(run, record, finding)],
        "links": [*_links(record)],
        "start": start,
        "stop": stop,
    }
    if finding.outcome is not Outcome.PASS:
        message = led(LEADS[finding.outcome], clean(finding.message))
        trace = clean("\n".join(finding_lines(finding)))
        content["statusDetails"] = {"message": message, "trace": trace}
    texts = (text for _, _, _, text in attached)
    return Result(content, dict(zip(names, texts, strict=True)))


def _title(record: ClauseRecord, finding: Finding) -> str:
    """Return mark, clause id and statement; a title is no Markdown, so backticks go."""
    statement = record.statement.replace("`", "")
    return clean(f"{_MARKS.get(finding.outcome, '')}{record.id} {statement}")


def _identity(run: Run, finding: Finding, number: int) -> dict[str, str]:
    """Return ids: history follows target, clause and case, wherever the suites are installed."""
    path, _, name = finding.test.partition("::")
    name, _, case = name.partition("[")
    module = path.removesuffix(".py").replace("/", ".")
    target = str(run.header.get("target", {}).get("name", ""))
    return {
        "uuid": _uuid(run, str(number), finding.test, finding.clause, finding.case),
        "testCaseId": _fingerprint(finding.clause, name),
        "historyId": _fingerprint(target, finding.clause, name, case.removesuffix("]")),
        "fullName": f"{module}#{name}",
    }


def _fingerprint(*words: str) -> str:
    return md5("\0".join(words).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def _uuid(run: Run, *words: str) -> str:
    """Return an id that the same run gives again, and no other run gives."""
    header = (str(run.header.get(key, "")) for key in ("started", "target"))
    return str(uuid5(NAMESPACE_URL, _fingerprint(*header, *words)))


def _description(run: Run, record: ClauseRecord) -> str:
    """Return the clause in Markdown, as Allure shows descriptions."""
    lines = [f"**{record.expectation}** {record.statement}"]
    if source := source_text(record.item.get("source", ())):
        lines.append(f"Source: {source}")
    if standard := standard_text(record.item.get("standard")):
        lines.append(f"Standard: {standard}")
    lines.append(f"Again: `{repeat_command(run, record.id)}`")
    return clean("\n\n".join(lines))


def _labels(run: Run, record: ClauseRecord, finding: Finding) -> Iterator[tuple[str, str]]:
    item, outcome = record.item, finding.outcome
    area, resource = record.group
    yield "epic", clean(api_title(area))
    yield "feature", clean(resource)
    yield "story", clean(str(item.get("topic", "")) or resource)
    yield "severity", _SEVERITIES[record.expectation]
    yield "tag", record.expectation.value
    if outcome not in (Outcome.PASS, Outcome.FAIL):
        yield "tag", outcome.value
    yield "outcome", outcome.value
    yield "clause", record.id
    yield "expectation", record.expectation.value
    for key in ("document", "section"):
        places = item.get("source", ())
        yield from ((key, clean(str(name))) for name in dict.fromkeys(s[key] for s in places))
    for label, key in (("resource", "resource"), ("parameter", "param")):
        if item.get(key):
            yield label, clean(str(item[key]))
    yield from (("regulation", clean(str(name))) for name in item.get("regulations", ()))
    # Of several targets in one report, this tells whose test it is; Allure has no other word.
    if target := run.header.get("target", {}).get("name"):
        yield "parentSuite", clean(str(target))
    yield "suite", clean(finding.test.partition("::")[0])
    yield from (("framework", "flexcheck"), ("language", "python"))


def _links(record: ClauseRecord) -> Iterator[dict[str, str]]:
    standard = record.item.get("standard") or {}
    if url := web_address(str(standard.get("url", ""))):
        name = f"{standard.get('name', '')} {standard.get('section', '')}".strip()
        yield {"name": clean(name), "url": clean(url), "type": "link"}
    profile = str(record.item.get("value", ""))
    if web_address(profile):
        name = profile.rpartition("/")[2]
        yield {"name": clean(f"Profile {name}"), "url": clean(profile), "type": "link"}


def _steps(finding: Finding) -> Iterator[dict[str, Any]]:
    """Yield the assertions as steps, broken ones first; a warning's are not failures."""
    failing = "failed" if finding.outcome is Outcome.FAIL else "broken"
    shown = finding.assertions[:MAX_STEPS]
    for assertion in shown:
        yield _step(assertion, "passed" if assertion.holds else failing)
    if more := finding.held + finding.broken - number_of(shown):
        yield {
            "name": f"and {more:,} more ({judged_text(finding)})",
            "status": failing if broken_beside(finding, shown) else "passed",
            "stage": "finished",
        }


def _step(assertion: Assertion, status: str) -> dict[str, Any]:
    facts = {
        "expected": assertion.expected,
        "observed": assertion.observed,
        "exchange": assertion.exchange,
    }
    return {
        "name": one_line(f"{assertion.at}: {assertion.expected}", 300),
        "status": status,
        "stage": "finished",
        "parameters": [
            {"name": name, "value": one_line(value)} for name, value in facts.items() if value
        ],
    }


def _attachments(
    run: Run, record: ClauseRecord, finding: Finding, known: dict[Shown, str]
) -> Iterator[tuple[str, str, str, str]]:
    """Yield title, media type, ending and text of each."""
    told = finding_lines(finding, limit=len(finding.assertions))
    text = clean("\n".join((f"{record.id} ({record.expectation}) {finding.outcome}", *told)))
    yield f"finding: {finding.outcome}", "text/plain", "txt", text
    exchanges = _attached(run, finding)
    environment = str(run.header.get("target", {}).get("environment", ""))
    shown = shows_body(record.group[0], environment, fit=bodies_are_fit(run))
    limit = MAX_BODY_OF_PASS if finding.outcome is Outcome.PASS else MAX_BODY
    for exchange in exchanges:
        key = exchange.id, limit, shown
        if key not in known:
            known[key] = http_exchange(exchange, limit=limit, bodies=shown)
        yield one_line(exchange_line(exchange, ()), 200), CONTENT_TYPE, EXTENSION, known[key]
    if exchanges:
        lines = (f"# {exchange.id}\n{curl_line(exchange.request)}" for exchange in exchanges)
        yield "again with curl", "text/plain", "txt", "\n\n".join(lines)


def _attached(run: Run, finding: Finding) -> list[Exchange]:
    """Return the exchanges to attach: those with a broken assertion come first."""
    broken = {assertion.exchange for assertion in broken_of(finding)}
    most = MAX_EXCHANGES_OF_PASS if finding.outcome is Outcome.PASS else MAX_EXCHANGES
    cited = [run.exchanges[name] for name in finding.exchanges if name in run.exchanges]
    return sorted(cited, key=lambda exchange: exchange.id not in broken)[:most]


def _source(run: Run, _title: str, _kind: str, ending: str, text: str) -> str:
    """Return the name of an attachment's file: tests that attach the same share it."""
    return f"{_uuid(run, ending, text)}-attachment.{ending}"
