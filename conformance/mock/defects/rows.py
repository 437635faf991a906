"""Defects of the resources themselves, wherever they are shown. Imports flow and the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.data.elements import plan_net
from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.flow import Shown


@defect("role-version-id-missing", breaks=["DIR-ROLE-VERSION-ID"])
def drop_version_id(shown: Shown) -> Shown:
    """PractitionerRole: resources have no meta.versionId."""
    return shown.with_meta(versionId=None) if shown.type == "PractitionerRole" else shown


@defect("affiliation-profile-missing", breaks=["DIR-AFF-PROFILE"])
def drop_profile(shown: Shown) -> Shown:
    """OrganizationAffiliation: resources do not name their Plan-Net profile."""
    return shown.with_meta(profile=None) if shown.type == "OrganizationAffiliation" else shown


@defect("practitioner-malformed", breaks=["DIR-PRAC-WELL-FORMED"])
def lone_object(shown: Shown) -> Shown:
    """Practitioner: a lone identifier is an object where FHIR wants an array."""
    if shown.type != "Practitioner":
        return shown
    return shown.with_(identifier=shown.resource["identifier"][0])


@defect("location-unknown-property", breaks=["DIR-LOC-WELL-FORMED"])
def unknown_property(shown: Shown) -> Shown:
    """Location: resources have a property of the payer's own that FHIR does not know."""
    return shown.with_(countyCode="045") if shown.type == "Location" else shown


@defect("affiliation-active-unsaid", breaks=["DIR-AFF-CONFORMS"])
def drop_active(shown: Shown) -> Shown:
    """OrganizationAffiliation: rows do not say whether they are active, as Plan-Net requires."""
    return shown.without("active") if shown.type == "OrganizationAffiliation" else shown


@defect("role-specialty-missing", breaks=["DIR-ROLE-MUST-SUPPORT"])
def drop_specialty(shown: Shown) -> Shown:
    """PractitionerRole: no row has a specialty, by which the document lets clients search."""
    return shown.without("specialty") if shown.type == "PractitionerRole" else shown


@defect("network-profile-missing", breaks=["DIR-NET-PROFILE"])
def drop_network_profile(shown: Shown) -> Shown:
    """Organization: networks do not name their Plan-Net profile, others do."""
    return shown.with_meta(profile=None) if _is_network(shown) else shown


@defect("network-shown-as-payer", breaks=["DIR-NETWORK-IS-ORGANIZATION", "DIR-QUALITY-NETWORKS"])
def relabel_network(shown: Shown) -> Shown:
    """Organization: networks are shown as organizations of type `payer`."""
    if not _is_network(shown):
        return shown
    return shown.with_(type=[plan_net("OrgTypeCS", "payer")])


def _is_network(shown: Shown) -> bool:
    return shown.type == "Organization" and shown.resource["meta"]["profile"][0].endswith("Network")
