"""The CapabilityStatement of the public directory. Imports the documented vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.mock.data.codes import PLAN_NET, PROFILE
from conformance.mock.data.plan import AS_OF

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.mock.search.documented import Vocabulary

FHIR_VERSION = "4.0.1"
IMPLEMENTATION_GUIDE = f"{PLAN_NET}/ImplementationGuide/hl7.fhir.us.davinci-pdex-plan-net|1.0.0"


def capability_statement(base: str, vocabularies: Iterable[Vocabulary]) -> dict[str, Any]:
    """Return what `GET [base]/metadata` answers."""
    return {
        "resourceType": "CapabilityStatement",
        "id": "provider-directory",
        "name": "FlexPublicProviderDirectory",
        "status": "active",
        "date": AS_OF.isoformat(timespec="milliseconds"),
        "publisher": "Optum",
        "kind": "instance",
        "software": {"name": "optum-flex-server-default", "version": "6.10.2"},
        "implementation": {"description": "Public provider directory", "url": base},
        "fhirVersion": FHIR_VERSION,
        "format": ["application/fhir+json", "json"],
        "implementationGuide": [IMPLEMENTATION_GUIDE],
        "rest": [{"mode": "server", "resource": [_resource(v) for v in vocabularies]}],
    }


def _resource(vocabulary: Vocabulary) -> dict[str, Any]:
    profiles = [PROFILE + vocabulary.type]
    if vocabulary.type == "Organization":
        profiles.append(f"{PROFILE}Network")
    listed = [p for p in vocabulary.parameters if "." not in p.name]  # a chain is not declared
    described: dict[str, Any] = {
        "type": vocabulary.type,
        "supportedProfile": profiles,
        "interaction": [{"code": code} for code in ("read", "vread", "search-type")],
        "versioning": "versioned",
        "readHistory": True,
        "updateCreate": False,
        "conditionalRead": "not-supported",
        "searchParam": [{"name": p.name, "type": p.type} for p in listed],
    }
    if vocabulary.includes:
        described["searchInclude"] = list(vocabulary.includes)
    if vocabulary.revincludes:
        described["searchRevInclude"] = list(vocabulary.revincludes)
    return described
