"""CSV, traceability both ways, regulations: rows that say the same as every other report."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from report_builders import NASTY, broken, exchange, finding, item, mixed_run, run_of

from conformance.findings import Outcome
from reports import several, summary
from reports.digest import digest_of
from reports.evidence.attestations import Attested, Statement
from reports.formats import FORMATS
from reports.html import render as render_html
from reports.regulations import NONE, by_regulation
from reports.several.group import Group, Member
from reports.tables import findings, tracing
from reports.tables.sheet import sheet

if TYPE_CHECKING:
    from conformance.runlog import Run

MEMBERS, PLANS, RULE = "42 CFR 422.119", "45 CFR 156.221", "45 CFR 170.215"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_each_finding_is_a_row_with_its_first_broken_place() -> None:
    found = rows(findings.render(mixed_run()))
    assert len(found) == len(mixed_run().findings)
    [row] = [row for row in found if row["clause"] == "DIR-LOC-SEARCH-STATE"]
    assert row["outcome"] == "fail"
    assert row["at"] == "Bundle.entry[0].resource.address.state"
    assert (row["expected"], row["observed"]) == ("address-state = UT", "NV")
    assert (row["exchange"], row["status"]) == ("ex-0041", "200")
    assert row["request"] == "GET /Location?address-state=UT"
    assert row["again"] == "flexcheck run --target sandbox.toml --only DIR-LOC-SEARCH-STATE"
    assert row["source"] == "tooele, Location, lines 405-412"


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(lead: str) -> None:
    run = run_of(finding("DIR-A", Outcome.FAIL, assertions=(broken(observed=f"{lead}1+1"),)))
    [row] = rows(findings.render(run))
    assert row["observed"][0] not in "=+-@\t\r"
    [kept] = rows(sheet(("n",), [{"n": -1.5}]))
    assert kept["n"] == "-1.5"


def test_a_cell_is_cut_and_clean() -> None:
    [row] = rows(sheet(("a", "b", "c"), [{"a": "x" * 40_000, "b": NASTY}]))
    assert len(row["a"]) == 30_003
    assert "\x1b" not in row["b"]
    assert not row["c"]


# -- traceability -------------------------------------------------------------------------------


def test_every_clause_is_traced_and_those_without_verdict_with_their_reason() -> None:
    run = mixed_run()
    found = rows(tracing.render(run))
    assert {row["clause"] for row in found} == set(run.clauses)
    [manual] = [row for row in found if row["clause"] == "DIR-OPS-FRESHNESS"]
    assert manual["outcome"] == "not-tested"
    assert manual["reason"].startswith("not observable: One run cannot see")
    [skipped] = [row for row in found if row["outcome"] == "skip"]
    assert skipped["reason"] == "the directory holds no Endpoint"
    [failed] = [row for row in found if row["clause"] == "DIR-LOC-SEARCH-STATE"]
    assert (failed["assertions"], failed["broken"]) == ("37", "5")
    assert failed["exchanges"] == "ex-0041"
    assert failed["test"].startswith("suites/test_search.py::")
    assert not failed["reason"]


def test_what_was_not_reached_or_not_selected_says_so() -> None:
    clauses = [item("DIR-A"), item("DIR-B")]
    broken_off = run_of(finding("DIR-A"), clauses=clauses, footer={})
    assert rows(tracing.render(broken_off))[1]["reason"].startswith("the run ended before")
    whole = run_of(finding("DIR-A"), clauses=clauses)
    assert rows(tracing.render(whole))[1]["outcome"] == "not-selected"


def test_a_statement_stands_beside_its_clause() -> None:
    stated = [Statement("DIR-OPS-FRESHNESS", "J. Doe", date(2026, 1, 15), "the log", holds=False)]
    found = rows(FORMATS["traceability"].content(mixed_run(), stated).decode())
    said = {row["clause"]: row["stated"] for row in found}
    assert said["DIR-OPS-FRESHNESS"] == "does not hold: J. Doe, 2026-01-15: the log"
    assert not said["DIR-LOC-READ"]


@pytest.mark.parametrize("name", ["html", "trace", "traceability"])
def test_a_statement_names_its_files_wherever_it_stands(name: str) -> None:
    seen = tuple(Attested(f"{number}.csv", f"{number:02}" * 32) for number in range(30))
    stated = [Statement("DIR-OPS-FRESHNESS", "J. Doe", date(2026, 1, 15), "logs", files=seen)]
    text = FORMATS[name].content(mixed_run(), stated).decode()
    files = "; ".join(f"{file.name} (SHA-256 {file.sha256})" for file in seen)
    assert f"holds: J. Doe, 2026-01-15: logs; {files}" in text


def test_every_exchange_is_traced_and_those_that_bear_nothing_too() -> None:
    run = run_of(
        finding("DIR-A"), finding("DIR-B", Outcome.FAIL),
        exchanges=(exchange(), exchange("ex-0042", error="refused")),
    )  # fmt: skip
    found = rows(tracing.render_evidence(run))
    assert [(row["exchange"], row["clause"], row["outcome"]) for row in found] == [
        ("ex-0041", "DIR-A", "pass"),
        ("ex-0041", "DIR-B", "fail"),
        ("ex-0042", "", ""),
    ]
    assert found[2]["answer"] == "no answer (refused)"


def test_both_ways_tell_of_the_same_pairs() -> None:
    run = mixed_run()
    there = {
        (row["clause"], name)
        for row in rows(tracing.render(run))
        for name in row["exchanges"].split()
    }
    back = {(row["clause"], row["exchange"]) for row in rows(tracing.render_evidence(run))}
    assert there == {pair for pair in back if pair[0]}


def test_many_exchanges_of_a_finding_are_counted_out() -> None:
    names = tuple(f"ex-{number}" for number in range(60))
    [row] = rows(tracing.render(run_of(finding("DIR-A", exchanges=names))))
    assert row["exchanges"].endswith("ex-49 and 10 more")


def test_the_page_leads_from_a_test_to_its_clauses() -> None:
    [trace] = tracing.tests_of(mixed_run())
    assert trace.name == "suites/test_search.py::test_filters"
    assert (trace.findings, trace.exchanges) == (8, 2)
    assert ("DIR-LOC-SEARCH-STATE", "fail") in trace.clauses
    page = render_html(mixed_run())
    assert "Tests, and the clauses each judges" in page
    assert "<code>suites/test_search.py::test_filters</code>" in page


# -- regulations --------------------------------------------------------------------------------


def regulated() -> Run:
    return run_of(
        finding("PA-A"), finding("PA-B", Outcome.FAIL), finding("DIR-A", Outcome.SKIP),
        clauses=[
            item("PA-A", area="PA", regulations=[MEMBERS, PLANS, RULE]),
            item("PA-B", area="PA", regulations=[MEMBERS]),
            item("DIR-A", regulations=[RULE]),
            item("PA-C", area="PA", regulations=[MEMBERS],
                 verified_by={"not_tested": "not-observable", "because": "Nobody can see it."}),
            item("DIR-X"),
        ],
    )  # fmt: skip


def test_a_clause_counts_for_each_regulation_it_serves() -> None:
    found = {part.name: part for part in by_regulation(digest_of(regulated()))}
    assert list(found) == [MEMBERS, PLANS, RULE, NONE]
    members = found[MEMBERS]
    assert (members.clauses, members.applicable, members.judged, members.manual) == (3, 2, 2, 1)
    assert members.broken == ("PA-B",)
    assert (found[RULE].applicable, found[RULE].judged) == (2, 1)
    assert found[PLANS].statuses == {"pass": 1}


def test_the_matrix_by_regulation_is_in_page_and_summary() -> None:
    page = render_html(regulated())
    assert page.count(f'<th scope="row">{MEMBERS}</th>') == 1
    told = {part["name"]: part for part in summary.summary_of(regulated())["regulations"]}
    assert told[MEMBERS]["broken"] == ["PA-B"]
    assert told[MEMBERS]["statuses"] == {"fail": 1, "not-tested": 1, "pass": 1}


# -- several targets ----------------------------------------------------------------------------


def group() -> Group:
    one, two = mixed_run(), run_of(finding("DIR-LOC-READ"), target={"name": "Second"})
    members = [Member(f"{n}.toml", f"{n}-t", 1, run, digest_of(run)) for n, run in
               enumerate((one, two))]  # fmt: skip
    return Group((*members, Member("gone.toml", "3-gone", 3, None, None)))


@pytest.mark.parametrize("name", ["csv", "traceability", "evidence"])
def test_rows_of_several_targets_are_led_by_the_target(name: str) -> None:
    found = rows(several.content(group(), name).decode())
    assert {row["target"] for row in found} == {"Tooele sandbox", "Second", "gone.toml"}
    own = rows(FORMATS[name].content(mixed_run()).decode())
    assert sum(row["target"] == "Tooele sandbox" for row in found) == len(own)


def test_every_format_of_one_run_is_there_for_several() -> None:
    assert set(several.FORMATS) == set(FORMATS)
    for name, kind in FORMATS.items():
        assert several.FORMATS[name][0] == kind.filename
        assert several.content(group(), name) == several.content(group(), name)


def test_several_targets_give_a_bundle_a_har_of_pages_and_a_common_markdown() -> None:
    bundle: dict[str, Any] = orjson.loads(several.content(group(), "testreport"))
    assert [entry["resource"]["resourceType"] for entry in bundle["entry"]] == ["TestReport"] * 2
    assert len({entry["fullUrl"] for entry in bundle["entry"]}) == 2
    log = orjson.loads(several.content(group(), "har"))["log"]
    assert [page["id"] for page in log["pages"]] == ["0-t", "1-t"]
    assert {entry["pageref"] for entry in log["entries"]} == {"0-t", "1-t"}
    text = several.content(group(), "markdown").decode()
    assert "gone.toml left no run log" in text
    assert "All targets together: exit code 1." in text


def test_the_matrix_by_regulation_has_a_column_for_each_target() -> None:
    plain = run_of(finding("DIR-X"), target={"name": "Second"})
    runs = [("1.toml", regulated()), ("2.toml", plain)]
    members = (Member(name, name, 1, run, digest_of(run)) for name, run in runs)
    page = several.content(Group(tuple(members)), "html").decode()
    table = page[page.index('id="regulations"') : page.index('id="differing"')]
    row = table[table.index(f">{MEMBERS}<") :].split("</tr>")[0]
    assert "2 of 2" in row
    assert "1 not held" in row
    assert "does not apply" in row
    assert table.index(MEMBERS) < table.index(RULE) < table.index(NONE)


def test_a_broken_off_run_is_told_in_each_summary() -> None:
    run = replace(mixed_run(), footer={})
    assert "did not end" in FORMATS["markdown"].content(run).decode()
    assert orjson.loads(FORMATS["testreport"].content(run))["status"] == "stopped"
