"""The packages in ../shared, where it is there."""

from __future__ import annotations

import tarfile
from pathlib import Path

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
