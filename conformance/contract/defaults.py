"""What a contract file says once for all its clauses. Imports `errors`, `model`, `reading`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.contract.errors import ContractError
from conformance.contract.model import Applicability, Clause, NotTested, Source, Standard
from conformance.findings import Expectation

if TYPE_CHECKING:
    from conformance.contract.reading import ContractFile

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A contract file with its defaults; makes clauses and sources that lack them whole."""

    file: ContractFile

    @property
    def data(self) -> dict[str, Any]:
        """Return the file's content."""
        return self.file.data

    @property
    def area(self) -> str:
        """Return the first part of the file's clause ids."""
        return str(self.data["area"])

    def error(self, path: Path, problem: str, fix: str) -> ContractError:
        """Return the error of a place in this file."""
        return ContractError(self.file.name, self.file.at(*path), problem, fix)

    def sources(self, spec: Any, path: Path) -> tuple[Source, ...]:
        """Return the sources of one `source` field: a mapping or a list of them."""
        items = spec if isinstance(spec, list) else [spec]
        return tuple(source for item in items for source in self._source(item, path))

    def _source(self, item: dict[str, Any], path: Path) -> tuple[Source, ...]:
        if "place" in item:
            return self.place(item["place"], path)
        section = item.get("section", self.data.get("section"))
        if section is None:
            raise self.error(path, "a source without section", "give section here or at the top")
        first, last = item["lines"]
        if first > last:
            raise self.error(path, f"lines {first} to {last}", "give the first line first")
        return (Source(item.get("document", self.file.document), section, (first, last)),)

    def place(self, name: str, path: Path) -> tuple[Source, ...]:
        """Return the sources of a named place of the file's resource, or of an interaction."""
        places: dict[str, Any] = self.data.get("resource", {}).get("places", {})
        if name in places:
            return self.sources(places[name], ("resource", "places", name))
        row = self.data.get("interactions", {}).get(name)
        if row is not None:
            return self.row_sources(row, ("interactions", name))
        known = ", ".join([*places, *self.data.get("interactions", {})]) or "none"
        raise self.error(path, f"no place {name!r}", f"the places of the resource are: {known}")

    def row_sources(self, row: dict[str, Any], path: Path) -> tuple[Source, ...]:
        """Return the sources of a table row: its lines, then those under `also`."""
        return self.sources({"lines": row["lines"]}, path) + self.sources(row.get("also", []), path)

    def own_id(self, clause_id: str, path: Path) -> str:
        """Return an id written out in the file, which must be of the file's area."""
        if not clause_id.startswith(f"{self.area}-"):
            fix = f"start it with {self.area}-, or move it to a file of its area"
            raise self.error((*path, "id"), f"{clause_id} is not of area {self.area}", fix)
        return clause_id

    def verified(self, spec: dict[str, Any], path: Path) -> dict[str, Any]:
        """Return `spec` if it or the file says how it is verified; nothing is verified unsaid."""
        if "verified_by" in spec or "verified_by" in self.data:
            return spec
        raise self.error(path, "'verified_by' is missing", "give it here or at the top")

    def clause(
        self,
        spec: dict[str, Any],
        clause_id: str,
        source: tuple[Source, ...],
        **fields: Any,
    ) -> Clause:
        """Make a clause of `spec`, the file's defaults and the fields only the caller knows."""
        verified_by = spec.get("verified_by", self.data.get("verified_by", "test"))
        standard = spec.get("standard")
        return Clause(
            id=clause_id,
            expectation=Expectation(spec.get("expectation", "SHALL")),
            area=self.area,
            deployments=self.deployments(spec),
            source=source,
            applies_when=self.applies_when(spec),
            not_tested=None if verified_by == "test" else _not_tested(verified_by),
            standard=Standard(**standard) if standard else None,
            errata=tuple(spec.get("errata", ())),
            regulations=tuple(spec.get("regulations", self.data.get("regulations", ()))),
            **fields,
        )

    def deployments(self, spec: dict[str, Any]) -> tuple[str, ...]:
        """Return which deployments `spec` holds for: its own or the file's."""
        return tuple(spec.get("deployments", self.data["deployments"]))

    def applies_when(self, spec: dict[str, Any], also: Section | None = None) -> Applicability:
        """Return when `spec` applies: what it says itself, then its file, then the file `also`."""
        own = spec.get("applies_when", {})
        usual = dict(also.data.get("applies_when", {})) if also else {}
        found = {"api": self.data.get("api", "")} | usual | self.data.get("applies_when", {}) | own
        return Applicability(
            api=found["api"],
            environments=tuple(found.get("environments", ())),
            future=found.get("future", ""),
            future_in=tuple(found.get("future_in", ())),
        )


def _not_tested(spec: dict[str, str]) -> NotTested:
    return NotTested(spec["not_tested"], spec["because"])
