"""FHIR packages in, definitions out. Imports `profiles.definitions` only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from profiles.packages.errors import PackageError
from profiles.packages.library import Library
from profiles.packages.shelf import MemoryShelf
from profiles.packages.source import read_package

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Library", "PackageError", "load_packages"]


def load_packages(sources: Iterable[str | Path]) -> Library:
    """Load packages; where two hold the same URL the one given first wins.

    Raises:
        PackageError: a source is missing, broken, unsafe or not of FHIR R4.
    """
    return Library([MemoryShelf(read_package(Path(source))) for source in sources])
