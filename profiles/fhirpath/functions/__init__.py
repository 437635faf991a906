"""The functions of FHIRPath by topic; importing this registers them all."""

from profiles.fhirpath.functions import (
    boundaries,
    collections,
    conversion,
    fhir,
    filters,
    maths,
    strings,
    types,
)
from profiles.fhirpath.registry import FUNCTIONS

__all__ = [
    "FUNCTIONS",
    "boundaries",
    "collections",
    "conversion",
    "fhir",
    "filters",
    "maths",
    "strings",
    "types",
]
