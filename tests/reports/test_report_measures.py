"""Performance, profiles and directory quality, as the run log tells them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_builders import BASE, broken, exchange, finding, item, run_of
from report_pages import PLAN_NET, held, measured

from conformance.findings import Outcome
from reports.digest import digest_of
from reports.directory import quality_of
from reports.performance import Endpoint, endpoints_of, performance_of
from reports.support import profile_results, support_of

MEMBERS = "https://members.example.org/R4"


def _sent(method: str, url: str) -> str:
    """The endpoint that a request is counted under."""
    made = exchange(url=url)
    made = replace(made, request=replace(made.request, method=method))
    bases = {"Provider Directory": BASE, "Patient Access": MEMBERS}
    (one,) = endpoints_of([made], bases)
    return f"{one.api}: {one.name}"


@pytest.mark.parametrize(
    ("method", "url", "named"),
    [
        ("GET", f"{BASE}/Location?address-state=UT", "Provider Directory: GET /Location"),
        ("GET", f"{BASE}/Location/a1", "Provider Directory: GET /Location/{id}"),
        ("GET", f"{BASE}/Location/a1/_history/2",
         "Provider Directory: GET /Location/{id}/_history/{version}"),
        ("POST", f"{BASE}/Location/_search", "Provider Directory: POST /Location/_search"),
        ("GET", f"{BASE}?_getpages=x&_getpagesoffset=50", "Provider Directory: GET /?_getpages"),
        ("GET", f"{MEMBERS}/metadata", "Patient Access: GET /metadata"),
        ("POST", "https://auth.example.org/oauth/token?x=1", "Authorization: POST /oauth/token"),
        ("GET", f"{BASE}2/Location", "Authorization: GET /R42/Location"),
    ],
)  # fmt: skip
def test_requests_are_counted_by_endpoint(method: str, url: str, named: str) -> None:
    assert _sent(method, url) == named


def test_percentiles_are_nearest_rank_in_milliseconds() -> None:
    made = [replace(exchange(f"ex-{ms}", body="x" * 10), elapsed=ms / 1000) for ms in range(1, 21)]
    lost = replace(exchange("ex-99", error="timed out"), elapsed=30.0)
    (one,) = performance_of(run_of(exchanges=(*made, lost)))
    assert one == Endpoint(
        api="Provider Directory",
        name="GET /Location",
        count=21,
        unanswered=1,
        p50=10.0,
        p95=19.0,
        slowest=20.0,
        size=200,
    )


def test_an_endpoint_that_never_answered_has_no_times() -> None:
    (one,) = performance_of(run_of(exchanges=(exchange(error="timed out"),)))
    assert (one.p50, one.p95, one.slowest, one.unanswered) == (None, None, None, 1)


def test_quality_tells_counts_samples_and_share() -> None:
    findings, clauses = measured()
    whole, part = quality_of(digest_of(run_of(*findings, clauses=list(clauses))))
    assert (whole.rows, whole.good, whole.judged, whole.percent) == ("Location", 400, 400, 100.0)
    assert (part.good, part.judged, part.percent) == (1770, 1800, 98.3)
    assert (part.told, part.outcome) == ("Practitioner/1 (12)", "warning")


def test_a_share_is_never_rounded_up_to_all() -> None:
    place = broken(observed="1 of 9,999 are not: Practitioner/1", exchange="")
    made = finding("DIR-Q", Outcome.WARNING, assertions=(place,))
    (row,) = quality_of(digest_of(run_of(made, clauses=[item("DIR-Q", topic="quality")])))
    assert row.percent == 99.9


def test_quality_without_counts_tells_what_was_seen() -> None:
    seen = held("Location", "updated before now", "2026-09-02 to 2026-10-31")
    made = finding("DIR-Q", assertions=(seen,))
    (row,) = quality_of(digest_of(run_of(made, clauses=[item("DIR-Q", topic="quality")])))
    assert (row.good, row.percent, row.told) == (None, None, "2026-09-02 to 2026-10-31")


def test_profiles_tell_rows_that_conform_without_the_evidence_beside_them() -> None:
    findings, clauses = measured()
    (row,) = profile_results(digest_of(run_of(*findings, clauses=list(clauses))))
    assert (row.where, row.held, row.broken) == ("Provider Directory: Location", 40, 0)
    assert row.unchecked == "code system urn:x"


def test_must_support_coverage_is_read_wherever_a_finding_tells_it() -> None:
    findings, clauses = measured()
    (row,) = support_of(digest_of(run_of(*findings, clauses=list(clauses))))
    assert (row.profile, row.seen, row.elements) == ("plannet-Location", 22, 30)
    assert (row.percent, row.absent) == (73.3, "A, B")
    # A finding of its own may tell it too.
    own = finding(
        "DIR-LOC-MUST-SUPPORT",
        Outcome.WARNING,
        case=PLAN_NET,
        assertions=(broken(expected="every must-support element", observed="3 of 4 are there"),),
    )
    (found,) = support_of(digest_of(run_of(own)))
    assert (found.clause, found.seen, found.elements) == ("DIR-LOC-MUST-SUPPORT", 3, 4)


def test_a_run_without_any_of_these_has_none() -> None:
    digest = digest_of(run_of(finding("DIR-A")))
    assert (quality_of(digest), profile_results(digest), support_of(digest)) == ((), (), ())
