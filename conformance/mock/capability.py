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
    resources = [described(v, _profiles(v)) for v in vocabularies]
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
        "rest": [{"mode": "server", "resource": resources}],
    }


def _profiles(vocabulary: Vocabulary) -> list[str]:
    names = [vocabulary.type]
    if vocabulary.type == "Organization":
        names.append("Network")
    return [PROFILE + name for name in names]


def described(vocabulary: Vocabulary, profiles: Iterable[str]) -> dict[str, Any]:
    """Return what a CapabilityStatement says of one resource type."""
    listed = [p for p in vocabulary.parameters if "." not in p.name]  # a chain is not declared
    found: dict[str, Any] = {
        "type": vocabulary.type,
        "supportedProfile": list(profiles),
        "interaction": [{"code": code} for code in vocabulary.interactions],
        "versioning": "versioned",
        "readHistory": "vread" in vocabulary.interactions,
        "updateCreate": False,
        "conditionalRead": "not-match",
        "searchParam": [{"name": p.name, "type": p.type} for p in listed],
    }
    if vocabulary.includes:
        found["searchInclude"] = list(vocabulary.includes)
    if vocabulary.revincludes:
        found["searchRevInclude"] = list(vocabulary.revincludes)
    return {name: value for name, value in found.items() if value != []}
