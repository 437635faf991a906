"""What profiles tighten: cardinality, types, values, bindings, targets; on profiles made here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from validator_workshop import OBSERVATION, PATIENT, A, B, concept

from profiles import Validator

if TYPE_CHECKING:
    from validator_workshop import Workshop


@pytest.mark.parametrize(
    ("element", "resource", "found"),
    [
        ({"min": 1}, {}, [("Patient", "name: at least 1 expected, 0 found")]),
        ({"min": 2}, {"name": [{}, {}]}, None),
        (
            {"max": "0"},
            {"name": [{"text": "x"}]},
            [("Patient", "name: at most 0 allowed, 1 found")],
        ),
        ({"min": 1}, {"name": [{"text": "x"}]}, []),
    ],
)
def test_a_profile_counts(
    workshop: Workshop, element: dict[str, Any], resource: dict[str, Any], found: Any
) -> None:
    url = workshop.make("p", "Patient", {"id": "Patient.name", **element})
    errors = workshop.errors({**PATIENT, **resource}, url)
    if found is None:
        assert [at for at, _ in errors] == ["Patient.name[0]", "Patient.name[1]"]
    else:
        assert errors == found


def test_a_primitive_that_is_but_extended_counts(workshop: Workshop) -> None:
    url = workshop.make("p", "Patient", {"id": "Patient.birthDate", "min": 1})
    absent = {"extension": [{"url": "http://x", "valueCode": "unknown"}]}
    assert workshop.errors({**PATIENT, "_birthDate": absent}, url) == []
    assert len(workshop.errors(PATIENT, url)) == 1


def test_errors_of_one_cause_are_said_once(workshop: Workshop) -> None:
    first = workshop.make("p1", "Patient", {"id": "Patient.name", "min": 1})
    second = workshop.make("p2", "Patient", {"id": "Patient.name", "min": 1})
    assert len(workshop.errors(PATIENT, first, second)) == 1


@pytest.mark.parametrize(
    ("states", "value", "good"),
    [
        ({"fixedCode": "male"}, "male", True),
        ({"fixedCode": "male"}, "female", False),
        ({"patternCode": "male"}, "female", False),
    ],
)
def test_a_code_is_what_is_fixed(
    workshop: Workshop, states: dict[str, Any], value: str, *, good: bool
) -> None:
    url = workshop.make("p", "Patient", {"id": "Patient.gender", **states})
    assert (workshop.errors({**PATIENT, "gender": value}, url) == []) is good


@pytest.mark.parametrize(
    ("states", "value", "good"),
    [
        ({"patternCodeableConcept": concept(A)}, concept(B, {**A, "display": "x"}), True),
        ({"patternCodeableConcept": concept(A)}, concept(B), False),
        ({"patternCodeableConcept": concept(A, B)}, concept(B, A), True),
        ({"patternCodeableConcept": concept(A, B)}, concept(A), False),
        ({"patternCodeableConcept": {"text": "x"}}, {"text": "x", **concept(A)}, True),
        ({"fixedCodeableConcept": concept(A)}, concept(A), True),
        ({"fixedCodeableConcept": concept(A)}, concept({**A, "display": "x"}), False),
        ({"patternCodeableConcept": concept({"userSelected": True})}, concept(A), False),
    ],
)
def test_a_pattern_is_contained_and_a_fixed_value_equal(
    workshop: Workshop, states: dict[str, Any], value: dict[str, Any], *, good: bool
) -> None:
    url = workshop.make("p", "Patient", {"id": "Patient.maritalStatus", **states})
    errors = workshop.errors({**PATIENT, "maritalStatus": value}, url)
    assert [at for at, _ in errors] == ([] if good else ["Patient.maritalStatus"])


def test_a_choice_is_left_with_the_types_that_a_profile_names(workshop: Workshop) -> None:
    quantity = {"id": "Observation.value[x]", "type": [{"code": "Quantity"}], "min": 1}
    url = workshop.make("p", "Observation", quantity, {"id": "Observation.value[x].unit", "min": 1})
    places = [at for at, _ in workshop.errors({**OBSERVATION, "valueString": "x"}, url)]
    assert places == ["Observation.value"]
    places = [at for at, _ in workshop.errors({**OBSERVATION, "valueQuantity": {"value": 1}}, url)]
    assert places == ["Observation.value"]
    assert workshop.errors({**OBSERVATION, "valueQuantity": {"value": 1, "unit": "g"}}, url) == []
    assert [at for at, _ in workshop.errors(OBSERVATION, url)] == ["Observation"]


def test_targets_and_bindings_are_narrowed(workshop: Workshop) -> None:
    base = "http://hl7.org/fhir/StructureDefinition/"
    subject = {"code": "Reference", "targetProfile": [base + "Patient"]}
    status = {"strength": "required", "valueSet": "http://hl7.org/fhir/ValueSet/name-use"}
    url = workshop.make(
        "p",
        "Observation",
        {"id": "Observation.category", "binding": status},
        {"id": "Observation.subject", "type": [subject]},
    )
    resource = {**OBSERVATION, "subject": {"reference": "Group/1"}, "category": [concept(A)]}
    places = {at for at, _ in workshop.errors(resource, url)}
    assert places == {"Observation.category[0]", "Observation.subject"}


def test_ranges_and_lengths(workshop: Workshop) -> None:
    url = workshop.make(
        "p",
        "Patient",
        {"id": "Patient.multipleBirth[x]", "type": [{"code": "integer"}], "maxValueInteger": 3},
        {"id": "Patient.birthDate", "minValueDate": "1900-01-01"},
        {"id": "Patient.implicitRules", "maxLength": 3},
    )
    resource = {
        "multipleBirthInteger": 4,
        "birthDate": "1899-01-01",
        "implicitRules": "http://x",
    }
    places = {at for at, _ in workshop.errors({**PATIENT, **resource}, url)}
    assert places == {"Patient.multipleBirth", "Patient.birthDate", "Patient.implicitRules"}


def test_a_constraint_of_a_profile(workshop: Workshop) -> None:
    rule = {"key": "x-1", "severity": "error", "expression": "family.exists()"}
    soft = {"key": "x-2", "severity": "warning", "expression": "given.exists()"}
    url = workshop.make("p", "Patient", {"id": "Patient.name", "constraint": [rule, soft]})
    report = Validator(workshop).validate({**PATIENT, "name": [{"text": "x"}]}, [url])
    found = [(i.severity, i.rule, i.expression) for i in report.issues if i.rule[:2] == "x-"]
    assert found == [("error", "x-1", "Patient.name[0]"), ("warning", "x-2", "Patient.name[0]")]


def test_a_constraint_that_is_no_fhirpath_is_not_checked(workshop: Workshop) -> None:
    rule = {"key": "x-1", "severity": "error", "expression": "is is is"}
    url = workshop.make("p", "Patient", {"id": "Patient.name", "constraint": [rule]})
    report = Validator(workshop).validate({**PATIENT, "name": [{"text": "x"}]}, [url])
    assert report.valid
    assert "constraint x-1" in report.not_checked


def test_a_profile_of_another_type_is_an_error(workshop: Workshop) -> None:
    url = workshop.make("p", "Observation", {"id": "Observation.subject", "min": 1})
    assert [at for at, _ in workshop.errors(PATIENT, url)] == ["Patient"]


def test_a_claimed_profile_counts_and_an_unknown_one_is_not_checked(workshop: Workshop) -> None:
    url = workshop.make("p", "Patient", {"id": "Patient.name", "min": 1})
    assert len(workshop.errors({**PATIENT, "meta": {"profile": [url]}})) == 1
    report = Validator(workshop).validate({**PATIENT, "meta": {"profile": ["http://x/none"]}})
    assert report.valid
    assert report.not_checked == ("profile http://x/none",)


def test_a_target_that_is_here_conforms_to_a_profile_it_may(workshop: Workshop) -> None:
    named = workshop.make("named", "Patient", {"id": "Patient.name", "min": 1})
    other = workshop.make("other", "Group", {"id": "Group.name", "min": 1})
    subject = {"code": "Reference", "targetProfile": [named, other]}
    url = workshop.make("p", "Observation", {"id": "Observation.subject", "type": [subject]})
    good = {**PATIENT, "id": "s", "name": [{"text": "x"}]}
    resource = {**OBSERVATION, "contained": [good], "subject": {"reference": "#s"}}
    assert workshop.errors(resource, url) == []
    resource["contained"] = [{**PATIENT, "id": "s"}]
    ((place, message),) = workshop.errors(resource, url)
    assert place == "Observation.subject"
    assert "name: at least 1 expected, 0 found" in message


def test_targets_that_lead_to_each_other_are_judged_once(workshop: Workshop) -> None:
    target = {"code": "Reference", "targetProfile": ["http://example.org/StructureDefinition/p"]}
    part = {"id": "Observation.hasMember", "type": [target]}
    url = workshop.make("p", "Observation", part)
    entries = [
        {
            "fullUrl": f"http://x/fhir/Observation/{number}",
            "resource": {
                **OBSERVATION,
                "id": str(number),
                "meta": {"profile": [url]},
                "hasMember": [{"reference": f"Observation/{3 - number}"}],
            },
        }
        for number in (1, 2)
    ]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    assert workshop.errors(bundle) == []


def test_a_profile_that_asks_for_itself_is_judged_at_every_level(workshop: Workshop) -> None:
    url = "http://example.org/StructureDefinition/p"
    made = workshop.make(
        "p",
        "Bundle",
        {"id": "Bundle.total", "min": 1},
        {"id": "Bundle.entry.resource", "type": [{"code": "Bundle", "profile": [url]}]},
    )
    assert made == url

    def bundle(**more: Any) -> dict[str, Any]:
        return {"resourceType": "Bundle", "type": "collection", **more}

    def around(resource: dict[str, Any]) -> dict[str, Any]:
        entry = {"fullUrl": "urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "resource": resource}
        return bundle(total=1, entry=[entry])

    places = [at for at, _ in workshop.errors(around(around(bundle())), url)]
    assert "Bundle.entry[0].resource.entry[0].resource" in places


def test_a_definition_that_cannot_be_used_is_not_checked(workshop: Workshop) -> None:
    url = workshop.make("p", "Patient", {"id": "Patient.name", "min": 1})
    broken = workshop.structure(url)
    assert broken is not None
    workshop.made[url] = replace(broken, elements=({"id": "Patient"},))
    report = Validator(workshop).validate(PATIENT, [url])
    assert report.valid
    assert report.not_checked == (
        f"profile {url}: its definition cannot be used (KeyError('path'))",
    )


@pytest.mark.parametrize(
    ("value", "unit", "right"),
    [
        (1, "kg", True),
        (1, "g", False),
        (1500, "g", True),
        (99, "kg", True),
        (101, "kg", False),
        (101000, "g", False),
        (-1, "cm", True),  # of another kind: nothing can be said
    ],
)
def test_quantities_are_ranged_whatever_their_unit(
    workshop: Workshop, value: float, unit: str, *, right: bool
) -> None:
    limits = {
        "minValueQuantity": {"value": 1, "code": "kg"},
        "maxValueQuantity": {"value": 100, "code": "kg"},
    }
    element = {"id": "Observation.value[x]", "type": [{"code": "Quantity"}], **limits}
    url = workshop.make("p", "Observation", element)
    quantity = {"value": value, "system": "http://unitsofmeasure.org", "code": unit}
    found = workshop.errors({**OBSERVATION, "valueQuantity": quantity}, url)
    assert [at for at, _ in found] == ([] if right else ["Observation.value"])


def test_a_profile_that_calls_itself_a_specialization_is_one_of_its_type(
    workshop: Workshop,
) -> None:
    name = {"id": "Patient.name", "min": 1}
    url = workshop.make("p", "Patient", name, derivation="specialization")
    assert [at for at, _ in workshop.errors(PATIENT, url)] == ["Patient"]


def test_a_target_conforms_with_the_targets_that_it_has_itself(workshop: Workshop) -> None:
    named = workshop.make("named", "Organization", {"id": "Organization.alias", "min": 1})
    part = {"code": "Reference", "targetProfile": [named]}
    inner = workshop.make("inner", "Organization", {"id": "Organization.partOf", "type": [part]})
    target = {"code": "Reference", "targetProfile": [inner]}
    url = workshop.make("p", "Patient", {"id": "Patient.managingOrganization", "type": [target]})
    units = [
        {"resourceType": "Organization", "id": "a", "name": "x", "partOf": {"reference": "#b"}},
        {"resourceType": "Organization", "id": "b", "name": "x", "alias": ["y"]},
    ]
    resource = {**PATIENT, "contained": units, "managingOrganization": {"reference": "#a"}}
    assert workshop.errors(resource, url) == []
    del units[1]["alias"]
    assert [at for at, _ in workshop.errors(resource, url)] == ["Patient.managingOrganization"]


def test_a_constraint_knows_the_type_of_its_context(workshop: Workshop) -> None:
    text = "%context.type().name = 'HumanName'"
    rule = {"key": "x-1", "severity": "error", "expression": text}
    url = workshop.make("p", "Patient", {"id": "Patient.name", "constraint": [rule]})
    assert workshop.errors({**PATIENT, "name": [{"text": "x"}]}, url) == []
