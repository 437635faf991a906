"""Types of FHIR R4 core and the published constraints, from ../shared where it is there."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

import orjson
import pytest

from profiles.definitions import Structure
from profiles.fhirpath import DefinitionsModel

PACKAGES = Path(__file__).parents[2].parent / "shared" / "fhir-packages"
CORE = PACKAGES / "hl7.fhir.r4.core-4.0.1.tgz"


def structure_definitions(package: Path) -> dict[str, bytes]:
    """The StructureDefinitions of a package by file name, unread."""
    found = {}
    with tarfile.open(package) as archive:
        for member in archive:
            name = member.name.removeprefix("package/StructureDefinition-")
            file = archive.extractfile(member) if name != member.name else None
            if file is not None:
                found[name.removesuffix(".json")] = file.read()
    return found


class CoreTypes:
    """`Definitions.type` over the R4 core package."""

    def __init__(self) -> None:
        self.files = structure_definitions(CORE)
        self.read: dict[str, Structure | None] = {}

    def type(self, name: str) -> Structure | None:
        if name not in self.read:
            self.read[name] = self.structure(name)
        return self.read[name]

    def structure(self, name: str) -> Structure | None:
        data: dict[str, Any] = orjson.loads(self.files.get(name, b"{}"))
        if data.get("type") != name:
            return None
        return Structure(
            url=data["url"],
            version=data["version"],
            name=data["name"],
            kind=data["kind"],
            type=data["type"],
            base=data.get("baseDefinition", ""),
            derivation=data.get("derivation", ""),
            abstract=data["abstract"],
            context=(),
            elements=tuple(data["snapshot"]["element"]),
        )


@pytest.fixture(scope="session")
def model() -> DefinitionsModel:
    if not CORE.exists():
        pytest.skip("../shared/fhir-packages is not here")
    return DefinitionsModel(CoreTypes())  # type: ignore[arg-type]
