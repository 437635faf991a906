"""Holds contract files to their JSON Schema. Imports `errors`, `reading`."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from conformance.contract.errors import ContractError

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

    from conformance.contract.reading import ContractFile

_FIXES = {
    "additionalProperties": "remove it or correct its spelling",
    "required": "add it",
    "dependentRequired": "add it",
    "anyOf": "add one of resource, clauses, rules, errata, statements",
    "oneOf": "give either lines or place",
    "uniqueItems": "name each once",
    "minItems": "add an item, or leave the field out",
    "maxItems": "give first and last line",
}


@cache
def validator() -> Draft202012Validator:
    """Return the validator of one contract file."""
    text = (files("conformance") / "schemas" / "contract.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


def check_file(file: ContractFile) -> None:
    """Raise the `ContractError` that explains best what is wrong with the file."""
    error = best_match(validator().iter_errors(file.data))
    if error is not None:
        raise ContractError(file.name, file.at(*error.absolute_path), error.message, _fix(error))


def _fix(error: ValidationError) -> str:
    keyword = str(error.validator)
    if keyword == "type" and error.validator_value == "string":
        return "put the value in quotes"
    if keyword == "enum" and isinstance(error.validator_value, list):
        return f"use one of {', '.join(error.validator_value)}"
    if keyword == "const":
        return f"write {error.validator_value}, or not_tested with a reason and because"
    if keyword == "pattern":
        return _described(error.schema) or f"write it so that {error.validator_value} matches"
    return _FIXES.get(keyword, "see docs/contract.md")


def _described(schema: Any) -> str:
    return str(schema.get("description", "")) if isinstance(schema, dict) else ""
