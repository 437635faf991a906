"""FHIR packages in, definitions out. Imports `profiles.definitions` only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profiles.packages.defaults import load_default_packages
from profiles.packages.errors import PackageError
from profiles.packages.find import open_package
from profiles.packages.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = ["Library", "PackageError", "load_default_packages", "load_packages"]


def load_packages(sources: Iterable[str | Path], folders: Sequence[Path] = ()) -> Library:
    """Load these packages and no others; where two hold the same URL the one given first wins.

    A source is a `.tgz`, a folder, a pack, or `ID#VERSION` (looked for in `folders`, the FHIR
    cache and the built-in packs).

    >>> core = load_packages(["hl7.fhir.r4.core#4.0.1"])
    >>> core.structure("http://hl7.org/fhir/StructureDefinition/Patient").kind
    'resource'

    Raises:
        PackageError: a source is missing, broken, unsafe or not of FHIR R4.
    """
    return Library([open_package(source, folders) for source in sources])
