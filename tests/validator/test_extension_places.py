"""Where an extension may stand: by element, by FHIRPath, by context invariant."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from validator_workshop import PATIENT

from profiles import Validator
from profiles.validator import conditions

if TYPE_CHECKING:
    from validator_workshop import Workshop

HOME, WORK = {"use": "home", "city": "Provo"}, {"use": "work", "city": "Provo"}


def made(workshop: Workshop, *contexts: tuple[str, str], **more: Any) -> dict[str, Any]:
    """An extension that is allowed in these contexts."""
    context = [{"type": kind, "expression": expression} for kind, expression in contexts]
    url = workshop.make("x", "Extension", {"id": "Extension.value[x]"}, context=context, **more)
    return {"url": url, "valueString": "x"}


def wrong(workshop: Workshop, resource: dict[str, Any]) -> list[str]:
    return [at for at, said in workshop.errors(resource) if "the extension" in said]


@pytest.mark.parametrize(
    ("address", "places"), [(HOME, []), (WORK, ["Patient.address[0].extension[0]"])]
)
def test_a_fhirpath_context_selects_who_may_have_the_extension(
    workshop: Workshop, address: dict[str, str], places: list[str]
) -> None:
    extension = made(workshop, ("fhirpath", "Patient.address.where(use = 'home')"))
    resource = {**PATIENT, "address": [{**address, "extension": [extension]}]}
    assert wrong(workshop, resource) == places


def test_a_fhirpath_context_is_one_among_others(workshop: Workshop) -> None:
    contexts = (("fhirpath", "Patient.name"), ("element", "Patient.contact"))
    extension = made(workshop, *contexts)
    name = {"text": "x", "extension": [extension]}
    assert wrong(workshop, {**PATIENT, "name": [name], "contact": [{"name": {"text": "x"}}]}) == []
    contact = {"name": {"text": "x"}, "extension": [extension]}
    assert wrong(workshop, {**PATIENT, "contact": [contact]}) == []
    contact = {"name": name}
    place = "Patient.contact[0].name.extension[0]"
    assert wrong(workshop, {**PATIENT, "contact": [contact]}) == [place]


def test_a_fhirpath_context_may_select_a_primitive(workshop: Workshop) -> None:
    extension = made(workshop, ("fhirpath", "Patient.birthDate"))
    assert wrong(workshop, {**PATIENT, "_birthDate": {"extension": [extension]}}) == []
    place = "Patient.gender.extension[0]"
    assert wrong(workshop, {**PATIENT, "_gender": {"extension": [extension]}}) == [place]


@pytest.mark.parametrize("text", ["memberOf('http://x/none')", "is is is"])
def test_a_context_that_cannot_be_evaluated_is_not_checked(workshop: Workshop, text: str) -> None:
    extension = made(workshop, ("fhirpath", text), ("element", "Group"))
    report = Validator(workshop).validate({**PATIENT, "extension": [extension]})
    assert f"extension context {text}" in report.not_checked
    assert report.valid


def test_a_context_invariant_holds_at_the_element(workshop: Workshop) -> None:
    more = {"invariants": ("active.not() and %extension.exists()",)}
    extension = made(workshop, ("element", "Patient"), **more)
    assert wrong(workshop, {**PATIENT, "active": False, "extension": [extension]}) == []
    found = wrong(workshop, {**PATIENT, "active": True, "extension": [extension]})
    assert found == ["Patient.extension[0]"]


@pytest.mark.parametrize("text", ["memberOf('http://x/none')", "is is is"])
def test_an_invariant_that_cannot_be_evaluated_is_not_checked(
    workshop: Workshop, text: str
) -> None:
    extension = made(workshop, ("element", "Patient"), invariants=(text,))
    report = Validator(workshop).validate({**PATIENT, "extension": [extension]})
    assert f"context invariant {text}" in report.not_checked
    assert report.valid


def test_an_invariant_that_cannot_be_read_allows_no_other_place(workshop: Workshop) -> None:
    extension = made(workshop, ("element", "Patient"), invariants=("is is is",))
    name = {"text": "x", "extension": [extension]}
    assert wrong(workshop, {**PATIENT, "name": [name]}) == ["Patient.name[0].extension[0]"]


@pytest.mark.parametrize("invariant", ["true", "is is is"])
def test_an_extension_with_an_invariant_stands_among_its_kind(
    workshop: Workshop, invariant: str
) -> None:
    """Also one that FHIRPath says something of is no modifier, or is one."""
    element = {"id": "Extension", "isModifier": False}
    context = [{"type": "element", "expression": "Patient"}]
    url = workshop.make("x", "Extension", element, context=context, invariants=(invariant,))
    extension = {"url": url, "valueString": "x"}
    assert wrong(workshop, {**PATIENT, "extension": [extension]}) == []
    found = wrong(workshop, {**PATIENT, "modifierExtension": [extension]})
    assert found == ["Patient.modifierExtension[0]"]


def test_many_extensions_cost_one_walk_through_their_resource(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    walked: list[str] = []
    for name in ("_holders", "_parts"):
        usual = getattr(conditions, name)
        counted = partial(lambda name, usual, one: walked.append(name) or usual(one), name, usual)
        monkeypatch.setattr(conditions, name, counted)
    extension = made(workshop, ("fhirpath", "Patient.name"), invariants=("true",))
    names = [{"text": "x", "extension": [dict(extension)]} for _ in range(9)]
    assert wrong(workshop, {**PATIENT, "name": names}) == []
    assert walked == ["_holders", *["_parts"] * 9]


def test_a_context_of_resources_is_no_context_of_elements(workshop: Workshop) -> None:
    extension = made(workshop, ("element", "DomainResource"), ("element", "DomainResource.text"))
    assert wrong(workshop, {**PATIENT, "extension": [extension]}) == []
    div = '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'
    text = {"status": "generated", "div": div, "extension": [extension]}
    assert wrong(workshop, {**PATIENT, "text": text}) == []
    name = {"text": "x", "extension": [extension]}
    assert wrong(workshop, {**PATIENT, "name": [name]}) == ["Patient.name[0].extension[0]"]


def test_r4_itself_uses_extensions_where_their_definitions_do_not_allow_them(
    workshop: Workshop,
) -> None:
    regex = {"url": "http://hl7.org/fhir/StructureDefinition/regex", "valueString": "x"}
    elements = [{"path": "x.y", "type": [{"code": "string", "extension": [regex]}]}]
    definition = {
        "resourceType": "StructureDefinition",
        "url": "http://x/y",
        "name": "Y",
        "status": "draft",
        "kind": "logical",
        "abstract": False,
        "type": "x",
        "differential": {"element": elements},
    }
    assert wrong(workshop, definition) == []
