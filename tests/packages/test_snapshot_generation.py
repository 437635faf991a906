"""Snapshots from differentials, on differentials small enough to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from profiles.packages import PackageError, load_packages
from profiles.packages.find import PACKS
from profiles.packages.snapshot import generate_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

CORE = PACKS / "hl7.fhir.r4.core-4.0.1.pack"
FHIR = "http://hl7.org/fhir/StructureDefinition/"


@pytest.fixture(scope="module")
def core() -> Any:
    return load_packages([CORE])


@pytest.fixture
def profiled(core: Any) -> Callable[..., dict[str, dict[str, Any]]]:
    """Give the snapshot by id of a profile on a type, from its differential."""

    def profile(kind: str, *differential: dict[str, Any]) -> dict[str, dict[str, Any]]:
        def lookup(name: str) -> Any:
            found = core.structure(name) if ":" in name else core.type(name)
            return found.elements if found else None

        elements = generate_snapshot(differential, lookup(kind), lookup)
        assert len({e["id"] for e in elements}) == len(elements)
        return {element["id"]: element for element in elements}

    return profile


def test_a_profile_that_says_nothing_is_its_base(core: Any, profiled: Any) -> None:
    base = {e["id"]: e for e in core.type("Patient").elements}
    assert profiled("Patient") == base
    assert profiled("Patient", {"path": "Patient"}) == base


def test_what_a_differential_says_takes_the_place_of_what_the_base_says(profiled: Any) -> None:
    change = {
        "path": "Patient.gender",
        "min": 1,
        "mustSupport": True,
        "patternCode": "male",
        "binding": {"strength": "extensible", "valueSet": "urn:v"},
    }
    gender = profiled("Patient", change)["Patient.gender"]
    assert (gender["min"], gender["max"], gender["mustSupport"]) == (1, "1", True)
    assert gender["patternCode"] == "male"
    assert gender["binding"] == {"strength": "extensible", "valueSet": "urn:v"}
    assert gender["type"] == [{"code": "code"}]
    assert gender["isSummary"]


def test_a_binding_that_is_only_made_stronger_keeps_its_value_set(profiled: Any) -> None:
    change = {"path": "Patient.maritalStatus", "binding": {"strength": "required"}}
    binding = profiled("Patient", change)["Patient.maritalStatus"]["binding"]
    assert binding["strength"] == "required"
    assert binding["valueSet"] == "http://hl7.org/fhir/ValueSet/marital-status"


def test_constraints_add_up_and_a_key_said_anew_replaces_the_old(profiled: Any) -> None:
    first = {"key": "x-1", "severity": "error", "expression": "true"}
    again = {"key": "ele-1", "severity": "warning", "expression": "false"}
    patient = profiled("Patient", {"path": "Patient", "constraint": [first]})["Patient"]
    assert [c["key"] for c in patient["constraint"]][-1] == "x-1"
    assert len(patient["constraint"]) > 1
    gender = profiled("Patient", {"path": "Patient.gender", "constraint": [again]})
    assert gender["Patient.gender"]["constraint"] == [again]


def test_a_binding_is_dropped_where_no_type_has_codes(profiled: Any) -> None:
    change = {"path": "Patient.name", "binding": {"strength": "required", "valueSet": "urn:v"}}
    assert "binding" not in profiled("Patient", change)["Patient.name"]


def test_one_fixed_or_pattern_value_replaces_another() -> None:
    base = [{"path": "A", "min": 0, "fixedCode": "a", "patternString": "b"}]
    change = {"path": "A", "fixedString": "c"}
    (element,) = generate_snapshot([change], base, lambda _: None)
    assert "fixedCode" not in element
    assert (element["fixedString"], element["patternString"]) == ("c", "b")


def test_the_children_of_a_datatype_come_in_where_one_is_constrained(profiled: Any) -> None:
    found = profiled("Patient", {"path": "Patient.name.family", "min": 1})
    assert found["Patient.name.family"]["min"] == 1
    assert found["Patient.name.given"]["min"] == 0
    assert "Patient.contact.name.family" not in found


def test_a_differential_may_walk_through_several_datatypes(profiled: Any) -> None:
    found = profiled("Patient", {"path": "Patient.identifier.assigner.identifier.system", "min": 1})
    assert found["Patient.identifier.assigner.identifier.system"]["min"] == 1
    assert "Patient.identifier.assigner.reference" in found


def test_a_content_reference_brings_the_elements_it_names(profiled: Any) -> None:
    path = "Questionnaire.item.item.linkId"
    found = profiled("Questionnaire", {"path": path, "max": "1", "mustSupport": True})
    assert found[path]["mustSupport"]
    assert "mustSupport" not in found["Questionnaire.item.linkId"]
    assert "contentReference" not in found["Questionnaire.item.item"]
    assert found["Questionnaire.item.item"]["type"] == [{"code": "BackboneElement"}]
    # The level below still refers: only what is constrained is brought in.
    assert found["Questionnaire.item.item.item"]["contentReference"] == "#Questionnaire.item"


BY_SYSTEM = {"discriminator": [{"type": "value", "path": "system"}], "rules": "open"}


def test_a_slice_starts_from_its_element_and_not_from_what_is_said_of_all(profiled: Any) -> None:
    found = profiled(
        "Patient",
        {"path": "Patient.identifier", "min": 2, "slicing": BY_SYSTEM, "mustSupport": True},
        {"path": "Patient.identifier", "sliceName": "mrn", "max": "1"},
        {"path": "Patient.identifier.system", "fixedUri": "urn:mrn"},
        {"path": "Patient.identifier", "sliceName": "ssn"},
    )
    assert [i for i in found if i.startswith("Patient.identifier") and "." not in i[8:]] == [
        "Patient.identifier",
        "Patient.identifier:mrn",
        "Patient.identifier:ssn",
    ]
    mrn = found["Patient.identifier:mrn"]
    assert (mrn["min"], mrn["max"], mrn["path"]) == (0, "1", "Patient.identifier")
    assert "slicing" not in mrn
    assert "mustSupport" not in mrn
    # Without an id the element belongs to the slice before it.
    assert found["Patient.identifier:mrn.system"]["fixedUri"] == "urn:mrn"
    assert "Patient.identifier.system" not in found


def test_a_slice_of_the_base_is_constrained_further(profiled: Any) -> None:
    first = profiled(
        "Patient",
        {"path": "Patient.identifier", "slicing": BY_SYSTEM},
        {"path": "Patient.identifier", "sliceName": "mrn", "max": "1"},
    )
    again = generate_snapshot(
        [{"id": "Patient.identifier:mrn", "path": "Patient.identifier", "min": 1}],
        list(first.values()),
        lambda _: None,
    )
    mrn = {e["id"]: e for e in again}["Patient.identifier:mrn"]
    assert (mrn["min"], mrn["max"]) == (1, "1")
    assert len(again) == len(first)


def test_a_re_slice_starts_from_the_slice_it_slices(profiled: Any) -> None:
    found = profiled(
        "Patient",
        {"path": "Patient.identifier", "slicing": BY_SYSTEM},
        {"path": "Patient.identifier", "sliceName": "mrn", "max": "3", "slicing": BY_SYSTEM},
        {"path": "Patient.identifier", "sliceName": "mrn/old", "min": 1},
    )
    old = found["Patient.identifier:mrn/old"]
    assert (old["min"], old["max"]) == (1, "3")
    assert "slicing" not in old


def test_slices_stand_below_slices(profiled: Any) -> None:
    found = profiled(
        "Bundle",
        {"path": "Bundle.entry", "slicing": BY_SYSTEM},
        {"id": "Bundle.entry:a", "path": "Bundle.entry", "sliceName": "a"},
        {"id": "Bundle.entry:a.link", "path": "Bundle.entry.link", "slicing": BY_SYSTEM},
        {"id": "Bundle.entry:a.link:b", "path": "Bundle.entry.link", "sliceName": "b", "min": 1},
    )
    assert found["Bundle.entry:a.link:b"]["min"] == 1
    assert "Bundle.entry.link:b" not in found


def test_an_extension_slice_is_told_apart_by_its_url(profiled: Any) -> None:
    url = FHIR + "patient-birthPlace"
    change = {
        "path": "Patient.extension",
        "sliceName": "birthPlace",
        "type": [{"code": "Extension", "profile": [url]}],
    }
    found = profiled("Patient", change)
    assert found["Patient.extension"]["slicing"]["discriminator"] == [
        {"type": "value", "path": "url"}
    ]
    assert found["Patient.extension:birthPlace"]["type"] == change["type"]
    below = profiled(
        "Patient",
        change,
        {"path": "Patient.extension.value[x]", "min": 1},
    )
    # The extension's own definition came in, not that of Extension.
    assert below["Patient.extension:birthPlace.value[x]"]["type"] == [{"code": "Address"}]
    assert below["Patient.extension:birthPlace.url"]["fixedUri"] == url


def test_what_a_datatype_profile_demands_of_the_whole_is_demanded(profiled: Any) -> None:
    change = {
        "path": "Observation.value[x]",
        "type": [{"code": "Quantity", "profile": [FHIR + "SimpleQuantity"]}],
    }
    keys = {c["key"] for c in profiled("Observation", change)["Observation.value[x]"]["constraint"]}
    assert keys == {"ele-1", "qty-3", "sqty-1"}


def test_the_short_form_of_a_choice_is_a_slice_and_leaves_no_other_type(profiled: Any) -> None:
    found = profiled(
        "Observation",
        {"path": "Observation.valueQuantity", "min": 1},
        {"path": "Observation.valueQuantity.unit", "min": 1},
    )
    choice = found["Observation.value[x]"]
    assert choice["type"] == [{"code": "Quantity"}]
    assert choice["min"] == 1
    assert choice["slicing"]["rules"] == "closed"
    value = found["Observation.value[x]:valueQuantity"]
    assert (value["path"], value["sliceName"]) == ("Observation.value[x]", "valueQuantity")
    assert found["Observation.value[x]:valueQuantity.unit"]["min"] == 1


def test_two_short_forms_leave_two_types(profiled: Any) -> None:
    found = profiled(
        "Observation",
        {"path": "Observation.valueQuantity", "min": 0},
        {"path": "Observation.valueString", "min": 0},
    )
    assert [t["code"] for t in found["Observation.value[x]"]["type"]] == ["Quantity", "string"]
    assert found["Observation.value[x]"]["min"] == 0


def test_a_type_slice_that_need_not_be_there_leaves_the_other_types(profiled: Any) -> None:
    change = {
        "id": "Observation.value[x]:valueString",
        "path": "Observation.value[x]",
        "sliceName": "valueString",
        "type": [{"code": "string"}],
    }
    found = profiled("Observation", change)["Observation.value[x]"]
    assert len(found["type"]) == 11
    assert found["slicing"]["rules"] == "open"
    found = profiled("Observation", {**change, "min": 1})["Observation.value[x]"]
    assert found["type"] == [{"code": "string"}]
    assert found["slicing"]["rules"] == "closed"


def test_below_a_choice_of_one_type_the_short_form_means_the_choice(profiled: Any) -> None:
    found = profiled(
        "Observation",
        {"path": "Observation.value[x]", "type": [{"code": "Quantity"}]},
        {"path": "Observation.valueQuantity.unit", "min": 1},
    )
    assert found["Observation.value[x].unit"]["min"] == 1
    assert "slicing" not in found["Observation.value[x]"]


def test_a_choice_of_several_types_has_the_children_all_types_have(profiled: Any) -> None:
    found = profiled("Observation", {"path": "Observation.value[x].extension", "min": 1})
    assert found["Observation.value[x].extension"]["min"] == 1
    assert "Observation.value[x].unit" not in found


def test_a_specialization_adds_elements_under_its_own_name(core: Any) -> None:
    differential = [
        {"path": "Thing", "min": 0},
        {"path": "Thing.weight", "min": 1, "type": [{"code": "Quantity"}]},
    ]
    base = core.type("DomainResource").elements
    found = generate_snapshot(differential, base, lambda _: None, specialization=True)
    assert found[0]["id"] == "Thing"
    assert found[1]["path"] == "Thing.id"
    assert found[-1] == {
        "id": "Thing.weight",
        "path": "Thing.weight",
        "min": 1,
        "type": [{"code": "Quantity"}],
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"path": "Patient.colour"}, "the differential has Patient.colour"),
        ({"path": "Patient.valueString"}, "the differential has Patient.valueString"),
        (
            {
                "path": "Patient.extension.url",
                "id": "Patient.extension:x.url",
            },
            "",
        ),
    ],
)
def test_an_element_that_the_base_has_not_is_told(profiled: Any, change: dict, said: str) -> None:
    if not said:
        assert "Patient.extension:x.url" in profiled("Patient", change)
        return
    with pytest.raises(PackageError, match=said):
        profiled("Patient", change)


def test_generation_leaves_its_base_as_it_was(core: Any, profiled: Any) -> None:
    before = repr(core.type("Observation").elements)
    profiled("Observation", {"path": "Observation.valueQuantity.unit", "min": 1})
    assert repr(core.type("Observation").elements) == before
