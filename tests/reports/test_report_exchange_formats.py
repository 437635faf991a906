"""HAR, FHIR TestReport and Markdown: what each says, keeps back and never breaks on."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from fhir.resources.R4B.testreport import TestReport as R4BTestReport
from report_builders import BASE, NASTY, broken, exchange, finding, item, mixed_run, run_of

from conformance.exchange import Exchange, Request, Response
from conformance.findings import Outcome
from profiles import Validator
from reports import har, markdown, testreport
from reports.exchange_text import WITHHELD

if TYPE_CHECKING:
    from conformance.runlog import Run

EMPTY = run_of(clauses=[item("DIR-A")], exchanges=())
SKIPPED = run_of(finding("DIR-A", Outcome.SKIP))
BROKEN_OFF = run_of(finding("DIR-A"), footer={})
HOSTILE = run_of(
    finding("DIR-A", Outcome.FAIL, message=NASTY, case=NASTY,
            assertions=(broken(at=NASTY, observed=NASTY, expected=NASTY),)),
    clauses=[item("DIR-A", statement=NASTY)],
    exchanges=(exchange(body=NASTY, url=f"{BASE}/x?q={NASTY}"),),
    target={"name": NASTY},
)  # fmt: skip
RUNS = [mixed_run(), EMPTY, SKIPPED, BROKEN_OFF, HOSTILE]


def entries(run: Run) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(har.render(run))["log"]["entries"]
    return found


# -- HAR ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("run", RUNS)
def test_a_har_has_what_the_format_demands(run: Run) -> None:
    log = orjson.loads(har.render(run))["log"]
    assert (log["version"], log["creator"]["name"]) == ("1.2", "flexcheck")
    assert log["pages"][0].keys() >= {"id", "title", "startedDateTime", "pageTimings"}
    assert len(log["entries"]) == len(run.exchanges)
    for entry in log["entries"]:
        assert entry.keys() >= {
            "startedDateTime",
            "time",
            "request",
            "response",
            "cache",
            "timings",
        }
        common = {"httpVersion", "cookies", "headers", "headersSize", "bodySize"}
        assert entry["request"].keys() >= common | {"method", "url", "queryString"}
        assert entry["response"].keys() >= common | {
            "status",
            "statusText",
            "content",
            "redirectURL",
        }
        assert entry["timings"].keys() >= {"send", "wait", "receive"}
        assert entry["time"] == sum(entry["timings"].values())


def test_a_har_entry_tells_the_exchange() -> None:
    [entry] = entries(run_of(finding("DIR-A")))
    assert entry["request"]["url"] == f"{BASE}/Location?address-state=UT"
    assert entry["request"]["queryString"] == [{"name": "address-state", "value": "UT"}]
    assert entry["response"]["content"]["mimeType"] == "application/fhir+json"
    assert '"resourceType":"Bundle"' in entry["response"]["content"]["text"]
    assert entry["time"] == 120.0


def test_a_request_without_answer_says_why() -> None:
    [entry] = entries(run_of(finding("DIR-A"), exchanges=(exchange(error="refused"),)))
    assert entry["response"]["status"] == 0
    assert entry["response"]["comment"] == "no answer: refused"


def test_what_was_sent_stands_in_the_har() -> None:
    sent = Request("POST", f"{BASE}/oauth/token", (("content-type", "a/b"),), "grant_type=x")
    asked = Exchange("ex-1", "token", "2026-01-02T03:04:05Z", 0.1, sent, Response(200))
    [entry] = entries(run_of(finding("DIR-A"), exchanges=(asked,)))
    assert entry["request"]["postData"]["mimeType"] == "a/b"
    assert entry["request"]["postData"]["text"] == "grant_type=x"


@pytest.mark.parametrize(
    ("environment", "members", "shown"),
    [
        ("sandbox", "https://members.example/R4", True),
        ("production", "https://members.example/R4", True),
        ("production", BASE, False),
        ("production", f"{BASE}/members", False),
    ],
)
def test_directory_bodies_are_shown_where_no_member_data_can_be(
    environment: str, members: str, *, shown: bool
) -> None:
    target = {"environment": environment, "fhir_base": members}
    [entry] = entries(run_of(finding("DIR-A"), target=target))
    assert (entry["response"]["content"]["text"] != WITHHELD) is shown


@pytest.mark.parametrize(("environment", "shown"), [("sandbox", True), ("production", False)])
def test_member_bodies_are_shown_of_a_sandbox_only(environment: str, *, shown: bool) -> None:
    asked = exchange(url="https://members.example/R4/Patient/1", body="SECRET-MEMBER")
    target = {"environment": environment, "fhir_base": "https://members.example/R4"}
    text = har.render(run_of(finding("DIR-A"), exchanges=(asked,), target=target))
    assert ("SECRET-MEMBER" in text) is shown


def test_a_body_is_cut_with_a_comment_and_kept_once() -> None:
    long = "x" * 30_000
    twice = (exchange(body=long), exchange("ex-0042", body=long))
    first, second = entries(run_of(finding("DIR-A"), exchanges=twice))
    content = first["response"]["content"]
    assert (len(content["text"]), content["size"]) == (20_000, 30_000)
    assert content["comment"] == "cut at 20,000 of 30,000 characters; run.ndjson has all"
    assert "text" not in second["response"]["content"]
    assert second["response"]["content"]["comment"] == "the same body as that of ex-0041"


def test_a_body_never_refers_to_an_exchange_of_another_run() -> None:
    run = run_of(finding("DIR-A"), exchanges=(exchange(body="x" * 300),))
    made = orjson.loads(har.document_of([("1-a", run), ("2-b", run)]))["log"]["entries"]
    assert [entry["pageref"] for entry in made] == ["1-a", "2-b"]
    assert [entry["response"]["content"]["text"] for entry in made] == ["x" * 300] * 2


def test_a_har_of_a_large_run_stays_under_ten_megabytes_and_keeps_what_failed() -> None:
    many = tuple(exchange(f"ex-{n:05d}", body=f'"{n}",' * 3000) for n in range(5000))
    failed = finding("DIR-A", Outcome.FAIL, exchanges=("ex-04999",))
    text = har.render(run_of(failed, exchanges=many))
    assert len(text.encode()) < 10_000_000
    found = orjson.loads(text)["log"]["entries"]
    assert len(found) == 5000
    assert found[-1]["response"]["content"]["text"].startswith('"4999"')
    assert found[-2]["response"]["content"]["comment"] == "left out for size; run.ndjson has it"


# -- TestReport ---------------------------------------------------------------------------------


@pytest.mark.parametrize("run", RUNS)
def test_a_test_report_is_valid_fhir(run: Run) -> None:
    # R4B's TestReport is R4's, element for element.
    R4BTestReport.model_validate(orjson.loads(testreport.render(run)))


@pytest.mark.parametrize("run", RUNS)
def test_our_own_validator_holds_a_test_report_valid(run: Run) -> None:
    report = Validator().validate(testreport.render(run))
    assert [issue for issue in report.issues if issue.severity in {"error", "fatal"}] == []
    assert report.valid


def test_a_test_report_that_is_spoilt_is_seen() -> None:
    spoilt = {**testreport.resource_of(mixed_run()), "status": "done", "score": "high"}
    assert not Validator().validate(spoilt).valid


def test_a_test_report_tells_each_clause_and_outcome() -> None:
    report = testreport.resource_of(mixed_run())
    results = {test["name"]: test["action"][0]["assert"]["result"] for test in report["test"]}
    assert results == {
        "DIR-LOC-SEARCH-STATE": "fail", "DIR-LOC-READ": "pass", "DIR-LOC-SORT": "warning",
        "DIR-ORG-NTWK": "fail", "DIR-ORG-READ": "error", "DIR-END-READ": "skip",
        "DIR-META": "pass", "PA-EOB-READ": "skip",
    }  # fmt: skip
    assert (report["status"], report["result"], report["score"]) == ("completed", "fail", 40.0)
    assert report["testScript"]["identifier"]["value"] == f"sha256:{'ab' * 32}"
    assert {"type": "server", "uri": BASE, "display": "Provider Directory"} in report["participant"]


@pytest.mark.parametrize(
    ("run", "status", "result"),
    [
        (run_of(finding("DIR-A")), "completed", "pass"),
        (run_of(finding("DIR-A", Outcome.FAIL)), "completed", "fail"),
        (EMPTY, "completed", "pending"),
        (SKIPPED, "completed", "pending"),
        (BROKEN_OFF, "stopped", "pending"),
        (run_of(finding("DIR-A", Outcome.FAIL), footer={}), "stopped", "pending"),
    ],
)
def test_what_came_to_no_verdict_is_no_pass(run: Run, status: str, result: str) -> None:
    report = testreport.resource_of(run)
    assert (report["status"], report["result"]) == (status, result)


# -- Markdown -----------------------------------------------------------------------------------


def test_markdown_tells_verdict_areas_and_what_to_do() -> None:
    text = markdown.render(mixed_run())
    assert text.startswith("## ❌ Tooele sandbox does not conform")
    assert "| Provider Directory | 5 of 7 | 2 | 2 | 1 | 1 | 1 |" in text
    assert "### Does not hold: 2 clauses" in text
    assert "again: `flexcheck run --target sandbox.toml --only DIR-LOC-SEARCH-STATE`" in text
    assert text.rstrip().endswith("exit code 1.")


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (EMPTY, "no test ran, nothing was judged"),
        (SKIPPED, "no clause was judged"),
        (BROKEN_OFF, "did not end"),
    ],
)
def test_markdown_of_a_run_without_verdict_says_so(run: Run, said: str) -> None:
    text = markdown.render(run)
    assert said in text.splitlines()[0]
    assert "✅" not in text


def test_markdown_takes_nothing_that_a_server_sent_for_markup() -> None:
    nasty = "<img src=x> [a](http://evil.example) @team | `x` https://evil.example #12 **b**"
    run = run_of(finding("DIR-A", Outcome.FAIL, assertions=(broken(observed=nasty),)))
    text = markdown.render(run)
    [line] = [line for line in text.splitlines() if "observed" in line]
    for mark in ("<", "[", "]", "@", "|", "`", "#", "*", "https:"):
        assert not re.search(rf"(?<!\\){re.escape(mark)}", line.replace("https\\:", "")), mark
    assert "\x1b" not in markdown.render(HOSTILE)


def test_a_statement_keeps_its_code() -> None:
    run = run_of(finding("DIR-A", Outcome.FAIL), clauses=[item("DIR-A", statement="Of `a_b` it.")])
    assert "(SHALL) Of `a_b` it." in markdown.render(run)
    odd = run_of(finding("DIR-A", Outcome.FAIL), clauses=[item("DIR-A", statement="Of `a it.")])
    assert "Of \\`a it." in markdown.render(odd)


def test_markdown_stays_small_however_much_fails() -> None:
    names = [f"DIR-{number}" for number in range(5000)]
    text = markdown.render(run_of(*(finding(name, Outcome.FAIL) for name in names)))
    assert "and 4,980 clauses more" in text
    assert len(text) < 60_000


def test_a_command_with_a_backtick_stays_code() -> None:
    run = run_of(finding("DIR-A", Outcome.FAIL), target={"argument": "a`b.toml"})
    assert "again: `` flexcheck run --target 'a`b.toml' --only DIR-A ``" in markdown.render(run)


def test_an_error_says_its_message() -> None:
    run = run_of(finding("DIR-A", Outcome.ERROR, message="connection refused"))
    assert "connection refused" in markdown.render(replace(run))
