"""An assertion may stand for many places (`times`): what a report leaves out is counted by them."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

from report_builders import broken, finding, run_of
from rich.console import Console

from conformance.findings import Outcome
from reports import allure, html, junit
from reports.describe import finding_lines
from reports.terminal import write_summary

REST = replace(broken(4, observed="97 more such places"), times=97)
#: Three places and the rest of a hundred, with a sample of five that hold.
KEPT = (*map(broken, (1, 2, 3)), REST, replace(broken(), holds=True))
FAILED = finding("DIR-A", Outcome.FAIL, assertions=KEPT, held=5, broken=100)
#: The same, the rest told so early that each report shows it.
EARLY = replace(FAILED, assertions=(KEPT[0], REST, *KEPT[1:3], KEPT[4]))


def _allure() -> tuple[list[dict[str, Any]], str]:
    """The steps of the one result, and what is attached of the finding."""
    files = dict(allure.files_of(run_of(FAILED)))
    (result,) = (json.loads(text) for name, text in files.items() if "-result." in name)
    return result["steps"], files[result["attachments"][0]["source"]].decode()


def test_allure_has_a_step_only_for_what_the_others_do_not_tell() -> None:
    steps, attached = _allure()
    assert len(steps) == len(KEPT) + 1
    assert steps[-1]["name"] == "and 4 more (105 assertions judged, 100 broken)"
    assert steps[-1]["status"] == "passed"
    assert "97 more such places" in attached
    assert "more broken" not in attached


def test_lines_count_places_and_not_the_assertions_that_tell_them() -> None:
    assert "and 97 more broken" in finding_lines(FAILED)
    assert "and 1 more broken" in finding_lines(EARLY)
    assert "and 1 more broken" in junit.render(run_of(EARLY))


def test_page_and_terminal_count_places_too() -> None:
    assert "And 1 more broken." in html.render(run_of(EARLY))
    out = io.StringIO()
    write_summary(run_of(EARLY), Console(file=out, width=80))
    assert "and 1 more of 105 judged" in out.getvalue()
