"""Defects by which a token opens more than it may. Imports access, flow and the registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.mock.access import Access
from conformance.mock.defects.clinical_search import CLINICAL, of_each
from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.flow import Admission, Reach

_ORDERS = ("Procedure", "MedicationRequest", "MedicationDispense")


@defect("patient-scope-not-enforced", breaks=["PA-PAT-SCOPE-NEEDED"])
def open_patient(admission: Admission) -> Admission:
    """Patient: any member token reads it, whatever its scopes."""
    return _widen(admission, ("Patient",))


@defect("eob-scope-not-enforced", breaks=["PA-EOB-SCOPE-NEEDED"])
def open_claims(admission: Admission) -> Admission:
    """ExplanationOfBenefit: any member token reads it, whatever its scopes."""
    return _widen(admission, ("ExplanationOfBenefit",))


@defect("clinical-scopes-not-enforced", breaks=of_each("SCOPE-NEEDED"))
def open_clinical(admission: Admission) -> Admission:
    """Condition, Encounter, Immunization: any member token reads them, whatever its scopes."""
    return _widen(admission, CLINICAL)


@defect("order-scopes-not-enforced", breaks=of_each("SCOPE-NEEDED", "PROC MREQ MDISP"))
def open_orders(admission: Admission) -> Admission:
    """Procedure, MedicationRequest, MedicationDispense: any member token reads them."""
    return _widen(admission, _ORDERS)


@defect("include-scope-not-enforced", breaks=["PA-PAT-SCOPE-NEEDED"])
def include_unscoped(admission: Admission) -> Admission:
    """What comes along by `_include` needs no scope of its own."""
    access = admission.verdict
    if not isinstance(access, Access) or not admission.call.value("_include"):
        return admission
    wider = replace(access, scopes=access.scopes | {"patient/Patient.read"})
    return replace(admission, verdict=wider)


@defect("version-scope-not-enforced", breaks=["PA-COV-SCOPE-NEEDED"])
def version_unscoped(admission: Admission) -> Admission:
    """A version read of a Coverage needs no scope."""
    if admission.call.interaction != "vread":
        return admission
    return _widen(admission, ("Coverage",))


def _widen(admission: Admission, kinds: tuple[str, ...]) -> Admission:
    access, kind = admission.verdict, admission.call.type
    if not isinstance(access, Access) or kind not in kinds:
        return admission
    wider = replace(access, scopes=access.scopes | {f"patient/{kind}.read"})
    return replace(admission, verdict=wider)


@defect("clinical-other-member-readable", breaks=of_each("OTHER-MEMBER", "ENC IMM"))
def read_any_visit(reach: Reach) -> Reach:
    """Encounter and Immunization: read gives any member's, search the own ones only."""
    return _of_everybody(reach, CLINICAL[1:])


@defect("order-other-member-readable", breaks=of_each("OTHER-MEMBER", "PROC MREQ MDISP OBS"))
def read_any_order(reach: Reach) -> Reach:
    """Procedure, medications and Observation: read gives any member's, search the own ones."""
    return _of_everybody(reach, (*_ORDERS, "Observation"))


def _of_everybody(reach: Reach, kinds: tuple[str, ...]) -> Reach:
    if reach.call.interaction != "read" or reach.call.type not in kinds:
        return reach
    return replace(reach, patients=reach.everybody)
