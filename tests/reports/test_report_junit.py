"""`junit.xml`, read back. May import reports and builders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from junitparser import Error, Failure, Skipped, xunit2
from report_builders import NASTY, broken, finding, mixed_run, run_of

from conformance.findings import Outcome
from reports import junit

if TYPE_CHECKING:
    from conformance.runlog import Run


def _cases(run: Run) -> dict[str, Any]:
    document: Any = xunit2.JUnitXml.fromstring(junit.render(run).encode())
    return {case.name: case for suite in document for case in suite}


def test_suites_are_areas_and_resources() -> None:
    document: Any = xunit2.JUnitXml.fromstring(junit.render(mixed_run()).encode())
    assert [suite.name for suite in document] == [
        "DIR / Location",
        "DIR / Organization",
        "DIR / Endpoint",
        "DIR / General",
        "PA / ExplanationOfBenefit",
    ]
    assert (document.tests, document.failures, document.errors) == (8, 2, 1)


def test_each_outcome_has_its_junit_form() -> None:
    cases = _cases(mixed_run())
    failed = cases["DIR-LOC-SEARCH-STATE [address-state=UT]"]
    assert failed.classname == "DIR.Location.search"
    assert isinstance(failed.result[0], Failure)
    assert "observed  NV" in failed.result[0].text
    assert "again     flexcheck run --target sandbox.toml --only" in failed.result[0].text
    assert isinstance(cases["DIR-ORG-READ"].result[0], Error)
    assert cases["DIR-END-READ"].result[0].message.startswith("not demonstrated: ")
    assert isinstance(cases["DIR-END-READ"].result[0], Skipped)
    assert cases["PA-EOB-READ"].result[0].message.startswith("not applicable: ")
    assert cases["DIR-LOC-READ"].result == []
    assert cases["DIR-LOC-SORT"].result == []
    assert cases["DIR-LOC-SORT"].system_out.startswith("WARNING\n")


def test_properties_carry_clause_and_run() -> None:
    run = mixed_run()
    case = _cases(run)["DIR-LOC-SEARCH-STATE [address-state=UT]"]
    found = {entry.name: entry.value for entry in case.properties()}
    assert found["expectation"] == "SHALL"
    assert found["source"] == "tooele, Location, lines 405-412"
    suite: Any = next(iter(xunit2.JUnitXml.fromstring(junit.render(run).encode())))
    assert {entry.name for entry in suite.properties()} >= {"flexcheck", "target.name", "verdict"}


def test_illegal_characters_do_not_spoil_the_file() -> None:
    nasty = finding(
        "DIR-A",
        Outcome.FAIL,
        case=NASTY,
        message=NASTY,
        assertions=(broken(observed=NASTY + "\ud800"),),
    )
    text = junit.render(run_of(nasty))
    ET.fromstring(text.encode())  # noqa: S314 - our own file
    assert "<script>" not in text
    assert "\x1b" not in text


@pytest.mark.parametrize("run", [run_of(), run_of(finding("DIR-A"), footer={})])
def test_a_run_without_verdict_is_never_all_green(run: Run) -> None:
    case = _cases(run)["the run comes to a verdict"]
    assert isinstance(case.result[0], Error)
