"""`traceability.html`: clause, test, outcome and evidence, both ways."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from report_builders import NASTY, broken, exchange, finding, item, mixed_run, run_of

from conformance.findings import Outcome
from reports import html, several
from reports.digest import digest_of
from reports.several.group import Group, Member

if TYPE_CHECKING:
    from conformance.runlog import Run


def _rows(text: str) -> dict[str, list[str]]:
    """The words of each table row, by its first cell."""
    found: dict[str, list[str]] = {}
    for row in re.findall(r"<tr.*?</tr>", text, re.DOTALL):
        cells = [" ".join(unescape(re.sub("<[^>]+>", " ", cell)).split())
                 for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]  # fmt: skip
        found.setdefault(cells[0], []).append(" | ".join(cells[1:]))
    return found


def test_a_clause_leads_to_test_outcome_and_evidence() -> None:
    (row,) = _rows(html.render_trace(mixed_run()))["DIR-LOC-SEARCH-STATE"]
    for words in ("test_search.py::test_filters", "address-state=UT", "fail 37 made, 5 broken"):
        assert words in row
    assert row.endswith("ex-0041 | ")


def test_names_of_exchanges_are_shown_as_the_run_has_them() -> None:
    """The page is made from the run: no words of a spreadsheet's cell are taken apart."""
    told = finding("DIR-A", exchanges=("login and token", "ex-0041"))
    assert "login and token ex-0041 |" in _rows(html.render_trace(run_of(told)))["DIR-A"][0]


def test_a_clause_without_verdict_says_why() -> None:
    found = _rows(html.render_trace(mixed_run()))
    assert "not testable |  | not observable: One run cannot see" in found["DIR-OPS-FRESHNESS"][0]
    assert found["DIR-END-READ"][0].endswith("the directory holds no Endpoint")
    # The environment's error, the skip, what does not apply and what no request verifies.
    assert "4 of 9 clauses have no verdict" in html.render_trace(mixed_run())


def test_evidence_leads_to_tests_and_clauses() -> None:
    rows = _rows(html.render_trace(mixed_run()))["ex-0041"]
    assert any("GET /Location?address-state=UT | 200" in row for row in rows)
    assert "DIR-LOC-SEARCH-STATE" in " ".join(rows)


def test_an_exchange_that_no_finding_cites_is_listed() -> None:
    text = html.render_trace(run_of(finding("DIR-A", exchanges=())))
    assert "no finding cites it" in _rows(text)["ex-0041"][0]


def test_many_names_are_counted_and_links_lead_somewhere() -> None:
    names = tuple(f"ex-{number}" for number in range(100))
    many = [finding(f"DIR-{number}", exchanges=names) for number in range(30)]
    for made in many:
        object.__setattr__(made, "test", "suites/test_x.py::test_it")
    text = html.render_trace(run_of(*many, exchanges=tuple(exchange(name) for name in names)))
    assert "ex-11 and 88 more" in _rows(text)["DIR-0"][0]
    assert _rows(text)["ex-0"][0].endswith("and 18 more")
    ids = set(re.findall(r' id="([^"]+)"', text))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= ids


@pytest.mark.parametrize("run", [run_of(), run_of(finding("DIR-A"), footer={})])
def test_a_run_that_proves_nothing_is_not_green(run: Run) -> None:
    assert 'class="verdict open"' in html.render_trace(run)


def test_what_a_server_sends_stays_text() -> None:
    nasty = finding("DIR-A", Outcome.FAIL, case=NASTY, assertions=(broken(observed=NASTY),))
    bad = exchange(url=f"https://x.example/{NASTY}")
    text = html.render_trace(run_of(nasty, clauses=[item("DIR-A")], exchanges=(bad,)))
    assert "<script" not in text
    assert "\x1b" not in text


def test_several_targets_stand_in_one_page() -> None:
    run = mixed_run()
    members = (Member("a", "1-a", 1, run, digest_of(run)), Member("b", "2-b", 2, None, None))
    text = several.content(Group(members), "trace").decode()
    assert text.count("from clauses to evidence") == 1
    assert "DIR-LOC-SEARCH-STATE" in text
