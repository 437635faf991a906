"""Fetches packages from a FHIR package registry into the FHIR cache. Imports source, find.

Source: FHIR package registry protocol (a small part of npm's),
https://confluence.hl7.org/display/FHIR/NPM+Package+Specification; cache layout,
https://confluence.hl7.org/display/FHIR/FHIR+Package+Cache.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from profiles.packages.errors import PackageError
from profiles.packages.source import LARGEST_PACKAGE, read_members, read_package

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from profiles.packages.source import Package

#: FHIR's public registries, asked in this order.
REGISTRIES = ("https://packages.fhir.org", "https://packages2.fhir.org/packages")
#: Names another registry.
REGISTRY_VARIABLE = "FHIR_PACKAGE_REGISTRY"
#: Seconds without a byte until a registry counts as gone.
PATIENCE = 30.0
_FAILED = (httpx.HTTPError, httpx.InvalidURL)


class RegistryError(PackageError):
    """No registry could be had: the environment failed, the package may be fine."""


@dataclass(frozen=True, slots=True)
class Registries:
    """Registries to ask, one after the other, and the cache to fill."""

    addresses: Sequence[str]
    cache: Path
    client: httpx.Client

    def pull(self, package: str, version: str) -> tuple[Package, bool]:
        """Return a package from the cache, fetched first where it is not there, and whether so.

        `version` is exact, `latest`, or ends in `.x` for the newest such.

        Raises:
            PackageError: no registry has it, or what was fetched is not what was promised.
            RegistryError: no registry answered.
        """
        folder = self.cache / f"{package}#{version}"
        if folder.is_dir():
            return read_package(folder), False
        found = self._described(package)
        exact = _resolve(found, package, version)
        folder = self.cache / f"{package}#{exact}"
        if folder.is_dir():
            return read_package(folder), False
        self._fetch(found, package, exact, folder)
        return read_package(folder), True

    def _described(self, package: str) -> tuple[str, Mapping[str, Any]]:
        """Return the first registry that has the package, and what it says of it."""
        unreachable = []
        for address in self.addresses:
            url = f"{address.rstrip('/')}/{package}"
            try:
                answer = self.client.get(url)
            except _FAILED as error:
                unreachable.append(f"{address} ({error})")
                continue
            if answer.is_success:
                return address.rstrip("/"), _object(answer)
            if answer.status_code != httpx.codes.NOT_FOUND:
                unreachable.append(f"{address} (HTTP {answer.status_code})")
        if unreachable:
            raise RegistryError(
                f"{package} could not be fetched, no answer from {', '.join(unreachable)}. "
                "Check the network and proxy settings, or name another registry with --registry."
            )
        raise PackageError(
            f"no registry has the package {package} (asked: {', '.join(self.addresses)}). "
            "Check its id, or name another registry with --registry."
        )

    def _fetch(
        self, found: tuple[str, Mapping[str, Any]], package: str, version: str, folder: Path
    ) -> None:
        address, described = found
        dist = described["versions"][version].get("dist") or {}
        url = dist.get("tarball") or f"{address}/{package}/{version}"
        self.cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.cache, prefix=".pull-") as scratch:
            archive = Path(scratch) / "package.tgz"
            self._download(url, archive)
            _verify(archive, dist, url)
            read = read_package(archive)
            if (read.id.lower(), read.version) != (package.lower(), version):
                raise PackageError(
                    f"{url} holds {read.name}, not {package}#{version}. "
                    "Tell the registry, and give the package as a .tgz file meanwhile."
                )
            _unpack(archive, Path(scratch) / "unpacked")
            _move(Path(scratch) / "unpacked", folder)

    def _download(self, url: str, to: Path) -> None:
        size = 0
        try:
            with (
                to.open("wb") as file,
                self.client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as answer,
            ):
                answer.raise_for_status()
                for chunk in answer.iter_bytes():
                    size += len(chunk)
                    if size > LARGEST_PACKAGE:
                        raise PackageError(f"{url} does not end. It is no FHIR package.")
                    file.write(chunk)
        except _FAILED as error:
            raise RegistryError(
                f"{url} could not be fetched: {error}. Try again later, or another --registry."
            ) from error


def _object(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        value = answer.json()
    except ValueError:
        value = None
    if not isinstance(value, dict) or not isinstance(value.get("versions"), dict):
        raise RegistryError(
            f"{answer.url} did not answer as a FHIR package registry does. Check --registry."
        )
    return value


def _resolve(found: tuple[str, Mapping[str, Any]], package: str, version: str) -> str:
    """Return the exact version that is meant."""
    address, described = found
    versions: Mapping[str, Any] = described["versions"]
    wanted = described.get("dist-tags", {}).get(version, version)
    if str(wanted).endswith(".x"):
        fitting = [v for v in versions if v.startswith(wanted[:-1])]
        wanted = max(fitting, key=_sortable, default=wanted)
    if wanted not in versions:
        newest = ", ".join(sorted(versions, key=_sortable)[-5:])
        raise PackageError(
            f"{address} has no {package}#{version}; the newest it has are {newest}. "
            "Ask for one of these."
        )
    return str(wanted)


def _sortable(version: str) -> tuple[Any, ...]:
    """Return what sorts versions: by number, a release after its ballots.

    >>> sorted(["1.10.0", "1.2.0", "1.10.0-ballot"], key=_sortable)
    ['1.2.0', '1.10.0-ballot', '1.10.0']
    """
    number, _, label = version.partition("-")
    return [int(n) for n in re.findall(r"\d+", number)], not label, label


def _verify(archive: Path, dist: Mapping[str, Any], url: str) -> None:
    """Compare the file with the checksums that the registry gives: SHA-512, or else SHA-1."""
    content = archive.read_bytes()
    kind, _, expected = str(dist.get("integrity", "")).partition("-")
    if kind == "sha512":
        same = hashlib.sha512(content).digest() == _decoded(expected)
    elif dist.get("shasum"):
        # The registry's own choice; it guards against damage, not against an attacker.
        found = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        same = found == str(dist["shasum"]).lower()
    else:
        return
    if not same:
        raise PackageError(
            f"{url} is not what the registry promised: its checksum differs. Pull it again; "
            "if that does not help, a proxy changes it or the registry is broken."
        )


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error:
        return b""


def _unpack(archive: Path, folder: Path) -> None:
    for name, content in read_members(archive):
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def _move(unpacked: Path, folder: Path) -> None:
    """Put a package in its place at once; where another process was quicker, keep that one's."""
    try:
        unpacked.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
        shutil.rmtree(unpacked)
