"""Types of FHIR R4 core and the published constraints, from ../shared where it is there."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from shared_packages import CORE, structure_definitions

from profiles.definitions import Structure
from profiles.fhirpath import DefinitionsModel


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
