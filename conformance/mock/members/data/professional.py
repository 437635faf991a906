"""Claims of physicians and of pharmacies. Imports claims, adjudication, codes, parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.members.data.adjudication import (
    Bill,
    adjudication,
    denial,
    in_network,
    paid,
    totals,
)
from conformance.mock.members.data.claims import (
    Claim,
    common,
    diagnosis_type,
    draft,
    info,
    network_status,
    team_member,
)
from conformance.mock.members.data.codes import (
    DRUGS,
    ICD_10,
    NDC,
    PLACE_OF_SERVICE,
    PROBLEMS,
    THO,
    VISITS,
)
from conformance.mock.members.data.parts import concept, numbered, quantity, tho
from conformance.mock.members.data.providers import GROUPS, PHARMACIES

if TYPE_CHECKING:
    from conformance.mock.data.plan import Resource
    from conformance.mock.members.data.codes import Drug, Service
    from conformance.mock.members.data.person import Draft

DAYS_SUPPLY = 30
_OFFICE_VISITS, _COPAY = VISITS[:2], 2_500


def professional(claim: Claim) -> Draft:
    """Return the EOB of a visit to a practice; each line says in which network it was paid."""
    first = claim.person.number("visit", claim.row, len(VISITS) - 1)
    services = VISITS[first : first + 2]
    bills = [
        Bill(s.cents, copay=2_500 * (s.code[:2] == "99"), denied=claim.denied) for s in services
    ]
    group = claim.person.pick(GROUPS, "group", claim.row)
    problem = claim.person.pick(PROBLEMS, "problem", claim.row)
    content: Resource = {
        **common(claim, bills),
        "type": {**tho("claim-type", "professional", "Professional"), "text": "Professional"},
        "provider": claim.providers.ref("Organization", group),
        "careTeam": numbered(_care_team(claim)),
        "supportingInfo": numbered(_visit_info(claim, group)),
        "diagnosis": numbered(
            [
                {
                    "diagnosisCodeableConcept": concept(ICD_10, problem.icd, problem.display),
                    "type": diagnosis_type("principal"),
                }
            ]
        ),
        "item": numbered([_line(claim, *line) for line in zip(services, bills, strict=True)]),
        "total": totals(bills),
    }
    return draft(claim, "Professional-NonClinician", content)


def _care_team(claim: Claim) -> list[Resource]:
    doctor, referrer = claim.doctor(), claim.doctor("referrer")
    who = claim.providers.ref("Practitioner", doctor)
    found = [team_member(who, "performing", qualification=claim.providers.specialty(doctor))]
    if claim.row % 2:
        found.append(team_member(claim.providers.ref("Practitioner", referrer), "referring"))
    return found


def _visit_info(claim: Claim, group: int) -> list[Resource]:
    return [
        network_status(),
        network_status("performingnetworkcontractingstatus"),
        info("clmrecvddate", timingDate=claim.received),
        info("servicefacility", valueReference=claim.providers.ref("Organization", group)),
        info("medicalrecordnumber", valueString=f"MRN{880_000 + claim.person.index}"),
        info("patientaccountnumber", valueString=f"PAN{claim.row:05d}"),
    ]


def _line(claim: Claim, service: Service, bill: Bill) -> Resource:
    reasons = [denial()] if claim.denied else []
    return {
        "diagnosisSequence": [1],
        "productOrService": concept(service.system, service.code, service.display),
        "servicedDate": claim.start.isoformat(),
        "locationCodeableConcept": concept(PLACE_OF_SERVICE, "11", "Office"),
        "quantity": quantity(1),
        "adjudication": [*adjudication(bill), in_network(), *reasons],
    }


def drug_of(claim: Claim) -> Drug:
    """Return what a pharmacy claim is for."""
    return claim.person.pick(DRUGS, "drug", claim.row)


def pharmacy(claim: Claim) -> Draft:
    """Return the EOB of a prescription that was filled."""
    drug = drug_of(claim)
    bill = Bill(drug.cents, copay=500)
    content: Resource = {
        **common(claim, [bill]),
        "type": {**tho("claim-type", "pharmacy", "Pharmacy"), "text": "Pharmacy"},
        "provider": claim.providers.ref("Organization", pharmacy_of(claim)),
        "careTeam": numbered(
            [team_member(claim.providers.ref("Practitioner", claim.doctor()), "prescribing")]
        ),
        "supportingInfo": numbered(_fill_info(claim)),
        "item": numbered(
            [
                {
                    "productOrService": concept(NDC, drug.ndc, drug.name),
                    "servicedDate": claim.start.isoformat(),
                    "quantity": quantity(DAYS_SUPPLY * drug.per_day),
                    "adjudication": adjudication(bill),
                }
            ]
        ),
        "total": [*totals([bill]), in_network(paid([bill]))],
    }
    return draft(claim, "Pharmacy", content)


def pharmacy_of(claim: Claim) -> int:
    """Return the row of the pharmacy that filled it."""
    return claim.person.pick(PHARMACIES, "pharmacy", claim.row)


def _fill_info(claim: Claim) -> list[Resource]:
    def ncpdp(system: str, code: str) -> Resource:
        return concept(f"{THO}NCPDP{system}", code)

    return [
        info("dayssupply", valueQuantity=quantity(DAYS_SUPPLY)),
        info("dawcode", code=ncpdp("DispensedAsWrittenOrProductSelectionCode", "0")),
        info("refillnum", valueQuantity=quantity(claim.row % 4)),
        network_status(),
        info("brandgenericindicator", code=ncpdp("BrandGenericIndicator", "2")),
        info("rxorigincode", code=ncpdp("PrescriptionOriginCode", "3")),
        info("clmrecvddate", timingDate=claim.received),
        info("compoundcode", code=ncpdp("CompoundCode", "1")),
    ]
