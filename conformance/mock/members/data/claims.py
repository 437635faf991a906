"""What every ExplanationOfBenefit has, whichever kind of claim it explains.

Imports codes, parts, person, enrolment, adjudication and providers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from conformance.mock.members.data.adjudication import Bill, paid
from conformance.mock.members.data.codes import C4BB_CS, THO, c4bb
from conformance.mock.members.data.enrolment import (
    COVERAGE_VERSIONS,
    PATIENT_VERSIONS,
    coverage_row,
)
from conformance.mock.members.data.parts import at, carin, concept, identifier, money
from conformance.mock.members.data.person import Draft, stored_after

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from conformance.mock.data.plan import Resource
    from conformance.mock.members.data.person import Person
    from conformance.mock.members.data.providers import Providers

_CLAIM_ID = "https://flex.example/fhir/claim-id"
_KIND = "ExplanationOfBenefit"
_DENIED_EVERY, _REPLACED_EVERY = 11, 17


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim before it is told as FHIR: whose, of which kind, when."""

    kind: str
    person: Person
    providers: Providers
    row: int
    start: date
    end: date

    @property
    def denied(self) -> bool:
        """Whether the payer pays nothing (pharmacies are told at the counter and do not bill)."""
        return self.kind != "pharmacy" and self.row % _DENIED_EVERY == _DENIED_EVERY - 1

    @property
    def replaced(self) -> bool:
        """Whether the next claim of the member corrects this one."""
        return self.row % _REPLACED_EVERY == _REPLACED_EVERY - 1

    @property
    def received(self) -> str:
        """The day the claim reached the payer."""
        return (self.end + timedelta(days=2)).isoformat()

    def doctor(self, salt: str = "doctor") -> int:
        """Return the row of a practitioner."""
        return self.person.number(salt, self.row, 12)


def common(claim: Claim, bills: Sequence[Bill]) -> Resource:
    """Return the elements that all four profiles share."""
    person, row = claim.person, claim.row
    status = "denied" if claim.denied else "paid"
    content: Resource = {
        "identifier": [_claim_id(person, row)],
        "status": "cancelled" if claim.replaced else "active",
        "use": "claim",
        "patient": person.ref("Patient", version=PATIENT_VERSIONS if row % 4 == 1 else 0),
        "billablePeriod": {"start": claim.start.isoformat(), "end": claim.end.isoformat()},
        "created": at(claim.end + timedelta(days=2)),
        "insurer": claim.providers.payer,
        "outcome": "complete",
        "disposition": "Claim denied" if claim.denied else "Claim paid",
        "payee": {"type": concept(f"{THO}payeetype", "provider", "Provider")},
        "insurance": [{"focal": True, "coverage": _coverage(claim)}],
        "payment": {
            "type": carin("PayerAdjudicationStatus", status),
            "date": (claim.end + timedelta(days=9)).isoformat(),
            "amount": money(paid(bills)),
        },
    }
    if claim.replaced:
        relationship = carin("RelatedClaimRelationshipCodes", "replacedby")
        content["related"] = [
            {"relationship": relationship, "reference": _claim_id(person, row + 1)}
        ]
    return content


def _claim_id(person: Person, row: int) -> Resource:
    value = f"CLM{20_160_000 + 1000 * person.index + row}"
    return identifier(carin("IdentifierType", "uc", "Unique Claim ID"), _CLAIM_ID, value)


def _coverage(claim: Claim) -> Resource:
    """Return the Coverage in force that day: now and then the version that was adjudicated on."""
    version = 1 + claim.row % COVERAGE_VERSIONS if claim.row % 3 == 0 else 0
    return claim.person.ref("Coverage", coverage_row(claim.start), version)


def info(category: str, **value: object) -> Resource:
    """Return a supportingInfo of CARIN's category with a code, a timing or a value."""
    return {"category": carin("SupportingInfoType", category), **value}


def network_status(category: str = "billingnetworkcontractingstatus") -> Resource:
    """Return the supportingInfo that says who has a contract with the payer."""
    return info(category, code=carin("PayerAdjudicationStatus", "contracted", "Contracted"))


def team_member(provider: Resource, role: str, **further: object) -> Resource:
    """Return a careTeam of one of CARIN's roles."""
    return {"provider": provider, "role": carin("ClaimCareTeamRole", role), **further}


def diagnosis_type(code: str) -> list[Resource]:
    """Return the type of a diagnosis, from HL7's codes or from CARIN's."""
    own = code in ("other", "secondary", "externalcauseofinjury", "patientreasonforvisit")
    system = f"{C4BB_CS}ClaimDiagnosisType" if own else f"{THO}ex-diagnosistype"
    return [concept(system, code)]


def draft(claim: Claim, profile: str, content: Resource) -> Draft:
    """Return the claim's row: two in five have been through a review, one of them twice."""
    stored = stored_after(claim.person, _KIND, claim.row, claim.end)
    reviews = (0, 1, 0, 2, 0)[claim.row % 5]
    return Draft(
        _KIND,
        claim.person.id_of(_KIND, claim.row),
        content,
        (c4bb(f"{_KIND}-{profile}"),),
        stored,
        tuple(_in_review(number) for number in range(1, reviews + 1)),
    )


def _in_review(number: int) -> Callable[[Resource], Resource]:
    text = f"Claim in review, step {number}"
    return lambda content: {**content, "outcome": "partial", "disposition": text}
