"""Looking facts up: which package wins, which version is meant, what the defaults are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from package_files import members_of, tgz_bytes

from profiles.packages import PackageError, load_default_packages, load_packages
from profiles.packages.find import PACKS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from profiles.definitions import Definitions

CODES = {"resourceType": "CodeSystem", "url": "urn:s", "content": "complete", "version": "1.2.3"}
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"
EOB = (
    "http://hl7.org/fhir/us/carin-bb/StructureDefinition/"
    "C4BB-ExplanationOfBenefit-Inpatient-Institutional"
)


@pytest.fixture(scope="module")
def defaults() -> Any:
    return load_default_packages()


def codes(version: str, *found: str) -> dict[str, Any]:
    return {**CODES, "version": version, "concept": [{"code": code} for code in found]}


def test_the_library_is_definitions() -> None:
    library: Definitions = load_packages([])
    assert library.structure("urn:x") is None
    assert library.type("Patient") is None
    assert library.code_system("urn:x") is None
    assert library.value_set("urn:x") is None
    assert list(library.packages()) == []


def test_the_package_given_first_wins(make_tgz: Callable[..., Path]) -> None:
    one = make_tgz(codes("1.0.0", "a"), name="one")
    two = make_tgz(codes("2.0.0", "b"), name="two")
    assert load_packages([one, two]).code_system("urn:s").version == "1.0.0"
    assert load_packages([two, one]).code_system("urn:s").version == "2.0.0"


def test_a_version_that_is_asked_for_is_found_in_any_package(make_tgz: Callable[..., Path]) -> None:
    one = make_tgz(codes("1.0.0", "a"), name="one")
    two = make_tgz(codes("2.0.0", "b"), name="two")
    library = load_packages([one, two])
    assert library.code_system("urn:s|2.0.0").codes == {"b"}
    assert library.code_system("urn:s|1.0.0").codes == {"a"}


def test_a_version_with_the_same_major_and_minor_part_stands_in(
    make_tgz: Callable[..., Path],
) -> None:
    library = load_packages([make_tgz(codes("1.2.3"), codes("1.2.4"))])
    assert library.code_system("urn:s|1.2.4").version == "1.2.4"
    assert library.code_system("urn:s|1.2").version == "1.2.3"
    assert library.code_system("urn:s|1.3.3") is None


def test_every_answer_is_the_same_object_each_time(defaults: Any) -> None:
    assert defaults.structure(EOB) is defaults.structure(EOB)
    assert defaults.type("Patient") is defaults.type("Patient")
    value_set = "http://hl7.org/fhir/ValueSet/languages"
    assert defaults.value_set(value_set) is defaults.value_set(value_set)
    system = "http://hl7.org/fhir/administrative-gender"
    assert defaults.code_system(system) is defaults.code_system(system)
    assert defaults.search_parameters("Location") is defaults.search_parameters("Location")


def test_a_structure_says_what_it_constrains(defaults: Any) -> None:
    found = defaults.structure(EOB)
    assert found.canonical == f"{EOB}|1.1.0"
    assert (found.kind, found.type, found.derivation) == (
        "resource",
        "ExplanationOfBenefit",
        "constraint",
    )
    assert found.base.endswith("C4BB-ExplanationOfBenefit")
    assert found.elements[0]["path"] == "ExplanationOfBenefit"
    assert len(found.elements) == 439


def test_an_extension_says_where_it_may_stand(defaults: Any) -> None:
    race = defaults.structure("http://hl7.org/fhir/us/core/StructureDefinition/us-core-race")
    assert race.context == ({"type": "element", "expression": "Patient"},)


def test_a_type_is_its_base_definition(defaults: Any) -> None:
    assert defaults.type("Patient").derivation == "specialization"
    assert defaults.type("string").kind == "primitive-type"
    assert defaults.type("DomainResource").abstract
    assert defaults.type("data-absent-reason") is None  # an extension, no type


def test_a_code_system_tells_case_and_content(defaults: Any) -> None:
    gender = defaults.code_system("http://hl7.org/fhir/administrative-gender")
    assert gender.codes == {"male", "female", "other", "unknown"}
    assert gender.case_sensitive
    assert gender.content == "complete"
    nubc = defaults.code_system("https://www.nubc.org/CodeSystem/TypeOfBill")
    assert nubc is None or nubc.content == "not-present"


def test_the_defaults_are_the_versions_of_the_contract(defaults: Any) -> None:
    assert defaults.packages() == (
        "hl7.fhir.us.carin-bb#1.1.0",
        "hl7.fhir.us.davinci-pdex#1.0.0",
        "hl7.fhir.us.davinci-pdex-plan-net#1.0.0",
        "hl7.fhir.us.core#3.2.0",
        "hl7.fhir.uv.extensions.r4#5.3.0-ballot-tc1",
        "hl7.terminology.r4#7.0.1",
        "hl7.fhir.r4.core#4.0.1",
    )
    assert defaults.structure(US_CORE).version == "3.2.0"
    assert defaults.structure(f"{US_CORE}|3.1.1") is None


def test_what_loaded_packages_depend_on_and_is_not_there_is_named(defaults: Any) -> None:
    assert defaults.missing() == ("hl7.fhir.us.davinci-hrex#0.2.0", "us.nlm.vsac#0.3.0")


def test_a_package_given_replaces_that_guide_and_no_other() -> None:
    library = load_default_packages(["hl7.fhir.us.core#3.1.1"])
    assert library.structure(US_CORE).version == "3.1.1"
    assert "hl7.fhir.us.core#3.2.0" not in library.packages()
    assert "hl7.fhir.us.carin-bb#1.1.0" in library.packages()


def test_dependencies_bring_no_other_version_of_a_guide() -> None:
    # Plan-Net 1.1.0 depends on US Core 3.1.1; the defaults have 3.2.0.
    library = load_default_packages(["hl7.fhir.us.davinci-pdex-plan-net#1.1.0"])
    assert library.structure(US_CORE).version == "3.2.0"
    both = ["hl7.fhir.us.davinci-pdex-plan-net#1.1.0", "hl7.fhir.us.core#4.0.0"]
    assert load_default_packages(both).structure(US_CORE).version == "4.0.0"


def test_a_package_of_ones_own_brings_what_it_depends_on(
    make_tgz: Callable[..., Path], tmp_path: Path
) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    other = {**members_of(codes("1", "a"), name="other", version="2.0.0")}
    (folder / "other-2.0.0.tgz").write_bytes(tgz_bytes(other))
    own = make_tgz(dependencies={"other": "2.0.0", "gone": "1.0.0", "hl7.fhir.us.core": "4.0.0"})
    library = load_default_packages([own], [folder])
    assert library.packages()[0] == "my.guide#1.0.0"
    assert "other#2.0.0" in library.packages()
    assert "gone#1.0.0" in library.missing()
    assert "hl7.fhir.us.core#4.0.0" not in library.packages()


def test_a_foundation_that_is_given_stays_below_the_guides(make_tgz: Callable[..., Path]) -> None:
    core = make_tgz(name="hl7.fhir.r4.core", version="4.0.9")
    names = load_default_packages([core]).packages()
    assert "hl7.fhir.r4.core#4.0.9" in names
    assert "hl7.fhir.r4.core#4.0.1" not in names
    assert names.index("hl7.fhir.r4.core#4.0.9") > names.index("hl7.fhir.us.core#3.2.0")


def test_a_package_that_replaces_terminology_changes_value_sets_of_other_guides(
    make_tgz: Callable[..., Path],
) -> None:
    url = "http://terminology.hl7.org/CodeSystem/claim-type"
    system = {**CODES, "url": url, "concept": [{"code": "mine"}]}
    library = load_default_packages([make_tgz(system)])
    claim_type = library.value_set("http://hl7.org/fhir/ValueSet/claim-type")
    assert claim_type.codes == {url: frozenset({"mine"})}


def test_a_name_is_looked_for_in_folders_then_cache_then_packs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, members = "hl7.fhir.us.davinci-pdex#1.0.0", {"name": "hl7.fhir.us.davinci-pdex"}
    content = members_of(codes("cache"), **members)
    cached = tmp_path / "c" / name / "package"
    cached.mkdir(parents=True)
    for path, data in content.items():
        (cached / path.removeprefix("package/")).write_bytes(data)
    folder = tmp_path / "f"
    folder.mkdir()
    archive = folder / "hl7.fhir.us.davinci-pdex-1.0.0.tgz"
    archive.write_bytes(tgz_bytes(members_of(codes("folder"), **members)))

    assert load_packages([name]).code_system("urn:s") is None
    monkeypatch.setenv("FHIR_PACKAGE_CACHE", str(tmp_path / "c"))
    assert load_packages([name]).code_system("urn:s").version == "cache"
    assert load_packages([name], [folder]).code_system("urn:s").version == "folder"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("my.guide#9.9.9", "flexcheck packages pull my.guide#9.9.9"),
        ("../x#1.0", "is no package name"),
        ("gone.tgz", "there is no package at gone.tgz"),
        ("guide", "there is no package at guide"),
    ],
)
def test_a_package_that_is_not_there_is_told_with_what_to_do(source: str, said: str) -> None:
    with pytest.raises(PackageError, match=said):
        load_packages([source])


def test_a_default_run_does_not_depend_on_the_cache(tmp_path: Path) -> None:
    spoiled = tmp_path / "cache" / "hl7.fhir.us.core#3.2.0" / "package"
    spoiled.mkdir(parents=True)
    (spoiled / "package.json").write_text("{")
    assert load_default_packages().structure(US_CORE).version == "3.2.0"


def test_search_parameters_of_a_guide_come_before_those_of_the_core(defaults: Any) -> None:
    found = defaults.search_parameters("Location")
    assert found[0]["url"].startswith("http://hl7.org/fhir/us/")
    near = next(p for p in found if p["code"] == "near")
    assert (near["type"], near["base"], near["expression"]) == (
        "special",
        ["Location"],
        "Location.position",
    )
    assert {p["code"] for p in defaults.search_parameters("Resource")} >= {"_id", "_lastUpdated"}
    assert defaults.search_parameters("Nothing") == ()


def test_every_type_profile_and_extension_that_packs_name_has_its_facts() -> None:
    library = load_packages(sorted(PACKS.glob("hl7.fhir.us.*.pack")))
    core = load_packages([PACKS / "hl7.fhir.r4.core-4.0.1.pack"])
    names = {
        kind["code"]
        for shelf in library._shelves
        for url in shelf.keys("StructureDefinition")
        for element in library.structure(url).elements
        for kind in element.get("type", ())
    }
    assert {n for n in names if "/" not in n and core.type(n) is None} == set()
