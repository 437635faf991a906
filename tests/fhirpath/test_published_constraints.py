"""Every constraint of every package in ../shared compiles, or its defect is on record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest
import yaml
from shared_packages import PACKAGES, structure_definitions

import profiles
from profiles.fhirpath import FhirPathSyntaxError, compile_constraint, compile_expression
from profiles.fhirpath.corrections import corrections
from profiles.fhirpath.native import NATIVE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiles.fhirpath import TypeModel

KNOWN_DEFECTS = Path(profiles.__file__).parent / "known_defects.yaml"


def constraints(package: Path) -> Iterator[tuple[str, str, str, str]]:
    """Profile, path, key and expression of each constraint in a package."""
    for text in structure_definitions(package).values():
        profile = orjson.loads(text)
        for element in profile.get("snapshot", {}).get("element", ()):
            for constraint in element.get("constraint", ()):
                if "expression" in constraint:
                    place = element["path"]
                    yield profile["url"], place, constraint["key"], constraint["expression"]


@pytest.fixture(scope="module")
def published() -> set[tuple[str, str, str, str]]:
    if not PACKAGES.exists():
        pytest.skip("../shared/fhir-packages is not here")
    return {one for package in PACKAGES.glob("*.tgz") for one in constraints(package)}


def test_a_constraint_that_is_no_fhirpath_is_a_known_defect(
    published: set[tuple[str, str, str, str]],
) -> None:
    broken = set()
    for profile, _place, key, expression in published:
        try:
            compile_expression(expression)
        except FhirPathSyntaxError:
            broken.add((profile, key))
    known = {(row["profile"], row["rule"]) for row in yaml.safe_load(KNOWN_DEFECTS.read_text())}
    assert broken
    assert broken <= known


def test_every_constraint_compiles_for_the_type_it_stands_on(
    published: set[tuple[str, str, str, str]], model: TypeModel
) -> None:
    # One place for each resource or datatype: the rest of it compiles to the same.
    seen = {
        (place.partition(".")[0], key, expression): place
        for _profile, place, key, expression in published
        if key != "ele-1"
    }
    for (_, key, expression), place in seen.items():
        context_type = place if model.lineage(place.partition(".")[0]) else ""
        compile_constraint(expression, key, context_type=context_type, model=model)
    assert len({expression for _type, _key, expression in seen}) > 200


def test_what_is_corrected_or_native_is_published_so(
    published: set[tuple[str, str, str, str]],
) -> None:
    texts = {expression for *_rest, expression in published}
    assert {correction.published for correction in corrections()} <= texts
    assert set(NATIVE) <= {(key, expression) for _profile, _place, key, expression in published}
