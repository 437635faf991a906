"""What Allure is told of a whole run: environment, executor, categories. Imports verdict.

Allure 2 reads categories from `categories.json`; Allure 3 only from its configuration, so that
stands beside them as `allurerc.json` (`allure generate RESULTS --config RESULTS/allurerc.json`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from conformance.findings import Outcome
from reports.allure_result import LEADS, STATUSES
from reports.verdict import verdict_of
from reports.wording import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from conformance.runlog import Run
    from reports.verdict import Verdict

TITLE = "FHIR API conformance"
#: Where Allure 3 keeps what it needs to show a test's history, from the folder it is called in.
HISTORY = "allure-history.jsonl"
#: The labels that Allure 3's tree goes by, from the root.
TREE = ("epic", "feature", "story")
_CATEGORIES = {
    Outcome.FAIL: "Non-conformance (a clause does not hold)",
    Outcome.ERROR: "Environment error (nothing was judged)",
    Outcome.WARNING: "Recommendation not followed (SHOULD)",
    Outcome.SKIP: "Not demonstrated (no data to judge it on)",
    Outcome.NOT_APPLICABLE: "Not applicable to this target",
    Outcome.WAIVED: "Waived",
}
_OURS = "Fault of flexcheck itself (please report)"


def run_files(run: Run) -> dict[str, str]:
    """Return `environment.properties`, `categories.json`, `executor.json` and `allurerc.json`."""
    facts = (*verdict_facts(verdict_of(run)), *run_facts(run))
    return files_about(facts, str(run.header.get("target", {}).get("name", "")), _started(run))


def files_about(
    facts: Iterable[tuple[str, str]], name: str, started: str, tree: Sequence[str] = TREE
) -> dict[str, str]:
    """Return the same files of these facts, on a target or targets of this name."""
    return {
        "environment.properties": _properties(facts),
        "categories.json": json_text(_categories()),
        "executor.json": json_text(_executor(name, started)),
        "allurerc.json": json_text(_configuration(name, tree)),
    }


def _started(run: Run) -> str:
    return str(run.header.get("started", ""))


def verdict_facts(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Yield what the environment tells of a verdict."""
    yield "verdict", verdict.sentence
    yield "exit_code", str(verdict.exit_code)


def run_facts(run: Run) -> Iterator[tuple[str, str]]:
    """Yield what the environment tells of a run beside its verdict."""
    target = run.header.get("target", {})
    for name in ("name", "deployment", "environment", "directory_base", "fhir_base"):
        if target.get(name):
            yield f"target.{name}", str(target[name])
    for name in ("flexcheck", "python", "platform", "started"):
        yield name, str(run.header.get(name, ""))
    yield "strict", str(bool(run.header.get("strict"))).lower()
    yield "complete", str(run.complete).lower()
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
    """Return Allure 2's categories: it has nothing but status and message to go by.

    The expressions mean the same in Java, which Allure 2 is written in, and in JavaScript.
    """
    known: list[dict[str, Any]] = [
        {
            "name": name,
            "matchedStatuses": [STATUSES[outcome]],
            "messageRegex": rf"^{LEADS[outcome]}[\s\S]*",
        }
        for outcome, name in _CATEGORIES.items()
    ]
    return [*known, {"name": _OURS, "matchedStatuses": ["broken", "failed"]}]


def _configuration(target: str, tree: Sequence[str]) -> Mapping[str, Any]:
    """Return Allure 3's configuration (https://allurereport.org/docs/v3/configure/)."""
    title = one_line(f"{TITLE}: {target}")
    known: list[dict[str, Any]] = [
        {"name": name, "matchers": {"labels": {"outcome": f"^{outcome.value}$"}}}
        for outcome, name in _CATEGORIES.items()
    ]
    return {
        "name": title,
        "historyPath": HISTORY,
        "categories": [*known, {"name": _OURS, "matchers": {"statuses": ["broken", "failed"]}}],
        "plugins": {
            "awesome": {
                "options": {"reportName": title, "groupBy": [*tree]},
            }
        },
    }


def _executor(target: str, started: str) -> Mapping[str, Any]:
    return {
        "name": "flexcheck",
        "type": "flexcheck",
        "buildName": clean(f"{target} {started}".strip()),
        "reportName": TITLE,
    }


def json_text(content: Any) -> str:
    """Return a file's text."""
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
