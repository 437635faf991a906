"""The facts of FHIR packages that validation needs. Imports nothing of ours.

A pack holds these facts; the validator and FHIRPath read them through `Definitions`, so that
neither knows where they came from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: An ElementDefinition without prose, in FHIR's own JSON names (`path`, `id`, `min`, `max`,
#: `type`, `contentReference`, `slicing`, `sliceName`, `binding`, `constraint`, `fixed…`,
#: `pattern…`, `minValue…`, `maxValue…`, `maxLength`, `mustSupport`, `isModifier`, …).
Element = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Structure:
    """A StructureDefinition with its snapshot, without prose.

    Attributes:
        url: canonical URL.
        version: business version, "" where it has none.
        name: computer name.
        kind: primitive-type, complex-type, resource or logical.
        type: the type that is defined or constrained.
        base: canonical URL of `baseDefinition`, "" for Element and Resource.
        derivation: specialization or constraint.
        abstract: whether no instance has this very type.
        context: where an extension may stand: dicts with `type` and `expression`.
        elements: the snapshot, in order.
    """

    url: str
    version: str
    name: str
    kind: str
    type: str
    base: str
    derivation: str
    abstract: bool
    context: tuple[Mapping[str, str], ...]
    elements: tuple[Element, ...] = field(repr=False)
    context_invariants: tuple[str, ...] = ()

    @property
    def canonical(self) -> str:
        """`URL|VERSION`."""
        return f"{self.url}|{self.version}" if self.version else self.url


@dataclass(frozen=True, slots=True)
class CodeSystem:
    """The codes of a CodeSystem.

    Attributes:
        content: not-present, example, fragment, complete or supplement; only of a `complete` one
            does a missing code mean that it is none.
        codes: every code, the nested too.
        displays: by code the marks of its displays, six hex digits each and one after the other
            (`profiles.packages.code_facts.display_mark`), "" where it has none.
    """

    url: str
    version: str
    content: str
    case_sensitive: bool
    codes: frozenset[str] = field(repr=False)
    displays: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class ValueSet:
    """An expanded ValueSet.

    Attributes:
        codes: the codes by system, of what could be enumerated.
        whole_systems: systems all of whose codes are in, without a list of them being known
            (`include` of a system no package holds, without concepts and filters).
        unknown: what could not be expanded offline: systems, or canonicals of value sets. A code
            of such a system can neither be accepted nor refused.
        incomplete: whether `unknown` names a value set, so that a code of any system may be in.
    """

    url: str
    version: str
    codes: Mapping[str, frozenset[str]] = field(repr=False)
    whole_systems: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    incomplete: bool = False


class Definitions(Protocol):
    """Looks facts up; every answer is the same object each time it is asked for.

    A canonical is `URL` or `URL|VERSION`; None means that no package has it. Where several
    versions are loaded and none is asked for, the package loaded first wins.
    """

    def structure(self, canonical: str) -> Structure | None:
        """Return a profile, extension or type by its canonical URL."""
        ...

    def type(self, name: str) -> Structure | None:
        """Return the base definition of a resource type or datatype (`Patient`, `code`)."""
        ...

    def code_system(self, canonical: str) -> CodeSystem | None:
        """Return a code system."""
        ...

    def value_set(self, canonical: str) -> ValueSet | None:
        """Return a value set, expanded as far as the packages allow."""
        ...

    def is_known(self, url: str) -> bool:
        """Return whether a resource of some package, or a naming system, has this URL."""
        ...

    def packages(self) -> Iterable[str]:
        """Name what is loaded, as `id#version`."""
        ...
