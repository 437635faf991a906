"""How well the directory is kept: one finding a question and type, with counts and samples."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from conformance.checks import quality as check
from conformance.plugin.marks import each_case
from suites.fhir import stimuli

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.findings import Assertion
    from conformance.plugin.judge import Judge

NOTHING = "no known row tells any"
#: Which types have what.
TYPES = {
    "NPI": ("Practitioner", "Organization"),
    "TELECOM": ("Location", "Organization", "Practitioner", "PractitionerRole"),
    "ADDRESS": ("Location", "Organization", "Practitioner"),
    "SPECIALTY": ("HealthcareService", "OrganizationAffiliation", "PractitionerRole"),
    "ACTIVE": ("Organization", "OrganizationAffiliation", "Practitioner", "PractitionerRole"),
    "DUPLICATES": ("Location", "Organization", "Practitioner"),
    "TIMES": ("HealthcareService", "Location", "Organization", "Practitioner", "PractitionerRole"),
}
#: Which types are searched.
SEARCHED = (*TYPES["TIMES"], "OrganizationAffiliation")


def times(kind: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[Assertion]:
    """Judge the times of rows by the clock."""
    return check.times_are_past(kind, rows, datetime.now(UTC))


CHECKS: dict[str, Callable[..., Iterator[Assertion]]] = {
    "NPI": check.npis_are_valid,
    "TELECOM": check.telecoms_are_sane,
    "ADDRESS": check.addresses_are_sane,
    "SPECIALTY": check.specialties_have_the_form,
    "ACTIVE": check.rows_are_active,
    "DUPLICATES": check.rows_are_there_once,
    "TIMES": times,
}


def question(clause: Clause) -> str:
    """Return what a clause asks."""
    return clause.id.rpartition("-")[2]


@each_case(f"DIR-QUALITY-({'|'.join(TYPES)})", lambda clause: TYPES[question(clause)])
def test_rows_are_well_kept(api: FhirApi, clause: Clause, case: str, finding: Judge) -> None:
    rows = api.holdings(case).rows.values()
    finding.assess(CHECKS[question(clause)](case, rows), otherwise=NOTHING)


@each_case("DIR-QUALITY-PREDICATES", lambda _: SEARCHED)
def test_searches_bring_what_was_asked_for(
    api: FhirApi, clause: Clause, case: str, finding: Judge
) -> None:
    names = [row.param for row in stimuli.listed_of(api, clause.area, case)]
    searches = (search for name in names for search in stimuli.searches_by(api, case, name))
    finding.assess(check.searches_keep_their_word(case, searches), otherwise=NOTHING)


@pytest.mark.clause("DIR-QUALITY-ROLE-NETWORK")
def test_roles_name_networks(api: FhirApi, finding: Judge) -> None:
    roles = api.holdings("PractitionerRole").rows.values()
    finding.assess(check.roles_name_networks(roles), otherwise=NOTHING)


@pytest.mark.clause("DIR-QUALITY-NETWORKS")
def test_networks_are_told_apart(api: FhirApi, finding: Judge) -> None:
    roles = api.holdings("PractitionerRole").rows.values()
    organizations = api.holdings("Organization")
    finding.assess(
        check.networks_are_told_apart(roles, organizations.rows) if organizations.complete else (),
        otherwise="not every organization is known",
    )
