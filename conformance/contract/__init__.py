"""The contract: what the documents promise, as clauses. Imports nothing but its own modules."""

from conformance.contract.codec import clause_from_json
from conformance.contract.coverage import CoverageRow, coverage, without_test
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
    "Contract",
    "ContractError",
    "CoverageRow",
    "Erratum",
    "NotTested",
    "Source",
    "Standard",
    "clause_from_json",
    "coverage",
    "load_contract",
    "read_contract",
    "without_test",
]
