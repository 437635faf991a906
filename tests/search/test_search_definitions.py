"""The parameter definitions against the published packages, and against the contract's rows."""

from __future__ import annotations

import json
import re
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.contract import load_contract
from conformance.search import RESULT_PARAMETERS, ParameterDefinition, definitions_of
from conformance.search import definitions as module

PACKAGES = Path(__file__).parents[2].parent / "shared" / "fhir-packages"
PUBLISHED = (
    "hl7.fhir.r4.core-4.0.1.tgz",
    "hl7.fhir.us.davinci-pdex-plan-net-1.0.0.tgz",
    "hl7.fhir.us.carin-bb-1.1.0.tgz",
)
FILE = Path(module.__file__).with_name("parameters.yaml")
OWN = yaml.safe_load(FILE.read_text("utf-8"))
ROWS = [
    ParameterDefinition(kind, name, row["type"], tuple(row["paths"]))
    for kind, rows in OWN.items()
    for name, row in rows.items()
]


@pytest.fixture(scope="session")
def published() -> dict[tuple[str, str], tuple[str, set[str]]]:
    """Type and paths of each published parameter, by resource type and code."""
    if not PACKAGES.is_dir():
        pytest.skip(f"the published packages are not at {PACKAGES}")
    found: dict[tuple[str, str], tuple[str, set[str]]] = {}
    for package in PUBLISHED:
        with tarfile.open(PACKAGES / package) as archive:
            for member in archive:
                if member.name.startswith("package/SearchParameter-"):
                    content = archive.extractfile(member)
                    assert content is not None
                    _add(json.load(content), found)
    return found


def _add(parameter: dict[str, Any], found: dict[tuple[str, str], tuple[str, set[str]]]) -> None:
    for base in parameter.get("base", ()):
        expression = parameter.get("expression", "")
        parts = [re.sub(r"^\((.*)\)$", r"\1", part.strip()) for part in expression.split("|")]
        paths = {_path(part, base) for part in parts if part.startswith(f"{base}.")}
        found[base, parameter["code"]] = (parameter["type"], paths)


def _path(expression: str, base: str) -> str:
    """Write FHIRPath as our `paths` do."""
    path = expression.removeprefix(f"{base}.").partition(" as ")[0]
    path = path.removesuffix(".where(resolve() is Patient)")
    path = re.sub(r"extension\.where\(url ?= ?'([^']+)'\)(\.value)?", r"extension(\1)", path)
    return re.sub(r"\.as\(\w+\)$", "", path)


@pytest.mark.parametrize("own", ROWS, ids=lambda own: f"{own.resource_type}.{own.name}")
def test_a_definition_is_the_published_one(
    own: ParameterDefinition, published: dict[tuple[str, str], tuple[str, set[str]]]
) -> None:
    base = "Resource" if own.resource_type == "*" else own.resource_type
    kind, paths = published[base, own.name]
    assert own.type == kind
    assert {path if path in paths else _choice(path) for path in own.paths} == paths


def _choice(path: str) -> str:
    """Return the name of a choice element without its type (`onsetDateTime`: `onset`)."""
    return re.sub(r"(DateTime|Date|Period)$", "", path)


DOCUMENTED = sorted(
    {
        (clause.resource, clause.param)
        for clause in load_contract().clauses
        if clause.kind == "search-parameter" and clause.resource
    }
    - {(kind, name) for kind in OWN for name in RESULT_PARAMETERS}
)


def test_the_contract_lists_parameters() -> None:
    assert len(DOCUMENTED) > 30


@pytest.mark.parametrize(("kind", "name"), DOCUMENTED)
def test_every_documented_parameter_is_defined(kind: str, name: str) -> None:
    assert name in definitions_of(kind)


def test_what_every_resource_has_stands_beside_its_own() -> None:
    known = definitions_of("Location")
    assert {"_id", "_lastUpdated", "address-state"} <= known.keys()
    assert definitions_of("Nonsense").keys() == OWN["*"].keys()


def test_a_definition_names_its_elements() -> None:
    own = definitions_of("Location")["name"]
    assert own == ParameterDefinition("Location", "name", "string", ("name", "alias"))


def test_result_parameters_are_not_defined_as_selecting() -> None:
    assert not any(RESULT_PARAMETERS & definitions_of(kind).keys() for kind in OWN)
