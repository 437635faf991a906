"""Defects of the CapabilityStatement. Imports flow, outcomes and the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.mock.defects.registry import defect
from conformance.mock.flow import Reply
from conformance.mock.outcomes import outcome

if TYPE_CHECKING:
    from collections.abc import Callable


@defect("metadata-missing", breaks=["DIR-METADATA"])
def no_metadata(reply: Reply) -> Reply:
    """`/metadata` answers 404."""
    if reply.call.interaction != "metadata":
        return reply
    return Reply(reply.call, 404, outcome("not-found", "No capability statement"))


@defect("metadata-undated", breaks=["DIR-ANSWERS-CONFORM"])
def no_date(reply: Reply) -> Reply:
    """The CapabilityStatement has no date, which FHIR requires."""
    return reply.with_body(date=None) if _stated(reply) else reply


@defect("metadata-fhir-version", breaks=["DIR-FHIR-VERSION"])
def other_fhir_version(reply: Reply) -> Reply:
    """The CapabilityStatement claims FHIR 4.3.0."""
    return reply.with_body(fhirVersion="4.3.0") if _stated(reply) else reply


@defect("metadata-ig-version", breaks=["DIR-IG-VERSION"])
def other_guide_version(reply: Reply) -> Reply:
    """The CapabilityStatement claims Plan-Net 1.1.0, not the 1.0.0 that is documented."""
    if not _stated(reply):
        return reply
    guides = [guide.replace("|1.0.0", "|1.1.0") for guide in reply.body["implementationGuide"]]
    return reply.with_body(implementationGuide=guides)


@defect("metadata-omits-location", breaks=["DIR-LOC-CAPABILITY"])
def omit_location(reply: Reply) -> Reply:
    """The CapabilityStatement does not mention Location."""
    return _resources(reply, lambda found: None if found["type"] == "Location" else found)


@defect("metadata-omits-vread", breaks=["DIR-PRAC-CAPABILITY"])
def omit_vread(reply: Reply) -> Reply:
    """The CapabilityStatement does not declare vread of Practitioner."""

    def change(found: dict[str, Any]) -> dict[str, Any]:
        kept = [code for code in found["interaction"] if code["code"] != "vread"]
        return {**found, "interaction": kept} if found["type"] == "Practitioner" else found

    return _resources(reply, change)


def _stated(reply: Reply) -> bool:
    return reply.call.interaction == "metadata" and reply.status == 200  # noqa: PLR2004


def _resources(reply: Reply, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> Reply:
    """Return the statement with each described resource changed, or left out where None."""
    if not _stated(reply):
        return reply
    rest = reply.body["rest"][0]
    changed = [new for found in rest["resource"] if (new := change(found))]
    return reply.with_body(rest=[{**rest, "resource": changed}])
