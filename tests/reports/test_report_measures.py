"""Profiles and directory quality, as the run log tells them."""

from __future__ import annotations

from report_builders import broken, finding, item, run_of
from report_pages import held, measured

from conformance.findings import Outcome
from reports.digest import digest_of
from reports.directory import quality_of
from reports.support import profile_results, support_of


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


def test_must_support_coverage_is_told_of_each_profile() -> None:
    findings, clauses = measured()
    (row,) = support_of(digest_of(run_of(*findings, clauses=list(clauses))))
    assert (row.clause, row.profile) == ("DIR-LOC-MUST-SUPPORT", "plannet-Location")
    assert (row.seen, row.elements, row.resources, row.percent) == (2, 3, 40, 66.6)
    assert row.absent == "Location.telecom"


def test_a_run_without_any_of_these_has_none() -> None:
    digest = digest_of(run_of(finding("DIR-A")))
    assert (quality_of(digest), profile_results(digest), support_of(digest)) == ((), (), ())
