"""Bindings, references, extensions, contained resources, narrative and Bundles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from profiles import Validator

if TYPE_CHECKING:
    from collections.abc import Callable

    from profiles.packages import Library

    Errors = Callable[..., list[tuple[str, str]]]

PATIENT: dict[str, Any] = {"resourceType": "Patient"}
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CONDITION: dict[str, Any] = {"resourceType": "Condition", "subject": {"reference": "Patient/1"}}
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'
OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"text": "x"},
}


def clinical(**coding: Any) -> dict[str, Any]:
    return {**CONDITION, "clinicalStatus": {"coding": [coding]}}


def test_a_code_of_the_value_set_is_accepted(errors: Errors) -> None:
    assert errors(clinical(system=CLINICAL, code="active")) == []
    assert errors({**PATIENT, "gender": "female"}) == []


@pytest.mark.parametrize(
    ("resource", "places"),
    [
        ({**PATIENT, "gender": "x"}, ["Patient.gender"]),
        (
            clinical(system=CLINICAL, code="x"),
            ["Condition.clinicalStatus.coding[0].code", "Condition.clinicalStatus"],
        ),
        (clinical(system="http://x", code="active"), ["Condition.clinicalStatus"]),
        (clinical(code="active"), ["Condition.clinicalStatus"]),
        ({**CONDITION, "clinicalStatus": {"text": "active"}}, ["Condition.clinicalStatus"]),
    ],
)
def test_a_required_binding_is_an_error(
    errors: Errors, resource: dict[str, Any], places: list[str]
) -> None:
    assert [at for at, _ in errors(resource)] == places


def test_an_extensible_binding_is_a_warning(validator: Validator) -> None:
    report = validator.validate({**PATIENT, "maritalStatus": {"coding": [{"code": "x"}]}})
    warned = [each.expression for each in report.issues if each.code == "code-invalid"]
    assert report.valid
    assert warned == ["Patient.maritalStatus"]


def test_an_unknown_code_of_a_known_system_is_an_error_whatever_the_binding(errors: Errors) -> None:
    coding = {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "x"}
    identifier = {"type": {"coding": [coding]}, "value": "1"}
    found = errors({**PATIENT, "identifier": [identifier]})
    assert found == [("Patient.identifier[0].type.coding[0].code", "code")]


def test_a_system_that_no_package_has_is_not_checked(validator: Validator) -> None:
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "1"}]}
    report = validator.validate({**CONDITION, "code": code})
    assert report.valid
    assert "code system http://snomed.info/sct" in report.not_checked


@pytest.mark.parametrize("times", [1, 2])
def test_what_is_not_checked_is_said_each_time(validator: Validator, times: int) -> None:
    code = {"coding": [{"system": "http://example.org/unseen", "code": "1"}]}
    reports = [validator.validate({**CONDITION, "code": code}) for _ in range(times)]
    assert "code system http://example.org/unseen" in reports[-1].not_checked


def test_systems_are_absolute(errors: Errors) -> None:
    identifier = {"system": "mrn", "value": "1"}
    assert errors({**PATIENT, "identifier": [identifier]}) == [("Patient.identifier[0]", "system")]
    quantity = {"value": 1, "system": "ucum", "code": "g"}
    place = ("Observation.valueQuantity", "system")
    assert errors({**OBSERVATION, "valueQuantity": quantity}) == [place]


def test_an_identifier_of_the_uri_system_is_a_uri(errors: Errors) -> None:
    identifier = {"system": "urn:ietf:rfc:3986", "value": "1"}
    found = errors({**PATIENT, "identifier": [identifier]})
    assert found == [("Patient.identifier[0]", "identifier")]


@pytest.mark.parametrize(
    ("reference", "rule"),
    [
        ("Organization/1", "Condition.subject"),
        ("http://x/fhir/Organization/1/_history/2", "Condition.subject"),
        ("#none", "ref-1"),
    ],
)
def test_a_reference_leads_to_a_type_it_may(errors: Errors, reference: str, rule: str) -> None:
    assert errors({**CONDITION, "subject": {"reference": reference}}) == [
        ("Condition.subject", rule)
    ]


@pytest.mark.parametrize("reference", ["Group/1", "urn:oid:1.2", "http://x/y", "Condition?a=b"])
def test_a_reference_that_tells_no_wrong_type_is_accepted(errors: Errors, reference: str) -> None:
    assert errors({**CONDITION, "subject": {"reference": reference}}) == []


def test_the_type_of_a_reference_agrees_with_its_url(errors: Errors) -> None:
    subject = {"reference": "Patient/1", "type": "Group"}
    assert errors({**CONDITION, "subject": subject}) == [("Condition.subject", "Reference.type")]


def contained(inside: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**CONDITION, "contained": [inside], "subject": {"reference": "#p"}, **more}


def test_a_contained_resource_is_judged_in_its_place(errors: Errors) -> None:
    assert errors(contained({**PATIENT, "id": "p"})) == []
    wrong = {**PATIENT, "id": "p", "gender": "x"}
    assert errors(contained(wrong)) == [("Condition.contained[0].gender", "Patient.gender")]
    other = {"resourceType": "Organization", "id": "p", "name": "x"}
    assert errors(contained(other)) == [("Condition.subject", "Condition.subject")]


@pytest.mark.parametrize(
    ("inside", "rule"),
    [
        ({**PATIENT, "id": "p", "meta": {"versionId": "1"}}, "dom-4"),
        ({**PATIENT, "id": "p", "meta": {"security": [{"display": "x"}]}}, "dom-5"),
        ({**PATIENT, "id": "p", "contained": [{**PATIENT, "id": "q"}]}, "dom-2"),
    ],
)
def test_what_a_contained_resource_may_not_have(
    errors: Errors, inside: dict[str, Any], rule: str
) -> None:
    assert ("Condition.contained[0]", rule) in errors(contained(inside))


def test_a_contained_resource_is_referred_to(errors: Errors) -> None:
    found = errors(contained({**PATIENT, "id": "p"}, subject={"reference": "Patient/1"}))
    assert found == [("Condition.contained[0]", "dom-3")]


RACE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race"
BIRTH_PLACE = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
MODIFIER = "http://hl7.org/fhir/StructureDefinition/condition-related"


@pytest.mark.parametrize(
    ("extension", "found"),
    [
        ({"url": BIRTH_PLACE, "valueAddress": {"city": "Provo"}}, []),
        ({"url": BIRTH_PLACE, "valueString": "Provo"}, [(".value", "Extension.value[x]")]),
        (
            {"url": BIRTH_PLACE},
            [("", "ext-1"), ("", "Extension.value[x]")],
        ),
        ({"valueString": "x"}, [("", "Extension.url")]),
        ({"url": "local", "valueString": "x"}, [("", "Extension.url")]),
        (
            {"url": "http://x", "valueString": "x", "extension": [{"url": "y", "valueCode": "z"}]},
            [("", "ext-1")],
        ),
        ({"url": RACE, "extension": [{"url": "text", "valueString": "x"}]}, []),
        (
            {"url": RACE, "extension": [{"url": "ombCategory", "valueCode": "x"}]},
            [
                (".extension[0]", "Extension.extension:ombCategory.value[x]:valueCoding"),
                (".extension[0].value", "Extension.extension:ombCategory.value[x]"),
                ("", "extension:text"),
            ],
        ),
        (
            {
                "url": RACE,
                "extension": [{"url": "text", "valueString": "x"}, {"url": "y", "valueCode": "z"}],
            },
            [(".extension[1]", "Extension.extension")],
        ),
    ],
)
def test_extensions_are_what_their_definition_says(
    errors: Errors, extension: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    expected = [(f"Patient.extension[0]{at}", rule) for at, rule in found]
    assert errors({**PATIENT, "extension": [extension]}) == expected


def test_an_extension_stands_where_it_may(errors: Errors) -> None:
    birth_place = {"url": BIRTH_PLACE, "valueAddress": {"city": "Provo"}}
    found = errors({**CONDITION, "extension": [birth_place]})
    assert found == [("Condition.extension[0]", "context")]
    direct = {
        "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-direct",
        "valueBoolean": True,
    }
    telecom = [{"system": "email", "value": "x", "extension": [direct]}]
    assert errors({"resourceType": "Practitioner", "telecom": telecom}) == []
    name = {"family": "Y", "extension": [birth_place]}
    assert errors({**PATIENT, "name": [name]}) == [("Patient.name[0].extension[0]", "context")]


def test_an_extension_of_a_primitive_stands_where_it_may(errors: Errors) -> None:
    time = {
        "url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime",
        "valueDateTime": "2020-01-01T10:00:00Z",
    }
    assert errors({**PATIENT, "_birthDate": {"extension": [time]}}) == []
    found = errors({**PATIENT, "_gender": {"extension": [time]}})
    assert found == [("Patient.gender.extension[0]", "context")]


def test_an_extension_that_no_package_has_is_not_checked(validator: Validator) -> None:
    extension = {"url": "http://example.org/own", "valueString": "x"}
    report = validator.validate({**PATIENT, "extension": [extension]})
    assert report.valid
    assert "extension http://example.org/own" in report.not_checked


def test_no_plain_extension_is_a_modifier(errors: Errors) -> None:
    birth_place = {"url": BIRTH_PLACE, "valueAddress": {"city": "Provo"}}
    found = errors({**PATIENT, "modifierExtension": [birth_place]})
    assert found == [("Patient.modifierExtension[0]", "isModifier")]


@pytest.mark.parametrize(
    ("div", "rule"),
    [
        (DIV.format("<p>a &#160; b &amp; c</p>"), None),
        (DIV.format('<span idref="a">b</span><a href="http://x">c</a>'), None),
        # No named entity but XML's five: the HL7 validator says so of each (XHTML_..._Entity).
        (DIV.format("<p>a &nbsp; b</p>"), "txt-1"),
        (DIV.format("<p>a<div>b</div></p>"), "txt-1"),
        (DIV.format("<style>p {}</style>a"), "txt-1"),
        (DIV.format('<a href="">a</a>'), "txt-1"),
        (DIV.format('<a href="javascript:a()">a</a>'), "txt-1"),
        (DIV.format('<img src="#gone" alt="b"/>'), "img"),
        (DIV.format('<img src="a.png" alt="b"/>'), None),
        (DIV.format("<script>1</script>"), "txt-1"),
        (DIV.format('<p onclick="x()">a</p>'), "txt-1"),
        (DIV.format("<p>"), "txt-1"),
        ("<div>a</div>", "txt-1"),
        ("<!DOCTYPE div>" + DIV.format("a"), "txt-1"),
        (DIV.format(" "), "txt-2"),
    ],
)
def test_narrative_is_harmless_xhtml_with_content(errors: Errors, div: str, rule: str) -> None:
    text = {"status": "generated", "div": div}
    expected = [("Patient.text.div", rule)] if rule else []
    assert errors({**PATIENT, "text": text}) == expected


def test_vital_signs_are_judged_by_the_profile_of_their_code(errors: Errors) -> None:
    code = {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}
    found = errors({**OBSERVATION, "code": code})
    assert ("Observation", "Observation.subject") in found


def test_a_known_defect_is_waived_unless_switched_off(library: Library) -> None:
    category = {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                "code": "vital-signs",
            }
        ]
    }
    saturation = {
        **OBSERVATION,
        "category": [category],
        "code": {"coding": [{"system": "http://loinc.org", "code": "59408-5"}]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2020-01-01",
        "valueQuantity": {
            "value": 99,
            "unit": "%",
            "system": "http://unitsofmeasure.org",
            "code": "%",
        },
    }
    assert Validator(library).validate(saturation).valid
    strict = Validator(library, known_defects=False).validate(saturation)
    rules = [each.rule for each in strict.issues if each.severity == "error"]
    assert rules == ["coding:OxygenSatCode"]


def test_a_constraint_that_does_not_hold_is_an_error_with_its_key(errors: Errors) -> None:
    contact = {"relationship": [{"text": "x"}]}
    assert errors({**PATIENT, "contact": [contact]}) == [("Patient.contact[0]", "pat-1")]
    period = {"start": "2020", "end": "2019"}
    assert errors({**PATIENT, "name": [{"period": period}]}) == [
        ("Patient.name[0].period", "per-1")
    ]


def test_an_extension_of_published_resources_stands_on_them(errors: Errors) -> None:
    extension = {
        "url": "http://hl7.org/fhir/StructureDefinition/canonicalresource-short-description",
        "valueString": "x",
    }
    found = {"resourceType": "ValueSet", "status": "draft", "extension": [extension]}
    assert errors(found) == []
    assert errors({**PATIENT, "extension": [extension]}) == [("Patient.extension[0]", "context")]


def test_an_extension_inside_another_may_have_a_definition_of_its_own(errors: Errors) -> None:
    inside = {"url": "http://example.org/own", "valueString": "x"}
    race = {"url": RACE, "extension": [{"url": "text", "valueString": "x"}, inside]}
    assert errors({**PATIENT, "extension": [race]}) == []


@pytest.mark.parametrize(
    ("display", "good"),
    [("Active", True), (" active ", True), ("Inactive", False), (7, False), (None, True)],
)
def test_the_display_of_a_code_is_its_own(errors: Errors, display: Any, *, good: bool) -> None:
    coding = {"system": CLINICAL, "code": "active", "display": display}
    if display is None:
        del coding["display"]
    places = [at for at, rule in errors(clinical(**coding)) if rule == "display"]
    assert places == ([] if good else ["Condition.clinicalStatus.coding[0].display"])
