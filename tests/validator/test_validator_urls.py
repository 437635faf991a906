"""URLs that must lead to something, and values that must be whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Errors = Callable[..., list[tuple[str, str]]]

PATIENT: dict[str, Any] = {"resourceType": "Patient"}


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://terminology.hl7.org/CodeSystem/v3-ActReason", True),
        ("http://terminology.hl7.org/CodeSystem/nope", False),
        ("http://hl7.org/fhir/StructureDefinition/nope", False),
        ("http://hl7.org/fhir/SearchParameter/Patient-name", True),
        ("http://hl7.org/fhir/sid/us-npi", True),  # a naming system's
        ("http://hl7.org/fhir/sid/us-nip", False),
        ("http://hl7.org/fhir/us/core/StructureDefinition/nope", False),
        ("http://hl7.org/fhir/us/davinci-hrex/CodeSystem/any", True),  # a guide not loaded
        ("http://hl7.org/fhir/5.0/StructureDefinition/any", True),
        ("http://hl7.org/fhir/w5", True),
        ("http://example.org/any", True),
    ],
)
def test_a_url_of_hl7_leads_to_what_a_package_has(errors: Errors, url: str, *, found: bool) -> None:
    resource = {**PATIENT, "identifier": [{"system": url, "value": "1"}]}
    assert errors(resource) == ([] if found else [("Patient.identifier[0].system", "uri")])


def test_a_resource_may_have_any_url_itself(errors: Errors) -> None:
    value_set = {
        "resourceType": "ValueSet",
        "status": "draft",
        "url": "http://hl7.org/fhir/ValueSet/mine",
    }
    assert errors(value_set) == []


def test_a_fragment_leads_to_something_here(errors: Errors) -> None:
    picture = {"photo": [{"url": "#here"}]}
    assert errors({**PATIENT, **picture}) == [("Patient.photo[0].url", "uri")]
    assert errors({**PATIENT, **picture, "id": "here"}) == []
    assert errors({**PATIENT, **picture, "name": [{"id": "here", "text": "x"}]}) == []


def test_the_source_of_a_resource_may_be_the_id_of_a_request(errors: Errors) -> None:
    """fhir-test-cases 1.7.69 (sdoh-type-slice); 1.7.19 had an error there."""
    assert errors({**PATIENT, "meta": {"source": "#9mEtDcPhOj7HjaHj"}}) == []


@pytest.mark.parametrize("url", ["Patient", "StructureDefinition/x", "x"])
def test_a_canonical_is_absolute(errors: Errors, url: str) -> None:
    plan = {"resourceType": "PlanDefinition", "status": "draft", "library": [url]}
    assert errors(plan) == [("PlanDefinition.library[0]", "canonical")]


@pytest.mark.parametrize(("size", "right"), [(3, True), (4, False)])
def test_the_size_of_an_attachment_is_that_of_its_data(
    errors: Errors, size: int, *, right: bool
) -> None:
    for data, more in (("YWJj", 0), ("YWI=", -1), ("YQ==", -2)):
        photo = {"contentType": "image/png", "data": data, "size": size + more}
        found = errors({**PATIENT, "photo": [photo]})
        assert found == ([] if right else [("Patient.photo[0]", "Attachment.size")])


def test_contained_resources_have_ids_of_their_own(errors: Errors) -> None:
    inside = [{"resourceType": "Organization", "id": "a", "name": name} for name in "xy"]
    resource = {**PATIENT, "contained": inside, "managingOrganization": {"reference": "#a"}}
    assert errors(resource) == [("Patient.contained[1]", "id")]


def test_a_narrative_may_show_what_is_contained(errors: Errors) -> None:
    div = '<div xmlns="http://www.w3.org/1999/xhtml"><img src="#a" alt="b"/></div>'
    image = {"resourceType": "Binary", "id": "a", "contentType": "image/png", "data": "YWJj"}
    resource = {**PATIENT, "contained": [image], "text": {"status": "generated", "div": div}}
    assert errors(resource) == []


def test_codes_that_are_bound_to_nothing_are_those_of_their_system(errors: Errors) -> None:
    reason = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
    tag = {"system": reason, "code": "HTEST", "display": "test health data"}
    assert errors({**PATIENT, "meta": {"tag": [tag]}}) == []
    found = errors({**PATIENT, "meta": {"tag": [{**tag, "code": "zzz"}]}})
    assert found == [("Patient.meta.tag[0].code", "code")]
    found = errors({**PATIENT, "meta": {"tag": [{**tag, "display": "zzz"}]}})
    assert found == [("Patient.meta.tag[0].display", "display")]


def test_the_unit_of_a_quantity_is_a_code_of_its_system(errors: Errors) -> None:
    unit = {"value": 1, "system": "http://hl7.org/fhir/administrative-gender", "code": "kg"}
    observation = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
    found = errors({**observation, "valueQuantity": unit})
    assert found == [("Observation.valueQuantity.code", "code")]


def test_vital_signs_may_last_for_a_period(errors: Errors) -> None:
    vital = {
        "resourceType": "Observation",
        "meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/vitalsigns"]},
        "status": "final",
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                        "code": "vital-signs",
                    }
                ]
            }
        ],
        "code": {"text": "x"},
        "subject": {"reference": "Patient/1"},
        "valueQuantity": {"value": 1},
    }
    assert errors({**vital, "effectivePeriod": {"start": "2020"}}) == []
    assert errors({**vital, "effectiveDateTime": "2020"}) == [("Observation.effective", "vs-1")]


def test_a_code_of_the_system_of_uris_is_one(errors: Errors) -> None:
    coding = {"system": "urn:ietf:rfc:3986", "code": "urn:oid:2.16.840.1.113883"}
    basic: dict[str, Any] = {"resourceType": "Basic", "code": {"coding": [coding]}}
    assert errors(basic) == []
    basic["code"] = {"coding": [{**coding, "code": "Ricardian"}]}
    assert errors(basic) == [("Basic.code.coding[0].code", "code")]


def test_what_a_concept_map_maps_are_codes_of_its_systems(errors: Errors) -> None:
    def mapping(source: str, target: str) -> dict[str, Any]:
        element = {"code": source, "target": [{"code": target, "equivalence": "equal"}]}
        gender = "http://hl7.org/fhir/administrative-gender"
        group = {"source": gender, "target": gender, "element": [element]}
        return {"resourceType": "ConceptMap", "status": "draft", "group": [group]}

    place = "ConceptMap.group[0].element[0]"
    assert errors(mapping("male", "female")) == []
    assert errors(mapping("x", "male")) == [(f"{place}.code", "code")]
    assert errors(mapping("male", "x")) == [(f"{place}.target[0].code", "code")]
