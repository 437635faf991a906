"""What profiles tighten: cardinality, types, values, bindings, slices; on profiles made here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from profiles import Validator

if TYPE_CHECKING:
    from validator_workshop import Workshop

PATIENT: dict[str, Any] = {"resourceType": "Patient"}
OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"text": "x"},
}
A = {"system": "http://s", "code": "a"}
B = {"system": "http://s", "code": "b"}


def concept(*codings: dict[str, str]) -> dict[str, Any]:
    return {"coding": list(codings)}


def sliced(path: str, kind: str, how: str, rules: str = "open", **more: Any) -> dict[str, Any]:
    return {
        "id": path,
        "slicing": {"discriminator": [{"type": kind, "path": how}], "rules": rules, **more},
    }


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


IDENTIFIERS = (
    {"id": "Patient.identifier:a", "sliceName": "a", "min": 1, "max": "1"},
    {"id": "Patient.identifier:a.system", "min": 1, "fixedUri": "http://a"},
    {"id": "Patient.identifier:a.value", "min": 1},
    {"id": "Patient.identifier:b", "sliceName": "b"},
    {"id": "Patient.identifier:b.system", "min": 1, "fixedUri": "http://b"},
)


def of(*systems: str) -> dict[str, Any]:
    return {
        **PATIENT,
        "identifier": [{"system": f"http://{each}", "value": "1"} for each in systems],
    }


@pytest.mark.parametrize(
    ("rules", "systems", "places"),
    [
        ({}, "a", []),
        ({}, "ba", []),
        ({}, "xa", []),
        ({}, "b", ["Patient"]),
        ({}, "aa", ["Patient"]),
        ({"rules": "closed"}, "ax", ["Patient.identifier[1]"]),
        ({"rules": "openAtEnd"}, "ax", []),
        ({"rules": "openAtEnd"}, "xa", ["Patient.identifier[1]"]),
        ({"ordered": True}, "ab", []),
        ({"ordered": True}, "ba", ["Patient.identifier[1]"]),
    ],
)
def test_slices_are_counted_closed_and_ordered(
    workshop: Workshop, rules: dict[str, Any], systems: str, places: list[str]
) -> None:
    head = sliced("Patient.identifier", "value", "system", **rules)
    url = workshop.make("p", "Patient", head, *IDENTIFIERS)
    assert [at for at, _ in workshop.errors(of(*systems), url)] == places


def test_a_value_of_a_slice_is_judged_by_it(workshop: Workshop) -> None:
    url = workshop.make(
        "p", "Patient", sliced("Patient.identifier", "value", "system"), *IDENTIFIERS
    )
    found = workshop.errors({**PATIENT, "identifier": [{"system": "http://a"}]}, url)
    assert found == [("Patient.identifier[0]", "value: at least 1 expected, 0 found")]


def test_a_missing_slice_says_what_came_nearest(workshop: Workshop) -> None:
    url = workshop.make(
        "p", "Patient", sliced("Patient.identifier", "value", "system"), *IDENTIFIERS
    )
    (message,) = [said for _, said in workshop.errors(of("x"), url)]
    assert "slice identifier:a: at least 1 expected, 0 found" in message
    assert "identifier[0] is not identifier:a: system must be 'http://a'" in message


def test_slices_by_a_pattern_of_this(workshop: Workshop) -> None:
    url = workshop.make(
        "p",
        "Observation",
        sliced("Observation.category", "pattern", "$this"),
        {
            "id": "Observation.category:a",
            "sliceName": "a",
            "min": 1,
            "patternCodeableConcept": concept(A),
        },
    )
    assert workshop.errors({**OBSERVATION, "category": [concept(B), concept(A)]}, url) == []
    assert len(workshop.errors({**OBSERVATION, "category": [concept(B)]}, url)) == 1
    assert workshop.errors({**OBSERVATION, "category": [concept(B, A)]}, url) == []


def test_slices_by_a_required_binding(workshop: Workshop) -> None:
    bound = {"strength": "required", "valueSet": "http://hl7.org/fhir/ValueSet/condition-clinical"}
    url = workshop.make(
        "p",
        "Observation",
        sliced("Observation.category", "value", "$this", "closed"),
        {"id": "Observation.category:a", "sliceName": "a", "binding": bound},
    )
    active = {
        "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
        "code": "active",
    }
    assert workshop.errors({**OBSERVATION, "category": [concept(active)]}, url) == []
    found = workshop.errors({**OBSERVATION, "category": [concept(A)]}, url)
    assert [at for at, _ in found] == ["Observation.category[0]"]


def test_slices_by_two_discriminators(workshop: Workshop) -> None:
    both = [{"type": "value", "path": "system"}, {"type": "value", "path": "use"}]
    url = workshop.make(
        "p",
        "Patient",
        {"id": "Patient.identifier", "slicing": {"discriminator": both, "rules": "closed"}},
        {"id": "Patient.identifier:a", "sliceName": "a"},
        {"id": "Patient.identifier:a.use", "fixedCode": "usual"},
        {"id": "Patient.identifier:a.system", "fixedUri": "http://a"},
    )
    good = {"system": "http://a", "use": "usual", "value": "1"}
    assert workshop.errors({**PATIENT, "identifier": [good]}, url) == []
    assert len(workshop.errors({**PATIENT, "identifier": [{**good, "use": "old"}]}, url)) == 1
    assert len(workshop.errors(of("a"), url)) == 1


def test_slices_by_existence(workshop: Workshop) -> None:
    url = workshop.make(
        "p",
        "Patient",
        sliced("Patient.identifier", "exists", "period", "closed"),
        {"id": "Patient.identifier:with", "sliceName": "with", "max": "1"},
        {"id": "Patient.identifier:with.period", "min": 1},
        {"id": "Patient.identifier:without", "sliceName": "without", "max": "1"},
        {"id": "Patient.identifier:without.period", "max": "0"},
    )
    dated = {"value": "1", "period": {"start": "2020"}}
    assert workshop.errors({**PATIENT, "identifier": [dated, {"value": "2"}]}, url) == []
    assert len(workshop.errors({**PATIENT, "identifier": [dated, dated]}, url)) == 1


def test_slices_by_the_type_of_a_target(workshop: Workshop) -> None:
    base = "http://hl7.org/fhir/StructureDefinition/"
    url = workshop.make(
        "p",
        "Observation",
        sliced("Observation.performer", "type", "resolve()"),
        {
            "id": "Observation.performer:who",
            "sliceName": "who",
            "min": 1,
            "type": [{"code": "Reference", "targetProfile": [base + "Practitioner"]}],
        },
    )
    inside = [{"resourceType": "Practitioner", "id": "p"}]
    good = {**OBSERVATION, "contained": inside, "performer": [{"reference": "#p"}]}
    assert workshop.errors(good, url) == []
    inside = [{"resourceType": "Organization", "id": "p", "name": "x"}]
    assert len(workshop.errors({**good, "contained": inside}, url)) == 1


def test_slices_by_profile(workshop: Workshop) -> None:
    named = workshop.make("named", "Patient", {"id": "Patient.name", "min": 1})
    url = workshop.make(
        "p",
        "Bundle",
        sliced("Bundle.entry", "profile", "resource"),
        {"id": "Bundle.entry:named", "sliceName": "named", "min": 1},
        {"id": "Bundle.entry:named.resource", "type": [{"code": "Patient", "profile": [named]}]},
    )

    def bundle(patient: dict[str, Any]) -> dict[str, Any]:
        entry = {"fullUrl": "urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "resource": patient}
        return {"resourceType": "Bundle", "type": "collection", "entry": [entry]}

    assert workshop.errors(bundle({**PATIENT, "name": [{"text": "x"}]}), url) == []
    assert [at for at, _ in workshop.errors(bundle(PATIENT), url)] == ["Bundle"]


def test_slices_of_slices(workshop: Workshop) -> None:
    head = sliced("Patient.identifier", "value", "system")
    inner = sliced("Patient.identifier:a", "value", "use")["slicing"]
    url = workshop.make(
        "p",
        "Patient",
        head,
        {"id": "Patient.identifier:a", "sliceName": "a", "slicing": inner},
        {"id": "Patient.identifier:a.system", "min": 1, "fixedUri": "http://a"},
        {"id": "Patient.identifier:a/old", "sliceName": "a/old", "max": "1"},
        {"id": "Patient.identifier:a/old.use", "min": 1, "fixedCode": "old"},
    )
    old = {"system": "http://a", "use": "old", "value": "1"}
    assert workshop.errors({**PATIENT, "identifier": [old, {**old, "use": "usual"}]}, url) == []
    assert len(workshop.errors({**PATIENT, "identifier": [old, old]}, url)) == 1


def test_a_slicing_that_tells_nothing_apart_is_an_error(workshop: Workshop) -> None:
    url = workshop.make(
        "p",
        "Patient",
        sliced("Patient.identifier", "value", "system"),
        {"id": "Patient.identifier:a", "sliceName": "a"},
    )
    (message,) = [said for _, said in workshop.errors(of("a"), url)]
    assert "slicing cannot be evaluated" in message


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


def test_must_support_is_counted_by_element_and_slice(workshop: Workshop) -> None:
    head = {**sliced("Patient.identifier", "value", "system"), "mustSupport": True}
    rows = [{**row, "mustSupport": True} for row in IDENTIFIERS[:3]]
    name = {"id": "Patient.name", "mustSupport": True}
    family = {"id": "Patient.name.family", "mustSupport": True}
    url = workshop.make("p", "Patient", head, *rows, *IDENTIFIERS[3:], name, family)
    resources = [of("a"), of("b"), {**PATIENT, "name": [{"text": "x"}]}]
    support = Validator(workshop).must_support(resources, url)
    assert {each.element: (each.present, each.absent) for each in support} == {
        "Patient.identifier": (2, 1),
        "Patient.identifier:a": (1, 2),
        "Patient.identifier:a.system": (1, 0),
        "Patient.identifier:a.value": (1, 0),
        "Patient.name": (1, 2),
        "Patient.name.family": (0, 1),
    }
    with pytest.raises(KeyError, match="no package has the profile"):
        Validator(workshop).must_support([], "http://x/none")


def test_must_support_tells_what_the_profile_requires_with_or_without_resources(
    workshop: Workshop,
) -> None:
    name = {"id": "Patient.name", "mustSupport": True, "min": 1}
    gender = {"id": "Patient.gender", "mustSupport": True}
    url = workshop.make("p", "Patient", name, gender, {"id": "Patient.birthDate"})
    support = Validator(workshop).must_support([], url)
    assert [(each.element, each.required) for each in support] == [
        ("Patient.name", True),
        ("Patient.gender", False),
    ]
    assert all((each.present, each.absent) == (0, 0) for each in support)


def test_must_support_of_a_choice_is_counted_by_type(workshop: Workshop) -> None:
    value = {"id": "Observation.value[x]", "mustSupport": True}
    url = workshop.make("o", "Observation", value)
    rows = [{"resourceType": "Observation", "valueString": "x"}, {"resourceType": "Observation"}]
    (only,) = Validator(workshop).must_support([*rows, {**rows[0], "valueString": None}], url)
    assert (only.element, only.present, only.absent) == ("Observation.value[x]", 1, 2)


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
