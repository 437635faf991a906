"""What the compiler must know of FHIR types. Imports `profiles.definitions`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from profiles.definitions import Definitions, Element

#: Types whose instances say their own type.
ABSTRACT = frozenset({"Resource", "DomainResource"})
_SYSTEM = "http://hl7.org/fhirpath/System."
_BASE = "http://hl7.org/fhir/StructureDefinition/"
#: The primitive types of FHIR R4 (https://hl7.org/fhir/R4/datatypes.html).
PRIMITIVES = frozenset({
    "base64Binary", "boolean", "canonical", "code", "date", "dateTime", "decimal", "id", "instant",
    "integer", "markdown", "oid", "positiveInt", "string", "time", "unsignedInt", "uri", "url",
    "uuid", "xhtml",
})  # fmt: skip
_COMPLEX = (
    "Address", "Age", "Annotation", "Attachment", "CodeableConcept", "Coding", "ContactDetail",
    "ContactPoint", "Contributor", "Count", "DataRequirement", "Distance", "Dosage", "Duration",
    "Expression", "HumanName", "Identifier", "Meta", "Money", "ParameterDefinition", "Period",
    "Quantity", "Range", "Ratio", "Reference", "RelatedArtifact", "SampledData", "Signature",
    "Timing", "TriggerDefinition", "UsageContext",
)  # fmt: skip
#: The types a choice element may have, as they end its JSON key and by name.
CHOICE_TYPES = tuple(
    (name[0].upper() + name[1:], name) for name in (*sorted(PRIMITIVES - {"xhtml"}), *_COMPLEX)
)
#: Supertypes of primitives (StructureDefinition.baseDefinition), for use without a model.
_PRIMITIVE_BASES = {
    "code": "string", "id": "string", "markdown": "string", "canonical": "uri", "oid": "uri",
    "url": "uri", "uuid": "uri", "positiveInt": "integer", "unsignedInt": "integer",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ElementFact:
    """One element of a type.

    Attributes:
        keys: JSON key and type of each form: one, or for a choice one a type. The type of a
            BackboneElement is its path, `Patient.contact`.
        is_list: whether it may repeat.
        alias: whether it was asked for by the JSON key of one form of a choice.
    """

    keys: tuple[tuple[str, str], ...]
    is_list: bool = True
    alias: bool = False

    @property
    def types(self) -> tuple[str, ...]:
        """The types that the element may have."""
        return tuple(type_name for _, type_name in self.keys)


class TypeModel(Protocol):
    """Looks types up; a type is named as in FHIR, a BackboneElement by its path.

    Attributes:
        expressions: what was compiled with this model; it goes when the model goes.
    """

    expressions: dict[tuple[str, str, bool], Any]

    def element(self, type_name: str, name: str) -> ElementFact | None:
        """Return a child of a type, by its name or (`valueQuantity`) JSON key; None: no such."""
        ...

    def lineage(self, type_name: str) -> tuple[str, ...]:
        """Return a type and its supertypes, nearest first; () if nobody knows it."""
        ...

    def keys(self, type_name: str) -> frozenset[str]:
        """Return all JSON keys that an object of a type may have; none if nobody knows it."""
        ...


class NoModel:
    """Knows the primitive types only: everything else is found out from the JSON."""

    def __init__(self) -> None:
        self.expressions: dict[tuple[str, str, bool], Any] = {}

    def element(self, _type_name: str, _name: str) -> ElementFact | None:
        """Return None: no type has known elements."""
        return None

    def keys(self, _type_name: str) -> frozenset[str]:
        """Return nothing: no type has known elements."""
        return frozenset()

    def lineage(self, type_name: str) -> tuple[str, ...]:
        """Return primitives with their supertypes, and any other name alone."""
        base = _PRIMITIVE_BASES.get(type_name)
        return (type_name, base, "Element") if base else (type_name,)


class DefinitionsModel:
    """A `TypeModel` over the base definitions of packages; each type is read once.

    >>> from types import SimpleNamespace as Fake
    >>> period = Fake(elements=({"path": "Period"}, {"path": "Period.start", "type":
    ...     [{"code": "dateTime"}]}), type="Period", base="")
    >>> model = DefinitionsModel(Fake(type={"Period": period}.get))
    >>> model.element("Period", "start").types
    ('dateTime',)
    """

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self.expressions: dict[tuple[str, str, bool], Any] = {}
        self._elements: dict[str, Mapping[str, ElementFact]] = {}
        self._keys: dict[str, frozenset[str]] = {}
        self._lineages: dict[str, tuple[str, ...]] = {}

    def element(self, type_name: str, name: str) -> ElementFact | None:
        """Return a child of a type; of a BackboneElement by its path."""
        found = self._elements.get(type_name)
        if found is None:
            found = self._read(type_name)
        return found.get(name)

    def keys(self, type_name: str) -> frozenset[str]:
        """Return all JSON keys that an object of a type may have; () for what is any resource."""
        found = self._keys.get(type_name)
        if found is None:
            if type_name not in self._elements:
                self._read(type_name)
            facts = () if type_name in ABSTRACT else self._elements[type_name].values()
            names = [key for fact in facts for key, _type in fact.keys]
            found = frozenset({*names, *(f"_{name}" for name in names)})
            self._keys[type_name] = found
        return found

    def lineage(self, type_name: str) -> tuple[str, ...]:
        """Return a type and its supertypes, nearest first."""
        found = self._lineages.get(type_name)
        if found is None:
            found = self._lineages[type_name] = self._ancestors(type_name)
        return found

    def _ancestors(self, type_name: str) -> tuple[str, ...]:
        if "." in type_name:
            return (type_name, "BackboneElement", "Element")
        names: list[str] = []
        structure = self.definitions.type(type_name)
        while structure is not None and structure.type not in names:
            names.append(structure.type)
            structure = self.definitions.type(structure.base.removeprefix(_BASE))
        return tuple(names)

    def _read(self, type_name: str) -> Mapping[str, ElementFact]:
        structure = self.definitions.type(type_name.partition(".")[0])
        if structure is None:
            return self._elements.setdefault(type_name, {})
        children: dict[str, dict[str, ElementFact]] = {structure.type: {}}
        for element in structure.elements[1:]:
            parent, _, name = element["path"].rpartition(".")
            children.setdefault(parent, {}).update(_facts(element, name))
            if _is_backbone(element):
                children.setdefault(element["path"], {})
        self._elements.update(children)
        return self._elements.setdefault(type_name, {})


def _facts(element: Element, name: str) -> dict[str, ElementFact]:
    is_list = element.get("max") not in {"0", "1"}
    if "contentReference" in element:
        target = element["contentReference"].partition("#")[2]
        return {name: ElementFact(((name, target),), is_list)}
    types = [_type_code(element, entry) for entry in element.get("type", ())]
    if not name.endswith("[x]"):
        return {name: ElementFact(tuple((name, type_name) for type_name in types), is_list)}
    stem = name.removesuffix("[x]")
    keys = tuple((stem + code[0].upper() + code[1:], code) for code in types)
    forms = {key: ElementFact(((key, code),), is_list, alias=True) for key, code in keys}
    return {stem: ElementFact(keys, is_list)} | forms


def _type_code(element: Element, entry: Mapping[str, str]) -> str:
    code = entry["code"]
    if _is_backbone(element):
        return str(element["path"])
    if code.startswith(_SYSTEM):
        # `id`, `url` and the values of primitives are System types; in FHIR they are strings.
        system = code.removeprefix(_SYSTEM)
        return "string" if system == "String" else system[0].lower() + system[1:]
    return code


def _is_backbone(element: Element) -> bool:
    return any(t["code"] in {"BackboneElement", "Element"} for t in element.get("type", ()))
