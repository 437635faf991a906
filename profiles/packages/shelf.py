"""One loaded package as facts by kind and URL. Imports facts and source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import orjson

from profiles.packages.code_facts import code_system_facts
from profiles.packages.errors import PackageError
from profiles.packages.facts import (
    Facts,
    search_parameter_facts,
    structure_facts,
    value_set_facts,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from profiles.packages.source import Package

#: Kinds of facts, named by their resource type. Facts of search parameters are filed by the
#: resource type that they search, not by their URL. Names are the URLs of resources of other types,
#: and of what naming systems name: known, without facts.
STRUCTURES, CODE_SYSTEMS, VALUE_SETS = "StructureDefinition", "CodeSystem", "ValueSet"
SEARCH_PARAMETERS, NAMES = "SearchParameter", "names"
KINDS = (STRUCTURES, CODE_SYSTEMS, VALUE_SETS, SEARCH_PARAMETERS, NAMES)
_REDUCE: Mapping[str, Callable[[Facts], Facts]] = {
    STRUCTURES: structure_facts,
    CODE_SYSTEMS: code_system_facts,
    VALUE_SETS: value_set_facts,
    SEARCH_PARAMETERS: search_parameter_facts,
}


class Shelf(Protocol):
    """A package, read directly or from its pack."""

    @property
    def id(self) -> str:
        """Npm name."""
        ...

    @property
    def version(self) -> str:
        """Npm version."""
        ...

    @property
    def dependencies(self) -> Mapping[str, str]:
        """Version asked for, by id."""
        ...

    @property
    def fingerprint(self) -> str:
        """`Package.fingerprint` of the package."""
        ...

    def keys(self, kind: str) -> Iterable[str]:
        """Name what there is: URLs, or resource types of search parameters."""
        ...

    def versions(self, kind: str, key: str) -> tuple[str, ...]:
        """Return the business versions that there are of one URL, in the order of the package."""
        ...

    def facts(self, kind: str, key: str, number: int) -> Facts:
        """Return the facts of the version at that place in `versions`."""
        ...


class MemoryShelf:
    """A package that was read directly; its facts are kept as JSON until they are asked for."""

    def __init__(self, package: Package) -> None:
        self.id = package.id
        self.version = package.version
        self.dependencies = package.dependencies
        self.fingerprint = package.fingerprint
        self._items = items_of(package)

    def keys(self, kind: str) -> Iterable[str]:
        """Name what there is."""
        return self._items[kind]

    def versions(self, kind: str, key: str) -> tuple[str, ...]:
        """Return the versions of one URL."""
        return tuple(version for version, _ in self._items[kind].get(key, ()))

    def facts(self, kind: str, key: str, number: int) -> Facts:
        """Return the facts of one version."""
        facts: Facts = orjson.loads(self._items[kind][key][number][1])
        return facts


Items = dict[str, dict[str, list[tuple[str, bytes]]]]


def items_of(package: Package) -> Items:
    """Return version and facts (JSON) by kind and URL.

    Raises:
        PackageError: a member is broken JSON or no such resource as it says.
    """
    items: Items = {kind: {} for kind in KINDS}
    searches: dict[str, list[Facts]] = {}
    for resource in package.resources():
        kind = resource["resourceType"]
        for name in _names(resource):
            items[NAMES][name] = [("", b"{}")]
        if kind not in _REDUCE or not isinstance(resource.get("url"), str):
            continue
        facts = _reduce(kind, resource, package)
        if kind == SEARCH_PARAMETERS:
            for base in facts.get("base", ()):
                searches.setdefault(base, []).append(facts)
        else:
            row = (str(facts.get("version", "")), orjson.dumps(facts))
            items[kind].setdefault(facts["url"], []).append(row)
    for base, found in searches.items():
        items[SEARCH_PARAMETERS][base] = [("", orjson.dumps({"parameters": found}))]
    return items


def _names(resource: Facts) -> Iterator[str]:
    if resource["resourceType"] in {STRUCTURES, CODE_SYSTEMS, VALUE_SETS}:
        return
    ids = resource.get("uniqueId")
    values = [each.get("value") for each in ids or () if isinstance(each, dict)]
    for name in (resource.get("url"), *values):
        if isinstance(name, str) and "://" in name:
            yield name


def _reduce(kind: str, resource: Facts, package: Package) -> Facts:
    try:
        return _REDUCE[kind](resource)
    except (KeyError, TypeError, AttributeError) as error:
        raise PackageError(
            f"{package.place}: {kind} {resource.get('url')} is not as FHIR defines it ({error!r}). "
            "Build the package anew."
        ) from error
