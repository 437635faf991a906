"""Defects of the resources of Patient Access, wherever they are shown. Imports flow, registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.flow import Shown

_EOB = "ExplanationOfBenefit"
_C4BB = "http://hl7.org/fhir/us/carin-bb/StructureDefinition/C4BB-"


# No Coverage was in force then.
@defect("eob-before-2016", breaks=["PA-EOB-WINDOW", "PA-COV-EFFECTIVE"])
def too_old(shown: Shown) -> Shown:
    """ExplanationOfBenefit: claims of the first years were for services of 2015."""
    if shown.type != _EOB or shown.resource["billablePeriod"]["start"] > "2018":
        return shown
    early = {"start": "2015-11-30", "end": "2015-11-30"}
    return shown.with_(billablePeriod=early, created="2015-12-02T00:00:00+00:00")


@defect("condition-before-2016", breaks=["PA-COND-WINDOW"])
def old_condition(shown: Shown) -> Shown:
    """Condition: onset and recording are dated 2012."""
    if shown.type != "Condition":
        return shown
    kept = {k: v for k, v in shown.resource.items() if k != "onsetPeriod"}
    return type(shown)(shown.interaction, kept).with_(
        onsetDateTime="2012-03-09", recordedDate="2012-03-09"
    )


@defect("patient-profile-missing", breaks=["PA-PAT-PROFILE"])
def drop_patient_profile(shown: Shown) -> Shown:
    """Patient: resources name no profile."""
    return shown.with_meta(profile=None) if shown.type == "Patient" else shown


@defect("condition-profile-missing", breaks=["PA-COND-PROFILE"])
def drop_condition_profile(shown: Shown) -> Shown:
    """Condition: resources name no profile."""
    return shown.with_meta(profile=None) if shown.type == "Condition" else shown


@defect("eob-profile-of-other-kind", breaks=["PA-EOB-KINDS"])
def other_kind(shown: Shown) -> Shown:
    """ExplanationOfBenefit: all claims name the profile of professional ones."""
    if shown.type != _EOB:
        return shown
    return shown.with_meta(profile=[f"{_C4BB}{_EOB}-Professional-NonClinician|1.1.0"])


@defect("coverage-profile-version", breaks=["PA-IG-CARIN-BB"])
def other_guide_version(shown: Shown) -> Shown:
    """Coverage: resources name the profile of CARIN BB 2.0.0, not of 1.1.0."""
    if shown.type != "Coverage":
        return shown
    return shown.with_meta(profile=[f"{_C4BB}Coverage|2.0.0"])


@defect("eob-version-id-missing", breaks=["PA-EOB-VERSION-ID"])
def drop_version_id(shown: Shown) -> Shown:
    """ExplanationOfBenefit: resources have no meta.versionId."""
    return shown.with_meta(versionId=None) if shown.type == _EOB else shown


@defect("coverage-malformed", breaks=["PA-COV-WELL-FORMED"])
def lone_payor(shown: Shown) -> Shown:
    """Coverage: a lone payor is an object where FHIR wants an array."""
    if shown.type != "Coverage":
        return shown
    return shown.with_(payor=shown.resource["payor"][0])


@defect("coverage-without-subscriber-id", breaks=["PA-COV-CONFORMS"])
def drop_subscriber_id(shown: Shown) -> Shown:
    """Coverage: rows have no subscriberId, which CARIN BB requires."""
    return shown.without("subscriberId") if shown.type == "Coverage" else shown


@defect("coverage-bare", breaks=["PA-COV-MUST-SUPPORT"])
def drop_optional(shown: Shown) -> Shown:
    """Coverage: rows have nothing but what CARIN BB requires of every Coverage."""
    if shown.type != "Coverage":
        return shown
    return shown.without("identifier").without("period").without("class")


@defect("eob-amounts-without-kind", breaks=["PA-EOB-CONFORMS"])
def unkind_amounts(shown: Shown) -> Shown:
    """ExplanationOfBenefit: the totals are not of the kinds that CARIN BB's slices tell apart."""
    if shown.type != _EOB:
        return shown
    totals = [{**total, "category": {"text": "amount"}} for total in shown.resource["total"]]
    return shown.with_(total=totals)


@defect("observation-unknown-property", breaks=["PA-OBS-WELL-FORMED"])
def unknown_property(shown: Shown) -> Shown:
    """Observation: resources have a property of the payer's own that FHIR does not know."""
    return shown.with_(sourceFeed="LAB-7") if shown.type == "Observation" else shown


@defect("eob-versioned-reference-dangling", breaks=["PA-EOB-VERSIONED-REFERENCES"])
def dangling_version(shown: Shown) -> Shown:
    """ExplanationOfBenefit: references to coverages name a version that does not exist."""
    if shown.type != _EOB:
        return shown
    insurance = shown.resource["insurance"][0]
    local = insurance["coverage"]["reference"].partition("/_history/")[0]
    coverage = {"reference": f"{local}/_history/9"}
    return shown.with_(insurance=[{**insurance, "coverage": coverage}])


@defect("eob-adjudication-missing", breaks=["PA-EOB-CLAIM-DETAILS"])
def drop_adjudication(shown: Shown) -> Shown:
    """ExplanationOfBenefit: resources hold neither adjudications nor totals."""
    if shown.type != _EOB:
        return shown
    items = [
        {k: v for k, v in item.items() if k != "adjudication"} for item in shown.resource["item"]
    ]
    kept = {k: v for k, v in shown.resource.items() if k not in ("adjudication", "total")}
    return type(shown)(shown.interaction, kept).with_(item=items)


@defect("coverage-not-in-force", breaks=["PA-COV-EFFECTIVE"])
def other_period(shown: Shown) -> Shown:
    """Coverage: the period of each has not begun yet."""
    return shown.with_(period={"start": "2035-01-01"}) if shown.type == "Coverage" else shown


@defect("encounter-read-stale", breaks=["PA-ENC-READ-CONSISTENT"])
def read_stale(shown: Shown) -> Shown:
    """Encounter: read comes from a cache that holds another status than search shows."""
    if (shown.interaction, shown.type) != ("read", "Encounter"):
        return shown
    return shown.with_(status="in-progress")
