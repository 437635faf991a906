"""The run log: what is written is read again, and what is no run log is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.exchange import Exchange, Request, Response
from conformance.findings import Assertion, Finding, Outcome
from conformance.runlog import (
    RunLog,
    exchange_from_json,
    exchange_to_json,
    finding_from_json,
    finding_to_json,
    read_run,
)

if TYPE_CHECKING:
    from pathlib import Path

texts = st.text(max_size=8)
seconds = st.floats(0, 1e6)
pairs = st.lists(st.tuples(texts, texts), max_size=3).map(tuple)
assertions = st.builds(Assertion, st.booleans(), texts, texts, texts, texts)
findings = st.builds(
    Finding,
    clause=texts,
    case=texts,
    outcome=st.sampled_from(Outcome),
    message=texts,
    assertions=st.lists(assertions, max_size=3).map(tuple),
    held=st.integers(0, 9),
    broken=st.integers(0, 9),
    exchanges=st.lists(texts, max_size=3).map(tuple),
    test=texts,
    seconds=seconds,
)
responses = st.none() | st.builds(
    Response,
    status=st.integers(100, 599),
    headers=pairs,
    body=texts,
    size=st.integers(0, 2**40),
    problem=texts,
)
exchanges = st.builds(
    Exchange, texts, texts, texts, seconds, st.builds(Request, texts, texts, pairs, texts),
    responses, texts,
)  # fmt: skip


def through_json(data: dict[str, Any]) -> Any:
    """Carry data as the log and xdist do: bytes, and plain types alone."""
    assert orjson.loads(orjson.dumps(data)) == json.loads(json.dumps(data))
    return orjson.loads(orjson.dumps(data))


@given(findings)
def test_a_finding_is_read_as_it_was_written(finding: Finding) -> None:
    assert finding_from_json(through_json(finding_to_json(finding))) == finding


@given(exchanges)
def test_an_exchange_is_read_as_it_was_written(exchange: Exchange) -> None:
    assert exchange_from_json(through_json(exchange_to_json(exchange))) == exchange


FINDING = Finding(
    "DIR-A", "", Outcome.FAIL, "why", (Assertion(holds=False, at="x", expected="a", observed="b"),),
    0, 1, ("ex-1",), "test",
)  # fmt: skip
EXCHANGE = Exchange(
    "ex-1", "read", "2026", 0.5, Request("GET", "https://x/"), Response(200, body="{}", document={})
)
CLAUSE = {"id": "DIR-A", "expectation": "SHALL"}


def written(path: Path, *, footer: bool = True) -> Path:
    with RunLog(path / "run.ndjson") as log:
        log.header({"flexcheck": "0.1.0"})
        log.clauses([CLAUSE])
        log.exchange(exchange_to_json(EXCHANGE))
        log.finding(finding_to_json(FINDING))
        if footer:
            log.footer({"exit_code": 1})
    return path / "run.ndjson"


@pytest.mark.parametrize("by_folder", [True, False])
def test_a_run_is_read_from_its_log_or_its_folder(tmp_path: Path, by_folder: object) -> None:
    log = written(tmp_path)
    run = read_run(tmp_path if by_folder else log)
    assert run.header["schema"] == "flexcheck-run/1"
    assert run.clauses == {"DIR-A": CLAUSE}
    assert run.exchanges == {"ex-1": EXCHANGE}
    assert run.findings == (FINDING,)
    assert run.footer["exit_code"] == 1
    assert run.complete


def test_a_run_without_a_footer_is_incomplete(tmp_path: Path) -> None:
    run = read_run(written(tmp_path, footer=False))
    assert not run.complete
    assert run.findings == (FINDING,)


def test_each_line_is_there_at_once(tmp_path: Path) -> None:
    log = RunLog(tmp_path / "run.ndjson")
    log.header({})
    log.finding(finding_to_json(FINDING))
    assert len((tmp_path / "run.ndjson").read_bytes().splitlines()) == 2
    log.close()


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_last_line_cut_short_is_left_out(tmp_path: Path, cut: int) -> None:
    log = written(tmp_path, footer=False)
    whole = log.read_bytes()
    log.write_bytes(whole + orjson.dumps({"type": "finding", **finding_to_json(FINDING)})[:cut])
    assert read_run(log).findings == (FINDING,)


def test_blank_lines_are_nothing(tmp_path: Path) -> None:
    log = written(tmp_path)
    log.write_bytes(log.read_bytes().replace(b"\n", b"\n\n"))
    assert read_run(log).complete


@pytest.mark.parametrize(
    "line",
    [
        b"garbage",
        b"\xff\xfe",
        b"[]",
        b"5",
        b"null",
        b'"text"',
        b"{}",
        b'{"type": "other"}',
        b'{"type": []}',
        b'{"type": "finding"}',
        b'{"type": "finding", "outcome": "grand"}',
        b'{"type": "exchange", "id": "x"}',
        b'{"type": "clause"}',
        b'{"type": "clause", "clause": {"id": []}}',
    ],
)
def test_a_line_that_is_none_of_a_run_log_is_refused_by_its_number(
    tmp_path: Path, line: bytes
) -> None:
    log = written(tmp_path)
    lines = log.read_bytes().split(b"\n")
    log.write_bytes(b"\n".join([*lines[:2], line, *lines[2:]]))
    with pytest.raises(ValueError, match=r"run\.ndjson, line 3: not a line of a run log"):
        read_run(log)


def test_a_whole_last_line_of_garbage_is_refused(tmp_path: Path) -> None:
    log = written(tmp_path)
    log.write_bytes(log.read_bytes() + b"garbage\n")
    with pytest.raises(ValueError, match="line 6"):
        read_run(log)


@pytest.mark.parametrize("content", [b"", b"\n", b'{"type": "footer"}\n', b'{"typ'])
def test_a_file_without_a_header_is_no_run_log(tmp_path: Path, content: bytes) -> None:
    log = tmp_path / "run.ndjson"
    log.write_bytes(content)
    with pytest.raises(ValueError, match="no header line: this is no flexcheck run log"):
        read_run(log)
