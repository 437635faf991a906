"""Expands a resource's tables to one clause a row. Imports `defaults`, `model`, `vocabulary`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract.defaults import Path, Section
    from conformance.contract.model import Clause
    from conformance.contract.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a document: its section, and the words all documents share."""

    section: Section
    vocabulary: Vocabulary

    @property
    def spec(self) -> dict[str, Any]:
        """Return what the file says of the resource itself."""
        spec: dict[str, Any] = self.section.data["resource"]
        return spec

    @property
    def type(self) -> str:
        """Return the FHIR type."""
        return str(self.spec["type"])

    @property
    def code(self) -> str:
        """Return the resource's part of clause ids."""
        return str(self.spec.get("code") or self.code_of(self.type, ("resource", "type")))

    @property
    def words(self) -> dict[str, str]:
        """Return what a rule's statement may name."""
        noun = self.spec.get("noun", self.type)
        return {"type": self.type, "noun": noun, "profile": self.spec.get("profile", "")}

    def code_of(self, fhir_type: str, path: Path) -> str:
        """Return the code of any resource type."""
        code = self.vocabulary.codes.get(fhir_type)
        if code is None:
            fix = f"add {fhir_type} to codes in vocabulary.yaml"
            raise self.section.error(path, f"no code for {fhir_type}", fix)
        return code

    def id(self, suffix: str) -> str:
        """Return the id of a clause of this resource."""
        return f"{self.section.area}-{self.code}-{suffix}"

    def topic(self, usual: str) -> str:
        """Return the resource's own topic, where it has one, or the usual."""
        return str(self.spec.get("topic", usual))

    def clauses(self) -> Iterator[Clause]:
        """Yield the clause of every row of every table, in the document's order."""
        for name, row in self.section.data.get("interactions", {}).items():
            yield self._interaction(name, row)
        for index, row in enumerate(self.section.data.get("parameters", ())):
            yield self._parameter(row, ("parameters", index))
        for index, row in enumerate(self.section.data.get("includes", ())):
            yield self._include(row, ("includes", index))
        for index, row in enumerate(self.section.data.get("revincludes", ())):
            yield self._revinclude(row, ("revincludes", index))
        for index, row in enumerate(self.section.data.get("examples", ())):
            yield self._example(row, ("examples", index))

    def _interaction(self, name: str, row: dict[str, Any]) -> Clause:
        path = ("interactions", name)
        key = "search-all" if name == "search" and "value" not in row else name
        return self._clause(row, path, name.upper(), "interaction", key)

    def _parameter(self, row: dict[str, Any], path: Path) -> Clause:
        return self._clause(
            row,
            path,
            f"SEARCH-{_id_part(row['param'])}",
            "search-parameter",
            row["param"],
            param=row["param"],
            type=row["type"],
            printed_param=row.get("printed_param", ""),
            printed_type=row.get("printed_type", ""),
        )

    def _include(self, row: dict[str, Any], path: Path) -> Clause:
        _, param = row["value"].split(":")
        suffix = f"INCLUDE-{_id_part(param)}"
        return self._clause(row, path, suffix, "include", param="_include")

    def _revinclude(self, row: dict[str, Any], path: Path) -> Clause:
        source, param = row["value"].split(":")
        suffix = f"REVINCLUDE-{self.code_of(source, path)}-{_id_part(param)}"
        reaches = row.get("reaches", True)
        usual = {} if reaches else {"expectation": "SHOULD"}
        return self._clause(
            usual | row,
            path,
            suffix,
            "revinclude",
            "default" if reaches else "unreachable",
            param="_revinclude",
            reaches=reaches,
        )

    def _example(self, row: dict[str, Any], path: Path) -> Clause:
        return self._clause(row, path, f"EXAMPLE-{row['word']}", "example")

    def _clause(
        self,
        row: dict[str, Any],
        path: Path,
        suffix: str,
        kind: str,
        key: str = "default",
        **fields: Any,
    ) -> Clause:
        """Make a row's clause; `key` chooses its statement among those of its kind."""
        value = row.get("value", "")
        source, _, param = value.partition(":")
        words = self.words | {"value": value, "source": source, "path": param}
        words["param"] = fields.get("param", "")
        topic = {"interaction": suffix.lower(), "search-parameter": "search"}.get(kind, kind)
        return self.section.clause(
            row,
            self.id(suffix),
            self.section.row_sources(row, path),
            statement=row.get("statement") or self.vocabulary.statement(kind, key, words),
            kind=kind,
            topic=self.topic(topic),
            resource=self.type,
            value=value,
            **fields,
        )


def _id_part(param: str) -> str:
    """Return a parameter as clause ids spell it: upper case, no leading underscore."""
    return param.lstrip("_").upper()
