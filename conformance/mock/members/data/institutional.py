"""Inpatient and outpatient claims of hospitals. Imports claims, adjudication, codes, parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.members.data.adjudication import (
    Bill,
    adjudication,
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
    BED_AND_CARE,
    HOSPITAL_SERVICES,
    ICD_10,
    ICD_10_PCS,
    MS_DRG,
    NUBC,
    PROBLEMS,
    STAYS,
    THO,
)
from conformance.mock.members.data.parts import at, carin, concept, numbered, quantity, tho
from conformance.mock.members.data.providers import HOSPITALS

if TYPE_CHECKING:
    from conformance.mock.data.plan import Resource
    from conformance.mock.members.data.codes import Stay
    from conformance.mock.members.data.person import Draft


def inpatient(claim: Claim) -> Draft:
    """Return the EOB of a stay in hospital, adjudicated line by line."""
    stay = claim.person.pick(STAYS, "stay", claim.row)
    nights = (claim.end - claim.start).days
    bills = [
        Bill(cents * (nights if code == "0120" else 1), denied=claim.denied)
        for code, cents in BED_AND_CARE
    ]
    content = {
        **_hospital(claim, bills, "inpatient", "Inpatient"),
        "supportingInfo": numbered(_stay_info(claim, stay)),
        "diagnosis": numbered(_stay_diagnoses(claim, stay)),
        "procedure": numbered([_operation(claim, stay)]),
        "item": numbered([_bed_line(*line) for line in zip(BED_AND_CARE, bills, strict=True)]),
    }
    return draft(claim, "Inpatient-Institutional", content)


def outpatient(claim: Claim) -> Draft:
    """Return the EOB of a visit to a hospital, adjudicated as a whole."""
    first = claim.person.number("service", claim.row, len(HOSPITAL_SERVICES) - 1)
    services = HOSPITAL_SERVICES[first : first + 2]
    bill = Bill(sum(s.cents for s in services), copay=4_000, denied=claim.denied)
    lines: list[Resource] = [
        {
            "revenue": _nubc("RevenueCodes", service.revenue),
            "productOrService": concept(service.system, service.code, service.display),
            "servicedDate": claim.start.isoformat(),
            "quantity": quantity(1),
        }
        for service in services
    ]
    problem = claim.person.pick(PROBLEMS, "problem", claim.row)
    diagnoses = [_diagnosis(problem.icd, problem.display, "principal")]
    diagnoses.append(_diagnosis("R07.9", "Chest pain, unspecified", "patientreasonforvisit"))
    content = {
        **_hospital(claim, [bill], "outpatient", "Outpatient"),
        "supportingInfo": numbered(_bill_info(claim, "0131")),
        "diagnosis": numbered(diagnoses),
        "item": numbered(lines),
        "adjudication": adjudication(bill),
    }
    return draft(claim, "Outpatient-Institutional", content)


def _hospital(claim: Claim, bills: list[Bill], subtype: str, text: str) -> Resource:
    row = claim.person.pick(HOSPITALS, "hospital", claim.row)
    attending = claim.providers.ref("Practitioner", claim.doctor())
    return {
        **common(claim, bills, claim.providers.ref("Organization", row)),
        "type": {**tho("claim-type", "institutional", "Institutional"), "text": "Institutional"},
        "subType": {**carin("InstitutionalClaimSubType", subtype, text), "text": text},
        "facility": claim.providers.ref("Location", row - 1),
        "careTeam": numbered([team_member(attending, "attending")]),
        "total": [*totals(bills), in_network(paid(bills))],
    }


def _bill_info(claim: Claim, type_of_bill: str) -> list[Resource]:
    return [
        network_status(),
        info("clmrecvddate", timingDate=claim.received),
        info("typeofbill", code=_nubc("TypeOfBill", type_of_bill)),
        info("pointoforigin", code=_nubc("PointOfOrigin", "1")),
        info("admtype", code=_nubc("PriorityTypeOfAdmitOrVisit", "3")),
        info("discharge-status", code=_nubc("PatDischargeStatus", "01")),
        info("medicalrecordnumber", valueString=f"MRN{880_000 + claim.person.index}"),
        info("patientaccountnumber", valueString=f"PAN{claim.row:05d}"),
    ]


def _stay_info(claim: Claim, stay: Stay) -> list[Resource]:
    period = {"start": claim.start.isoformat(), "end": claim.end.isoformat()}
    return [
        info("admissionperiod", timingPeriod=period),
        *_bill_info(claim, "0111"),
        info("drg", code=concept(MS_DRG, stay.drg, stay.drg_display)),
    ]


def _stay_diagnoses(claim: Claim, stay: Stay) -> list[Resource]:
    other = claim.person.pick(PROBLEMS, "problem", claim.row)
    principal = _diagnosis(stay.icd, stay.display, "principal")
    admitting = _diagnosis(stay.icd, stay.display, "admitting")
    present = _nubc("PresentOnAdmissionIndicator", "Y")
    return [
        {**principal, "onAdmission": present},
        admitting,
        {**_diagnosis(other.icd, other.display, "other"), "onAdmission": present},
    ]


def _operation(claim: Claim, stay: Stay) -> Resource:
    return {
        "type": [carin("ClaimProcedureType", "principal")],
        "date": at(claim.start),
        "procedureCodeableConcept": concept(ICD_10_PCS, stay.pcs, stay.pcs_display),
    }


def _bed_line(line: tuple[str, int], bill: Bill) -> Resource:
    not_applicable = concept(f"{THO}data-absent-reason", "not-applicable", "Not Applicable")
    return {
        "revenue": _nubc("RevenueCodes", line[0]),
        "productOrService": not_applicable,
        "quantity": quantity(1),
        "adjudication": adjudication(bill),
    }


def _diagnosis(icd: str, display: str, role: str) -> Resource:
    return {
        "diagnosisCodeableConcept": concept(ICD_10, icd, display),
        "type": diagnosis_type(role),
    }


def _nubc(system: str, code: str) -> Resource:
    return concept(NUBC + system, code)
