"""`report.html`, parsed without a browser. May import reports and builders."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from report_builders import NASTY, broken, exchange, finding, item, mixed_run, run_of
from report_pages import large_run, whole_run

from conformance.findings import Outcome
from reports import html
from reports.html import cards

if TYPE_CHECKING:
    from conformance.runlog import Run

VOID = {"meta", "br", "input", "link", "img", "hr"}


class Page(HTMLParser):
    """Keeps elements, text and nesting mistakes of one page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.mistakes: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.mistakes += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.mistakes.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        if self._open[-1:] not in (["script"], ["style"]):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def _page(run: Run) -> Page:
    return Page(html.render(run))


def test_the_page_starts_with_the_verdict_and_what_it_rests_on() -> None:
    text = _page(mixed_run()).text
    start = text.index("Tooele sandbox does not conform: 2 clauses do not hold")
    assert text.index("flexcheck 0.1.0") < start
    for fact in ("5 of 7 applicable", "47 assertions, 12 requests, 60.0 s", "What failed"):
        assert start < text.index(fact) < text.index("All clauses")


def test_the_page_is_well_formed_and_names_its_parts() -> None:
    page = _page(mixed_run())
    assert page.mistakes == []
    assert page.all("html")[0]["lang"] == "en"
    assert [len(page.all(tag)) for tag in ("main", "h1", "nav")] == [1, 1, 1]
    assert any(link.get("href") == "#main" for link in page.all("a"))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(heading.get("scope") in ("col", "row", "rowgroup") for heading in page.all("th"))
    targets = {link["href"] for link in page.all("a") if str(link["href"]).startswith("#")}
    assert {target[1:] for target in targets if target} <= set(ids)


def test_nothing_is_loaded_from_elsewhere() -> None:
    text = html.render(mixed_run())
    page = Page(text)
    for tag, attributes in page.elements:
        assert "src" not in attributes
        assert tag == "a" or "href" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
    assert "@import" not in text
    assert "url(" not in text


def test_what_a_server_sends_stays_text() -> None:
    nasty = finding(
        "DIR-A",
        Outcome.FAIL,
        case=NASTY,
        message=NASTY,
        assertions=(broken(at=NASTY, expected=NASTY, observed=NASTY),),
    )
    bad = exchange(body=NASTY, url=f"https://x.example/{NASTY}", status=500)
    clauses = [
        item(
            "DIR-A",
            statement=f"`{NASTY}` {NASTY}",
            standard={"name": NASTY, "section": "", "url": "javascript:alert(1)"},
        )
    ]
    text = html.render(run_of(nasty, clauses=clauses, exchanges=(bad,), target={"name": NASTY}))
    page = Page(text)
    assert page.mistakes == []
    assert len(page.all("script")) == 1
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert not [link for link in page.all("a") if str(link["href"]).startswith("javascript")]
    assert "\\x1b[31mred" in page.text


def test_only_the_script_of_the_page_may_run() -> None:
    text = html.render(mixed_run())
    script = text.partition("<script>")[2].partition("</script>")[0]
    digest = b64encode(sha256(script.encode()).digest()).decode()
    policy = next(meta["content"] for meta in Page(text).all("meta") if "http-equiv" in meta)
    assert f"script-src 'sha256-{digest}'" in str(policy)
    assert "default-src 'none'" in str(policy)


def test_a_failing_clause_has_all_that_a_person_needs() -> None:
    text = _page(mixed_run()).text
    for words in (
        "A search of Location by address-state returns the locations of that state",
        "Bundle.entry[0].resource.address.state",
        "address-state = UT",
        "NV",
        "ex-0041 GET /Location?address-state=UT",
        "curl -i -g -H 'accept: application/fhir+json'",
        '"resourceType": "Bundle"',
        "tooele, Location, lines 405-412",
        "FHIR R4 3.1.1.5.14",
        "flexcheck run --target sandbox.toml --only DIR-LOC-SEARCH-STATE",
        "And 2 more broken. 37 assertions judged, 5 broken",
    ):
        assert words in text


