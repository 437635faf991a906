"""The words that contract files share: resource codes, statements. Imports `errors`, `reading`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.contract.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.contract.reading import ContractFile

NAME = "vocabulary.yaml"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Resource codes, and a statement for each kind of table row."""

    file: ContractFile

    @property
    def codes(self) -> dict[str, str]:
        """Return the code of each resource type."""
        codes: dict[str, str] = self.file.data["codes"]
        return codes

    def statement(self, kind: str, key: str, words: Mapping[str, str]) -> str:
        """Return the statement of a row: that of its key, or its kind's default."""
        table: dict[str, str] = self.file.data["statements"].get(kind, {})
        template = table.get(key) or table.get("default")
        if template is None:
            place = self.file.at("statements", kind)
            raise ContractError(NAME, place, f"no statement for {key!r}", f"add {key} or default")
        return fill(template, words)


def fill(template: str, words: Mapping[str, str]) -> str:
    """Put words into a statement; an unknown field is an error that names the known ones."""
    try:
        return template.format_map(words)
    except (KeyError, ValueError, IndexError) as error:
        known = ", ".join(f"{{{word}}}" for word in words)
        fix = f"use only {known}"
        raise ContractError("statement", repr(template), f"unknown field {error}", fix) from error


def vocabulary(files: tuple[ContractFile, ...]) -> Vocabulary:
    """Return the vocabulary among the files; `ContractError` where there is none."""
    for file in files:
        if file.name == NAME:
            return Vocabulary(file)
    raise ContractError(NAME, "whole file", "missing", "restore it from the repository")
