"""Tests that share what was asked of the target share a worker."""

from __future__ import annotations

import pytest

from conformance.plugin.grouping import group_of


@pytest.mark.parametrize(
    ("nodeid", "group"),
    [
        ("suites/fhir/test_rows.py::test_it[DIR-LOC-PROFILE]", "DIR-Location"),
        ("suites/fhir/test_search.py::test_it[DIR-LOC-SEARCH-ADDRESS-STATE-UT]", "DIR-Location"),
        ("suites/fhir/test_rows.py::test_it[DIR-NET-PROFILE]", "DIR-Organization"),
        ("suites/fhir/test_rows.py::test_it[PA-EOB-PROFILE-x]", "PA-ExplanationOfBenefit"),
        ("suites/fhir/test_metadata.py::test_it", "suites/fhir"),
        ("suites/fhir/test_metadata.py::test_it[DIR-METADATA]", "suites/fhir"),
        (
            "suites/authorization/test_use.py::test_it[SCOPE-PATIENT-COVERAGE]",
            "suites/authorization",
        ),
        ("suites/fhir/test_it.py::test_it[NO-SUCH]", "suites/fhir"),
        ("suites/fhir/test_validation.py::test_it[DIR-LOC-ANSWERS-CONFORM]", "DIR-Location"),
        ("suites/fhir/test_validation.py::test_it[DIR-ANSWERS-CONFORM:fhir]", "suites/fhir"),
        (
            "suites/fhir/test_validation.py::test_it[PA-ANSWERS-CONFORM:authorization]",
            "suites/authorization",
        ),
        ("fhir/test_validation.py::test_it[PA-ANSWERS-CONFORM:authorization]", "authorization"),
    ],
)
def test_a_test_is_grouped_by_what_it_asks(nodeid: str, group: str) -> None:
    assert group_of(nodeid) == group
