"""Which requests the suites of both FHIR APIs choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.contract import load_contract
from conformance.records import Ending, Holdings, Search
from suites.fhir import stimuli, value_stimuli

if TYPE_CHECKING:
    from conformance.client import FhirApi
    from conformance.contract import Clause

CONTRACT = load_contract()
UNLISTED = [clause for clause in CONTRACT.clauses if clause.id.endswith("-UNLISTED-REFUSED")]


class Asked:
    """An API that holds some claims, if any, and notes what it is asked for."""

    deployment, page_size = "tooele", 30

    def __init__(self, *rows: dict[str, Any]) -> None:
        self._rows = {row["id"]: row for row in rows}

    def needs_of(self, resource_type: str) -> tuple[tuple[str, str], ...]:
        return (("patient", "me"),) if resource_type == "ExplanationOfBenefit" else ()

    def holdings(self, resource_type: str) -> Holdings:
        return Holdings(resource_type, (), self._rows, complete=True)

    def search(self, resource_type: str, params: tuple[tuple[str, str], ...], **_: Any) -> Search:
        return Search("http://test", resource_type, params, (), Ending.END, ())


def forms_of(api: Any) -> list[tuple[str, str]]:
    """Return the values of `patient` that are compared."""
    clause = CONTRACT["PA-EOB-REFERENCE-FORMS"]
    asked: FhirApi = api
    pairs = value_stimuli.reference_forms(asked, clause)
    return [(dict(typed.params)["patient"], dict(bare.params)["patient"]) for typed, bare in pairs]


@pytest.mark.parametrize("clause", UNLISTED, ids=lambda clause: clause.id)
def test_a_listed_parameter_is_never_probed_as_unlisted(clause: Clause) -> None:
    listed = {
        row.param
        for row in CONTRACT.clauses
        if row.kind == "search-parameter"
        and (row.area, row.resource) == (clause.area, clause.resource)
    }
    assert listed
    assert not listed & set(stimuli.unlisted_names(clause))


def test_references_are_those_that_rows_hold() -> None:
    row = {"resourceType": "ExplanationOfBenefit", "id": "1", "patient": {"reference": "Patient/a"}}
    assert forms_of(Asked(row)) == [("Patient/a", "a")]


def test_a_needed_patient_is_compared_though_it_finds_no_row() -> None:
    assert forms_of(Asked()) == [("Patient/me", "me")]
