"""What a run cost, made from its log alone."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from report_builders import BASE, exchange, finding, run_of
from rich.console import Console

from conformance.exchange import Exchange, Request
from conformance.runlog import exchange_from_json, exchange_to_json
from reports import summary
from reports.cost import Spread, cost_of, endpoint_of
from reports.terminal import write_summary

if TYPE_CHECKING:
    from conformance.runlog import Run

MEMBERS = "https://members.example.org/R4"


def sent(number: int, path: str, start: float, elapsed: float, **more: Any) -> Exchange:
    """One exchange that began so many seconds after the minute."""
    made = exchange(f"ex-{number}", url=f"{BASE}{path}", **more)
    started = f"2026-01-02T03:04:{start:09.6f}+00:00"
    return replace(made, elapsed=elapsed, started=started)


@pytest.mark.parametrize(
    ("method", "url", "api", "name"),
    [
        ("GET", f"{BASE}/metadata", "Provider Directory", "GET metadata"),
        ("GET", f"{BASE}/Location?address-state=UT", "Provider Directory", "search Location"),
        ("POST", f"{BASE}/Location/_search", "Provider Directory", "search Location by POST"),
        ("GET", f"{BASE}/Location/l1", "Provider Directory", "read Location"),
        ("GET", f"{BASE}/Location/l1/_history/2", "Provider Directory", "vread Location"),
        ("HEAD", f"{BASE}/Location/l1", "Provider Directory", "HEAD Location"),
        ("DELETE", f"{BASE}/Location/l1", "Provider Directory", "DELETE Location"),
        ("GET", f"{BASE}?_getpages=abc&_getpagesoffset=50", "Provider Directory", "next page"),
        ("GET", f"{BASE}/?_getpages=abc", "Provider Directory", "next page"),
        ("GET", f"{BASE}?other=1", "Provider Directory", "GET /"),
        ("GET", f"{BASE}X/Location/l1", "", "GET /R4X/Location/l1"),
        ("POST", "https://login.example.org/oauth/token", "", "POST /oauth/token"),
        ("GET", "https://login.example.org", "", "GET /"),
        ("GET", f"{MEMBERS}/Coverage?_id=1", "Patient Access", "search Coverage"),
    ],
)
def test_an_endpoint_is_an_interaction_with_a_type(
    method: str, url: str, api: str, name: str
) -> None:
    bases = {"Provider Directory": BASE, "Patient Access": MEMBERS}
    assert endpoint_of(Request(method, url), bases) == (api, name)


@pytest.mark.parametrize(
    ("values", "half", "most"),
    [([], 0.0, 0.0), ([3.0], 3.0, 3.0), ([2.0, 1.0], 1.0, 2.0), (range(1, 101), 50, 95)],
)
def test_half_and_ninety_five_of_a_hundred_are_nearest_ranks(
    values: Any, half: float, most: float
) -> None:
    assert Spread.of(values) == Spread(half, most, max(values, default=0.0))


def some_run(**footer: Any) -> Run:
    ended = {"seconds": 10.0, "requests": 4, **footer}
    return run_of(
        finding("DIR-A"),
        exchanges=(
            sent(1, "/Location?_id=1", 1.0, 0.5),
            sent(2, "/Location?_id=2", 1.25, 0.5),
            sent(3, "/Location?_id=3", 1.75, 0.25),
            sent(4, "/Location/l1", 5.0, 2.0),
        ),
        footer=ended,
    )


def test_overlapping_requests_are_counted_and_their_time_once() -> None:
    cost = cost_of(some_run())
    # The third begins when the second ends: two at once, not three.
    assert cost.at_once == 2
    assert cost.under_way == pytest.approx(1.0 + 2.0)


def test_an_endpoint_tells_its_own_latency_and_bytes() -> None:
    body = some_run().exchanges["ex-1"].response
    assert body is not None
    read, search = cost_of(some_run()).endpoints
    assert (search.name, search.requests, search.received) == ("search Location", 3, 3 * body.size)
    assert search.latency == Spread(0.5, 0.5, 0.5)
    assert (read.name, read.latency) == ("read Location", Spread(2.0, 2.0, 2.0))


def test_endpoints_of_two_apis_are_not_mixed() -> None:
    run = run_of(
        finding("DIR-A"),
        exchanges=tuple(
            exchange(f"ex-{base}", url=f"{base}/Organization/1") for base in (BASE, MEMBERS)
        ),
        target={"fhir_base": MEMBERS},
    )
    told = [(found.api, found.name, found.requests) for found in cost_of(run).endpoints]
    assert told == [
        ("Patient Access", "read Organization", 1),
        ("Provider Directory", "read Organization", 1),
    ]


def test_our_share_is_processor_time_of_the_run() -> None:
    assert cost_of(some_run(own_seconds=4.0)).share == pytest.approx(0.4)
    # An older log does not tell.
    assert cost_of(some_run()).share is None


def test_a_request_without_answer_has_no_latency() -> None:
    lost = sent(1, "/Location?_id=1", 1.0, 30.0, error="ReadTimeout: no complete answer")
    run = run_of(finding("DIR-A"), exchanges=(lost,))
    (endpoint,) = cost_of(run).endpoints
    assert (endpoint.requests, endpoint.unanswered, endpoint.latency) == (1, 1, None)


def test_summary_json_holds_the_cost_in_milliseconds() -> None:
    cost = json.loads(summary.render(some_run(own_seconds=4.0)))["cost"]
    assert cost["requests"] == 4
    assert cost["latency_ms"] == {"p50": 500.0, "p95": 2000.0, "max": 2000.0}
    assert (cost["own_seconds"], cost["own_share"]) == (4.0, 0.4)
    assert cost["seconds_under_way"] == 3.0
    assert cost["bytes"]["sent"] > 4 * len(f"GET {BASE}/Location")
    assert [item["endpoint"] for item in cost["endpoints"]] == ["read Location", "search Location"]
    assert cost["endpoints"][1]["latency_ms"] == {"p50": 500.0, "p95": 500.0, "max": 500.0}


def test_the_terminal_s_last_lines_tell_it_in_eighty_columns() -> None:
    console = Console(file=StringIO(), width=80)
    write_summary(some_run(own_seconds=4.0), console)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    (rests,) = (line for line in lines if "rests on" in line)
    (latency,) = (line for line in lines if line.startswith("  latency"))
    assert rests.split(None, 2)[2] == "4 requests, 0.0 MB, 10.0 s"
    assert latency.split(None, 1)[1] == (
        "p50 500 ms, p95 2000 ms; ours: 40% of the time, 0.0 ms an exchange"
    )
    assert max(map(len, lines)) <= 80


def test_a_run_that_sent_nothing_cost_nothing() -> None:
    cost = cost_of(run_of(finding("DIR-A"), exchanges=(), footer={}))
    assert (cost.requests, cost.received, cost.under_way, cost.endpoints) == (0, 0, 0.0, ())


def test_our_time_for_an_exchange_is_kept_in_the_log() -> None:
    fields = exchange_to_json(exchange())
    assert exchange_from_json({**fields, "own": 0.004}).own == 0.004
    del fields["own"]
    assert exchange_from_json(fields).own == 0.0
