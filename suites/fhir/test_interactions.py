"""Read, vread and what they answer when there is nothing to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import interactions as check
from conformance.plugin.marks import each_clause
from suites.fhir import stimuli

if TYPE_CHECKING:
    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.plugin.judge import Judge
    from conformance.records import Holdings

NO_ROW = "the server is not known to hold a row of this type"


@each_clause("(DIR|PA)-[A-Z]+-READ")
def test_read(api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge) -> None:
    finding.assess(
        (
            assertion
            for row in stimuli.some_rows(holdings)
            for assertion in check.read_returns(
                api.read(clause.resource, row["id"]), clause.resource, row["id"]
            )
        ),
        otherwise=NO_ROW,
    )


@each_clause("(DIR|PA)-[A-Z]+-VREAD")
def test_vread(api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge) -> None:
    resource = clause.resource
    current = (
        assertion
        for row in stimuli.some_rows(holdings)
        if (version := stimuli.version_of(row))
        for read in [api.vread(resource, row["id"], version)]
        for assertion in (
            *check.vread_returns(read, resource, row["id"], version),
            *check.read_agrees(read, row),
        )
    )
    older = (
        assertion
        for row in stimuli.changed_rows(holdings)
        for assertion in check.older_version_is_itself(
            api.vread(resource, row["id"], "1"), "1", row
        )
    )
    finding.assess((*current, *older), otherwise=f"{NO_ROW} with a version")


@each_clause("(DIR|PA)-[A-Z]+-VERSION-ID")
def test_version_is_told(api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge) -> None:
    finding.assess(
        (
            assertion
            for row in stimuli.some_rows(holdings)
            for assertion in check.version_is_told(api.read(clause.resource, row["id"]))
        ),
        otherwise=NO_ROW,
    )


@each_clause("(DIR|PA)-[A-Z]+-READ-CONSISTENT")
def test_read_agrees_with_search(
    api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge
) -> None:
    finding.assess(
        (
            assertion
            for row in stimuli.some_rows(holdings)
            for read in [api.read(clause.resource, row["id"])]
            for assertion in (*check.read_agrees(read, row), *check.read_is_not_older(read, row))
        ),
        otherwise="no row was read in the version that the search gave",
    )


@pytest.mark.tier("negative")
@each_clause("(DIR|PA)-[A-Z]+-READ-UNKNOWN")
def test_unknown_id(api: FhirApi, clause: Clause, finding: Judge) -> None:
    ids = [stimuli.NO_SUCH_ID, *stimuli.ids_of_another_type(api, clause)]
    finding.assess(
        assertion
        for row_id in ids
        for assertion in check.unknown_is_absent(api.read(clause.resource, row_id))
    )


@pytest.mark.tier("negative")
@each_clause("(DIR|PA)-[A-Z]+-VREAD-UNKNOWN")
def test_unknown_version(api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge) -> None:
    finding.assess(
        (
            assertion
            for row in stimuli.some_rows(holdings, most=1)
            for assertion in check.unknown_is_absent(
                api.vread(clause.resource, row["id"], stimuli.NO_SUCH_VERSION)
            )
        ),
        otherwise=NO_ROW,
    )


@pytest.mark.tier("negative")
@each_clause("(DIR|PA)-[A-Z]+-ERROR-OUTCOME")
def test_read_errors_say_why(api: FhirApi, clause: Clause, finding: Judge) -> None:
    refused = api.read(clause.resource, stimuli.NO_SUCH_ID)
    finding.assess(
        check.errors_carry_outcome([refused]), otherwise="no read was answered with an error"
    )
