"""Snapshots of profiles in packages: on bases that have none, are missing, or are broken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from profiles.packages import PackageError, load_packages
from profiles.packages.find import PACKS
from profiles.packages.snapshot import generate_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CORE = PACKS / "hl7.fhir.r4.core-4.0.1.pack"
FHIR = "http://hl7.org/fhir/StructureDefinition/"


def structure(url: str, base: str, *differential: dict, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "StructureDefinition",
        "url": url,
        "kind": "resource",
        "type": "Patient",
        "baseDefinition": base,
        "derivation": "constraint",
        "differential": {"element": list(differential)},
        **more,
    }


def test_profiles_on_profiles_without_snapshots_build_on_each_other(
    make_tgz: Callable[..., Path],
) -> None:
    first = structure("urn:p1", FHIR + "Patient", {"path": "Patient.gender", "min": 1})
    second = structure("urn:p2", "urn:p1", {"path": "Patient.name", "min": 1})
    library = load_packages([make_tgz(first, second), CORE])
    found = {e["id"]: e for e in library.structure("urn:p2").elements}
    assert found["Patient.gender"]["min"] == found["Patient.name"]["min"] == 1


def test_a_profile_whose_base_is_in_no_package_is_told(make_tgz: Callable[..., Path]) -> None:
    library = load_packages([make_tgz(structure("urn:p", "urn:gone"))])
    with pytest.raises(PackageError, match="its base urn:gone is in no loaded package"):
        library.structure("urn:p")


def test_profiles_that_are_each_others_base_are_told(make_tgz: Callable[..., Path]) -> None:
    library = load_packages([make_tgz(structure("urn:a", "urn:b"), structure("urn:b", "urn:a"))])
    with pytest.raises(PackageError, match="is its own base"):
        library.structure("urn:a")


def test_a_type_that_is_in_no_package_is_told() -> None:
    base = [
        {"path": "A"},
        {"path": "A.b", "type": [{"code": "Strange"}]},
    ]
    with pytest.raises(PackageError, match=r"A\.b needs Strange, which no loaded package has"):
        generate_snapshot([{"path": "A.b.c", "min": 1}], base, lambda _: None)


def test_a_content_reference_that_leads_nowhere_is_told() -> None:
    base = [{"path": "A"}, {"path": "A.b", "contentReference": "#A.gone"}]
    with pytest.raises(PackageError, match=r"contentReference #A\.gone leads nowhere"):
        generate_snapshot([{"path": "A.b.c", "min": 1}], base, lambda _: None)


def test_a_snapshot_without_ids_gets_them(make_tgz: Callable[..., Path]) -> None:
    elements = [{"path": "A"}, {"path": "A.b"}, {"path": "A.b", "sliceName": "s"}]
    bare = structure("urn:p", "urn:base", snapshot={"element": elements})
    found = load_packages([make_tgz(bare)]).structure("urn:p")
    assert [e["id"] for e in found.elements] == ["A", "A.b", "A.b:s"]


def test_a_model_that_stands_on_nothing_is_its_differential(make_tgz: Callable[..., Path]) -> None:
    model = structure("urn:m", "", {"path": "Thing"}, {"path": "Thing.weight"}, type="Thing")
    found = load_packages([make_tgz(model)]).structure("urn:m")
    assert [e["id"] for e in found.elements] == ["Thing", "Thing.weight"]


@pytest.mark.parametrize(
    "elements",
    [[{"id": "Patient"}], [{"path": 3}], [{"path": "Patient.name", "type": 3}], [7]],
)
def test_elements_that_are_not_as_fhir_defines_them_are_told(
    make_tgz: Callable[..., Path], elements: list
) -> None:
    broken = structure("urn:p", FHIR + "Patient", differential={"element": elements})
    with pytest.raises(PackageError, match="urn:p"):
        load_packages([make_tgz(broken), CORE]).structure("urn:p")


def test_a_resource_type_of_which_only_the_differential_is_there_has_a_snapshot(
    make_tgz: Callable[..., Path],
) -> None:
    thing = structure(
        FHIR + "Thing",
        FHIR + "DomainResource",
        {"path": "Thing"},
        {"path": "Thing.part", "type": [{"code": "BackboneElement"}]},
        {"path": "Thing.part.part", "contentReference": "#Thing.part"},
        type="Thing",
        derivation="specialization",
    )
    found = load_packages([make_tgz(thing), CORE]).type("Thing")
    assert [e["path"] for e in found.elements][:2] == ["Thing", "Thing.id"]
    assert found.elements[-1]["contentReference"] == "#Thing.part"
    assert [c["key"] for c in found.elements[-1]["constraint"]] == ["ele-1"]
    assert "Thing.part.modifierExtension" in {e["path"] for e in found.elements}
