"""What the suites of Patient Access choose to ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from conformance.records import Holdings
from suites.fhir.member_stimuli import telling_dates, versions_named, versions_that_were

CLAIMS = ("ExplanationOfBenefit",)


@dataclass
class Known:
    """An API of which only the known rows are asked."""

    rows: dict[str, list[dict[str, Any]]]
    base: str = "https://fhir.example/R4"
    asked: list[str] = field(default_factory=list)

    def holdings(self, kind: str) -> Holdings:
        self.asked.append(kind)
        return Holdings(
            kind, (), {row["id"]: row for row in self.rows.get(kind, ())}, complete=True
        )


def claim(number: int, *references: str) -> dict[str, Any]:
    insurance = [{"coverage": {"reference": reference}} for reference in references]
    return {"resourceType": "ExplanationOfBenefit", "id": f"e{number}", "insurance": insurance}


@pytest.mark.parametrize(
    ("held", "chosen"),
    [
        ([], []),
        (["2020"], []),
        (["2020-01-05"], ["2020-01-05", "2020-01"]),
        (["2019-01-01", "2020-03-05", "2021-07-09T10:00:00Z"], ["2020-03-05", "2020-03"]),
        (
            ["2020-03-05/2020-03-09", "2020-03-05/", "2020-03-05/2020-03-06"],
            ["2020-03-05", "2020-03", "2020-03-07"],
        ),
        (["2020-03-05/2020-03-05"], ["2020-03-05", "2020-03"]),
    ],
)
def test_dates_are_a_day_its_month_and_a_day_inside_the_longest_span(
    held: list[str], chosen: list[str]
) -> None:
    assert telling_dates(held) == chosen


def test_a_few_versions_of_each_type_are_followed() -> None:
    rows = [claim(n, f"Coverage/c{n}/_history/1", f"Group/g{n}/_history/1") for n in range(9)]
    named = versions_named(Known({CLAIMS[0]: rows}), CLAIMS)  # type: ignore[arg-type]
    assert [kind for kind, _, _ in named] == ["Coverage"] * 4 + ["Group"] * 4


@pytest.mark.parametrize(
    ("version", "current", "followed"),
    [("2", "2", True), ("1", "2", True), ("9", "2", False), ("9", "", True), ("b", "2", True)],
)
def test_a_version_still_to_come_is_the_fault_of_who_refers_to_it(
    version: str,
    current: str,
    followed: bool,  # noqa: FBT001 - a row
) -> None:
    coverage = {"resourceType": "Coverage", "id": "c1", "meta": {"versionId": current}}
    known = Known(
        {CLAIMS[0]: [claim(1, f"Coverage/c1/_history/{version}")], "Coverage": [coverage]}
    )
    named = versions_that_were(known, CLAIMS, "Coverage")  # type: ignore[arg-type]
    assert named == ([("Coverage", "c1", version)] if followed else [])
