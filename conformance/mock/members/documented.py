"""The members' resources, searches and scopes of each document. Imports the vocabulary.

The `uhc` document names ten scopes and no parameter. There the mock serves what the `tooele`
document lists, and for each type the searches by member and time that US Core servers have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.members.data.codes import C4BB, PDEX, US_CORE
from conformance.mock.search.documented import INCLUDE, PAGED, REVINCLUDE, Parameter, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

PATIENT = Parameter("patient", "reference")
_UPDATED = Parameter("_lastUpdated", "date")
_DATE = Parameter("date", "date")
_STATUS = Parameter("status", "token")
_SEARCHED = ("read", "search-type")
_VERSIONED = ("read", "vread", "search-type")
_PROVENANCE = ("Provenance:target",)
EOB = "ExplanationOfBenefit"


def _clinical(kind: str, *own: Parameter, traced: bool = False) -> Vocabulary:
    """Return what the document lists for a clinical type: read, search by GET and by POST."""
    parameters = (*PAGED, PATIENT, *own, *([REVINCLUDE] if traced else []))
    revincludes = _PROVENANCE if traced else ()
    return Vocabulary(
        kind, parameters, revincludes=revincludes, interactions=_SEARCHED, posted=True
    )


_CLAIMS = (
    Vocabulary("Patient", PAGED, interactions=_VERSIONED),
    Vocabulary("Coverage", PAGED, interactions=_VERSIONED),
    Vocabulary(
        EOB,
        (
            *PAGED,
            _UPDATED,
            Parameter("identifier", "token"),
            PATIENT,
            Parameter("service-date", "date"),
            Parameter("type", "token"),
            INCLUDE,
        ),
        includes=(f"{EOB}:provider", f"{EOB}:patient"),
        required=("patient",),
        interactions=_VERSIONED,
    ),
)
_FUTURE = (
    _clinical("Condition", _UPDATED, Parameter("onset-date", "date")),
    _clinical("Encounter", _DATE, traced=True),
    _clinical("Immunization", _DATE, _STATUS, traced=True),
)
_UHC_ONLY = (
    Vocabulary("Procedure", (*PAGED, PATIENT, _DATE, _STATUS), interactions=_SEARCHED),
    Vocabulary(
        "MedicationRequest",
        (*PAGED, PATIENT, _STATUS, Parameter("intent", "token")),
        interactions=_SEARCHED,
    ),
    Vocabulary("MedicationDispense", (*PAGED, PATIENT, _STATUS), interactions=_SEARCHED),
    Vocabulary(
        "Observation",
        (*PAGED, PATIENT, _DATE, Parameter("category", "token"), Parameter("code", "token")),
        interactions=_SEARCHED,
    ),
)

SUPPORTING = {
    kind: Vocabulary(kind, (), interactions=("read", "vread"))
    for kind in ("Organization", "Practitioner", "Location")
} | {"Provenance": Vocabulary("Provenance", (), interactions=("read",))}
"""What a member's rows refer to, or what refers to them: no scope of their own, no search."""


def documented(deployment: str, *, future: bool) -> dict[str, Vocabulary]:
    """Return the types that have a scope in this deployment, with their searches."""
    if deployment == "uhc":
        return _by_type(_for_members(v) for v in (*_CLAIMS, *_FUTURE, *_UHC_ONLY))
    return _by_type((*_CLAIMS, *_FUTURE) if future else _CLAIMS)


def _for_members(vocabulary: Vocabulary) -> Vocabulary:
    """Return a type's searches with those by member and by time, where they are missing."""
    usual = (_UPDATED,) if vocabulary.type == "Patient" else (PATIENT, _UPDATED)
    return vocabulary.having(*(p for p in usual if not vocabulary.get(p.name)))


def _by_type(vocabularies: Iterable[Vocabulary]) -> dict[str, Vocabulary]:
    return {vocabulary.type: vocabulary for vocabulary in vocabularies}


PROFILES = {
    "Patient": (f"{C4BB}Patient", f"{US_CORE}patient"),
    "Coverage": (f"{C4BB}Coverage",),
    EOB: tuple(
        f"{C4BB}{EOB}-{kind}"
        for kind in (
            "Inpatient-Institutional",
            "Outpatient-Institutional",
            "Pharmacy",
            "Professional-NonClinician",
        )
    ),
    "Observation": tuple(
        US_CORE + name
        for name in (
            "observation-lab", "blood-pressure", "heart-rate", "body-weight", "body-height",
            "smokingstatus",
        )
    ),
    "MedicationDispense": (f"{PDEX}pdex-medicationdispense",),
    "Organization": (f"{C4BB}Organization",),
    "Practitioner": (f"{C4BB}Practitioner",),
    "Provenance": (f"{PDEX}pdex-provenance", f"{US_CORE}provenance"),
}  # fmt: skip
"""The profiles of a type's rows; a type that is not here has US Core's of its name."""


def profiles(kind: str) -> tuple[str, ...]:
    """Return the profiles that a type's rows claim."""
    return PROFILES.get(kind, (US_CORE + kind.lower(),))
