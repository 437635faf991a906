"""Facts: what a machine can check is kept, what only a person reads is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from profiles.packages import PackageError, load_packages
from profiles.packages.code_facts import code_system_facts, display_mark
from profiles.packages.facts import (
    element_facts,
    search_parameter_facts,
    structure_facts,
    value_set_facts,
)
from profiles.packages.find import built_in
from profiles.packages.shelf import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: Names under which FHIR keeps prose.
PROSE = frozenset(
    {
        "definition",
        "short",
        "comment",
        "requirements",
        "mapping",
        "description",
        "title",
        "publisher",
        "designation",
        "copyright",
        "purpose",
        "human",
        "text",
        "contact",
        "meaningWhenMissing",
        "orderMeaning",
    }
)


def names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, below in value.items():
            yield name
            # A fixed or pattern value and its own names are facts as they stand.
            if not name.startswith(("fixed", "pattern", "defaultValue", "properties")):
                yield from names(below)
    elif isinstance(value, list):
        for below in value:
            yield from names(below)


@pytest.mark.parametrize("pack", built_in(), ids=lambda pack: pack.id + pack.version)
def test_no_pack_holds_prose(pack: Any) -> None:
    found = set()
    for kind in KINDS:
        for key in pack.keys(kind):
            for number, _ in enumerate(pack.versions(kind, key)):
                found.update(names(pack.facts(kind, key, number)))
    assert "url" in found
    # `definition` in a composite search parameter is a canonical.
    assert found & PROSE <= {"definition"}


def test_an_element_keeps_what_can_be_checked() -> None:
    element = {
        "id": "A.b",
        "path": "A.b",
        "short": "prose",
        "min": 1,
        "max": "1",
        "base": {"path": "A.b", "min": 0, "max": "*"},
        "type": [{"code": "code", "_code": {}, "profile": ["urn:p"]}],
        "patternCode": "x",
        "maxLength": 3,
        "mustSupport": True,
        "isModifierReason": "prose",
        "slicing": {
            "discriminator": [{"type": "value", "path": "url"}],
            "rules": "open",
            "description": "prose",
        },
    }
    facts = element_facts(element)
    assert set(element) - set(facts) == {"short", "isModifierReason"}
    assert facts["slicing"] == {
        "discriminator": [{"type": "value", "path": "url"}],
        "rules": "open",
    }
    assert facts["type"] == [{"code": "code", "profile": ["urn:p"]}]


def test_a_constraint_keeps_key_severity_expression_and_source() -> None:
    best = {
        "url": "http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice",
        "valueBoolean": True,
    }
    constraint = {
        "key": "k-1",
        "severity": "error",
        "human": "prose",
        "expression": "true",
        "xpath": "true()",
        "source": "urn:s",
        "extension": [best, {"url": "urn:other", "valueString": "prose"}],
    }
    (kept,) = element_facts({"path": "A", "constraint": [constraint]})["constraint"]
    assert kept == {
        "key": "k-1",
        "severity": "error",
        "expression": "true",
        "source": "urn:s",
        "extension": [best],
    }


def test_a_binding_keeps_its_maximum_value_set() -> None:
    maximum = {
        "url": "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet",
        "valueCanonical": "urn:max",
    }
    binding = {
        "strength": "preferred",
        "valueSet": "urn:v",
        "description": "prose",
        "extension": [maximum, {"url": "urn:other"}],
    }
    assert element_facts({"path": "A", "binding": binding})["binding"] == {
        "strength": "preferred",
        "valueSet": "urn:v",
        "extension": [maximum],
    }


def test_a_structure_without_a_snapshot_keeps_its_differential() -> None:
    resource = {"url": "urn:p", "differential": {"element": [{"path": "A", "short": "x"}]}}
    assert structure_facts(resource)["differential"] == [{"path": "A"}]
    resource["snapshot"] = {"element": [{"path": "A"}, {"path": "A.b"}]}
    assert "differential" not in structure_facts(resource)


def test_a_code_with_several_parents_stands_below_each() -> None:
    concepts = [
        {"code": "a", "concept": [{"code": "c"}]},
        {"code": "b"},
        {"code": "d", "property": [{"code": "subsumedBy", "valueCode": "b"}]},
        {"code": "e", "property": [{"code": "child", "valueCode": "c"}]},
    ]
    facts = code_system_facts({"url": "urn:s", "concept": concepts})
    codes = facts["codes"]
    below = {codes[int(n)]: [codes[i] for i in c] for n, c in facts["children"].items()}
    assert below == {"a": ["c"], "b": ["d"], "e": ["c"]}


def test_a_text_property_is_prose_once_a_value_has_a_space() -> None:
    concepts = [
        {
            "code": "a",
            "property": [
                {"code": "status", "valueCode": "active"},
                {"code": "note", "valueString": "one word or two"},
                {"code": "like", "valueCoding": {"system": "urn:t", "code": "x", "display": "X"}},
            ],
        },
        {"code": "b", "property": [{"code": "note", "valueString": "word"}]},
    ]
    declared = [{"code": "status"}, {"code": "never"}, {"code": "note"}]
    facts = code_system_facts({"url": "urn:s", "concept": concepts, "property": declared})
    assert facts["properties"] == {"like": {"a": ["x"]}, "never": {}, "status": {"a": ["active"]}}


def test_a_value_set_without_compose_keeps_its_expansion() -> None:
    contains = [
        {
            "system": "urn:s",
            "code": "top",
            "abstract": True,
            "contains": [{"system": "urn:s", "code": "a"}],
        },
        {"system": "urn:t", "code": "b", "display": "prose"},
    ]
    facts = value_set_facts({"url": "urn:v", "expansion": {"contains": contains}})
    assert facts["expansion"] == {"urn:s": ["a"], "urn:t": ["b"]}


def test_a_search_parameter_keeps_how_it_searches() -> None:
    resource = {
        "url": "urn:sp",
        "code": "near",
        "base": ["Location"],
        "type": "composite",
        "expression": "Location",
        "description": "prose",
        "multipleOr": False,
        "component": [{"definition": "urn:part", "expression": "x", "extension": []}],
    }
    facts = search_parameter_facts(resource)
    assert set(resource) - set(facts) == {"description"}
    assert facts["component"] == [{"definition": "urn:part", "expression": "x"}]


def test_a_resource_that_is_not_as_fhir_defines_it_is_named(
    make_tgz: Callable[..., Path],
) -> None:
    broken = {"resourceType": "CodeSystem", "url": "urn:broken", "concept": [{"display": "?"}]}
    with pytest.raises(PackageError, match="CodeSystem urn:broken is not as FHIR defines it"):
        load_packages([make_tgz(broken)])


def test_a_resource_without_a_url_is_no_definition(make_tgz: Callable[..., Path]) -> None:
    library = load_packages([make_tgz({"resourceType": "ValueSet", "status": "active"})])
    assert library.packages() == ("my.guide#1.0.0",)


def test_displays_are_kept_as_marks_only() -> None:
    designations = [{"language": "en-US", "value": "Two"}, {"language": "de", "value": "Zwei"}]
    concepts = [{"code": "a"}, {"code": "b", "display": "Second", "designation": designations}]
    facts = code_system_facts({"url": "urn:s", "concept": concepts})
    assert facts["displays"] == ["", display_mark(" SECOND ") + display_mark("two")]
    assert "Second" not in str(facts)
