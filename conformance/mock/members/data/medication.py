"""Prescriptions and what pharmacies gave out on them, after US Core and PDEX.

Imports clinical, codes, parts, person, professional and providers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.members.data.clinical import Entry, doctor_of, encounter_day
from conformance.mock.members.data.codes import DRUGS, NDC, PDEX, RXNORM, THO
from conformance.mock.members.data.parts import at, concept, quantity
from conformance.mock.members.data.person import Draft, stored_after
from conformance.mock.members.data.professional import DAYS_SUPPLY
from conformance.mock.members.data.providers import PHARMACIES

if TYPE_CHECKING:
    from conformance.mock.data.plan import Resource
    from conformance.mock.members.data.person import Person
    from conformance.mock.members.data.providers import Providers

REQUESTS, DISPENSES = 2 * len(DRUGS), 24


def requests(person: Person, providers: Providers) -> list[Draft]:
    """Return the prescriptions of a member, each written in one of the encounters."""
    return [_request(person, providers, row) for row in range(REQUESTS)]


def _request(person: Person, providers: Providers, row: int) -> Draft:
    encounter, drug = 2 * row, DRUGS[row % len(DRUGS)]
    day = encounter_day(person, encounter)
    supply = quantity(DAYS_SUPPLY, "days", "d")
    content: Resource = {
        "status": "completed" if row < len(DRUGS) else "active",
        "intent": "order",
        "reportedBoolean": False,
        "medicationCodeableConcept": concept(RXNORM, drug.rxnorm, drug.name, drug.name),
        "subject": person.ref("Patient"),
        "encounter": person.ref("Encounter", encounter),
        "authoredOn": at(day, "09:40:00-07:00"),
        "requester": providers.ref("Practitioner", doctor_of(person, "Encounter", encounter)),
        "dosageInstruction": [{"text": drug.dosage}],
        "dispenseRequest": {
            "numberOfRepeatsAllowed": 3,
            "quantity": quantity(DAYS_SUPPLY * drug.per_day),
            "expectedSupplyDuration": supply,
        },
    }
    return Entry(person, "MedicationRequest", row, day).draft(content)


def dispenses(person: Person, providers: Providers) -> list[Draft]:
    """Return what was given out: the first fill of each prescription, then refills."""
    return [_dispense(person, providers, row) for row in range(DISPENSES)]


def _dispense(person: Person, providers: Providers, row: int) -> Draft:
    request, refill = row % REQUESTS, row // REQUESTS
    drug = DRUGS[request % len(DRUGS)]
    day = person.day("MedicationDispense", row, DISPENSES)
    where = person.pick(PHARMACIES, "dispensary", row)
    kind = ("RF", "Refill") if refill else ("FF", "First Fill")
    content: Resource = {
        "extension": [{"url": f"{PDEX}DispenseRefill", "valueQuantity": quantity(refill)}],
        "status": "completed",
        "medicationCodeableConcept": concept(NDC, drug.ndc, drug.name),
        "subject": person.ref("Patient"),
        "performer": [{"actor": providers.ref("Organization", where)}],
        "location": providers.ref("Location", where - 1),
        "authorizingPrescription": [person.ref("MedicationRequest", request)],
        "type": concept(f"{THO}v3-ActCode", *kind),
        "quantity": quantity(DAYS_SUPPLY * drug.per_day),
        "daysSupply": quantity(DAYS_SUPPLY, "days", "d"),
        "whenHandedOver": at(day, "17:25:00-07:00"),
        "dosageInstruction": [{"text": drug.dosage}],
        "substitution": {"wasSubstituted": False},
    }
    name, stored = "MedicationDispense", stored_after(person, "MedicationDispense", row, day)
    profiles = (f"{PDEX}pdex-medicationdispense",)
    return Draft(name, person.id_of(name, row), content, profiles, stored)
