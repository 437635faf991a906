"""Defects of who sees what in Patient Access. Imports access, flow and the registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.mock.access import Access, Refusal
from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.flow import Admission, Reach


@defect("coverage-token-not-required", breaks=["PA-COV-TOKEN-REQUIRED"])
def let_in(admission: Admission) -> Admission:
    """Coverage: whoever brings no token is answered as the first member."""
    anonymous = isinstance(admission.verdict, Refusal) and admission.verdict.status == 401  # noqa: PLR2004
    if not anonymous or admission.call.type != "Coverage":
        return admission
    scopes = frozenset({"patient/Coverage.read"})
    return replace(admission, verdict=Access("anonymous", scopes, admission.everybody[0]))


@defect("coverage-scope-not-enforced", breaks=["PA-COV-SCOPE-NEEDED"])
def open_coverage(admission: Admission) -> Admission:
    """Coverage: any member token reads it, whatever its scopes."""
    return _widen(admission, "Coverage")


@defect("observation-scope-not-enforced", breaks=["PA-OBS-SCOPE-NEEDED"])
def open_observations(admission: Admission) -> Admission:
    """Observation: any member token reads it, whatever its scopes."""
    return _widen(admission, "Observation")


def _widen(admission: Admission, kind: str) -> Admission:
    access = admission.verdict
    if not isinstance(access, Access) or admission.call.type != kind:
        return admission
    return replace(
        admission, verdict=replace(access, scopes=access.scopes | {f"patient/{kind}.read"})
    )


@defect("eob-other-member-readable", breaks=["PA-EOB-OTHER-MEMBER", "PA-PAT-OTHER-MEMBER"])
def read_any_claim(reach: Reach) -> Reach:
    """ExplanationOfBenefit: read and search give every member's claims to each of them."""
    return _of_everybody(reach, "ExplanationOfBenefit", "read", "vread", "search-type")


@defect("patient-other-member-readable", breaks=["PA-PAT-OTHER-MEMBER"])
def read_any_patient(reach: Reach) -> Reach:
    """Patient: read gives any member, search the own one only."""
    return _of_everybody(reach, "Patient", "read", "vread")


@defect("coverage-other-member-searchable", breaks=["PA-COV-OTHER-MEMBER"])
def search_any_coverage(reach: Reach) -> Reach:
    """Coverage: search gives every member's coverages, read the own ones only."""
    return _of_everybody(reach, "Coverage", "search-type")


@defect("condition-other-member-searchable", breaks=["PA-COND-OTHER-MEMBER"])
def search_any_condition(reach: Reach) -> Reach:
    """Condition: search gives every member's conditions, read the own ones only."""
    return _of_everybody(reach, "Condition", "search-type")


@defect("coverage-other-member-version", breaks=["PA-COV-OTHER-MEMBER"])
def vread_any_coverage(reach: Reach) -> Reach:
    """Coverage: a version read gives any member's, read and search the own ones only."""
    return _of_everybody(reach, "Coverage", "vread")


@defect("eob-include-opens-other-members", breaks=["PA-PAT-OTHER-MEMBER", "PA-EOB-OTHER-MEMBER"])
def include_anybody(reach: Reach) -> Reach:
    """ExplanationOfBenefit: a search with `_include` is not limited to the token's member."""
    return _where(reach, "_include")


@defect("eob-list-opens-other-members", breaks=["PA-EOB-OTHER-MEMBER"])
def find_by_list(reach: Reach) -> Reach:
    """ExplanationOfBenefit: of a list of patients only the first is held against the token."""
    return _where(reach, "patient", holding=",")


def _where(reach: Reach, parameter: str, holding: str = "") -> Reach:
    """Let a search see everybody's rows where a parameter has a value with this in it."""
    value = reach.call.value(parameter)
    if reach.call.type != "ExplanationOfBenefit" or not value or holding not in value:
        return reach
    return replace(reach, patients=reach.everybody)


def _of_everybody(reach: Reach, kind: str, *interactions: str) -> Reach:
    if reach.call.type != kind or reach.call.interaction not in interactions:
        return reach
    return replace(reach, patients=reach.everybody)
