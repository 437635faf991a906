"""All rows of one member, by resource type. Imports the modules that draft them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from conformance.mock.members.data import clinical, enrolment, medication, observation
from conformance.mock.members.data.claims import Claim
from conformance.mock.members.data.institutional import inpatient, outpatient
from conformance.mock.members.data.professional import pharmacy, professional

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.mock.data.store import Row
    from conformance.mock.members.data.person import Draft, Person
    from conformance.mock.members.data.providers import Providers

    Record = dict[str, tuple[Row, ...]]

DEFAULT_CLAIMS = 72
"""EOBs of the first member, who has the fewest: more than three pages of 20."""
CLINICAL = {
    "Condition": clinical.conditions,
    "Encounter": clinical.encounters,
    "Immunization": clinical.immunizations,
    "Procedure": clinical.procedures,
    "MedicationRequest": medication.requests,
    "MedicationDispense": medication.dispenses,
    "Observation": observation.observations,
}
_KINDS = (
    "professional", "pharmacy", "professional", "outpatient", "pharmacy", "professional",
    "inpatient", "outpatient",
)  # fmt: skip
_EXPLAIN = {
    "inpatient": inpatient,
    "outpatient": outpatient,
    "professional": professional,
    "pharmacy": pharmacy,
}


def record(
    person: Person, providers: Providers, *, claims: int, clinical_types: Iterable[str]
) -> Record:
    """Return a member's rows: about so many claims or none, with these clinical types."""
    found = {"Patient": (enrolment.patient(person).row(),), "Coverage": (), _EOB: ()}
    if claims:
        found["Coverage"] = _rows(enrolment.coverages(person, providers))
        found[_EOB] = _rows(explanations(person, providers, claims))
    for kind in clinical_types:
        found[kind] = _rows(CLINICAL[kind](person, providers))
    targets = tuple(row for kind in clinical_types for row in found[kind])
    found["Provenance"] = _rows(observation.provenances(person, providers, targets))
    return found


_EOB = "ExplanationOfBenefit"


def _rows(drafts: Iterable[Draft]) -> tuple[Row, ...]:
    return tuple(draft.row() for draft in drafts)


def explanations(person: Person, providers: Providers, claims: int) -> list[Draft]:
    """Return the member's EOBs, all kinds in turn, the oldest first; no two have equally many."""
    many = claims + 3 * person.index
    return [_explain(person, providers, row, many) for row in range(many)]


def _explain(person: Person, providers: Providers, row: int, many: int) -> Draft:
    kind = _KINDS[row % len(_KINDS)]
    start = person.day("claim", row, many)
    nights = 2 + person.number("nights", row, 4) if kind == "inpatient" else 0
    claim = Claim(kind, person, providers, row, start, start + timedelta(days=nights))
    return _EXPLAIN[kind](claim)
