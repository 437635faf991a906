"""The scopes each document lists. Imports the standard library only.

Sources: tooele, "API permissions and scopes"; uhc, "Scopes". Scopes match to the letter, there
are no wildcards, and "any scope not currently listed is not supported".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")  # scope-token of RFC 6749, 3.3

_PATIENT = {
    "tooele": ("Coverage", "ExplanationOfBenefit", "Patient"),
    "uhc": (
        "Patient",
        "Coverage",
        "ExplanationOfBenefit",
        "Condition",
        "Encounter",
        "Procedure",
        "MedicationRequest",
        "MedicationDispense",
        "Observation",
        "Immunization",
    ),
}
# Starred in the document: "applicable only for Payer to Payer (future release)".
_FUTURE = {"tooele": ("Condition", "Encounter", "Immunization")}
_PUBLIC = {
    "tooele": (
        "Endpoint",
        "HealthcareService",
        "Location",
        "Organization",
        "OrganizationAffiliation",
        "Network",
        "Practitioner",
        "PractitionerRole",
    ),
}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The scopes that one deployment grants."""

    patient: tuple[str, ...]
    public: tuple[str, ...]

    def of(self, grant_type: str) -> tuple[str, ...]:
        """Return what a grant type can give: a client without a member sees public data only."""
        system = grant_type == "client_credentials"
        return self.public if system else self.patient + self.public


def catalogue(deployment: str, *, future: bool = False) -> Catalogue:
    """Return the scopes of a deployment, those of its future release where it is out."""
    patient = _PATIENT[deployment] + (_FUTURE.get(deployment, ()) if future else ())
    return Catalogue(
        tuple(f"patient/{name}.read" for name in patient),
        tuple(f"public/{name}.read" for name in _PUBLIC.get(deployment, ())),
    )


def split(text: str) -> tuple[str, ...] | None:
    """Return the scopes of a request, each once, in their order; None where one is malformed."""
    names = tuple(dict.fromkeys(text.split(" ")))
    found = tuple(name for name in names if name)
    return found if all(_TOKEN.fullmatch(name) for name in found) else None
