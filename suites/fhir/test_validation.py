"""What the server returned, in all that was asked of it, conforms to its profiles.

Its name puts this file behind those that ask: it sends nothing of its own but the crawl, and what
else is needed where a clause is judged alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import conformity, populated, rows
from conformance.checks.claims import FAMILY, PROFILES
from conformance.plugin.grouping import SUITES, group_of
from conformance.plugin.marks import clauses_like, each_case, each_clause
from conformance.returned import STATEMENT
from conformance.search import RESULT_PARAMETERS, definition_of
from suites.fhir.test_rows import NO_ROW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.exchange import Exchange
    from conformance.plugin.judge import Judge
    from conformance.records import Entry
    from conformance.returned import Returned
    from conformance.search import ParameterDefinition


ROWS = "(DIR|PA)-[A-Z]+-CONFORMS"
NOTHING_ELSE = "nothing else was returned, or another clause judged it"
#: What US Core 3.1.1 and 3.2.0 have of Observation, whose kinds only `meta.profile` tells apart.
_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
OBSERVATIONS = (
    f"{_CORE}us-core-observation-lab",
    f"{_CORE}us-core-smokingstatus",
    f"{_CORE}us-core-pulse-oximetry",
    f"{_CORE}pediatric-bmi-for-age",
    f"{_CORE}pediatric-weight-for-height",
    f"{_CORE}head-occipital-frontal-circumference-percentile",
)


def name_of(profile: str) -> str:
    """Return what a case is called: the last part of a profile's URL."""
    return profile.rpartition("/")[2]


def profiles_of(clause: Clause) -> dict[str, str]:
    """Return the profiles of a clause's rows by name: one, or one for each kind of them."""
    found: Iterable[str] = (clause.value,)
    if clause.value == FAMILY:
        found = (profile for kinds in PROFILES.values() for profile in kinds)
    elif clause.resource in conformity.BY_CLAIM:
        found = OBSERVATIONS
    return {name_of(profile): profile for profile in found}


def of_clause(entries: Sequence[Entry], clause: Clause) -> list[Entry]:
    """Keep the rows that a clause is about: networks have a profile of their own."""
    if clause.resource != "Organization":
        return list(entries)
    networks = clause.topic == conformity.NETWORK
    return [entry for entry in entries if rows.is_network(entry.resource) == networks]


def searched(clause: Clause) -> list[ParameterDefinition]:
    """Return the parameters that the document lists for a clause's type, to search by elements."""
    listed = clauses_like(
        f"{clause.area}-.*", kind="search-parameter", area=clause.area, resource=clause.resource
    )
    names = {row.param for row in listed if clause.topic in {row.topic, "content"}}
    return [
        definition_of(clause.resource, name)
        for name in sorted(names - RESULT_PARAMETERS)
        if not name.startswith("_")
    ]


@pytest.fixture
def asked(api: FhirApi, clause: Clause) -> dict[str, str]:
    """Return the profile that the deployment's contract asks of each type, and of networks."""
    return {
        conformity.NETWORK if found.topic == conformity.NETWORK else found.resource: found.value
        for found in clauses_like(ROWS, area=clause.area)
        if api.deployment in found.deployments
    }


@pytest.fixture
def rows_of(
    api: FhirApi, clause: Clause, asked: dict[str, str], returned: Returned
) -> Callable[[str], list[Entry]]:
    """Return what tells, once the fixtures have sent, the rows of a profile."""
    return lambda profile: populated.rows_of_profile(
        returned.rows(api.base, clause.resource), profile, asked
    )


@pytest.fixture
def statement(api: FhirApi) -> Exchange:
    """Return what the server says of itself: there is something to judge in any run."""
    return api.metadata()


@pytest.fixture
def rest(
    api: FhirApi, clause: Clause, returned: Returned, request: pytest.FixtureRequest
) -> Callable[[], list[Entry]]:
    """Return what tells, once the fixtures have sent, what the test's group was returned besides.

    What the server says of itself comes with what is said of the API as such.
    """
    group = group_of(request.node.nodeid)

    def judge() -> list[Entry]:
        said = not clause.resource and group.endswith("fhir")
        statements = returned.judge_rows(api.base, STATEMENT) if said else []
        return statements + returned.judge_rest(api.base, group, clause.resource)

    return judge


@each_clause(ROWS)
@pytest.mark.in_turn
@pytest.mark.usefixtures("holdings")
def test_rows_conform(
    api: FhirApi, clause: Clause, asked: dict[str, str], returned: Returned, finding: Judge
) -> None:
    entries = of_clause(returned.judge_rows(api.base, clause.resource), clause)
    finding.assess(conformity.resources_conform(entries, asked), otherwise=NO_ROW)


@each_case("(DIR|PA)-[A-Z]+-MUST-SUPPORT", lambda clause: tuple(profiles_of(clause)))
@pytest.mark.in_turn
@pytest.mark.usefixtures("holdings")
def test_must_support_is_populated(
    rows_of: Callable[[str], list[Entry]], clause: Clause, case: str, finding: Judge
) -> None:
    profile = profiles_of(clause)[case]
    entries = rows_of(profile)
    support = populated.support_of(entries, profile)
    coverage = populated.coverage_of(profile, entries, support)
    finding.show(coverage)
    finding.assess(
        populated.must_support_is_populated(entries, support, searched(clause)),
        otherwise=populated.not_demonstrated(coverage) if entries else NO_ROW,
    )


@each_clause("(DIR|PA)-[A-Z]+-ANSWERS-CONFORM")
@pytest.mark.in_turn
@pytest.mark.usefixtures("holdings")
def test_what_comes_with_rows_conforms(
    rest: Callable[[], list[Entry]], asked: dict[str, str], finding: Judge
) -> None:
    finding.assess(conformity.resources_conform(rest(), asked), otherwise=NOTHING_ELSE)


@each_case(
    "(DIR|PA)-ANSWERS-CONFORM",
    lambda clause: SUITES if clause.area == "PA" else SUITES[:1],
)
@pytest.mark.in_turn
@pytest.mark.usefixtures("case", "statement")
def test_all_else_conforms(
    rest: Callable[[], list[Entry]], asked: dict[str, str], finding: Judge
) -> None:
    finding.assess(conformity.resources_conform(rest(), asked), otherwise=NOTHING_ELSE)