def test_what_failed_stands_first_by_cause_with_the_command_that_repeats_it() -> None:
    text = _page(whole_run()).text
    first, findings = text.index("What failed, and how to repeat it"), text.index("Does not hold:")
    summary = text[first:findings]
    assert "Provider Directory: Location 2 clauses" in summary
    assert (
        "At Bundle.entry[0].resource.address.state : observed NV , expected address-state = UT"
        in (summary)
    )
    assert "Repeat: flexcheck run --target sandbox.toml --only DIR-LOC-SEARCH-STATE" in summary
    assert "Its first clause: A search of Location by address-state" in summary


def test_where_nothing_failed_errors_stand_first_and_a_pass_has_no_such_list() -> None:
    broke = run_of(finding("DIR-A"), finding("DIR-B", Outcome.ERROR, message="refused"))
    text = _page(broke).text
    assert "Observed refused" in text[text.index("What failed") : text.index("Does not hold")]
    assert "What failed" not in _page(run_of(finding("DIR-A"))).text


def test_profiles_quality_and_performance_have_figures_in_words() -> None:
    text = _page(whole_run()).text
    for words in (
        "plannet-Location DIR-LOC-MUST-SUPPORT 40 2 of 3 66.6 % Location.telecom",
        "Location a number that reaches somebody pass 400 of 400 100.0 % none",
        "1,770 of 1,800 98.3 % Practitioner/1 (12)",
        "search Location 2 1 120.0 120.0",
    ):
        assert words in text


def test_clauses_without_verdict_stand_with_their_reasons() -> None:
    text = _page(mixed_run()).text
    for words in (
        "the directory holds no Endpoint",
        "the target has no fhir_base",
        "not observable: One run cannot see when the payer learned of the change.",
        "connection refused",
        "E-1",
    ):
        assert words in text


def test_the_reading_of_an_erratum_is_shown_where_the_log_has_it() -> None:
    errata = [{"id": "E-1", "problem": "two names", "reading": "the first"}]
    run = run_of(finding("DIR-A"), clauses=[item("DIR-A", errata=["E-1"])], errata=errata)
    text = _page(run).text
    assert "two names" in text
    assert "the first" in text


def test_every_clause_is_in_the_matrix_with_its_outcome_in_words() -> None:
    page = _page(mixed_run())
    rows = {row["id"]: row["data-outcome"] for row in page.all("tr") if "data-outcome" in row}
    assert rows["c-DIR-LOC-SEARCH-STATE"] == "fail"
    assert rows["c-DIR-OPS-FRESHNESS"] == "not-tested"
    assert len(rows) == 9


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (run_of(), "no test ran, nothing was judged"),
        (run_of(finding("DIR-A", Outcome.SKIP)), "no clause was judged"),
        (run_of(finding("DIR-A"), footer={}), "did not end"),
        (run_of(finding("DIR-A"), finding("DIR-B", Outcome.ERROR)), "the environment failed"),
    ],
)
def test_a_run_that_proves_nothing_says_so_and_is_not_green(run: Run, words: str) -> None:
    text = html.render(run)
    assert 'class="verdict open"' in text
    assert 'class="verdict good"' not in text
    assert words in Page(text).text


def test_a_run_that_holds_is_green() -> None:
    assert 'class="verdict good"' in html.render(run_of(finding("DIR-A")))


def test_bodies_are_cut_and_each_exchange_is_shown_in_full_once() -> None:
    big = exchange(body="x" * (cards.MAX_BODY * 2))
    text = html.render(
        run_of(finding("DIR-A", Outcome.FAIL), finding("DIR-B", Outcome.FAIL), exchanges=(big,))
    )
    assert text.count("x" * cards.MAX_BODY) == 1
    assert "cut here" in text
    assert "shown in full above" in text


def test_exchanges_of_passing_findings_are_left_out() -> None:
    assert "ex-0041" not in html.render(run_of(finding("DIR-A")))


def test_member_data_of_production_stays_out() -> None:
    clauses = [item("PA-A", area="PA")]
    for environment, shown in (("production", False), ("sandbox", True)):
        run = run_of(
            finding("PA-A", Outcome.FAIL),
            clauses=clauses,
            target={"environment": environment},
            exchanges=(exchange(body='{"family":"Canary"}'),),
        )
        assert ("Canary" in html.render(run)) is shown


def test_a_run_of_5000_failures_stays_small() -> None:
    text = html.render(large_run())  # bench/report_page.py measures how soon it is there
    assert len(text.encode()) < 10_000_000
    assert "left out to keep this page small" in text
    assert f"And {5000 - cards.MAX_CARDS} more clauses" in Page(text).text
