"""What Patient Access says of itself. Imports the vocabularies and the directory's statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.mock.capability import FHIR_VERSION, described
from conformance.mock.data.plan import AS_OF
from conformance.mock.members.documented import profiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.mock.search.documented import Vocabulary

GUIDES = [
    "http://hl7.org/fhir/us/carin-bb/ImplementationGuide/hl7.fhir.us.carin-bb|1.1.0",
    "http://hl7.org/fhir/us/core/ImplementationGuide/hl7.fhir.us.core|3.2.0",
    "http://hl7.org/fhir/us/davinci-pdex/ImplementationGuide/hl7.fhir.us.davinci-pdex|1.0.0",
]


def statement(
    base: str, vocabularies: Iterable[Vocabulary], security: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what `GET [base]/metadata` answers."""
    resources = [described(v, profiles(v.type)) for v in vocabularies]
    return {
        "resourceType": "CapabilityStatement",
        "id": "patient-access",
        "name": "FlexPatientAccess",
        "status": "active",
        "date": AS_OF.isoformat(timespec="milliseconds"),
        "publisher": "Optum",
        "kind": "instance",
        "software": {"name": "optum-flex-server-default", "version": "6.10.2"},
        "implementation": {"description": "Patient Access", "url": base},
        "fhirVersion": FHIR_VERSION,
        "format": ["application/fhir+json", "json"],
        "implementationGuide": GUIDES,
        "rest": [{"mode": "server", "security": dict(security), "resource": resources}],
    }
