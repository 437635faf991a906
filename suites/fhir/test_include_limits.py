"""`_include` and `_revinclude` beyond what the document lists: others, and those that iterate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import unlisted
from conformance.checks.privacy import iteration_stays_with_the_member
from conformance.plugin.marks import each_case
from conformance.search import definitions_of
from suites.fhir import stimuli

if TYPE_CHECKING:
    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.plugin.judge import Judge

#: Parameters that lead to the member.
MEMBERS = frozenset({"patient", "subject", "beneficiary", "policy-holder", "subscriber"})
#: How many values that a type could have are tried, beside those that no type has.
TRIED = 2
ROWS = 2


def references(kind: str) -> list[str]:
    """Return the values of `_include` that the standard has for a type, but of its member."""
    names = sorted(
        name
        for name, definition in definitions_of(kind).items()
        if definition.type == "reference" and name not in MEMBERS
    )
    return [f"{kind}:{name}" for name in names]


def others(clause: Clause) -> list[str]:
    """Return what the document does not list, as `parameter=value`."""
    listed = {row.value for row in stimuli.rows_like(clause, "include")}
    known = [value for value in references(clause.resource) if value not in listed]
    values = [*known[:TRIED], "*", f"{clause.resource}:flexcheck"]
    traced = {row.value for row in stimuli.rows_like(clause, "revinclude")}
    back = [value for value in ("Provenance:target",) if value not in traced]
    return [f"_include={value}" for value in values] + [f"_revinclude={value}" for value in back]


@pytest.mark.tier("negative")
@each_case("(DIR|PA)-[A-Z]+-OTHER-INCLUDES", others)
def test_another_include_adds_nothing(
    api: FhirApi, clause: Clause, case: str, finding: Judge
) -> None:
    name, _, value = case.partition("=")
    search = api.search(
        clause.resource,
        ((name, value), ("_count", str(api.page_size))),
        purpose="unlisted include",
        max_rows=1,
    )
    finding.assess(unlisted.other_include_adds_nothing(search, case))


@pytest.mark.tier("negative")
@each_case("PA-[A-Z]+-ITERATION", lambda clause: references(clause.resource)[:ROWS])
def test_iteration_brings_nobody_else(
    api: FhirApi, patient: str, clause: Clause, case: str, finding: Judge
) -> None:
    # From a row to what others share with it, and back to all that refer to that.
    params = (("_include", case), ("_revinclude:iterate", case), ("_count", str(api.page_size)))
    search = api.search(clause.resource, params, purpose="include that iterates", max_rows=1)
    finding.assess(
        iteration_stays_with_the_member(search, patient, api.holdings(clause.resource).rows)
        if patient
        else (),
        otherwise="nobody tells whose data the token opens",
    )
