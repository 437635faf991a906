"""Pages with every part that `report.html` has, and a run of thousands. Imports builders."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
from report_builders import broken, exchange, finding, item, mixed_run, run_of

from conformance.findings import Assertion, Coverage, ElementCount, Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.findings import Finding
    from conformance.runlog import Run

#: Where `make browser` and `make allure` put packages of npm.
NODE = Path(__file__).parents[2] / "build/node/node_modules"
PLAN_NET = "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/plannet-Location"


def absent(what: str) -> NoReturn:
    """Skip a test that has not what it needs; fail where `make browser` wants it run."""
    said = f"{what} is not installed: make browser says what it needs"
    pytest.fail(said) if "FLEXCHECK_BROWSER" in os.environ else pytest.skip(said)


def held(at: str, expected: str, observed: str) -> Assertion:
    """One assertion that holds."""
    return Assertion(True, at, expected, observed)


def measured() -> tuple[Sequence[Finding], Sequence[dict[str, object]]]:
    """Findings on profiles and on the directory's quality, with their clauses."""
    counted = Coverage(
        PLAN_NET,
        40,
        (
            ElementCount("Location.name", 40, 0),
            ElementCount("Location.position", 3, 37),
            ElementCount("Location.telecom", 0, 40),
        ),
    )
    support = finding("DIR-LOC-MUST-SUPPORT", Outcome.SKIP, coverage=counted)
    unchecked = held("terminology", "what no package holds is named", "code system urn:x")
    conforms = finding("DIR-LOC-CONFORMS", assertions=(unchecked,), held=41)
    counts = {
        "Location": held("Location", "a number that reaches somebody", "all 400 are"),
        "Practitioner": broken(
            at="Practitioner",
            expected="a number that reaches somebody",
            observed="30 of 1,800 are not: Practitioner/1 (12)",
            exchange="",
        ),
    }
    quality = [
        finding(
            "DIR-QUALITY-TELECOM",
            Outcome.PASS if assertion.holds else Outcome.WARNING,
            case=kind,
            assertions=(assertion,),
        )
        for kind, assertion in counts.items()
    ]
    clauses = [
        item("DIR-LOC-CONFORMS", topic="content"),
        item("DIR-LOC-MUST-SUPPORT", topic="content", expectation="SHOULD"),
        item("DIR-QUALITY-TELECOM", topic="quality", resource="", expectation="SHOULD"),
    ]
    return (conforms, support, *quality), clauses


def whole_run() -> Run:
    """A run with every outcome and every part of the page."""
    mixed, (more, clauses) = mixed_run(), measured()
    again = finding("DIR-LOC-AGAIN", Outcome.FAIL)  # of the same cause as the first failure
    errata = [{"id": "E-1", "problem": "two names", "reading": "the first"}]
    long = exchange(body='{"text": "' + "long " * 1000 + '"}')
    return replace(
        mixed,
        exchanges={**mixed.exchanges, long.id: long},
        header={**mixed.header, "errata": errata, "packs": {"plan-net#1.0.0": "cd" * 32}},
        clauses={
            **mixed.clauses,
            **{str(entry["id"]): entry for entry in (*clauses, item("DIR-LOC-AGAIN"))},
        },
        findings=(*mixed.findings, again, *more),
    )


def large_run(size: int = 5000) -> Run:
    """A run of so many failures, each with twenty broken places and a body of 60 kB."""
    findings = [
        finding(
            f"DIR-ROW-{number}",
            Outcome.FAIL,
            assertions=tuple(broken(n, exchange=f"ex-{number}") for n in range(20)),
            exchanges=(f"ex-{number}",),
        )
        for number in range(size)
    ]
    body = '{"resourceType": "Bundle", "x": "' + "y" * 60_000 + '"}'
    exchanges = tuple(exchange(f"ex-{number}", body=body) for number in range(size))
    return run_of(*findings, exchanges=exchanges)
