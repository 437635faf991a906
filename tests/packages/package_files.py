"""Packages as bytes, made on the spot."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SHARED = Path(__file__).parents[3] / "shared" / "fhir-packages"
MANIFEST = {"name": "my.guide", "version": "1.0.0", "fhirVersions": ["4.0.1"]}


def tgz_bytes(members: Mapping[str, bytes], level: int = 6) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return gzip.compress(raw.getvalue(), level, mtime=0)


def members_of(*resources: Mapping[str, Any], **manifest: Any) -> dict[str, bytes]:
    members = {"package/package.json": json.dumps({**MANIFEST, **manifest}).encode()}
    for number, resource in enumerate(resources):
        members[f"package/r{number}.json"] = json.dumps(resource).encode()
    return members
