"""Reduces resources to facts, leaving out all prose. Imports nothing of ours.

Facts are JSON too, in FHIR's names where FHIR has one; `docs/packages.md` lists what is kept.
"""

from __future__ import annotations

from typing import Any

Facts = dict[str, Any]

#: Parts of an ElementDefinition that say something a machine can check.
_ELEMENT = (
    "id",
    "path",
    "representation",
    "sliceName",
    "sliceIsConstraining",
    "min",
    "max",
    "contentReference",
    "maxLength",
    "condition",
    "mustSupport",
    "isModifier",
    "isSummary",
)
_VALUES = ("fixed", "pattern", "defaultValue", "minValue", "maxValue")
_CORE = "http://hl7.org/fhir/StructureDefinition/"
_TYPE_EXTENSIONS = frozenset({_CORE + "structuredefinition-fhir-type", _CORE + "regex"})
_BINDING_EXTENSIONS = frozenset({_CORE + "elementdefinition-maxValueSet"})
_CONSTRAINT_EXTENSIONS = frozenset({_CORE + "elementdefinition-bestpractice"})
_SEARCH_PARAMETER = (
    "url",
    "version",
    "name",
    "code",
    "base",
    "type",
    "expression",
    "target",
    "modifier",
    "comparator",
    "chain",
    "multipleOr",
    "multipleAnd",
    "derivedFrom",
)


def element_facts(element: Facts) -> Facts:
    """Return an ElementDefinition without prose.

    >>> element_facts({"path": "A.b", "min": 0, "short": "words", "fixedCode": "x"})
    {'path': 'A.b', 'min': 0, 'fixedCode': 'x'}
    """
    facts = _only(element, _ELEMENT)
    for name, value in element.items():
        if name.startswith(_VALUES):
            facts[name] = value
    if "base" in element:
        facts["base"] = _only(element["base"], ("path", "min", "max"))
    if "type" in element:
        facts["type"] = [_type(t) for t in element["type"]]
    if "slicing" in element:
        facts["slicing"] = _slicing(element["slicing"])
    if "binding" in element:
        facts["binding"] = _with_extensions(
            element["binding"], ("strength", "valueSet"), _BINDING_EXTENSIONS
        )
    if "constraint" in element:
        facts["constraint"] = [_constraint(c) for c in element["constraint"]]
    return facts


def structure_facts(resource: Facts) -> Facts:
    """Return a StructureDefinition: its snapshot, or its differential where that is all it has."""
    facts = _only(
        resource,
        ("url", "version", "name", "kind", "abstract", "type", "baseDefinition", "derivation"),
    )
    facts["context"] = [_only(c, ("type", "expression")) for c in resource.get("context", ())]
    facts["contextInvariant"] = list(resource.get("contextInvariant", ()))
    view = "snapshot" if resource.get("snapshot") else "differential"
    facts[view] = [element_facts(e) for e in resource.get(view, {}).get("element", ())]
    return facts


def value_set_facts(resource: Facts) -> Facts:
    """Return a ValueSet: its compose, or its expansion (codes by system) where it has none."""
    facts = _only(resource, ("url", "version"))
    compose = resource.get("compose")
    if compose:
        facts["inactive"] = compose.get("inactive", True)
        facts["include"] = [_include(i) for i in compose.get("include", ())]
        facts["exclude"] = [_include(i) for i in compose.get("exclude", ())]
    elif "expansion" in resource:
        codes: dict[str, list[str]] = {}
        _collect(resource["expansion"].get("contains", ()), codes)
        facts["expansion"] = codes
    return facts


def search_parameter_facts(resource: Facts) -> Facts:
    """Return a SearchParameter: code, bases, type, FHIRPath expression, targets, modifiers."""
    facts = _only(resource, _SEARCH_PARAMETER)
    if "component" in resource:
        facts["component"] = [_only(c, ("definition", "expression")) for c in resource["component"]]
    return facts


def _only(source: Facts, names: tuple[str, ...]) -> Facts:
    return {name: source[name] for name in names if name in source}


def _with_extensions(source: Facts, names: tuple[str, ...], urls: frozenset[str]) -> Facts:
    facts = _only(source, names)
    kept = [e for e in source.get("extension", ()) if e.get("url") in urls]
    if kept:
        facts["extension"] = kept
    return facts


def _type(source: Facts) -> Facts:
    names = ("code", "profile", "targetProfile", "aggregation", "versioning")
    return _with_extensions(source, names, _TYPE_EXTENSIONS)


def _constraint(source: Facts) -> Facts:
    names = ("key", "severity", "expression", "source")
    return _with_extensions(source, names, _CONSTRAINT_EXTENSIONS)


def _slicing(source: Facts) -> Facts:
    facts = _only(source, ("ordered", "rules"))
    if "discriminator" in source:
        facts["discriminator"] = [_only(d, ("type", "path")) for d in source["discriminator"]]
    return facts


def _include(source: Facts) -> Facts:
    facts = _only(source, ("system", "version", "valueSet"))
    if "concept" in source:
        facts["concept"] = [c["code"] for c in source["concept"]]
    if "filter" in source:
        facts["filter"] = [_only(f, ("property", "op", "value")) for f in source["filter"]]
    return facts


def _collect(contains: Any, codes: dict[str, list[str]]) -> None:
    for item in contains:
        if "code" in item and not item.get("abstract", False):
            codes.setdefault(item.get("system", ""), []).append(item["code"])
        _collect(item.get("contains", ()), codes)
