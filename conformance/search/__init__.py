"""FHIR R4 search semantics: which resources a parameter must, may and must not match.

Pure: imports nothing of ours but its own modules and records; the mock has code of its own.
"""

from conformance.search.definitions import (
    RESULT_PARAMETERS,
    ParameterDefinition,
    definition_of,
    definitions_of,
)
from conformance.search.matching import Match, Selection, match, normalise
from conformance.search.query import Criterion, escape
from conformance.search.sampling import as_query, sample_values
from conformance.search.values import Token, values_of

__all__ = [
    "RESULT_PARAMETERS",
    "Criterion",
    "Match",
    "ParameterDefinition",
    "Selection",
    "Token",
    "as_query",
    "definition_of",
    "definitions_of",
    "escape",
    "match",
    "normalise",
    "sample_values",
    "values_of",
]
