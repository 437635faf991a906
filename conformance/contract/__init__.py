"""The contract: what the documents promise, as clauses. Imports nothing but its own modules."""

from conformance.contract.codec import clause_from_json
from conformance.contract.coverage import CoverageRow, coverage, without_test
from conformance.contract.difference import ClauseChange, Difference, FieldChange, compare
from conformance.contract.edition import Edition, edition_of, read_edition
from conformance.contract.errors import ContractError
from conformance.contract.loader import load_contract, read_contract
from conformance.contract.model import (
    Applicability,
    Clause,
    Contract,
    Erratum,
    NotTested,
    Source,
    Standard,
)

__all__ = [
    "Applicability",
    "Clause",
    "ClauseChange",
    "Contract",
    "ContractError",
    "CoverageRow",
    "Difference",
    "Edition",
    "Erratum",
    "FieldChange",
    "NotTested",
    "Source",
    "Standard",
    "clause_from_json",
    "compare",
    "coverage",
    "edition_of",
    "load_contract",
    "read_contract",
    "read_edition",
    "without_test",
]
