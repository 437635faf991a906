"""Fixtures of the contract's tests: the contract, and the documents where they are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.contract import Contract, load_contract

SHARED = Path(__file__).parents[2].parent / "shared"
DOCUMENTS = {
    "tooele": "tooele-interoperability-apis.txt",
    "uhc": "uhc-patient-access-guide.txt",
}


@pytest.fixture(scope="session")
def contract() -> Contract:
    return load_contract()


@pytest.fixture(scope="session")
def documents() -> dict[str, list[str]]:
    """The lines of each document; line 1 is index 0."""
    folder = SHARED / "spec"
    if not folder.is_dir():
        pytest.skip("the contract documents are not at ../shared/spec")
    # A form feed is no line end to awk or an editor, so split at "\n" only.
    return {
        document: (folder / name).read_text(encoding="utf-8").split("\n")
        for document, name in DOCUMENTS.items()
    }


@pytest.fixture(scope="session")
def fhir_packages() -> Path:
    folder = SHARED / "fhir-packages"
    if not folder.is_dir():
        pytest.skip("the FHIR packages are not at ../shared/fhir-packages")
    return folder
