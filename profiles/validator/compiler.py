"""Puts types and profiles together over one set of definitions. Imports both layers.

Everything compiled is kept: the same type, profile or binding is one object wherever it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from profiles.issues import INVALID
from profiles.packages.errors import PackageError
from profiles.validator import observations
from profiles.validator.bundles import bundle, index
from profiles.validator.conditions import conditions
from profiles.validator.constraints import Constraints
from profiles.validator.context import places
from profiles.validator.extensions import Definition, brought_along
from profiles.validator.problems import all_of, both, problem, shown, under
from profiles.validator.profile import Delta
from profiles.validator.references import Targets
from profiles.validator.shape import no_object
from profiles.validator.terminology import Terminology
from profiles.validator.tree import Node, tree
from profiles.validator.types import Types, unknown_type
from profiles.validator.urls import Urls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profiles.definitions import Definitions, Structure
    from profiles.validator.problems import Check, Found, Problem
    from profiles.validator.scope import Scope


class Compiler:
    """Compiles checks from definitions, each once and only when needed."""

    def __init__(
        self, definitions: Definitions, *, claimed: bool = True, as_published: bool = False
    ) -> None:
        self._claims = claimed
        self.definitions = definitions
        self.terminology = Terminology(definitions)
        self.constraints = Constraints(definitions, as_published=as_published)
        self.types = Types(self)
        self.urls = Urls(definitions)
        self.targets = Targets(self.types.is_resource)
        self._trees: dict[str, Node | None] = {}
        self._profiles: dict[str, Check | None] = {}
        self._urls: dict[int, str] = {}
        self._claimed: dict[tuple[str, str], Check] = {}

    def contained(self, value: Any, scope: Scope) -> Found:
        """A resource that another contains."""
        if type(value) is not dict:
            return no_object(value)
        return self.whole(value, scope.contained(value), ())

    def entry(self, value: Any, scope: Scope) -> Found:
        """A resource of its own inside another: in a Bundle's entry or a parameter."""
        if type(value) is not dict:
            return no_object(value)
        return self.whole(value, scope.entry(value), ())

    def whole(self, value: dict[str, Any], scope: Scope, profiles: Sequence[str]) -> Found:
        """A resource by its type, the profiles it claims, and those asked for."""
        name = value.get("resourceType")
        if type(name) is not str or not self.types.is_resource(name):
            return unknown_type(name)
        if name == "Bundle":
            scope.entries, scope.urls = index(value)
        found = self.types.check(name)(value, scope)
        for url in self._all_profiles(value, name, profiles):
            claimed = self._claimed.get((url, name))
            if claimed is None:
                if len(self._claimed) >= REMEMBERED:
                    self._claimed.clear()
                claimed = self._claimed[url, name] = self._claim(url, name)
            if (more := claimed(value, scope)) is not None:
                found = both(found, more)
        if name == "Bundle" and (more := bundle(self, value, scope)) is not None:
            found = both(found, more)
        return found

    def _all_profiles(self, value: dict[str, Any], name: str, profiles: Sequence[str]) -> list[str]:
        meta = value.get("meta")
        claimed = meta.get("profile") if type(meta) is dict else None
        found = list(profiles)
        if not self._claims:
            return found
        if type(claimed) is list:
            found += [each for each in claimed if type(each) is str and each not in found]
        if name == "Observation":
            found += [each for each in observations.implied(value) if each not in found]
        return found

    def _claim(self, url: str, name: str) -> Check:
        """The check of a profile that a resource claims or is asked to have."""
        try:
            structure = self.definitions.structure(url)
        except PackageError as error:
            return _unusable(url, error)
        if structure is None:
            return _unknown_profile(url)
        if structure.type != name and not self._is_base(structure.type, name):
            return _wrong_profile(url, structure.type, name)
        return self.profile(url) or _nothing

    def _is_base(self, base: str, name: str) -> bool:
        return base == "Resource" or (base == "DomainResource" and name not in NO_DOMAIN)

    def profile(self, url: str) -> Check | None:
        """What a profile adds to its type; None where it adds nothing or is not known."""
        if url not in self._profiles:
            self._profiles[url] = self._later(url)  # for a profile that asks for itself inside
            self._profiles[url] = self._compiled(url)
        return self._profiles[url]

    def _later(self, url: str) -> Check:
        def check(value: Any, scope: Scope) -> Found:
            return (self._profiles[url] or _nothing)(value, scope)

        return check

    def _compiled(self, url: str) -> Check | None:
        try:
            structure, root = self.definitions.structure(url), self.profile_tree(url)
            if structure is None or root is None or not self._adds_something(url):
                return None
            return Delta(self, structure).compile(root)
        except Exception as error:  # noqa: BLE001 - whatever a package holds, there is a verdict
            return _unusable(url, error)

    def any_profile(self, urls: Sequence[str]) -> Check | None:
        """A value conforms to one of several profiles."""
        checks = [each for url in urls if (each := self.profile(url)) is not None]
        if len(checks) < len(urls) or not checks:
            return None
        return checks[0] if len(checks) == 1 else _any(checks)

    def extension(self, url: str) -> Definition | None:
        """The definition of an extension; None where no package has it."""
        structure = self.definitions.structure(url)
        if structure is None or structure.type != "Extension":
            return brought_along(url)
        modifier = bool(structure.elements[0].get("isModifier"))
        allowed = places(structure)
        core = self.definitions.structure(f"{url.partition('|')[0]}|{CORE}")
        if core is not None and core is not structure and allowed is not None:
            before = places(core)  # a later package may not take places away
            allowed = None if before is None else allowed | before
        asked = conditions(structure, self.constraints.model)
        return Definition(self.profile(url) or _nothing, allowed, modifier, asked)

    def conforms(self, value: Any, url: str, scope: Scope) -> bool | None:
        """Whether a value has no error against a profile and its type; None: nobody knows."""
        structure = self.definitions.structure(url)
        if structure is None:
            return None
        if self.types.is_resource(structure.type):
            name = value.get("resourceType") if isinstance(value, dict) else None
            if name != structure.type:
                return False
        checks = [self.types.check(structure.type), self.profile(url) or _nothing]
        found = [each for check in checks for each in check(value, scope) or ()]
        return not any(each.severity in INVALID for each in found)

    def profile_tree(self, url: str) -> Node | None:
        """The snapshot of a profile; None where no package has it."""
        if url not in self._trees:
            structure = self.definitions.structure(url)
            made = self._trees[url] = None if structure is None else tree(structure)
            if made is not None:
                self._urls[id(made)] = url
        return self._trees[url]

    def url_of(self, node: Node) -> str:
        """The profile that a node is the root of."""
        return self._urls.get(id(node), "")

    def ancestors(self, structure: Structure) -> set[str]:
        """The types that a type is a special form of, itself among them."""
        found: set[str] = set()
        each: Structure | None = structure
        while each is not None and each.type not in found:
            found.add(each.type)
            each = self.definitions.structure(each.base)
        return found

    def target_types(self, urls: Sequence[str]) -> frozenset[str]:
        """The resource types that the profiles of a reference's targets are of."""
        return frozenset(self._type_of(url) for url in urls)

    def _type_of(self, url: str) -> str:
        plain: Structure | None = self.definitions.structure(url)
        return plain.type if plain is not None else url.partition("|")[0].rpartition("/")[2]

    def target_check(
        self, urls: list[str], olds: list[dict[str, Any]], owner: str, rule: str
    ) -> Check | None:
        """The targets that a profile leaves of those that the base allows."""
        allowed = self.target_types(urls)
        known = [self.target_types(each) for old in olds if (each := old.get("targetProfile"))]
        if any(self.definitions.structure(url) is None for url in urls):
            return None  # a profile no package has may be of any type
        checks = [None if allowed in known else self.targets.check(allowed, owner, rule)]
        special = [url for url in urls if self._adds_something(url)]
        if len(special) == len(urls):
            checks.append(self.targets.conforms(special, self._faults, owner, rule))
        return all_of([each for each in checks if each is not None])

    def _adds_something(self, url: str) -> bool:
        """Whether a URL is a profile's, not a type's; some profiles call themselves types."""
        structure = self.definitions.structure(url)
        return structure is not None and structure.url != BASE + structure.type

    def _faults(self, value: Any, url: str, scope: Scope) -> list[Problem]:
        """What keeps a resource that a reference leads to from conforming to a profile.

        What is wrong with it as such is said where it stands.
        """
        structure = self.definitions.structure(url)
        if structure is None or value.get("resourceType") != structure.type:
            kind = structure.type if structure else url
            return problem("structure", f"{kind} expected", "target-type")
        claimed = self._claims and url in self._all_profiles(value, structure.type, ())
        found = None if claimed else (self.profile(url) or _nothing)(value, scope)
        return [each for each in found or () if each.severity in INVALID]


