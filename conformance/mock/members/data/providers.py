"""The payer and those who gave care: shared by all members. Imports codes, parts, person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from conformance.mock.data import elements as e
from conformance.mock.data.codes import NPI, NUCC
from conformance.mock.data.names import FAMILY, GIVEN
from conformance.mock.data.places import CITIES
from conformance.mock.members.data.codes import THO, US_CORE, V2_0203, c4bb
from conformance.mock.members.data.parts import carin, concept, identifier
from conformance.mock.members.data.person import Draft

if TYPE_CHECKING:
    from conformance.mock.data.places import City
    from conformance.mock.data.plan import Plan, Resource
    from conformance.mock.data.store import Row

_PAYERS = {"tooele": "Great Basin Health Plan", "uhc": "Wasatch United Health Plan"}
_FACILITIES = (
    "Hospital", "Medical Center", "Family Medicine", "Internal Medicine Group", "Pharmacy", "Drug",
    "Clinical Laboratory",
)  # fmt: skip
HOSPITALS, GROUPS, PHARMACIES = (1, 2), (3, 4), (5, 6)
"""The rows of each sort in Organization; row 0 is the payer, the last one the laboratory."""
SPECIALTIES = (
    ("207Q00000X", "Family Medicine Physician"),
    ("207R00000X", "Internal Medicine Physician"),
    ("207RC0000X", "Cardiovascular Disease Physician"),
    ("363L00000X", "Nurse Practitioner"),
    ("208600000X", "Surgery Physician"),
    ("207P00000X", "Emergency Medicine Physician"),
)
PRACTITIONERS = 12
_SINCE = datetime(2019, 3, 1, 5, 12, 33, 608000, tzinfo=UTC)
_TAX_ID = "urn:oid:2.16.840.1.113883.4.4"


@dataclass(frozen=True, slots=True)
class Providers:
    """Organizations, practitioners and locations of one deployment, told by their row."""

    plan: Plan
    deployment: str

    def ref(self, kind: str, row: int, display: str = "") -> Resource:
        """Return a Reference to a shared row."""
        found = {"reference": f"{kind}/{self._id(kind, row)}"}
        return {**found, "display": display} if display else found

    @property
    def payer(self) -> Resource:
        """The Reference to the payer."""
        return self.ref("Organization", 0, self.payer_name)

    @property
    def payer_name(self) -> str:
        """What the payer is called."""
        return _PAYERS[self.deployment]

    def rows(self) -> dict[str, tuple[Row, ...]]:
        """Return the shared rows by type."""
        organizations = [self._organization(row) for row in range(len(_FACILITIES) + 1)]
        people = [self._practitioner(row) for row in range(PRACTITIONERS)]
        places = [self._location(row) for row in range(len(HOSPITALS + GROUPS + PHARMACIES))]
        drafts = {"Organization": organizations, "Practitioner": people, "Location": places}
        return {kind: tuple(draft.row() for draft in found) for kind, found in drafts.items()}

    def specialty(self, practitioner: int) -> Resource:
        """Return the NUCC code of a practitioner."""
        code, display = SPECIALTIES[practitioner % len(SPECIALTIES)]
        return concept(NUCC, code, display)

    def _kind(self, kind: str) -> str:
        return f"{self.deployment}/members/{kind}"

    def _id(self, kind: str, row: int) -> str:
        return self.plan.id_of(self._kind(kind), row)

    def _city(self, row: int) -> City:
        return CITIES[row % len(CITIES)]

    def _draft(self, kind: str, row: int, content: Resource, profile: str) -> Draft:
        since = _SINCE + timedelta(days=17 * row, seconds=631 * row)
        older = (_renamed,) if kind != "Location" and row % 4 == 1 else ()
        return Draft(kind, self._id(kind, row), content, (profile,), since, older)

    def _organization(self, row: int) -> Draft:
        city, kind = self._city(row), self._kind("Organization")
        number = identifier(
            carin("IdentifierType", "npi"), NPI, e.npi(self.plan, kind, 9000 + row)["value"]
        )
        tax = concept(V2_0203, "TAX", "Tax ID number")
        content: Resource = {
            "identifier": [number, identifier(tax, _TAX_ID, f"00-{5_550_100 + row}")],
            "active": True,
            "type": [self._type(row)],
            "name": self.payer_name if row == 0 else f"{city.name} {_FACILITIES[row - 1]}",
            "telecom": [e.phone(self.plan, city, kind, row)],
            "address": [self._address("Organization", row)],
        }
        return self._draft("Organization", row, content, c4bb("Organization"))

    def _type(self, row: int) -> Resource:
        code, display = ("pay", "Payer") if row == 0 else ("prov", "Healthcare Provider")
        return concept(f"{THO}organization-type", code, display)

    def _address(self, kind: str, row: int) -> Resource:
        return e.address(self.plan, self._city(row), self._kind(kind), row)

    def _practitioner(self, row: int) -> Draft:
        kind = self._kind("Practitioner")
        content: Resource = {
            "identifier": [
                identifier(
                    carin("IdentifierType", "npi"), NPI, e.npi(self.plan, kind, 700 + row)["value"]
                )
            ],
            "active": True,
            "name": [
                {
                    "use": "official",
                    "family": self.plan.pick(FAMILY, kind, row, "family"),
                    "given": [self.plan.pick(GIVEN, kind, row, "given")],
                    "prefix": ["Dr."],
                }
            ],
            "telecom": [e.phone(self.plan, self._city(row), kind, row)],
            "address": [self._address("Practitioner", row)],
            "gender": ("female", "male")[row % 2],
            "qualification": [{"code": self.specialty(row)}],
        }
        return self._draft("Practitioner", row, content, c4bb("Practitioner"))

    def _location(self, row: int) -> Draft:
        organization = row + 1
        city = self._city(organization)
        content: Resource = {
            "status": "active",
            "name": f"{city.name} {_FACILITIES[row]} Campus",
            "telecom": [e.phone(self.plan, city, self._kind("Location"), row)],
            "address": self._address("Organization", organization),
            "managingOrganization": self.ref("Organization", organization),
        }
        return self._draft("Location", row, content, f"{US_CORE}location")


def _renamed(content: Resource) -> Resource:
    """Return what a provider said before: another telephone number."""
    first = content["telecom"][0]
    return {**content, "telecom": [{**first, "value": first["value"][:-2] + "99"}]}
