"""Small packages made on the spot, and the real ones where they are at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from package_files import MANIFEST, SHARED, members_of, tgz_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


@pytest.fixture
def make_tgz(tmp_path: Path) -> Callable[..., Path]:
    def make(*resources: Mapping[str, Any], **manifest: Any) -> Path:
        members = members_of(*resources, **manifest)
        facts = {**MANIFEST, **manifest}
        path = tmp_path / f"{facts['name']}-{facts['version']}.tgz"
        path.write_bytes(tgz_bytes(members))
        return path

    return make


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FHIR_PACKAGE_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="session")
def shared_packages() -> tuple[Path, ...]:
    found = tuple(sorted(SHARED.glob("*.tgz")))
    if not found:
        pytest.skip("the FHIR packages are not at hand (../shared/fhir-packages)")
    return found
