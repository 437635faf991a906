"""`summary.json`, wording and the run log's schema. May import reports, runlog and builders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from report_builders import BASE, NASTY, exchange, finding, item, mixed_run, run_of

import conformance
from conformance.exchange import Request
from conformance.findings import Outcome
from conformance.runlog import RunLog, exchange_to_json, finding_to_json
from reports import summary
from reports.exchange_text import WITHHELD, exchange_text, shows_body
from reports.wording import (
    bases_of,
    clean,
    curl_line,
    exchange_line,
    led,
    repeat_command,
    source_text,
    web_address,
)


def _schema() -> Any:
    path = Path(conformance.__file__).parent / "schemas" / "run.schema.json"
    return json.loads(path.read_text("utf-8"))


def test_the_summary_holds_every_outcome_word_and_each_finding() -> None:
    data = json.loads(summary.render(mixed_run()))
    assert data["outcomes"] == {
        "pass": 2,
        "fail": 2,
        "warning": 1,
        "skip": 1,
        "error": 1,
        "not-applicable": 1,
        "waived": 0,
    }
    assert data["exit_code"] == 1
    assert data["complete"] is True
    assert data["requests"] == 12
    assert data["findings"][0] == {
        "clause": "DIR-LOC-SEARCH-STATE",
        "case": "address-state=UT",
        "outcome": "fail",
        "message": "5 of 37 assertions broken",
        "exchanges": ["ex-0041"],
    }
    assert data["areas"][0]["resource"] == "Location"
    assert data["areas"][0]["outcomes"]["fail"] == 1
    assert data["target"]["name"] == "Tooele sandbox"


def test_the_summary_of_an_interrupted_run_says_so() -> None:
    data = json.loads(summary.render(run_of(finding("DIR-A"), footer={})))
    assert (data["exit_code"], data["complete"], data["finished"]) == (3, False, None)
    assert data["reasons"]


def test_the_repeat_command_names_target_and_clause() -> None:
    run = run_of(finding("DIR-A"), target={"argument": "my targets/a.toml"})
    assert repeat_command(run, "DIR-A") == (
        "flexcheck run --target 'my targets/a.toml' --only DIR-A"
    )
    mock = run_of(finding("DIR-A"), target={"argument": ""})
    assert repeat_command(mock, "DIR-A") == "flexcheck run --only DIR-A"


def test_the_repeat_command_is_strict_only_for_a_recommendation_in_a_strict_run() -> None:
    clauses = [item("DIR-A"), item("DIR-B", expectation="SHOULD")]
    run = run_of(finding("DIR-A"), clauses=clauses, strict=True)
    assert not repeat_command(run, "DIR-A").endswith("--strict")
    assert repeat_command(run, "DIR-B").endswith("--strict")


def test_sources_read_as_document_section_and_lines() -> None:
    lines = [
        {"document": "tooele", "section": "Location", "lines": [405, 412]},
        {"document": "uhc", "section": "Overview", "lines": [7, 7]},
    ]
    assert source_text(lines) == "tooele, Location, lines 405-412; uhc, Overview, line 7"


def test_an_exchange_line_is_relative_to_the_base_of_the_target() -> None:
    bases = bases_of(run_of(target={"fhir_base": None}))
    assert exchange_line(exchange(), bases) == "ex-0041  GET /Location?address-state=UT -> 200"
    other = exchange(url=f"{BASE}-other/x")
    assert exchange_line(other, bases) == f"ex-0041  GET {BASE}-other/x -> 200"
    silent = exchange(error="timed out")
    assert exchange_line(silent, bases).endswith("-> no answer (timed out)")


def test_a_curl_line_quotes_what_the_shell_would_eat() -> None:
    request = Request(
        "POST", "https://x.example/a?b=c&d='", (("accept", "x"), ("host", "x.example")), "k=v w"
    )
    assert curl_line(request) == (
        "curl -i -g -X POST -H 'accept: x' --data-raw 'k=v w' 'https://x.example/a?b=c&d='\"'\"''"
    )


def test_unsafe_characters_are_shown_as_escapes() -> None:
    assert clean("a\x1b[31m\x00\u202eb\ud800\ufffe\tc\r\nd\re") == (
        "a\\x1b[31m\\x00\\u202eb\\ud800\\ufffe\tc\nd\\re"
    )


def test_a_lead_stands_once() -> None:
    assert led("not demonstrated: ", "no data") == "not demonstrated: no data"
    assert led("not demonstrated: ", "not demonstrated: no data") == "not demonstrated: no data"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc", ""])
def test_only_web_addresses_become_links(url: str) -> None:
    assert web_address(url) == ""
    assert web_address("https://hl7.org/x") == "https://hl7.org/x"


def test_bodies_are_pretty_and_cut_with_a_note() -> None:
    text = exchange_text(exchange(body=json.dumps({"a": "x" * 500})), limit=100, bodies=True)
    assert '"a": "xx' in text.response
    assert "cut here: 100 of 5" in text.response


def test_bodies_with_member_data_are_shown_of_a_sandbox_only() -> None:
    assert shows_body("DIR", "production")
    assert shows_body("PA", "sandbox")
    assert not shows_body("PA", "production")
    text = exchange_text(exchange(body='{"name":"secret"}'), limit=100, bodies=False)
    assert WITHHELD in text.response
    assert "secret" not in str(text)


def test_every_line_a_run_log_writes_fits_the_schema(tmp_path: Path) -> None:
    run = mixed_run()
    header = {key: value for key, value in run.header.items() if key != "schema"}
    with RunLog(tmp_path / "run.ndjson") as log:
        log.header(header)
        log.clauses(run.clauses.values())
        for entry in run.exchanges.values():
            log.exchange(exchange_to_json(entry))
        for made in (*run.findings, finding("DIR-NASTY", Outcome.FAIL, message=NASTY)):
            log.finding(finding_to_json(made))
        log.footer(run.footer)
    validator = Draft202012Validator(_schema())
    lines = (tmp_path / "run.ndjson").read_text("utf-8").splitlines()
    problems = [
        error.message for line in lines for error in validator.iter_errors(json.loads(line))
    ]
    assert problems == []
    assert {json.loads(line)["type"] for line in lines} == {
        "header",
        "clause",
        "exchange",
        "finding",
        "footer",
    }


@pytest.mark.parametrize(
    "line",
    [
        {"type": "finding", "clause": "X"},
        {"type": "header", "schema": "flexcheck-run/2"},
        {"type": "footer", "exit_code": 9},
        {"type": "other"},
    ],
)
def test_the_schema_refuses_other_lines(line: dict[str, Any]) -> None:
    schema = _schema()
    Draft202012Validator.check_schema(schema)
    assert not Draft202012Validator(schema).is_valid(line)
