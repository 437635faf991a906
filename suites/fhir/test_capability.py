"""The CapabilityStatement: there, of the right version, and declaring what is documented."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import capability as check
from conformance.contract import load_contract
from conformance.plugin.marks import clauses_like, each_clause
from conformance.search import RESULT_PARAMETERS
from suites.fhir import stimuli
from suites.fhir.member_stimuli import member_types

if TYPE_CHECKING:
    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.plugin.judge import Judge
    from conformance.target import Target

#: The document's words for interactions, in FHIR's codes (type-restful-interaction).
INTERACTION_CODES = {"read": "read", "vread": "vread", "search": "search-type"}
PLAN_NET = "http://hl7.org/fhir/us/davinci-pdex-plan-net/"
NO_STATEMENT = "there is no CapabilityStatement to judge"
TYPES = sorted({clause.resource for clause in clauses_like("DIR-[A-Z]+-READ")})


@each_clause("(DIR|PA)-METADATA")
@pytest.mark.usefixtures("clause")
def test_metadata(api: FhirApi, finding: Judge) -> None:
    finding.assess(check.metadata_is_there(api.metadata()))


@each_clause("(DIR|PA)-FHIR-VERSION")
def test_fhir_version(api: FhirApi, clause: Clause, finding: Judge) -> None:
    finding.assess(check.version_is(api.metadata(), clause.value), otherwise=NO_STATEMENT)


@pytest.mark.clause("DIR-IG-VERSION")
def test_plan_net_version(api: FhirApi, finding: Judge) -> None:
    version = load_contract()["DIR-IG-VERSION"].value
    rows = [row for name in TYPES for row in api.holdings(name).rows.values()]
    finding.assess(
        check.guide_version_is(api.metadata(), PLAN_NET, version, rows),
        otherwise="neither the CapabilityStatement nor any row names a version of Plan-Net",
    )


#: The guides of Patient Access, by what their canonical addresses begin with.
GUIDES = {
    "PA-IG-US-CORE": "http://hl7.org/fhir/us/core/",
    "PA-IG-CARIN-BB": "http://hl7.org/fhir/us/carin-bb/",
    "PA-IG-PDEX": "http://hl7.org/fhir/us/davinci-pdex/",
}


@each_clause("PA-IG-[A-Z-]+")
def test_guide_version(api: FhirApi, target: Target, clause: Clause, finding: Judge) -> None:
    rows = [row for name in member_types(target) for row in api.holdings(name).rows.values()]
    finding.assess(
        check.guide_version_is(api.metadata(), GUIDES[clause.id], clause.value, rows),
        otherwise="neither the CapabilityStatement nor any row names a version of the guide",
    )


@each_clause("(DIR|PA)-[A-Z]+-CAPABILITY")
def test_type_is_declared(api: FhirApi, clause: Clause, finding: Judge) -> None:
    documented = stimuli.rows_of(api, clause, kind="interaction")
    codes = sorted(
        {INTERACTION_CODES[row.topic] for row in documented if row.topic in INTERACTION_CODES}
    )
    finding.assess(
        check.interactions_are_declared(api.metadata(), clause.resource, codes),
        otherwise=NO_STATEMENT,
    )


@each_clause("(DIR|PA)-[A-Z]+-CAPABILITY-PARAMS")
def test_parameters_are_declared(api: FhirApi, clause: Clause, finding: Judge) -> None:
    rows = stimuli.rows_of(api, clause, kind="search-parameter")
    names = [row.param for row in rows if row.param not in RESULT_PARAMETERS]
    finding.assess(
        check.parameters_are_declared(api.metadata(), clause.resource, names),
        otherwise="the type is not declared (judged by its own clause)",
    )
