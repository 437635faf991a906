"""Definitions over loaded packages, made when asked for. Imports shelf, expansion, definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from profiles.definitions import CodeSystem, Structure, ValueSet
from profiles.packages.elements import differential_tree, flatten, snapshot_tree
from profiles.packages.errors import PackageError
from profiles.packages.expansion import expand
from profiles.packages.shelf import (
    CODE_SYSTEMS,
    NAMES,
    SEARCH_PARAMETERS,
    STRUCTURES,
    VALUE_SETS,
)
from profiles.packages.snapshot import generate_snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from profiles.definitions import Element
    from profiles.packages.facts import Facts
    from profiles.packages.shelf import Shelf

_CORE = "http://hl7.org/fhir/StructureDefinition/"


class Library:
    """`profiles.definitions.Definitions` over shelves; the first that has a URL wins.

    Every answer is made when it is first asked for, and kept: one thread at a time may ask.
    """

    def __init__(self, shelves: Sequence[Shelf]) -> None:
        self._shelves = tuple(shelves)
        self._structures: dict[str, Structure | None] = {}
        self._systems: dict[str, CodeSystem | None] = {}
        self._value_sets: dict[str, ValueSet | None] = {}
        self._searches: dict[str, tuple[Mapping[str, Any], ...]] = {}
        self._generating: set[str] = set()
        self._facts: dict[tuple[str, str], Facts | None] = {}

    def packages(self) -> tuple[str, ...]:
        """Name what is loaded, as `id#version`, in order of precedence."""
        return tuple(f"{shelf.id}#{shelf.version}" for shelf in self._shelves)

    def fingerprints(self) -> dict[str, str]:
        """Return `Package.fingerprint` of what is loaded, by `id#version`."""
        return {f"{shelf.id}#{shelf.version}": shelf.fingerprint for shelf in self._shelves}

    def missing(self) -> tuple[str, ...]:
        """Name the packages (`id#version`) that loaded ones depend on and that are not loaded.

        Another version of a package counts as that package.
        """
        here = {shelf.id for shelf in self._shelves}
        wanted = {f"{i}#{v}": i for shelf in self._shelves for i, v in shelf.dependencies.items()}
        return tuple(sorted(name for name, identity in wanted.items() if identity not in here))

    def structure(self, canonical: str) -> Structure | None:
        """Return a profile, extension or type by its canonical URL."""
        if canonical not in self._structures:
            facts = self._find(STRUCTURES, canonical)
            self._structures[canonical] = self._structure(facts) if facts else None
        return self._structures[canonical]

    def type(self, name: str) -> Structure | None:
        """Return the base definition of a resource type or datatype (`Patient`, `code`)."""
        found = self.structure(_CORE + name)
        return found if found and found.derivation != "constraint" else None

    def code_system(self, canonical: str) -> CodeSystem | None:
        """Return a code system."""
        if canonical not in self._systems:
            facts = self._find(CODE_SYSTEMS, canonical)
            self._systems[canonical] = _code_system(facts) if facts else None
        return self._systems[canonical]

    def value_set(self, canonical: str) -> ValueSet | None:
        """Return a value set, expanded as far as the packages allow."""
        if canonical not in self._value_sets:
            facts = self._find(VALUE_SETS, canonical)
            self._value_sets[canonical] = self._value_set(facts) if facts else None
        return self._value_sets[canonical]

    def is_known(self, url: str) -> bool:
        """Return whether a resource of some package, or a naming system, has this URL."""
        return any(
            shelf.versions(kind, url)
            for kind in (STRUCTURES, CODE_SYSTEMS, VALUE_SETS, NAMES)
            for shelf in self._shelves
        )

    def search_parameters(self, resource_type: str) -> tuple[Mapping[str, Any], ...]:
        """Return the search parameters with that `base`, of all packages in order of precedence.

        A guide's own parameters have the `code` of the core's that they are derived from: the
        first of a code is the most specific. FHIR's JSON names, without prose.
        """
        if resource_type not in self._searches:
            self._searches[resource_type] = tuple(
                parameter
                for shelf in self._shelves
                for number, _ in enumerate(shelf.versions(SEARCH_PARAMETERS, resource_type))
                for parameter in shelf.facts(SEARCH_PARAMETERS, resource_type, number)["parameters"]
            )
        return self._searches[resource_type]

    def code_system_facts(self, canonical: str) -> Facts | None:
        """Return the facts of a code system (for expansion)."""
        return self._kept(CODE_SYSTEMS, canonical)

    def value_set_facts(self, canonical: str) -> Facts | None:
        """Return the facts of a value set (for expansion)."""
        return self._kept(VALUE_SETS, canonical)

    def _kept(self, kind: str, canonical: str) -> Facts | None:
        key = (kind, canonical)
        if key not in self._facts:
            self._facts[key] = self._find(kind, canonical)
        return self._facts[key]

    def _find(self, kind: str, canonical: str) -> Facts | None:
        url, _, version = canonical.partition("|")
        near: tuple[Shelf, int] | None = None
        for shelf in self._shelves:
            for number, found in enumerate(shelf.versions(kind, url)):
                if not version or found == version:
                    return shelf.facts(kind, url, number)
                if near is None and _near(found) == _near(version):
                    near = shelf, number
        return near[0].facts(kind, url, near[1]) if near else None

    def _structure(self, facts: Facts) -> Structure:
        return Structure(
            url=facts["url"],
            version=facts.get("version", ""),
            name=facts.get("name", ""),
            kind=facts.get("kind", ""),
            type=facts.get("type", ""),
            base=facts.get("baseDefinition", ""),
            derivation=facts.get("derivation", ""),
            abstract=facts.get("abstract", False),
            context=tuple(facts["context"]),
            elements=self._elements(facts),
            context_invariants=tuple(facts["contextInvariant"]),
        )

    def _elements(self, facts: Facts) -> tuple[Element, ...]:
        """Return the snapshot, generated where the package holds the differential only."""
        url = facts["url"]
        if url in self._generating:
            raise PackageError(f"{url} is its own base. Correct its baseDefinition.")
        self._generating.add(url)
        try:
            return self._published(facts) or self._generated(facts)
        except (LookupError, TypeError, AttributeError, RecursionError) as error:
            raise PackageError(
                f"the elements of {url} are not as FHIR defines them ({error!r}). "
                "Correct the profile, or build its package anew."
            ) from error
        finally:
            self._generating.discard(url)

    def _published(self, facts: Facts) -> tuple[Element, ...]:
        elements: list[Element] = facts.get("snapshot", [])
        if all("id" in element for element in elements):
            return tuple(elements)
        return tuple(flatten(snapshot_tree(elements)))

    def _generated(self, facts: Facts) -> tuple[Element, ...]:
        url, base, differential = facts["url"], facts.get("baseDefinition"), facts["differential"]
        if not base:  # Element and Resource stand on nothing, and so do some logical models.
            root = facts["type"].rpartition("/")[2]
            return tuple(flatten(differential_tree(differential, root)))
        found = self._snapshot_of(base)
        if found is None:
            raise PackageError(
                f"{url} has no snapshot, and its base {base} is in no loaded package. "
                "Give the package of the base too (--package)."
            )
        special = facts.get("derivation") == "specialization"
        return generate_snapshot(differential, found, self._snapshot_of, specialization=special)

    def _snapshot_of(self, name: str) -> tuple[Element, ...] | None:
        found = self.structure(name) if ":" in name else self.type(name)
        return found.elements if found else None

    def _value_set(self, facts: Facts) -> ValueSet:
        extent = expand(facts, self)
        return ValueSet(
            url=facts["url"],
            version=facts.get("version", ""),
            codes=extent.codes,
            whole_systems=extent.whole,
            unknown=extent.unknown | extent.missing,
            incomplete=bool(extent.missing),
        )


def _near(version: str) -> tuple[str, ...]:
    """Return the major and minor parts: what agrees in these stands in where none is exact.

    The HL7 validator resolves a versioned canonical so (CanonicalResourceManager).
    """
    return tuple(version.split(".")[:2])


def _code_system(facts: Facts) -> CodeSystem:
    return CodeSystem(
        url=facts["url"],
        version=facts["version"],
        content=facts["content"],
        case_sensitive=facts["caseSensitive"],
        codes=frozenset(facts["codes"]),
        displays=dict(zip(facts["codes"], facts["displays"], strict=True)),
    )