#: How many claims of resources are kept compiled: they come from the data.
REMEMBERED = 1_000
#: The version of the R4 core and of the extensions that it defines.
CORE = "4.0.1"
BASE = "http://hl7.org/fhir/StructureDefinition/"
NO_DOMAIN = frozenset({"Bundle", "Binary", "Parameters"})


def _nothing(value: Any, scope: Scope) -> Found:
    """A profile that adds nothing to its type."""
    return None


def _any(checks: list[Check]) -> Check:
    def check(value: Any, scope: Scope) -> Found:
        best: list[Problem] | None = None
        for each in checks:
            found = each(value, scope)
            if found is None:
                return None
            if best is None or len(found) < len(best):
                best = found
        return best

    return check


def _unknown_profile(url: str) -> Check:
    def check(value: Any, scope: Scope) -> Found:
        scope.not_checked.add(f"profile {url}")
        said = f"no package has the profile {shown(url, 200)}"
        found = problem("not-found", said, "profile", rule="meta.profile")
        found[0].severity = "warning"
        return under(".meta", found)

    return check


def _unusable(url: str, error: Exception) -> Check:
    def check(value: Any, scope: Scope) -> Found:
        scope.not_checked.add(f"profile {url}: its definition cannot be used ({error!r})")
        return None

    return check


def _wrong_profile(url: str, kind: str, name: str) -> Check:
    def check(value: Any, scope: Scope) -> Found:
        said = f"the profile {url} is for {kind}, not for {name}"
        return problem("invalid", said, f"profile-type:{url}", profile=url, rule="meta.profile")

    return check
