"""Slices: how they are told apart, counted, closed, ordered; on profiles made here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from validator_workshop import OBSERVATION, PATIENT, A, B, concept, sliced

from profiles import Validator

if TYPE_CHECKING:
    from validator_workshop import Workshop


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


PAYLOAD = sliced("Communication.payload", "type", "content", rules="closed")
COMMUNICATION = {"resourceType": "Communication", "status": "completed"}


def test_slices_by_the_type_of_a_choice(workshop: Workshop) -> None:
    url = workshop.make(
        "p",
        "Communication",
        PAYLOAD,
        {"id": "Communication.payload:text", "sliceName": "text", "max": "1"},
        {"id": "Communication.payload:text.content[x]", "type": [{"code": "string"}]},
    )
    text, file = {"contentString": "x"}, {"contentAttachment": {"title": "x"}}
    assert workshop.errors({**COMMUNICATION, "payload": [text]}, url) == []
    found = workshop.errors({**COMMUNICATION, "payload": [text, file]}, url)
    assert [at for at, _ in found] == ["Communication.payload[1]"]
    found = workshop.errors({**COMMUNICATION, "payload": [text, text]}, url)
    assert [at for at, _ in found] == ["Communication"]


def test_a_slice_need_not_be_told_by_every_discriminator(workshop: Workshop) -> None:
    """The HL7 validator gives up only where none of them tells anything (sliceMatches)."""
    two = [{"type": "value", "path": path} for path in ("system", "period")]
    head = {"id": "Patient.identifier", "slicing": {"discriminator": two, "rules": "open"}}
    url = workshop.make("p", "Patient", head, *IDENTIFIERS[:3])
    assert workshop.errors(of("a"), url) == []
    assert [at for at, _ in workshop.errors(of("b"), url)] == ["Patient"]


def test_a_slice_may_be_told_by_what_it_lacks(workshop: Workshop) -> None:
    url = workshop.make(
        "p",
        "Patient",
        sliced("Patient.telecom", "value", "use", rules="closed"),
        {"id": "Patient.telecom:any", "sliceName": "any"},
        {"id": "Patient.telecom:any.use", "max": "0"},
    )
    telecom = {"system": "phone", "value": "1"}
    assert workshop.errors({**PATIENT, "telecom": [telecom]}, url) == []
    found = workshop.errors({**PATIENT, "telecom": [{**telecom, "use": "home"}]}, url)
    assert [at for at, _ in found] == ["Patient.telecom[0]"]


def test_a_slice_may_be_told_by_a_part_of_its_pattern(workshop: Workshop) -> None:
    url = workshop.make(
        "p",
        "Patient",
        sliced("Patient.telecom", "value", "use"),
        {
            "id": "Patient.telecom:home",
            "sliceName": "home",
            "max": "1",
            "patternContactPoint": {"use": "home"},
        },
    )
    home, work = ({"system": "phone", "value": "1", "use": use} for use in ("home", "work"))
    assert workshop.errors({**PATIENT, "telecom": [home, work, work]}, url) == []
    found = workshop.errors({**PATIENT, "telecom": [home, home]}, url)
    assert [at for at, _ in found] == ["Patient"]


def test_slices_that_cannot_be_told_apart_are_missed_where_there_is_nothing(
    workshop: Workshop,
) -> None:
    rows = ({"id": "Patient.identifier:a", "sliceName": "a", "min": 1},)
    url = workshop.make("p", "Patient", sliced("Patient.identifier", "value", "system"), *rows)
    ((place, message),) = workshop.errors(PATIENT, url)
    assert (place, "slice identifier:a" in message) == ("Patient", True)


def test_slices_by_the_value_of_an_extension(workshop: Workshop) -> None:
    """What is fixed tells more than that something must be there."""
    kind = workshop.make("kind", "Extension", {"id": "Extension.value[x]", "min": 1})
    extension = {"type": [{"code": "Extension", "profile": [kind]}]}
    rows: list[dict[str, Any]] = []
    for name in "ab":
        slice_ = f"Patient.contact:{name}"
        rows += [
            {"id": slice_, "sliceName": name, "min": 1},
            {"id": f"{slice_}.extension:of", "sliceName": "of", "min": 1, **extension},
            {"id": f"{slice_}.extension:of.value[x]", "fixedCode": name},
        ]
    path = f"extension('{kind}').value"
    url = workshop.make("p", "Patient", sliced("Patient.contact", "value", path), *rows)
    contacts = [
        {"name": {"text": "x"}, "extension": [{"url": kind, "valueCode": each}]} for each in "ab"
    ]
    assert workshop.errors({**PATIENT, "contact": contacts}, url) == []
    found = workshop.errors({**PATIENT, "contact": contacts[:1]}, url)
    assert ["slice contact:b" in message for _, message in found] == [True]
