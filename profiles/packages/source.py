"""Reads FHIR npm packages from a `.tgz` or a folder, never unpacking to disk. Imports errors.

Source: FHIR NPM packages, https://confluence.hl7.org/display/FHIR/NPM+Package+Specification.
"""

from __future__ import annotations

import hashlib
import tarfile
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import orjson

from profiles.packages.errors import PackageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Bytes: no FHIR package comes near, and a gzip bomb stops here.
LARGEST_PACKAGE = 1 << 30
#: FHIR R4, with its technical corrections.
FHIR_VERSION = "4.0"
_MANIFEST = "package.json"
_NOT_READ = frozenset({_MANIFEST, ".index.json", ".derived.index.json"})


@dataclass(frozen=True, slots=True)
class Package:
    """What stands in the `package` folder of a FHIR npm package, examples left out.

    Attributes:
        id: npm name, such as `hl7.fhir.us.core`.
        version: npm version.
        dependencies: version asked for, by id.
        members: the JSON files of the top folder but the manifest, by file name.
        fingerprint: SHA-256 (hex) of the members' names and contents and of the manifest; the
            same for a `.tgz` and for the folder that it unpacks to.
        place: where it was read, for messages.
    """

    id: str
    version: str
    dependencies: Mapping[str, str]
    members: Mapping[str, bytes] = field(repr=False)
    fingerprint: str
    place: str

    @property
    def name(self) -> str:
        """`ID#VERSION`."""
        return f"{self.id}#{self.version}"

    def resources(self) -> Iterator[dict[str, Any]]:
        """Parse each member in the order of names; `PackageError` names one that is broken."""
        for name, content in self.members.items():
            resource = _parse(content, f"{self.place}: {name}")
            if "resourceType" in resource:
                yield resource

    def counts(self) -> dict[str, int]:
        """Count the resources by type."""
        return dict(sorted(Counter(r["resourceType"] for r in self.resources()).items()))


def read_package(path: Path) -> Package:
    """Read a `.tgz` file or a folder (the one that holds `package`, or `package` itself).

    Raises:
        PackageError: there is none, it is broken, unsafe, or not of FHIR R4.
    """
    if path.is_dir():
        return _package(_folder_members(path), str(path))
    if not path.exists():
        raise PackageError(
            f"there is no package at {path}. Give a .tgz file, a folder or a name ID#VERSION."
        )
    return _package(_tgz_members(path), str(path))


def fingerprint(members: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of all names and contents, whatever their order or compression.

    >>> fingerprint({"a": b"1", "b": b"2"}) == fingerprint({"b": b"2", "a": b"1"})
    True
    """
    total = hashlib.sha256()
    for name in sorted(members):
        total.update(f"{hashlib.sha256(members[name]).hexdigest()} {name}\n".encode())
    return total.hexdigest()


def _package(members: dict[str, bytes], place: str) -> Package:
    if _MANIFEST not in members:
        raise PackageError(
            f"no FHIR package: {place} has no package/{_MANIFEST}. "
            "Give a package as a FHIR registry serves it."
        )
    manifest = _parse(members[_MANIFEST], f"{place}: {_MANIFEST}")
    identity, version = manifest.get("name"), manifest.get("version")
    if not (isinstance(identity, str) and isinstance(version, str)):
        raise PackageError(f"{place}: {_MANIFEST} lacks name or version. Build the package anew.")
    _check_fhir_version(manifest, place)
    dependencies = manifest.get("dependencies") or {}
    if not isinstance(dependencies, dict):
        raise PackageError(f"{place}: dependencies in {_MANIFEST} is no object. Mend it.")
    content = {n: members[n] for n in sorted(members) if n not in _NOT_READ}
    facts = {**content, _MANIFEST: members[_MANIFEST]}
    return Package(
        identity,
        version,
        {str(k): str(v) for k, v in dependencies.items()},
        content,
        fingerprint(facts),
        place,
    )


def _check_fhir_version(manifest: Mapping[str, Any], place: str) -> None:
    found = manifest.get("fhirVersions") or manifest.get("fhir-version-list") or []
    versions = [str(v) for v in found] if isinstance(found, list) else [str(found)]
    if versions and not any(v.startswith(FHIR_VERSION) for v in versions):
        raise PackageError(
            f"{place} is for FHIR {', '.join(versions)}, flexcheck reads {FHIR_VERSION}.x (R4). "
            "Give the R4 edition of the package (often the same id with .r4)."
        )


def _folder_members(folder: Path) -> dict[str, bytes]:
    top = folder / "package" if (folder / "package" / _MANIFEST).is_file() else folder
    try:
        return {p.name: p.read_bytes() for p in sorted(top.glob("*.json")) if p.is_file()}
    except OSError as error:
        raise PackageError(
            f"{error.filename} cannot be read: {error.strerror}. Check its permissions."
        ) from error


def read_members(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name (with its folders) and content of each regular file in a `.tgz`.

    Raises:
        PackageError: it is broken, too large, or a name in it points out of it.
    """
    try:
        with tarfile.open(archive, "r:gz") as opened:
            yield from _safe_members(opened, archive)
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise PackageError(
            f"{archive} is no gzipped tar file, or is cut off ({error}). Fetch it again: "
            "flexcheck packages pull ID#VERSION."
        ) from error


def _safe_members(archive: tarfile.TarFile, path: Path) -> Iterator[tuple[str, bytes]]:
    size = 0
    for member in archive:
        name = PurePosixPath(member.name)
        if name.is_absolute() or ".." in name.parts or "\\" in member.name:
            raise PackageError(
                f"{path} holds the unsafe name {member.name!r}, which points out of the package. "
                "Do not use this file; fetch the package from a registry you trust."
            )
        size += member.size
        if size > LARGEST_PACKAGE:
            raise PackageError(
                f"{path} unpacks to more than {LARGEST_PACKAGE >> 20} MiB. It is no FHIR package."
            )
        stream = archive.extractfile(member) if member.isfile() else None
        if stream:
            yield str(name), stream.read()


def _tgz_members(path: Path) -> dict[str, bytes]:
    members = {}
    for name, content in read_members(path):
        folder, _, file = name.rpartition("/")
        if folder == "package" and file.endswith(".json"):
            members[file] = content
    return members


def _parse(content: bytes, place: str) -> dict[str, Any]:
    try:
        value = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise PackageError(f"{place} is broken JSON: {error}. Fetch the package again.") from error
    if not isinstance(value, dict):
        raise PackageError(f"{place} is no JSON object. Fetch the package again.")
    return value
