"""Finds a package by path or name: folders given, the FHIR cache, built-in packs. Imports pack.

Source: FHIR package cache, https://confluence.hl7.org/display/FHIR/FHIR+Package+Cache.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from profiles.packages.errors import PackageError
from profiles.packages.pack import SUFFIX, Pack, pack_name
from profiles.packages.shelf import MemoryShelf
from profiles.packages.source import read_package

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from profiles.packages.shelf import Shelf

#: Names another folder for the cache than `~/.fhir/packages`.
CACHE_VARIABLE = "FHIR_PACKAGE_CACHE"
PACKS = Path(__file__).parent.parent / "packs"
_NAME = re.compile(r"(?P<id>[A-Za-z0-9][\w.-]*)#(?P<version>\w[\w.+-]*)")


def cache_folder() -> Path:
    """Return the FHIR package cache; it may not exist."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else Path.home() / ".fhir" / "packages"


def split_name(name: str) -> tuple[str, str]:
    """Return id and version of `ID#VERSION`.

    Raises:
        PackageError: it is no such name.

    >>> split_name("hl7.fhir.us.core#3.1.1")
    ('hl7.fhir.us.core', '3.1.1')
    """
    match = _NAME.fullmatch(name)
    if not match:
        raise PackageError(
            f"{name!r} is no package name. Write ID#VERSION, such as hl7.fhir.us.core#3.1.1."
        )
    return match["id"], match["version"]


def open_package(source: str | Path, folders: Sequence[Path] = ()) -> Shelf:
    """Open what a `--package` option means: a `.tgz`, a folder, a pack, or `ID#VERSION`.

    Raises:
        PackageError: there is none, or it cannot be used.
    """
    path = Path(source)
    if path.suffix == SUFFIX and path.is_file():
        return Pack(path)
    if _is_name(source):
        found = find_package(*split_name(str(source)), folders)
        if found is not None:
            return found
    return MemoryShelf(read_package(locate(source, folders)))


def locate(source: str | Path, folders: Sequence[Path] = ()) -> Path:
    """Return the file or folder of a package that is no pack.

    Raises:
        PackageError: `ID#VERSION` is in none of the folders and not in the cache.
    """
    if not _is_name(source):
        return Path(source)
    for place in _candidates(*split_name(str(source)), folders):
        if place.exists():
            return place
    raise PackageError(
        f"the package {source} is not in {_places(folders)}. "
        f"Fetch it: flexcheck packages pull {source}, or give its .tgz file."
    )


def _is_name(source: str | Path) -> bool:
    path = Path(source)
    return "#" in path.name and path.suffix != ".tgz" and not path.exists()


def find_package(package: str, version: str, folders: Sequence[Path] = ()) -> Shelf | None:
    """Return a package by name; None where it is nowhere."""
    for place in _candidates(package, version, folders):
        if place.exists():
            return MemoryShelf(read_package(place))
    pack = PACKS / pack_name(package, version)
    return Pack(pack) if pack.is_file() else None


def built_in() -> tuple[Pack, ...]:
    """Open every pack that comes with flexcheck, by name."""
    return tuple(Pack(path) for path in sorted(PACKS.glob(f"*{SUFFIX}")))


def open_built_in(name: str) -> Pack:
    """Open the built-in pack of `ID#VERSION`; `PackageError` where there is none."""
    return Pack(PACKS / pack_name(*split_name(name)))


def cached() -> tuple[str, ...]:
    """Name what the cache holds, as `ID#VERSION`."""
    found = cache_folder().glob("*#*/package/package.json")
    return tuple(sorted(path.parent.parent.name for path in found))


def _candidates(package: str, version: str, folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        yield folder / f"{package}-{version}.tgz"
        yield folder / f"{package}#{version}.tgz"
        yield folder / f"{package}#{version}"
    yield cache_folder() / f"{package}#{version}"


def _places(folders: Sequence[Path]) -> str:
    return ", ".join(str(folder) for folder in (*folders, cache_folder()))
